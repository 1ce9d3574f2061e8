import { resolve } from 'node:path';
import test from 'ava';
import { dpuPairs } from '../../checks/cluster/dpu-pairs.ts';
import { hostNodeNameMatches } from '../../checks/ovs/host-node-name-matches.ts';
import type { Contradiction } from '../../facts/derived/cluster/view.ts';
import type { FactName } from '../../facts/index.ts';
import type { InventoryNode } from '../../inventory/node.ts';
import { bluefieldCluster } from '../../lab/kubernetes/clusters/bluefield.ts';
import type { GatheredCluster } from '../../runner/cluster.ts';
import type { GatheredNode } from '../../runner/gather.ts';
import { pairByHostName } from '../../runner/pairs.ts';
import { planRun } from '../../runner/plan.ts';
import { run } from '../../runner/run.ts';
import { TransportError } from '../../transports/transport.ts';
import { kubeconfigFile, startApiServer } from '../helpers/api-server.ts';
import { listed } from '../helpers/cluster-facts.ts';
import { anOvs } from '../helpers/dpu-facts.ts';

const gathered = (
  node: Omit<InventoryNode, 'access'>,
  role: GatheredNode['role'],
  facts: Partial<Record<FactName, unknown>> = {},
): GatheredNode => ({
  node: { access: { kind: 'ssh', ssh: { address: node.name } }, ...node },
  uri: node.name,
  role,
  roleGround: 'this test',
  simulation: undefined,
  facts: new Map(
    Object.entries(facts).map(([name, value]) => [name as FactName, { ok: true as const, value }]),
  ),
  unreachable: undefined,
  durationMs: 0,
  answers: new Map(),
});

type More = Partial<Omit<InventoryNode, 'access'>>;

const host = (name: string, hostname = name, more: More = {}) =>
  gathered({ name, ...more }, 'dpu-host', { identity: { hostname } });

/** A DPU whose Open vSwitch names this host. */
const dpu = (name: string, claims: string | undefined, more: More = {}) => {
  const ovs = anOvs();
  const externalIds = new Map(ovs.openVSwitch.externalIds);
  if (claims === undefined) externalIds.delete('host-k8s-nodename');
  else externalIds.set('host-k8s-nodename', claims);
  return gathered({ name, ...more }, 'dpu', {
    ovs: { ...ovs, openVSwitch: { ...ovs.openVSwitch, externalIds } },
  });
};

const of = (cluster: string, node: string): More => ({ kubernetes: { cluster, node } });

const cluster = (name: string, contradictions: readonly Contradiction[] = []): GatheredCluster => ({
  name,
  uri: name,
  ground: 'this test',
  facts: new Map(),
  commands: new Map(),
  unreachable: undefined,
  durationMs: 0,
  subject: { name, nodes: [], contradictions },
});

const pairs = (nodes: readonly GatheredNode[], clusters: readonly GatheredCluster[] = []) =>
  pairByHostName(nodes, clusters).nodes.flatMap(({ node }) =>
    node.dpu === undefined ? [] : [`${node.name} ${node.dpu}`],
  );

test('of a host that has several DPUs by DPF none is taken, and their saying so is no contradiction', (t) => {
  const nodes = [host('host1', 'host1', { dpus: ['a', 'b'] }), dpu('a', 'host1'), dpu('b', 'host1')];
  const { nodes: found, clusters } = pairByHostName(nodes, [cluster('c')]);
  t.deepEqual(pairs(nodes), []);
  t.deepEqual(
    clusters.flatMap(({ subject }) => subject.contradictions),
    [],
  );
  const { notPlanned } = planRun([hostNodeNameMatches], found);
  t.true(notPlanned.some(({ reason }) => reason.includes('host1 has 2 DPUs by DPF')));
  // Nor is a third one, of which DPF knows nothing.
  t.deepEqual(pairs([...nodes, dpu('x', 'host1')]), []);
});

