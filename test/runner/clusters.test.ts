import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { type Check, defineCheck, defineClusterCheck, definePairCheck, pass } from '../../checks/define.ts';
import { evidence } from '../../facts/fact.ts';
import { FACTS } from '../../facts/index.ts';
import { sourceKey } from '../../facts/source.ts';
import type { InventoryNode } from '../../inventory/node.ts';
import { bluefieldCluster } from '../../lab/kubernetes/clusters/bluefield.ts';
import type { KubernetesObject } from '../../lab/kubernetes/objects.ts';
import type { RunEvent } from '../../runner/events.ts';
import { type RunRequest, run } from '../../runner/run.ts';
import { kubeconfigFile, type Reply, startApiServer } from '../helpers/api-server.ts';
import { listed } from '../helpers/cluster-facts.ts';
import { closed, compileSchema, publishedSchema } from '../helpers/report-schema.ts';
import { temporaryDirectory } from '../helpers/temporary.ts';

const shape = {
  description: 'a check of this test',
  severity: 'error',
  tags: [],
  covers: [],
  messages: { BROKEN: { text: 'it is broken', cause: 'the test', remedy: 'mend it' } },
  docs: ['here'],
} as const;

const BOTH_SIDES = ['dpu-host', 'dpu'] as const;

const seen = (said: string) => [evidence('test', said)];

const ofCluster = defineClusterCheck({
  ...shape,
  id: 'test/of-cluster',
  title: 'the cluster has nodes',
  scope: 'cluster',
  requires: ['nodes'],
  judge({ facts, subject }) {
    // @ts-expect-error What a check does not require is not there.
    facts.pods satisfies unknown;
    return pass(seen(`${subject.name}: ${facts.nodes.length}, ${subject.nodes.map(({ role }) => role)}`));
  },
});

const byCluster = defineCheck({
  ...shape,
  id: 'test/by-cluster',
  title: 'the cluster tells of the node',
  scope: 'node',
  roles: BOTH_SIDES,
  requires: [],
  requiresCluster: ['nodes'],
  judge({ cluster, subject }) {
    // @ts-expect-error What a check does not require is not there.
    cluster.pods satisfies unknown;
    return pass(seen(cluster.nodes.find(({ name }) => name === subject.nodeName)?.kernel ?? 'no such node'));
  },
});

const byNode = defineCheck({
  ...shape,
  id: 'test/by-node',
  title: 'node and cluster tell of the node',
  scope: 'node',
  roles: BOTH_SIDES,
  requires: ['links'],
  requiresCluster: ['nodes'],
  judge: ({ facts, cluster }) => pass(seen(`${facts.links.length} links, ${cluster.nodes.length} nodes`)),
});

const ofPair = definePairCheck({
  ...shape,
  id: 'test/of-pair',
  title: 'the clusters tell of the pair',
  scope: 'pair',
  roles: BOTH_SIDES,
  requires: { host: [], dpu: [] },
  requiresCluster: { host: ['pods'], dpu: ['nodes'] },
  judge({ cluster, subject }) {
    // @ts-expect-error The host's side does not require the nodes.
    cluster.host.nodes satisfies unknown;
    return pass(seen(`${subject.host.name}, ${subject.dpu.name}, ${cluster.host.pods.length} pods`));
  },
});

const CHECKS: readonly Check[] = [ofCluster, byCluster, byNode, ofPair];

/** A server that has these objects; what a path is answered with may be replaced. */
async function serve(
  t: ExecutionContext,
  answer: (path: string) => Reply | undefined = () => undefined,
  objects: readonly KubernetesObject[] = bluefieldCluster(),
) {
  const server = await startApiServer(t, ({ pathname }) => {
    return answer(pathname) ?? { body: { items: listed(pathname, objects) } };
  });
  return { ...server, target: { name: 'a', kubeconfig: kubeconfigFile(t, server.url) } };
}

const request = (more: Partial<RunRequest>): RunRequest => ({
  tool: { name: 'dpu-doctor', version: 'test' },
  suiteName: 'test',
  nodes: [],
  checks: CHECKS,
  set: { from: '--set', values: {} },
  suite: { from: 'suite test', values: {} },
  timeout: 60_000,
  sourceTimeout: 5000,
  wait: 0,
  concurrency: 4,
  ssh: {},
  signal: new AbortController().signal,
  listen: () => undefined,
  ...more,
});

const isValid = compileSchema(closed(publishedSchema()));

/** Runs, and gives `check target verdict` of all results. */
async function verdicts(t: ExecutionContext, more: Partial<RunRequest>) {
  const report = await run(request(more));
  t.true(isValid(JSON.parse(JSON.stringify(report))), JSON.stringify(isValid.errors));
  const lines = report.results.map(({ checkId, target, verdict }) => `${checkId} ${target} ${verdict}`);
  return { report, lines };
}

