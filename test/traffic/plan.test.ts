import test from 'ava';
import fc from 'fast-check';
import { type Endpoint, PATH_KINDS } from '../../facts/traffic/path.ts';
import type { PlanInput, PlannedHost, PlanOptions } from '../../traffic/plan/input.ts';
import { planPaths } from '../../traffic/plan.ts';
import { aPod } from '../helpers/traffic.ts';

const aHost = (number: number, given: Partial<PlannedHost> = {}): PlannedHost => {
  const node = `host${number}`;
  const addresses = [`192.168.0.${number}`];
  const sender: Endpoint = {
    ...aPod(node, 0),
    kind: 'node',
    name: node,
    addresses,
    hostNetwork: true,
  };
  return {
    node,
    sender,
    addresses,
    managementPort: [`10.244.${number}.2`],
    gateways: ['192.168.0.254'],
    gap: undefined,
    ...given,
  };
};

/** Two pods on each of some nodes, the first behind a Service. */
function aCluster(count: number, given: Partial<PlanInput> = {}): PlanInput {
  const numbers = Array.from({ length: count }, (_, index) => index + 1);
  const pods = numbers.flatMap((number) =>
    [1, 2].map((which) =>
      aPod(`host${number}`, number, {
        name: `run/pod${number}-${which}`,
        addresses: [`10.${number >> 8}.${number & 255}.${which + 3}`],
      }),
    ),
  );
  return {
    pods,
    hosts: numbers.map((number) => aHost(number)),
    services: pods
      .filter(({ name }) => name.endsWith('-1'))
      .map((endpoint, index) => ({
        name: `run/service${index}`,
        endpoint,
        addresses: [`10.96.0.${index + 1}`],
        port: 5000,
        nodePort: 30_000 + index,
      })),
    listeners: new Map(pods.map((pod) => [pod, { port: 5000, shared: true }])),
    ...given,
  };
}

const plan = (input: PlanInput, given: Partial<PlanOptions> = {}) =>
  planPaths(input, { kinds: PATH_KINDS, selection: 'sample', runId: 'run', ...given });

const kindsOf = (input: PlanInput, given: Partial<PlanOptions> = {}) => [
  ...new Set(plan(input, given).paths.map(({ kind }) => kind)),
];

test('two nodes with two pods have paths of every kind, in the order in which they are reported', (t) => {
  t.deepEqual(kindsOf(aCluster(2)), PATH_KINDS);
});

test('every path has an id of its own, which the next run of equal endpoints gives again', (t) => {
  const { paths } = plan(aCluster(3));
  const ids = paths.map(({ id }) => id);
  t.is(new Set(ids).size, ids.length);
  t.deepEqual(
    plan(aCluster(3), { runId: 'other' }).paths.map(({ id }) => id),
    ids,
  );
});

test('few nodes are tested by all pairs, in both directions', (t) => {
  const { paths, notes } = plan(aCluster(2), { kinds: ['pod-to-pod'] });
  const pings = paths.filter(({ protocol, size }) => protocol === 'icmp' && size === 'small');
  t.is(pings.length, 8);
  t.deepEqual(notes, []);
});

test('paths of many nodes grow with the nodes, and what is left out is said', (t) => {
  const [hundred, thousand] = [plan(aCluster(100)), plan(aCluster(1000))];
  t.true(thousand.paths.length < 11 * hundred.paths.length);
  t.true(thousand.paths.length < 30 * 1000);
  t.like(thousand.notes, {
    length: 1,
    0: "of 999000 pairs of 1000 nodes 1016 are tested: each node sends to the next by name, and 16 pairs were chosen by the run's id, run",
  });
  const sending = new Set(
    thousand.paths.filter(({ kind }) => kind === 'pod-to-pod').map(({ from }) => from.node),
  );
  t.is(sending.size, 1000, 'no node is left out');
});

test('a ring is each node to the next; all is all', (t) => {
  const pairs = (selection: PlanOptions['selection']) =>
    new Set(
      plan(aCluster(5), { selection, kinds: ['pod-to-pod'] }).paths.map(
        ({ from, to }) => `${from.node} ${to.node}`,
      ),
    );
  t.deepEqual([...pairs('ring')].sort(), [
    'host1 host2',
    'host2 host3',
    'host3 host4',
    'host4 host5',
    'host5 host1',
  ]);
  t.is(pairs('all').size, 20);
  const sample = pairs('sample');
  t.true([...pairs('ring')].every((pair) => sample.has(pair)));
  t.true(sample.size > 5 && sample.size < 20);
});

