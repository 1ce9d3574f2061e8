import test from 'ava';
import type { Role } from '../../facts/derived/role.ts';
import type { FactName } from '../../facts/index.ts';
import type { GatheredNode } from '../../runner/gather.ts';
import { withVethPairs } from '../../runner/veth-pairs.ts';
import { type VethSide, vethPair } from '../helpers/veth-pair.ts';

const node = (name: string, role: Role, side: VethSide, dpu?: string): GatheredNode => ({
  node: { name, access: { kind: 'local' }, ...(dpu === undefined ? {} : { dpu }) },
  uri: 'local:',
  role,
  simulation: 'veth',
  roleGround: 'test',
  facts: new Map(Object.entries(side).map(([fact, value]) => [fact as FactName, { ok: true, value }])),
  unreachable: undefined,
  durationMs: 0,
  answers: new Map(),
});

const [one, two] = [vethPair(), vethPair({ pair: 1 })];
const DPUS = [node('dpu1', 'dpu', one.dpu), node('dpu2', 'dpu', two.dpu)];

const pairs = (...nodes: readonly GatheredNode[]) =>
  withVethPairs(nodes).flatMap(({ node: { name, dpu, dpuGround } }) =>
    dpu === undefined ? [] : [`${name} ${dpu}${dpuGround === undefined ? ' given' : ''}`],
  );

test('simulated hosts and DPUs that nobody paired are paired by the other ends of their veth devices', (t) => {
  const hosts = [node('host2', 'dpu-host', two.host), node('host1', 'dpu-host', one.host)];
  t.deepEqual(pairs(...hosts, ...DPUS), ['host2 dpu2', 'host1 dpu1']);
  const [first] = withVethPairs([...hosts, ...DPUS]);
  t.is(first?.node.dpuGround, "it has the other ends of 16 of the host's 16 veth devices");
});

test('what was given stays, and nothing is guessed where no DPU has most of the ends', (t) => {
  t.deepEqual(pairs(node('host1', 'dpu-host', one.host, 'dpu2'), ...DPUS), ['host1 dpu2 given']);
  const given = node('host2', 'dpu-host', two.host, 'dpu1');
  t.deepEqual(pairs(given, node('host1', 'dpu-host', one.host), ...DPUS), ['host2 dpu1 given']);
  const split = new Map([...one.host.vethPeers].slice(0, 8).concat([...two.host.vethPeers].slice(8)));
  t.deepEqual(pairs(node('host1', 'dpu-host', { ...one.host, vethPeers: split }), ...DPUS), []);
  const refused = new Map(
    [...one.host.vethPeers.keys()].map((name) => [name, { kind: 'refused', errno: 1 } as const]),
  );
  t.deepEqual(pairs(node('host1', 'dpu-host', { ...one.host, vethPeers: refused }), ...DPUS), []);
  const twins = ['host1', 'copy'].map((name) => node(name, 'dpu-host', one.host));
  t.deepEqual(pairs(...twins, ...DPUS), []);
});