test('a DPU serves the node that its Open vSwitch names, by each name that a host has', (t) => {
  const given = dpu('d', 'host1');
  t.deepEqual(pairs([host('host1', 'other'), given]), ['host1 d']);
  t.deepEqual(pairs([host('root@10.0.0.1', 'HOST1'), given]), ['root@10.0.0.1 d']);
  t.deepEqual(pairs([host('root@10.0.0.1', 'host1.example.test'), given]), ['root@10.0.0.1 d']);
  t.deepEqual(pairs([host('x', 'y', of('a', 'host1')), given]), ['x d']);
  const [found] = pairByHostName([host('host1'), given]).nodes;
  t.is(found?.node.dpuGround, 'external_ids:host-k8s-nodename of d is host1');
});

test('a host that a cluster has is called as the cluster calls it, whatever its host name', (t) => {
  t.deepEqual(pairs([host('host1', 'host1', of('a', 'worker-7')), dpu('d', 'host1')]), []);
});

test('nothing is guessed where no node or several have the name, or the DPU names none', (t) => {
  t.deepEqual(pairs([host('host1'), dpu('d', 'host2')]), []);
  t.deepEqual(pairs([host('host1'), dpu('d', undefined)]), []);
  t.deepEqual(pairs([host('a', 'host1'), host('b', 'host1'), dpu('d', 'host1')]), []);
  t.deepEqual(pairs([gathered({ name: 'host1' }, 'worker'), dpu('d', 'host1')]), [], 'no DPU host');
  t.deepEqual(pairs([dpu('d', 'd')]), []);
  t.deepEqual(pairs([host('host1'), gathered({ name: 'd' }, 'dpu')]), [], 'it was not asked');
});

test('what was given stays as it is: of that pair a check tells', (t) => {
  const nodes = [host('host1', 'host1', { dpu: 'd' }), host('host2'), dpu('d', 'host2')];
  const paired = pairByHostName(nodes, [cluster('a')]);
  t.deepEqual(paired.nodes, nodes);
  t.deepEqual(paired.clusters[0]?.subject.contradictions, []);
});

test('one wrong name is one failure: that of the pair which was given, and not of the host that has a DPU', (t) => {
  const nodes = (own: Partial<GatheredNode>) => [
    { ...host('host1', 'host1', { ...of('a', 'host1'), dpu: 'd1' }), ...own },
    host('host2', 'host2', { ...of('a', 'host2'), dpu: 'd2' }),
    dpu('d1', 'host2', of('a', 'd1')),
    dpu('d2', 'host2', of('a', 'd2')),
  ];
  const told = (own: Partial<GatheredNode>) =>
    pairByHostName(nodes(own), [cluster('a')]).clusters.flatMap(({ subject }) => subject.contradictions);
  t.deepEqual(told({}), []);
  const unreachable = new TransportError('unreachable', 'no', '');
  t.like(told({ unreachable }), [{ kind: 'two-dpus' }], 'nobody else tells');
});

test('of two DPUs that name one host neither is taken, and the plan says why', (t) => {
  const nodes = [
    host('host1', 'host1', of('a', 'host1')),
    dpu('d1', 'host1', of('a', 'd1')),
    dpu('d2', 'host1'),
  ];
  const paired = pairByHostName(nodes, [cluster('a'), cluster('b')]);
  t.deepEqual(pairs(nodes), []);
  const [contradiction] = paired.clusters[0]?.subject.contradictions ?? [];
  t.like(contradiction, {
    kind: 'two-dpus',
    about: [
      { cluster: 'a', node: 'host1' },
      { cluster: 'a', node: 'd1' },
      { cluster: '', node: 'd2' },
    ],
    signs: ['external_ids:host-k8s-nodename of d1 is host1', 'external_ids:host-k8s-nodename of d2 is host1'],
  });
  t.deepEqual(contradiction?.evidence, [
    { source: 'ovs-vsctl get Open_vSwitch . external_ids:host-k8s-nodename, on d1', said: 'host1' },
    { source: 'ovs-vsctl get Open_vSwitch . external_ids:host-k8s-nodename, on d2', said: 'host1' },
  ]);
  t.deepEqual(paired.clusters[1]?.subject.contradictions, [], 'it is no concern of another cluster');
  t.regex(
    planRun([hostNodeNameMatches], paired.nodes).notPlanned[0]?.reason ?? '',
    /contradict each other.*d1.*d2/,
  );
});