test('a packet that is too long is sent once from each pod, for it must not even leave it', (t) => {
  const { paths } = plan(aCluster(2));
  const tooLong = paths.filter(({ size }) => size === 'over-mtu');
  t.deepEqual(
    tooLong.map(({ from }) => from.name),
    ['run/pod1-1', 'run/pod1-2', 'run/pod2-1', 'run/pod2-2'],
  );
});

test('IPv6 is tested where both ends have it, and not where one has not', (t) => {
  const [one, other, third] = [1, 2, 3].map((number) =>
    aPod(`host${number}`, number, {
      addresses: number === 3 ? ['10.244.3.5'] : [`10.244.${number}.5`, `fd00:${number}::5`],
    }),
  ) as [Endpoint, Endpoint, Endpoint];
  const input = aCluster(3, { pods: [one, other, third], services: [], listeners: new Map() });
  const { paths } = plan(input, { kinds: ['pod-to-pod'] });
  const six = paths.filter(({ family, size }) => family === 6 && size === 'small');
  t.deepEqual(
    six.map(({ from, to }) => [from.node, to.address]),
    [
      ['host1', 'fd00:2::5'],
      ['host2', 'fd00:1::5'],
    ],
  );
});

test('a Service is asked by others as ClusterIP and by its own pod as hairpin', (t) => {
  const { paths } = plan(aCluster(2));
  const service = paths.filter(({ to }) => to.address === '10.96.0.1');
  t.true(service.every(({ protocol, to }) => protocol === 'tcp' && to.port === 5000));
  t.deepEqual(
    service.map(({ kind, from }) => [kind, from.name]),
    [
      ['pod-to-cluster-ip', 'run/pod1-2'],
      ['pod-to-cluster-ip', 'run/pod2-1'],
      ['hairpin', 'run/pod1-1'],
    ],
  );
});

test('a listener that takes one connection gets a port for each path', (t) => {
  const input = aCluster(2);
  const listeners = new Map(input.pods.map((pod) => [pod, { port: 19_000, shared: false }]));
  const { paths } = plan({ ...input, services: [], listeners });
  const tcp = paths.filter(({ protocol }) => protocol === 'tcp');
  const ends = tcp.map(({ to }) => `${to.address}:${to.port}`);
  t.true(ends.length >= 4);
  t.is(new Set(ends).size, ends.length);
});

test('pods that share the network of their node are the node as seen from others', (t) => {
  const input = aCluster(2);
  const hostPod = aPod('host1', 9, { name: 'run/host-pod', addresses: ['192.168.0.1'], hostNetwork: true });
  const hosts = [aHost(1, { sender: hostPod }), aHost(2)];
  const { paths } = plan({ ...input, pods: [...input.pods, hostPod], hosts });
  t.false(paths.some(({ kind, from }) => kind.startsWith('pod-to-pod') && from === hostPod));
  t.true(paths.some(({ kind, from }) => kind === 'node-to-pod' && from === hostPod));
  t.true(paths.some(({ kind, to }) => kind === 'pod-to-other-node' && to.endpoint === hostPod));
});

test('what a document says does not work yet is marked on every path of that host', (t) => {
  const hosts = [aHost(1, { gap: 'isolated' }), aHost(2), aHost(3)];
  for (const { from, to, expectedGap } of plan(aCluster(3, { hosts })).paths)
    t.is(expectedGap, [from.node, to.node].includes('host1') ? 'isolated' : undefined);
});

test('only the kinds that are asked for', (t) => {
  t.deepEqual(kindsOf(aCluster(2), { kinds: ['hairpin', 'pod-to-gateway'] }), ['pod-to-gateway', 'hairpin']);
});

test('any nodes and pods have a plan without an endless one among them', (t) => {
  const input = fc.record({
    nodes: fc.integer({ min: 0, max: 12 }),
    selection: fc.constantFrom('all' as const, 'ring' as const, 'sample' as const),
    runId: fc.string(),
  });
  fc.assert(
    fc.property(input, ({ nodes, selection, runId }) => {
      const { paths } = plan(aCluster(nodes), { selection, runId });
      t.is(new Set(paths.map(({ id }) => id)).size, paths.length);
      t.true(paths.every(({ from, to }) => from.addresses[0] !== to.address));
    }),
    { numRuns: 40 },
  );
});
