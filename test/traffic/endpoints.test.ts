import { isIP } from 'node:net';
import test from 'ava';
import fc from 'fast-check';
import type { ClusterFactName } from '../../facts/cluster/index.ts';
import type { Outcome } from '../../facts/fact.ts';
import { PATH_KINDS } from '../../facts/traffic/path.ts';
import { plannedHost } from '../../traffic/endpoints/planned-host.ts';
import { readNetcat, readPingProgram } from '../../traffic/endpoints/programs.ts';
import { secondAddress } from '../../traffic/endpoints/subnet.ts';
import { wantedPods } from '../../traffic/endpoints/wanted-pods.ts';
import type { TrafficCluster, TrafficNode } from '../../traffic/input.ts';
import { aPod } from '../helpers/traffic.ts';

const aNode = (name: string, given: Partial<TrafficNode['node']> = {}): TrafficNode => ({
  node: { name, access: { kind: 'local' }, kubernetes: { cluster: 'c', node: name }, ...given },
  role: 'worker',
  simulation: undefined,
  facts: new Map(),
});

const aCluster = (facts: Partial<Record<ClusterFactName, unknown>> = {}): TrafficCluster => ({
  name: 'c',
  target: {},
  facts: new Map(
    Object.entries(facts).map(([name, value]): [ClusterFactName, Outcome<unknown>] => [
      name as ClusterFactName,
      { ok: true, value },
    ]),
  ),
});

const wanted = (
  nodes: readonly TrafficNode[],
  kinds = PATH_KINDS as readonly (typeof PATH_KINDS)[number][],
) =>
  wantedPods(aCluster({ networkAttachments: undefined, nodes: [], pods: [] }), nodes, {
    kinds,
    selection: 'sample',
    runId: 'run',
  });

test('two pods on each of few nodes, the first behind a Service', (t) => {
  t.deepEqual(
    wanted([aNode('b'), aNode('a')]).map(({ name, node, service }) => [name, node, service]),
    [
      ['on-b-1', 'b', true],
      ['on-b-2', 'b', false],
      ['on-a-1', 'a', true],
      ['on-a-2', 'a', false],
    ],
  );
});

test('one pod on each of many nodes, and more only on a sample of them', (t) => {
  const nodes = Array.from({ length: 1000 }, (_, index) => aNode(`n${index}`));
  const pods = wanted(nodes);
  t.is(new Set(pods.map(({ node }) => node)).size, 1000);
  t.is(pods.length, 1016);
  t.is(pods.filter(({ service }) => service).length, 16);
});

test('a pod that shares the network stands in for a node that nobody logs in to', (t) => {
  const pods = wanted([aNode('a', { access: { kind: 'none' } })], ['node-to-pod']);
  t.deepEqual(
    pods.map(({ name, hostNetwork }) => [name, hostNetwork]),
    [
      ['on-a-1', false],
      ['on-a-node', true],
    ],
  );
});

test('on a DPU host a second pod is wanted only where a VF is left for it', (t) => {
  const node = aNode('a', { dpu: 'dpu-a' });
  t.is(wanted([node]).filter(({ hostNetwork }) => !hostNetwork).length, 1);
});

test('names of pods are DNS labels of their own, whatever nodes are called', (t) => {
  const nodes = fc.array(fc.string({ minLength: 1, maxLength: 80 }), { maxLength: 8 });
  fc.assert(
    fc.property(nodes, (names) => {
      const unique = [...new Set(names)];
      const pods = wanted(unique.map((name) => aNode(name)));
      for (const { name } of pods) t.regex(name, /^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/);
      t.is(new Set(pods.map(({ name }) => name)).size, pods.length);
    }),
  );
});