test('a second DPU that names a host which was given another one is a contradiction; the pair stays', (t) => {
  const nodes = [
    host('host1', 'host1', { ...of('a', 'host1'), dpu: 'd1' }),
    dpu('d1', 'host1'),
    dpu('d2', 'host1'),
  ];
  const paired = pairByHostName(nodes, [cluster('a')]);
  t.deepEqual(pairs(nodes), ['host1 d1']);
  t.like(paired.clusters[0]?.subject.contradictions, [{ kind: 'two-dpus' }]);
});

test('a DPU that names another host than its cluster found is a contradiction, and what was found is no pair', (t) => {
  const found: More = { ...of('a', 'host1'), dpu: 'd', dpuGround: 'a label' };
  const nodes = [
    host('host1', 'host1', found),
    host('host2', 'host2', of('a', 'host2')),
    dpu('d', 'host2', of('a', 'd')),
  ];
  const paired = pairByHostName(nodes, [cluster('a')]);
  t.deepEqual(pairs(nodes), []);
  t.like(paired.clusters[0]?.subject.contradictions, [
    { kind: 'two-hosts', signs: ['a label', 'external_ids:host-k8s-nodename of d is host2'] },
  ]);
  t.regex(paired.nodes[0]?.pairDoubt ?? '', /a label; external_ids/);
});

test('where clusters tell of a contradiction, nothing is guessed about those', (t) => {
  const about = [
    { cluster: 'a', node: 'd' },
    { cluster: 'a', node: 'host1' },
    { cluster: 'a', node: 'host2' },
  ];
  const told = cluster('a', [{ kind: 'two-hosts', about, signs: [], evidence: [] }]);
  const nodes = [host('host1', 'host1', of('a', 'host1')), dpu('d', 'host1', of('a', 'd'))];
  t.deepEqual(pairs(nodes, [told]), []);
  t.deepEqual(pairs(nodes, [cluster('a')]), ['host1 d']);
});

/** Hosts whose annotations hold the address of this DPU each. */
const clusterOf = (dpus: readonly string[]) =>
  bluefieldCluster({
    pairs: dpus.map((called, index) => ({
      host: `host${index + 1}`,
      hostAddress: `192.168.42.20${index}`,
      dpu: called,
      dpuAddress: `192.168.41.12${called.at(-1)}`,
      subnet: `10.233.6${index + 5}`,
      pods: [],
    })),
  });

for (const [dpus, verdict, said] of [
  [['dpu1', 'dpu2'], 'pass', []],
  [['dpu2', 'dpu1'], 'fail', ['DPU dpu1 is claimed by host2 host1', 'host host1 is served by dpu2 dpu1']],
] as const)
  test(`the recorded DPU of host1 in a cluster where host1 is served by ${dpus[0]}: ${verdict}`, async (t) => {
    const server = await startApiServer(t, ({ pathname }) => ({
      body: { items: listed(pathname, clusterOf(dpus)) },
    }));
    const file = resolve(import.meta.dirname, '../../fixtures/demo/dpu1.json');
    const report = await run({
      tool: { name: 'dpu-doctor', version: 'test' },
      suiteName: 'test',
      nodes: [{ name: 'dpu1', access: { kind: 'recorded', file } }],
      clusters: [{ name: 'a', kubeconfig: kubeconfigFile(t, server.url) }],
      checks: [dpuPairs],
      set: { from: '--set', values: {} },
      suite: { from: 'suite test', values: {} },
      timeout: 20_000,
      sourceTimeout: 5000,
      wait: 0,
      concurrency: 4,
      ssh: {},
      signal: new AbortController().signal,
      listen: () => undefined,
    });
    t.deepEqual(
      report.results.map((result) => [result.checkId, result.verdict]),
      [['cluster/dpu-pairs', verdict]],
    );
    t.deepEqual(
      report.results.flatMap(({ findings }) => findings.map(({ message }) => message)),
      [...said],
    );
    const pair = verdict === 'pass' ? 'dpu1' : undefined;
    t.is(report.targets.find(({ name }) => name === 'host1')?.pair, pair);
  });
