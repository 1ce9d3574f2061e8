import test from 'ava';
import type { Role, Simulation } from '../../facts/derived/role.ts';
import type { FactName } from '../../facts/index.ts';
import type { GatheredNode } from '../../runner/gather.ts';
import { withSimulation } from '../../runner/simulated.ts';
import { aNetdev } from '../helpers/node-facts.ts';

type Given = { readonly simulation?: Simulation; readonly netdev?: ReturnType<typeof aNetdev> };

const node = (name: string, role: Role, { simulation, netdev }: Given = {}): GatheredNode => ({
  node: { name, access: { kind: 'local' } },
  uri: 'local:',
  role,
  simulation,
  roleGround: 'test',
  facts: new Map([
    [
      'netdevs' as FactName,
      { ok: true, value: new Map(netdev === undefined ? [] : [[netdev.name, netdev]]) },
    ],
  ]),
  unreachable: undefined,
  durationMs: 0,
  answers: new Map(),
});

const simulations = (nodes: readonly GatheredNode[], bySuite?: Simulation) =>
  withSimulation(nodes, bySuite).map(({ node: { name }, simulation }) => `${name} ${simulation ?? '-'}`);

const OTHER = node('dpu2', 'dpu', { simulation: 'veth' });

test('a DPU or host without any sign is simulated as others of the run are, or as the suite says', (t) => {
  const bare = [node('host1', 'dpu-host'), node('dpu1', 'dpu'), node('control', 'control-plane')];
  t.deepEqual(simulations([...bare, OTHER]), ['host1 veth', 'dpu1 veth', 'control -', 'dpu2 veth']);
  t.deepEqual(simulations(bare, 'tap'), ['host1 tap', 'dpu1 tap', 'control -']);
  t.deepEqual(simulations(bare), ['host1 -', 'dpu1 -', 'control -']);
});

test('a node with hardware stays what it is, and one that did not say what it has', (t) => {
  const real = node('host1', 'dpu-host', { netdev: aNetdev('enp1s0f0', '0000:01:00.0') });
  const silent = { ...node('host2', 'dpu-host'), facts: new Map() };
  t.deepEqual(simulations([real, silent, OTHER], 'veth'), ['host1 -', 'host2 -', 'dpu2 veth']);
  const virtio = { ...aNetdev('enp1s0', '0000:01:00.0'), deviceLink: '../../../virtio0' };
  t.deepEqual(simulations([node('tenant-2', 'dpu-host', { netdev: virtio })], 'tap'), ['tenant-2 tap']);
});