test('the management port has the second address of its subnet', (t) => {
  t.is(secondAddress('10.244.1.0/24'), '10.244.1.2');
  t.is(secondAddress('10.244.1.128/25'), '10.244.1.130');
  t.is(secondAddress('10.244.1.77/24'), '10.244.1.2');
  t.is(secondAddress('fd00:10:244:2::/64'), 'fd00:10:244:2::2');
  t.is(secondAddress('::/0'), '::2');
  for (const wrong of ['', '10.244.1.0', '10.244.1.0/33', '10.244.1.0/31', 'x/24', '10.0.0.0/24/24'])
    t.is(secondAddress(wrong), undefined, wrong);
  fc.assert(
    fc.property(
      fc.oneof(fc.string(), fc.ipV4(), fc.ipV6()),
      fc.string({ maxLength: 4 }),
      (address, length) => {
        const second = secondAddress(`${address}/${length}`);
        if (second !== undefined) t.is(isIP(second), isIP(address));
      },
    ),
  );
});

test("a host's places are those that its node object tells, and what the DPU says where no object does", (t) => {
  const object = {
    name: 'a',
    internalAddresses: ['192.168.0.1'],
    annotations: new Map([
      ['k8s.ovn.org/node-subnets', '{"default":["10.244.1.0/24","fd00:1::/64"]}'],
      [
        'k8s.ovn.org/l3-gateway-config',
        '{"default":{"next-hops":["192.168.0.254"],"next-hop":"192.168.0.254"}}',
      ],
    ]),
  };
  const node = aNode('a', { dpu: 'dpu-a' });
  const seen = { node, network: undefined, sender: undefined };
  t.like(plannedHost(seen, { nodes: [node], clusters: [aCluster({ nodes: [object] })] }), {
    addresses: ['192.168.0.1'],
    managementPort: ['10.244.1.2', 'fd00:1::2'],
    gateways: ['192.168.0.254'],
  });
  const ovs = { openVSwitch: { externalIds: new Map([['ovn-gw-nexthop', '10.0.0.1, fd00::1']]) } };
  const dpu: TrafficNode = { ...aNode('dpu-a'), facts: new Map([['ovs', { ok: true, value: ovs }]]) };
  t.deepEqual(plannedHost(seen, { nodes: [node, dpu], clusters: [] }).gateways, ['10.0.0.1', 'fd00::1']);
  const broken = { ...object, annotations: new Map([['k8s.ovn.org/node-subnets', '{']]) };
  t.like(
    plannedHost(
      { ...seen, sender: aPod('a', 1) },
      { nodes: [node], clusters: [aCluster({ nodes: [broken] })] },
    ),
    {
      managementPort: [],
      gateways: [],
    },
  );
});

test('hosts that documents leave unfinished are gaps, their DPUs and others are none', (t) => {
  const gap = (given: Partial<TrafficNode>) => {
    const node = { ...aNode('a'), ...given };
    return plannedHost({ node, network: undefined, sender: undefined }, { nodes: [node], clusters: [] }).gap;
  };
  t.regex(
    gap({ role: 'dpu-host', simulation: 'veth' }) ?? '',
    /fail on isolated host nodes \(expected\).*seed K/,
  );
  t.regex(gap({ role: 'dpu-host', simulation: 'tap' }) ?? '', /VF0.*seed S/);
  t.is(gap({ role: 'dpu-host' }), undefined);
  t.is(gap({ role: 'worker', simulation: 'veth' }), undefined);
});

test('which ping and nc there are, by their own words', (t) => {
  const answer = (stdout: string) => ({ command: '', exitCode: 0, stdout, stderr: '' });
  t.is(readPingProgram(answer('ping from iputils 20221126\n')), 'iputils');
  t.is(readPingProgram(answer('ping utility, iputils-s20160308\n')), 'iputils');
  t.is(readPingProgram(answer("ping: invalid option -- 'V'\nBusyBox v1.35.0\ntakes fractions")), 'busybox');
  t.is(readPingProgram(answer("ping: invalid option -- 'V'\nBusyBox v1.24.1")), 'busybox-whole-seconds');
  t.is(readPingProgram(answer('')), undefined);
  t.deepEqual(readNetcat(answer('busybox nc\nBusyBox v1.35.0 (Debian) multi-call binary.')), {
    argv: ['busybox', 'nc'],
    kind: 'busybox',
  });
  t.like(readNetcat(answer('nc\nOpenBSD netcat (Debian patchlevel 1.219-1)')), { kind: 'openbsd' });
  t.is(readNetcat(answer('nc\nNcat 7.93')), undefined);
  t.is(readNetcat(answer('')), undefined);
});
