import { execFileSync, spawnSync } from 'node:child_process';
import test from 'ava';
import { parseFact } from '../../../facts/fact.ts';
import { links } from '../../../facts/links.ts';
import { routes } from '../../../facts/routes.ts';
import { vethPeers } from '../../../facts/veth-peers.ts';
import { faults, judgePair, verdictOn } from '../../helpers/judge-pair.ts';

/* Real veth pairs in network namespaces of this test's own: what the kernel says, not what somebody thinks it says. */

const PREFIX = `ddveth${process.pid}`;
const NAMES = ['h0', 'd0', 'h1', 'd1'].map((name) => `${PREFIX}-${name}`);
const [HOST0, DPU0, HOST1, DPU1] = NAMES as [string, string, string, string];

const usable =
  process.getuid?.() === 0 &&
  spawnSync('ip', ['netns', 'add', `${PREFIX}-try`]).status === 0 &&
  spawnSync('ip', ['netns', 'del', `${PREFIX}-try`]).status === 0 &&
  spawnSync('perl', ['-MSocket', '-e', '1']).status === 0;

const withNamespaces = usable ? test.serial : test.serial.skip;

const ip = (line: string): void => void execFileSync('ip', line.split(' '));

function connect(host: string, vf: string, dpu: string, representor: string): void {
  ip(`link add ${vf} netns ${host} type veth peer name ${representor} netns ${dpu}`);
}

test.beforeEach(() => {
  if (!usable) return;
  for (const name of NAMES) ip(`netns add ${name}`);
  // In the same order everywhere, so that the interface indexes of both hosts coincide.
  for (const [host, dpu] of [
    [HOST0, DPU0],
    [HOST1, DPU1],
  ] as const)
    for (const index of [0, 1, 2]) connect(host, `eth0-${index}`, dpu, `rep0-${index}`);
});

test.afterEach.always(() => {
  for (const name of NAMES) spawnSync('ip', ['netns', 'del', name]);
});

function ask(namespace: string, argv: readonly string[]) {
  const { status, stdout, stderr } = spawnSync('ip', ['netns', 'exec', namespace, ...argv], {
    encoding: 'utf8',
  });
  return { command: argv.join(' '), exitCode: status ?? -1, stdout, stderr };
}

function parsed<Value>(
  outcome: { ok: true; value: Value } | { ok: false; failure: { message: string } },
): Value {
  if (!outcome.ok) throw new Error(outcome.failure.message);
  return outcome.value;
}

const factsOf = (namespace: string) => ({
  links: parsed(parseFact(links, { addr: ask(namespace, links.sources.addr.argv) })),
  routes: parsed(parseFact(routes, { list: ask(namespace, routes.sources.list.argv) })),
  vethPeers: parsed(
    parseFact(vethPeers, { peers: ask(namespace, ['sh', '-c', vethPeers.sources.peers.script]) }),
  ),
});

const OF_PEERS = new Set(['veth/leftovers', 'veth/peers', 'veth/peer-namespaces', 'veth/host-interfaces']);

const judge = (host: string, dpu: string) =>
  judgePair('veth', factsOf(host), factsOf(dpu), { 'veth-pairs': 3 }).filter(({ checkId }) =>
    OF_PEERS.has(checkId),
  );

withNamespaces('right pairs pass, by index and by the other end', (t) => {
  const results = judge(HOST0, DPU0);
  t.deepEqual(faults(results), []);
  t.is(verdictOn(results, 'veth/peers'), 'pass');
  t.is(verdictOn(results, 'veth/peer-namespaces'), 'pass');
});

withNamespaces(
  'nodes that are wholly crossed have the right indexes, and are found by the other ends',
  (t) => {
    const results = judge(HOST0, DPU1);
    t.is(verdictOn(results, 'veth/peers'), 'pass', 'the indexes of both hosts coincide');
    t.deepEqual(faults(results), ['veth/peer-namespaces fail on host1']);
  },
);

withNamespaces('one pair crossed between two hosts is found although its indexes are right', (t) => {
  for (const namespace of [HOST0, HOST1]) ip(`-n ${namespace} link del eth0-2`);
  connect(HOST0, 'eth0-2', DPU1, 'rep0-2');
  connect(HOST1, 'eth0-2', DPU0, 'rep0-2');
  const results = judge(HOST0, DPU0);
  t.deepEqual(faults(results), ['veth/peers fail on host1']);
  t.deepEqual(
    results.flatMap(({ findings }) => findings).map(({ code, subject }) => `${code} ${subject}`),
    ['OTHER_NAMESPACE eth0-2 ↔ rep0-2'],
  );
});

withNamespaces('pairs crossed between two numbers are found by index', (t) => {
  for (const number of [1, 2]) ip(`-n ${HOST0} link del eth0-${number}`);
  connect(HOST0, 'eth0-1', DPU0, 'rep0-2');
  connect(HOST0, 'eth0-2', DPU0, 'rep0-1');
  t.deepEqual(faults(judge(HOST0, DPU0)), ['veth/peers fail on host1']);
});

withNamespaces('a VF in the namespace of a pod is no fault, one that a third node has is', (t) => {
  ip(`-n ${HOST0} link set eth0-2 netns ${DPU1}`);
  ip(`-n ${DPU1} link set eth0-2 name eth0`);
  t.deepEqual(faults(judge(HOST0, DPU0)), []);
  ip(`-n ${DPU1} link set eth0 name eth0-2`);
  t.deepEqual(faults(judge(HOST0, DPU0)), ['veth/peer-namespaces fail on host1']);
});

withNamespaces('a login without the right to look gives no verdict', (t) => {
  const nobody = ['setpriv', '--reuid=65534', '--clear-groups', 'sh', '-c', vethPeers.sources.peers.script];
  const peers = parsed(parseFact(vethPeers, { peers: ask(HOST0, nobody) }));
  t.is(peers.size, 3);
  t.true([...peers.values()].every(({ kind }) => kind === 'refused'));
});