/** Hand-written: a node that has one network device. */
function recorded(t: ExecutionContext, name: string): InventoryNode {
  const file = join(temporaryDirectory(t), `${name}.json`);
  const stdout = JSON.stringify([{ ifname: 'eth0', ifindex: 2 }]);
  const answers = { [sourceKey(FACTS.links.sources.addr)]: { parts: [{ stdout }] } };
  writeFileSync(file, JSON.stringify({ format: 1, node: { name, uri: 'test:' }, answers }));
  return { name, access: { kind: 'recorded', file } };
}

test('a cluster is a target, and its nodes are judged by it; what asks them is not planned', async (t) => {
  const { target, asked } = await serve(t);
  const { report, lines } = await verdicts(t, { clusters: [target] });
  t.deepEqual(lines, [
    'test/of-cluster cluster:a pass',
    'test/by-cluster dpu-host pass',
    'test/of-pair dpu-host pass',
    'test/by-cluster dpu pass',
  ]);
  t.deepEqual(report.results[0]?.evidence, seen('a: 3, control-plane,dpu-host,dpu'));
  t.deepEqual(report.results[1]?.evidence, seen('5.15.0-112-generic'));
  t.is(report.results[1]?.cluster, 'cluster:a');
  t.like(report.notPlanned?.[0], { count: 2, avoidable: true });
  t.regex(report.notPlanned?.[0]?.reason ?? '', /were not logged in to/);
  t.is(report.exitCode, 0);
  t.is(new Set(asked).size, asked.length, 'each list is asked once');
});

test('two contexts of one cluster are one cluster, by the ids of its nodes', async (t) => {
  const objects = bluefieldCluster().map((object) => ({
    ...object,
    metadata: { ...object.metadata, uid: `${object.kind} ${object.metadata.name}` },
  }));
  const { target } = await serve(t, undefined, objects);
  const other = await serve(t);
  const node = { name: 'mine', access: { kind: 'none' }, kubernetes: { cluster: 'b', node: 'dpu' } } as const;
  const { report, lines } = await verdicts(t, {
    clusters: [target, { ...target, name: 'b' }, { ...other.target, name: 'c' }],
    nodes: [node],
  });
  const clusters = report.targets.filter(({ kind }) => kind === 'cluster');
  t.deepEqual(
    clusters.map(({ name }) => name),
    ['cluster:a', 'cluster:c'],
  );
  t.regex(
    clusters[0]?.roleGround ?? '',
    /; b \(.*\) is the same cluster, by its server and the ids of its nodes$/,
  );
  t.is(report.targets.find(({ name }) => name === 'mine')?.cluster, 'cluster:a');
  t.is(new Set(lines).size, lines.length);
});

test('a node that is reached is judged by itself and by its cluster', async (t) => {
  const { target } = await serve(t);
  const { report, lines } = await verdicts(t, { clusters: [target], nodes: [recorded(t, 'dpu')] });
  t.true(lines.includes('test/by-node dpu pass'), lines.join('\n'));
  t.is(report.targets[1]?.name, 'dpu', 'what was given stands before what was found');
  t.is(report.targets[1]?.role, 'dpu');
});

test('a pair is judged by the clusters of both sides where both are reached', async (t) => {
  const { target } = await serve(t);
  const nodes = [recorded(t, 'dpu-host'), recorded(t, 'dpu')];
  const { report } = await verdicts(t, { clusters: [target], nodes });
  const pair = report.results.find(({ checkId }) => checkId === 'test/of-pair');
  t.like(pair, { verdict: 'pass', pair: { host: 'dpu-host', dpu: 'dpu' }, cluster: 'cluster:a' });
});

test('without a cluster, what asks one is not planned', async (t) => {
  const { report, lines } = await verdicts(t, { nodes: [{ ...recorded(t, 'dpu'), role: 'dpu' }] });
  t.deepEqual(lines, []);
  t.like(report.notPlanned?.[0], { count: 2 });
  t.regex(report.notPlanned?.[0]?.reason ?? '', /no cluster is named that has the node/);
});

test('a list that can not be had is an error of what requires it, and of nothing else', async (t) => {
  const status = { status: 403, body: { message: 'no' } };
  const { target } = await serve(t, (path) => (path === '/api/v1/pods' ? status : undefined));
  const nodes = [recorded(t, 'dpu-host'), recorded(t, 'dpu')];
  const { report, lines } = await verdicts(t, { clusters: [target], nodes });
  t.deepEqual(
    lines.filter((line) => !line.endsWith('pass')),
    ['test/of-pair dpu-host error'],
  );
  const error = report.results.find(({ verdict }) => verdict === 'error');
  t.like(error, { reasonCode: 'permission' });
  t.regex(error?.reason ?? '', /needs the verb list on pods/);
});

test('nodes that may not be listed are an error, whatever checks were chosen', async (t) => {
  const status = { status: 403, body: { message: 'no' } };
  const { target } = await serve(t, (path) => (path === '/api/v1/nodes' ? status : undefined));
  const { report, lines } = await verdicts(t, { clusters: [target], checks: [byCluster] });
  t.deepEqual(lines, ['target/nodes cluster:a error']);
  t.is(report.exitCode, 2);
});

