import test from 'ava';
import { findRole, type RoleFacts } from '../../../facts/derived/role.ts';
import type { Outcome } from '../../../facts/fact.ts';
import type { Identity } from '../../../facts/identity.ts';
import { aLink, aNetdev, aProcess } from '../../helpers/node-facts.ts';

const ok = <Value>(value: Value): Outcome<Value> => ({ ok: true, value });
const unknown = { ok: false, failure: { code: 'timeout', message: 'no answer' } } as const;

const named = (hostname: string): Outcome<Identity> =>
  ok({ hostname, os: '', osRelease: new Map(), kernel: '6.1.13', product: 'KVM', init: 'systemd' });

const aNode = (given: Partial<RoleFacts> = {}): RoleFacts => ({
  identity: named('node'),
  links: ok([aLink('eth0')]),
  netdevs: ok(new Map()),
  ovnkube: unknown,
  ovs: unknown,
  pci: ok({ functions: new Map() }),
  processes: ok([]),
  testbedScripts: ok({ variables: new Map(), unreadable: new Map(), machines: new Map() }),
  ...given,
});

const linksOf = (kind: string, ...names: readonly string[]) => ok(names.map((name) => aLink(name, { kind })));

const kubernetes = ok(['kubelet', 'kube-apiserver'].map((name) => aProcess(name)));

test("kind's simulated nodes are told by the names of their veth devices", (t) => {
  const host = findRole(aNode({ links: linksOf('veth', 'eth0-0', 'eth0-1'), processes: kubernetes }));
  t.like(host, { role: 'dpu-host', simulation: 'veth' });
  t.is(host.ground, 'ip link shows 2 veth VFs, such as eth0-0');
  const dpu = findRole(aNode({ links: linksOf('veth', 'eth0', 'rep1-0', 'rep1-1') }));
  t.like(dpu, { role: 'dpu', simulation: 'veth' });
});

test('veth ends that the set-up has not moved or renamed tell where they are', (t) => {
  const found = (...names: string[]) => findRole(aNode({ links: linksOf('veth', ...names) }));
  t.like(found('host0-eth0-1', 'host0-eth0-2', 'temp-host0-0'), { role: 'dpu-host', simulation: 'veth' });
  t.like(found('dpu0-rep0-1', 'temp-rep0-0'), { role: 'dpu', simulation: 'veth' });
  t.like(found('host0-eth0-1', 'dpu0-rep0-1'), { role: 'hypervisor', simulation: 'veth' });
  t.like(found('eth0-1', 'eth0-2', 'temp-host0-0', 'temp-rep0-0'), { role: 'dpu-host' });
  t.is(found('host0-eth0-1', 'veth1').role, undefined);
  const links = linksOf('veth', 'host0-eth0-1', 'dpu0-rep0-1');
  t.like(findRole(aNode({ links, processes: kubernetes })), { role: 'control-plane', simulation: 'veth' });
});

test('one device of such a name, or one that is no veth, tells nothing', (t) => {
  t.is(findRole(aNode({ links: linksOf('veth', 'eth0-0') })).role, undefined);
  t.is(findRole(aNode({ links: linksOf('vlan', 'eth0-0', 'eth0-1') })).role, undefined);
  t.is(findRole(aNode({ links: linksOf('veth', 'veth12ab-0', 'eth0-x') })).role, undefined);
});

test('a node with an eswitch is not simulated, whatever its devices are called', (t) => {
  const netdevs = ok(
    new Map([['p0', aNetdev('p0', '0000:03:00.0', { physPortName: 'p0', physSwitchId: 'c2cf' })]]),
  );
  const found = findRole(aNode({ links: linksOf('veth', 'rep0-0', 'rep0-1'), netdevs }));
  t.is(found.simulation, undefined);
});

test('the hypervisor of the software testbed is told by its TAPs, or its bridges', (t) => {
  const taps = findRole(aNode({ links: linksOf('tun', 'tap2-vf0-i', 'tap2-vf0-t', 'tap3-vf0-i') }));
  t.like(taps, { role: 'hypervisor', simulation: 'tap' });
  t.is(taps.ground, 'ip link shows 3 TAPs of the software testbed, such as tap2-vf0-i');
  const bridges = findRole(aNode({ links: linksOf('bridge', 'br2-vf0', 'br2-vf1') }));
  t.like(bridges, { role: 'hypervisor', simulation: 'tap' });
  t.is(findRole(aNode({ links: linksOf('tun', 'tap0', 'vnet1', 'tun0') })).role, undefined);
});

test('a virtual machine of the software testbed is told by the list that names it', (t) => {
  const path = '/home/core/dpu-software/scripts/variables.sh';
  const lists = {
    'gw-1': 'GATEWAY_LIST',
    'infra-1': 'INFRA_CTRL_LIST',
    'infra-2': 'INFRA_DPU_LIST',
    'tenant-2': 'TENANT_DPU_HOST_LIST',
    'tenant-4': 'TENANT_WORKER_LIST',
  };
  const machines = new Map(Object.entries(lists).map(([name, list]) => [name, { list, path }]));
  const testbedScripts = ok({ variables: new Map(), unreadable: new Map(), machines });
  const at = (hostname: string) => findRole(aNode({ identity: named(hostname), testbedScripts }));
  t.like(at('infra-1'), { role: 'control-plane', simulation: 'tap' });
  t.like(at('infra-2'), { role: 'dpu', simulation: 'tap' });
  t.like(at('tenant-2.example.com'), { role: 'dpu-host', simulation: 'tap' });
  t.like(at('tenant-4'), { role: 'worker', simulation: 'tap' });
  t.is(at('infra-2').ground, `${path} lists infra-2 in INFRA_DPU_LIST`);
  t.is(at('gw-1').role, undefined);
  t.is(at('laptop').role, undefined);
});

test('a plain node of a cluster, and a plain machine', (t) => {
  t.like(findRole(aNode({ processes: kubernetes })), { role: 'control-plane', simulation: undefined });
  t.like(findRole(aNode({ processes: ok([aProcess('kubelet')]) })), { role: 'worker' });
  const northd = aProcess('ovn-northd');
  t.like(findRole(aNode({ processes: ok([northd]) })), { role: 'control-plane' });
  t.like(findRole(aNode({ processes: ok([aProcess('kubelet'), northd]) })), { role: 'worker' });
  const plain = findRole(aNode());
  t.is(plain.role, undefined);
  t.regex(plain.ground, /no ovnkube, kubelet or kube-apiserver/);
});

test('what could not be had tells nothing and ends nothing', (t) => {
  const nothing = Object.fromEntries(Object.keys(aNode()).map((name) => [name, unknown]));
  const { role, ground } = findRole(nothing as unknown as RoleFacts);
  t.is(role, undefined);
  t.notRegex(ground, /\bno (?:ovnkube|BlueField|representors|SR-IOV|simulated)/);
});

test('what nobody could look for is not said to be absent', (t) => {
  const refused = { ok: false as const, failure: { code: 'permission' as const, message: 'ip needs root' } };
  t.is(
    findRole(aNode({ links: refused, pci: refused })).ground,
    'no ovnkube, kubelet or kube-apiserver, no representors; nothing is known of BlueField, SR-IOV management port, simulated VFs: ip needs root',
  );
});
