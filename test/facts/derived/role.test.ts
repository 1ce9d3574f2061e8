import test from 'ava';
import { findRole, type RoleFacts } from '../../../facts/derived/role.ts';
import type { Outcome } from '../../../facts/fact.ts';
import type { Ovnkube } from '../../../facts/ovnkube.ts';
import type { Ovs } from '../../../facts/ovs.ts';
import { aNetdev, aProcess, dpuHost, VFS, withNetdev } from '../../helpers/node-facts.ts';

const ok = <Value>(value: Value): Outcome<Value> => ({ ok: true, value });
const unknown = { ok: false, failure: { code: 'timeout', message: 'no answer' } } as const;

/** A node of which nothing but processes and PCI functions is known. */
const aNode = (given: Partial<RoleFacts> = {}): RoleFacts => ({
  identity: unknown,
  links: ok([]),
  netdevs: ok(new Map()),
  ovnkube: unknown,
  ovs: unknown,
  pci: ok({ functions: new Map() }),
  processes: ok([]),
  testbedScripts: unknown,
  ...given,
});

const inMode = (mode: string) => ok([aProcess('ovnkube', { args: [`--ovnkube-node-mode=${mode}`] })]);

/** A DPU host whose management port OVN-Kubernetes has set up. */
function withManagementPort(): Partial<RoleFacts> {
  const { netdevs, pci } = dpuHost();
  return { netdevs: ok(withNetdev(netdevs, 'ovn-k8s-mp0', aNetdev('ovn-k8s-mp0', VFS[0]))), pci: ok(pci) };
}

test('the mode of ovnkube tells the role where no hardware does', (t) => {
  for (const role of ['dpu', 'dpu-host'] as const)
    t.is(findRole(aNode({ processes: inMode(role) })).role, role);
  t.is(findRole(aNode({ processes: inMode('full') })).role, undefined);
});

test('the mode may be an argument of its own, or stand in the configuration file', (t) => {
  const apart = aProcess('ovnkube', {
    args: ['ovnkube', '--init-node', 'h', '--ovnkube-node-mode', 'dpu-host'],
  });
  const found = findRole(aNode({ processes: ok([apart, aProcess('kubelet')]) }));
  t.is(found.role, 'dpu-host');
  t.regex(found.ground, /runs with --ovnkube-node-mode dpu-host$/);
  const path = '/etc/openvswitch/ovn_k8s.conf';
  const mode = { value: 'dpu-host', evidence: { source: path, said: '[ovnkubenode] mode=dpu-host' } };
  const plain = aProcess('ovnkube', { args: ['ovnkube', '--init-node', 'h'] });
  const configured = (pid: number | undefined) => ok({ pid, mode } as unknown as Ovnkube);
  for (const [pid, running] of [
    [7, [plain, aProcess('kubelet')]],
    [undefined, [aProcess('kubelet')]],
  ] as const) {
    const { role, ground } = findRole(aNode({ ovnkube: configured(pid), processes: ok(running) }));
    t.deepEqual([role, ground], ['dpu-host', `${path}: [ovnkubenode] mode=dpu-host`]);
  }
  // A file that was left behind does not make another machine of a DPU.
  const representor = aNetdev('pf0hpf', '0000:03:00.0', { physPortName: 'c1pf0', physSwitchId: 'c2cf' });
  const dpu = aNode({ ovnkube: configured(undefined), netdevs: ok(new Map([['pf0hpf', representor]])) });
  t.is(findRole(dpu).role, 'dpu');
});

test('hardware tells the role where ovnkube is set to another mode', (t) => {
  const host = findRole(aNode({ ...withManagementPort(), processes: inMode('dpu') }));
  t.is(host.role, 'dpu-host');
  t.regex(host.ground, /^ovn-k8s-mp0 is the VF 0000:01:02\.3 of 0000:01:00\.0$/);
  const representor = aNetdev('pf0hpf', '0000:03:00.0', { physPortName: 'c1pf0', physSwitchId: 'c2cf' });
  const dpu = findRole(
    aNode({ netdevs: ok(new Map([['pf0hpf', representor]])), processes: inMode('dpu-host') }),
  );
  t.is(dpu.role, 'dpu');
});

test('a node that offloads to a plain NIC, with its own Open vSwitch, is no DPU host', (t) => {
  const ovs = ok({
    openVSwitch: { externalIds: new Map() },
    bridges: [{ name: 'br-int' }],
  } as unknown as Ovs);
  const { pci } = withManagementPort();
  const plain = pci?.ok
    ? ok({
        functions: new Map([...pci.value.functions].map(([at, one]) => [at, { ...one, device: '1017' }])),
      })
    : unknown;
  const processes = ok([aProcess('kubelet')]);
  const found = findRole(aNode({ ...withManagementPort(), pci: plain, ovs, processes }));
  t.is(found.role, 'worker');
  t.is(findRole(aNode({ ...withManagementPort(), pci: plain, processes })).role, 'dpu-host');
});

test('the host of a BlueField is a DPU host, unless OVN-Kubernetes works on its own Open vSwitch there', (t) => {
  const { pci } = dpuHost();
  const ovs = ok({
    openVSwitch: { externalIds: new Map() },
    bridges: [{ name: 'br-int' }],
  } as unknown as Ovs);
  const full = [aProcess('ovnkube', { args: ['ovnkube', '--init-node=worker-1'] }), aProcess('kubelet')];
  const nicMode = { pci: ok(pci), ovs, processes: ok(full) };
  t.is(findRole(aNode(nicMode)).role, 'worker');
  const fresh = findRole(aNode({ pci: ok(pci) }));
  t.is(fresh.role, 'dpu-host');
  t.is(fresh.ground, 'PCI function 0000:01:00.0 is that of a DPU (15b3:a2d6)');
  // An integration bridge that was left behind does not make it another machine.
  t.is(findRole(aNode({ ...nicMode, processes: ok([aProcess('kubelet')]) })).role, 'dpu-host');
  t.is(findRole(aNode({ ...nicMode, ovs: unknown })).role, 'dpu-host');
  t.is(findRole(aNode({ ...nicMode, processes: inMode('dpu-host') })).role, 'dpu-host');
});