test('a cluster without a node is an error: that nothing is wrong with none of them is no health', async (t) => {
  const { target } = await serve(t, (path) =>
    path === '/api/v1/nodes' ? { body: { items: [] } } : undefined,
  );
  const { report, lines } = await verdicts(t, { clusters: [target], checks: [byCluster] });
  t.true(lines.includes('target/nodes cluster:a error'), lines.join());
  t.is(report.exitCode, 2);
});

test('a cluster that can not be asked is one error, and a node that was given is examined all the same', async (t) => {
  const target = { name: 'gone', kubeconfig: kubeconfigFile(t, 'https://127.0.0.1:1') };
  const given = { ...recorded(t, 'dpu'), role: 'dpu' } as const;
  const links = defineCheck({
    ...shape,
    id: 'test/links',
    title: 'it has links',
    scope: 'node',
    roles: ['dpu'],
    requires: ['links'],
    judge: ({ facts }) => pass(seen(`${facts.links.length}`)),
  });
  const { report, lines } = await verdicts(t, {
    clusters: [target],
    nodes: [given],
    checks: [ofCluster, links],
  });
  t.deepEqual(lines, [
    'target/reachable cluster:gone error',
    'test/of-cluster cluster:gone blocked',
    'test/links dpu pass',
  ]);
  t.like(report.results[1], { blockedBy: ['target/reachable'] });
  t.is(report.exitCode, 2);
});

const broken = (id: 'narrow' | 'wide', nodes?: readonly string[]) =>
  defineClusterCheck({
    ...shape,
    id: `test/${id}`,
    title: 'it is whole',
    scope: 'cluster',
    requires: ['nodes'],
    judge({ report }) {
      const about = { args: {}, observed: 'broken', expected: 'whole', evidence: seen('broken') };
      const finding = report('BROKEN', { ...about, subject: 'it', ...(nodes ? { nodes } : {}) });
      return { kind: 'findings', findings: [finding], evidence: seen('broken') };
    },
  });

test('what fails for one node of a cluster blocks the checks of that node, and those of the cluster', async (t) => {
  const { target } = await serve(t);
  const after = ['test/narrow'];
  const { lines } = await verdicts(t, {
    clusters: [target],
    checks: [broken('narrow', ['dpu']), { ...ofCluster, after }, { ...byCluster, after }],
  });
  t.deepEqual(lines, [
    'test/narrow cluster:a fail',
    'test/of-cluster cluster:a blocked',
    'test/by-cluster dpu-host pass',
    'test/by-cluster dpu blocked',
  ]);
  const further = await verdicts(t, {
    clusters: [target],
    checks: [
      broken('narrow', ['dpu']),
      { ...ofCluster, after },
      { ...byCluster, after: ['test/of-cluster'] },
    ],
  });
  t.deepEqual(further.lines, lines, 'also through what is blocked by it');
  const wide = await verdicts(t, {
    clusters: [target],
    checks: [broken('wide'), { ...byCluster, after: ['test/wide'] }],
  });
  t.deepEqual(wide.lines, [
    'test/wide cluster:a fail',
    'test/by-cluster dpu-host blocked',
    'test/by-cluster dpu blocked',
  ]);
});

test('--wait asks a cluster again, and keeps its nodes when it falls silent meanwhile', async (t) => {
  const paths = new Set<string>();
  let silent = false;
  const interrupt = new AbortController();
  const { target } = await serve(t, (path) => {
    // No list is asked twice in one round.
    silent ||= paths.has(path);
    paths.add(path);
    return silent ? { status: 401, body: { message: 'Unauthorized' } } : undefined;
  });
  const never = defineClusterCheck({
    ...shape,
    id: 'test/never',
    title: 'it never passes',
    scope: 'cluster',
    requires: ['version'],
    judge: () => {
      throw new Error('not yet');
    },
  });
  const { report, lines } = await verdicts(t, {
    clusters: [target],
    checks: [never, byCluster],
    wait: 600_000,
    signal: interrupt.signal,
    listen: ({ kind }) => {
      // It would wait once more: what the silent round has told is judged.
      if (kind === 'waiting' && silent) interrupt.abort();
    },
  });
  t.true(silent);
  t.deepEqual(lines, [
    'target/reachable cluster:a error',
    'test/never cluster:a blocked',
    'test/by-cluster dpu-host blocked',
    'test/by-cluster dpu blocked',
  ]);
  t.is(report.targets.length, 4);
});

test('who listens hears of the cluster, and of nodes that nobody logs in to', async (t) => {
  const events: RunEvent[] = [];
  const { target } = await serve(t);
  await verdicts(t, { clusters: [target], listen: (event) => events.push(event) });
  t.deepEqual(
    events.filter(({ kind }) => kind !== 'result').map(({ kind }) => kind),
    ['run-started', 'target-started', 'target-answered', 'targets-found', 'run-finished'],
  );
  t.like(
    events.find(({ kind }) => kind === 'targets-found'),
    { targets: ['cluster:a'], notLoggedIn: 3 },
  );
});
