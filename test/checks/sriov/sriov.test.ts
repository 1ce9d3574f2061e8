import test from 'ava';
import type { Devlink } from '../../../facts/devlink.ts';
import type { DevlinkHealth } from '../../../facts/devlink-health.ts';
import type { Feature } from '../../../facts/ethtool.ts';
import type { VfLine } from '../../../facts/links.ts';
import {
  aLink,
  aNetdev,
  anAddress,
  anOvnkube,
  aPciFunction,
  aSetting,
  dpuHost,
  idsWith,
  type JudgeNode,
  judgeNode,
  NO_REPORTERS,
  type NodeFacts,
  onlyFault,
  PF,
  pciOf,
  VFS,
  withFunction,
  withLink,
  withNetdev,
} from '../../helpers/node-facts.ts';

const judge = (facts: NodeFacts, options?: JudgeNode) => judgeNode(facts, ['gateway', 'sriov'], options);

/** A DPU host whose gateway interface is given: no step of the derivation speaks before the checks of SR-IOV. */
function pinned() {
  const facts = dpuHost();
  facts.ovnkube = anOvnkube({ gatewayInterface: aSetting('gateway-interface', 'eth0v1') });
  return facts;
}

const HOST_CHECKS = [
  'supported',
  'vfs-created',
  'virtfn-count',
  'virtfn-links',
  'physfn-links',
  'lspci',
  'pf-driver',
  'pf-netdev',
  'pf-up',
  'vf-lines',
  'vf-drivers',
].map((name) => `sriov/${name}`);

test('a healthy DPU host passes, and a VF in a pod and an unused NIC are no fault', (t) => {
  const results = judge(dpuHost(), { expect: { 'num-vfs': 3, pf: 'eth0' } });
  t.deepEqual(idsWith(results, 'fail', 'warn', 'error', 'blocked'), []);
  for (const id of [...HOST_CHECKS, 'sriov/num-vfs']) t.is(results.get(id)?.verdict, 'pass', id);
  t.is(results.get('sriov/vf-drivers')?.note, '1 of 3 are in another network namespace');
});

test('a PF of another device than is expected is one warning, and none where nothing is expected', (t) => {
  const wanted = judge(dpuHost(), { expect: { 'dpu-devices': ['15b3:a2d6'] } });
  t.is(wanted.get('sriov/dpu-device')?.verdict, 'pass');
  const other = judge(dpuHost(), { expect: { 'dpu-devices': ['15b3:a2dc'] } });
  t.deepEqual(idsWith(other, 'fail', 'warn', 'error', 'blocked'), ['sriov/dpu-device']);
  t.regex(
    other.get('sriov/dpu-device')?.findings[0]?.message ?? '',
    /is 15b3:a2d6, and 15b3:a2dc is expected/,
  );
  t.is(judge(dpuHost()).get('sriov/dpu-device')?.verdict, 'skip');
});

test('no check of hardware passes on a simulated host', (t) => {
  const results = judgeNode(dpuHost(), ['sriov'], { simulation: 'veth' });
  t.deepEqual(idsWith(results, 'pass', 'fail', 'warn', 'error', 'blocked'), []);
});

test('a machine without SR-IOV fails one check', (t) => {
  const facts = dpuHost();
  facts.pci = pciOf([aPciFunction('0000:05:00.0', { vendor: '8086', netdevs: ['eno1'] })]);
  onlyFault(t, judge(facts), 'sriov/supported', 'NOT_SUPPORTED');
});

test('fewer VFs in the firmware than wanted, and a PF that is not there, are told apart', (t) => {
  const few = judge(dpuHost(), { expect: { 'num-vfs': 20 } });
  t.is(onlyFault(t, few, 'sriov/num-vfs', 'TOO_FEW').message, 'write error: Numerical result out of range');
  const absent = judge(dpuHost(), { expect: { pf: 'enp9s0' } });
  t.is(onlyFault(t, absent, 'sriov/supported', 'PF_NOT_FOUND').message, 'Device "enp9s0" does not exist.');
});

test('sriov_numvfs of 0 is the one failure, though the management port is gone with the VFs', (t) => {
  const facts = dpuHost();
  facts.pci = withFunction(facts.pci, PF, { sriovNumVfs: 0, virtfns: new Map() });
  for (const vf of VFS) facts.pci = withFunction(facts.pci, vf, undefined);
  facts.links = withLink(withLink(facts.links, 'pf0vf0', undefined), 'eth0', { vfs: [] });
  facts.netdevs = withNetdev(facts.netdevs, 'pf0vf0', undefined);
  const results = judge(facts);
  const finding = onlyFault(t, results, 'sriov/vfs-created', 'NO_VFS');
  t.regex(finding.remedy, /echo '3' > \/sys\/bus\/pci\/devices\/0000:01:00\.0\/sriov_numvfs/);
  t.is(results.get('gateway/management-port-exists')?.verdict, 'blocked');
});

test('virtfn links that sriov_numvfs of 0 contradicts fail one check, and nobody claims that there are none', (t) => {
  const judged = (sriovNumVfs: number | undefined) => {
    const facts = dpuHost();
    facts.pci = withFunction(facts.pci, PF, { sriovNumVfs });
    return judge(facts, { expect: { 'num-vfs': 3 } });
  };
  const finding = onlyFault(t, judged(0), 'sriov/virtfn-count', 'OTHER_COUNT');
  t.is(finding.message, '0000:01:00.0 has 3 virtfn links for 0 VFs');
  t.regex(finding.remedy, /echo 3 > [^ ]*sriov_numvfs$/);
  const hidden = onlyFault(t, judged(undefined), 'sriov/virtfn-count', 'NO_NUMBER');
  t.is(hidden.message, '0000:01:00.0 has 3 virtfn links, and no sriov_numvfs tells how many VFs there are');
});

test('a firmware that offers no VFs is told from one without SR-IOV', (t) => {
  const facts = dpuHost();
  facts.pci = withFunction(facts.pci, PF, { sriovTotalVfs: 0, sriovNumVfs: 0, virtfns: new Map() });
  const finding = onlyFault(t, judge(facts, { expect: { pf: 'eth0' } }), 'sriov/supported', 'NONE_OFFERED');
  t.regex(finding.remedy, /mlxconfig -d 0000:01:00\.0 set /);
});

test('which PF is examined is said once', (t) => {
  const notes = [...judge(dpuHost()).values()].filter(({ note }) => note?.includes('is its VF'));
  t.deepEqual(
    notes.map(({ checkId }) => checkId),
    ['sriov/supported'],
  );
});

test('a PF that has lost its driver and with it its VFs is told as such', (t) => {
  const facts = dpuHost();
  facts.pci = withFunction(facts.pci, PF, {
    sriovNumVfs: 0,
    virtfns: new Map(),
    driver: undefined,
    netdevs: [],
    hasNetDirectory: false,
  });
  for (const vf of VFS) facts.pci = withFunction(facts.pci, vf, undefined);
  facts.links = withLink(withLink(facts.links, 'pf0vf0', undefined), 'eth0', undefined);
  facts.netdevs = withNetdev(withNetdev(facts.netdevs, 'pf0vf0', undefined), 'eth0', undefined);
  onlyFault(t, judge(facts), 'sriov/vfs-created', 'NO_DRIVER');
  onlyFault(t, judge(facts, { expect: { pf: 'eth0' } }), 'sriov/vfs-created', 'NO_DRIVER');
  facts.pci = withFunction(facts.pci, PF, { driver: 'vfio-pci' });
  t.is(onlyFault(t, judge(facts), 'sriov/vfs-created', 'NO_DRIVER').observed, 'bound to vfio-pci');
});

test('another number of VFs than expected fails one check', (t) => {
  const results = judge(dpuHost(), { expect: { 'num-vfs': 4 } });
  t.is(onlyFault(t, results, 'sriov/num-vfs', 'OTHER_NUMBER').observed, '3 VFs of at most 16');
  t.is(judge(dpuHost()).get('sriov/num-vfs')?.verdict, 'skip');
  const facts = dpuHost();
  facts.pci = withFunction(facts.pci, PF, { sriovTotalVfs: 1 });
  onlyFault(t, judge(facts), 'sriov/num-vfs', 'TOO_FEW');
  onlyFault(t, judge(facts, { expect: { 'num-vfs': 3 } }), 'sriov/num-vfs', 'TOO_FEW');
});

test('a missing virtfn link fails one check, also where it is that of the management port', (t) => {
  for (const missing of [0, 2]) {
    const facts = dpuHost();
    const virtfns = new Map([...VFS.entries()].filter(([number]) => number !== missing));
    facts.pci = withFunction(facts.pci, PF, { virtfns });
    onlyFault(t, judge(facts), 'sriov/virtfn-count', 'OTHER_COUNT');
  }
});

test('a virtfn link that leads nowhere, and two that lead to one VF, fail one check', (t) => {
  const facts = dpuHost();
  facts.pci = withFunction(facts.pci, VFS[2], undefined);
  t.is(onlyFault(t, judge(facts), 'sriov/virtfn-links', 'DANGLING').subject, VFS[2]);
  const twice = dpuHost();
  const virtfns = new Map([
    [0, VFS[0]],
    [1, VFS[1]],
    [2, VFS[1]],
  ]);
  twice.pci = withFunction(twice.pci, PF, { virtfns });
  t.is(onlyFault(t, judge(twice), 'sriov/virtfn-links', 'TWICE').subject, VFS[1]);
});

test("a VF's number and address belong together where the PF tells how", (t) => {
  // The second VF of the PF 0000:01:00.0 is 0000:01:02.4 by these numbers: 0x13 + 1.
  const rule = { sriovOffset: 0x13, sriovStride: 1 };
  const fine = dpuHost();
  fine.pci = withFunction(fine.pci, PF, rule);
  t.is(judge(fine).get('sriov/virtfn-links')?.verdict, 'pass');
  const orders = [
    [0, 2, 1],
    [0, 1, 9],
  ];
  for (const [index, order] of orders.entries()) {
    const facts = dpuHost();
    const virtfns = new Map(VFS.map((address, place) => [order[place] ?? 0, address]));
    facts.pci = withFunction(facts.pci, PF, { ...rule, virtfns });
    const finding = onlyFault(t, judge(facts), 'sriov/virtfn-links', 'OTHER_VF');
    if (index === 0)
      t.is(
        finding.message,
        'virtfn2 of 0000:01:00.0 leads to 0000:01:02.4, and VF 2 of 0000:01:00.0 is 0000:01:02.5',
      );
  }
});

test('a missing physfn link, one to another PF and one that is not answered fail one check', (t) => {
  const missing = dpuHost();
  missing.pci = withFunction(missing.pci, VFS[1], { physfn: undefined, physfnLink: undefined });
  t.is(onlyFault(t, judge(missing), 'sriov/physfn-links', 'PHYSFN_MISSING').subject, VFS[1]);
  const other = dpuHost();
  other.pci = withFunction(other.pci, VFS[1], { physfn: '0000:09:00.0', physfnLink: '../0000:09:00.0' });
  onlyFault(t, judge(other), 'sriov/physfn-links', 'OTHER_PF');
  const stray = dpuHost();
  stray.pci = withFunction(stray.pci, '0000:01:02.6', { physfn: PF, physfnLink: `../${PF}` });
  t.is(onlyFault(t, judge(stray), 'sriov/physfn-links', 'NO_VIRTFN').subject, '0000:01:02.6');
});

test("a physfn link of the management port's VF to another NIC fails one check, and no gateway interface passes", (t) => {
  const facts = dpuHost();
  const physfn = '0000:05:00.0';
  facts.pci = withFunction(facts.pci, VFS[0], { physfn, physfnLink: `../${physfn}` });
  const results = judge(facts);
  t.is(onlyFault(t, results, 'sriov/physfn-links', 'OTHER_PF').subject, VFS[0]);
  t.is(results.get('gateway/gateway-interface')?.verdict, 'skip');
});

test('a VF whose configuration space does not answer fails one check, unless a virtual machine has it', (t) => {
  const facts = dpuHost();
  facts.lspci = new Map(
    [...facts.lspci].map(([address, one]) => [
      address,
      { ...one, revision: address === VFS[2] ? 'ff' : '01' },
    ]),
  );
  onlyFault(t, judge(facts), 'sriov/lspci', 'NO_ANSWER');
  facts.pci = withFunction(facts.pci, VFS[2], { driver: 'vfio-pci', netdevs: [], hasNetDirectory: false });
  t.is(judge(facts).get('sriov/lspci')?.verdict, 'pass');
});

test('a VF that lspci does not list fails one check', (t) => {
  const facts = dpuHost();
  facts.lspci = new Map([...facts.lspci].filter(([address]) => address !== VFS[2]));
  onlyFault(t, judge(facts), 'sriov/lspci', 'NOT_LISTED');
  // Where it lists nothing, that is no word on the VFs.
  facts.lspci = new Map();
  t.is(judge(facts).get('sriov/lspci')?.verdict, 'error');
});

test('an unbound VF fails and one on vfio-pci is a warning; both are named', (t) => {
  const unbound = dpuHost();
  unbound.pci = withFunction(unbound.pci, VFS[1], { driver: undefined, netdevs: [], hasNetDirectory: false });
  t.is(onlyFault(t, judge(unbound), 'sriov/vf-drivers', 'UNBOUND').subject, VFS[1]);
  const vfio = dpuHost();
  vfio.pci = withFunction(vfio.pci, VFS[2], { driver: 'vfio-pci', hasNetDirectory: false });
  const finding = onlyFault(t, judge(vfio), 'sriov/vf-drivers', 'PASSED_THROUGH', 'warn');
  t.is(finding.message, 'cannot get a network device with pci address 0000:01:02.5: it is bound to vfio-pci');
});

test('a PF without driver or with vfio-pci fails one check where the gateway is given', (t) => {
  const gone = { netdevs: [], hasNetDirectory: false };
  const unbound = pinned();
  unbound.pci = withFunction(unbound.pci, PF, { ...gone, driver: undefined });
  onlyFault(t, judge(unbound), 'sriov/pf-driver', 'UNBOUND');
  const vfio = pinned();
  vfio.pci = withFunction(vfio.pci, PF, { ...gone, driver: 'vfio-pci' });
  onlyFault(t, judge(vfio), 'sriov/pf-driver', 'PASSED_THROUGH');
});

test("a PF's network device in another namespace fails one check where the gateway is given", (t) => {
  const facts = pinned();
  facts.pci = withFunction(facts.pci, PF, { netdevs: [] });
  facts.links = withLink(facts.links, 'eth0', undefined);
  t.is(
    onlyFault(t, judge(facts), 'sriov/pf-netdev', 'NO_NETDEVS').message,
    'no netdevs found for pci address 0000:01:00.0',
  );
});

test('a PF that is down and one without carrier fail one check', (t) => {
  const down = dpuHost();
  down.links = withLink(down.links, 'eth0', { flags: ['BROADCAST', 'MULTICAST'] });
  t.is(onlyFault(t, judge(down), 'sriov/pf-up', 'DOWN').remedy, 'sudo ip link set eth0 up');
  const dark = dpuHost();
  dark.links = withLink(dark.links, 'eth0', { flags: ['NO-CARRIER', 'BROADCAST', 'UP'] });
  onlyFault(t, judge(dark), 'sriov/pf-up', 'NO_CARRIER');
});

test('fewer vf lines than VFs fail one check; a driver that tells none is not blamed', (t) => {
  const facts = dpuHost();
  facts.links = withLink(facts.links, 'eth0', { vfs: [{ vf: 0, mac: '00:00:00:00:00:00' }] });
  onlyFault(t, judge(facts), 'sriov/vf-lines', 'OTHER_COUNT');
  facts.links = withLink(facts.links, 'eth0', { vfs: [] });
  t.is(judge(facts).get('sriov/vf-lines')?.verdict, 'skip');
});

test('another vendor is not blamed for what it is', (t) => {
  const facts = dpuHost();
  facts.pci = pciOf(
    [...facts.pci.functions.values()].map((one) => ({
      ...one,
      vendor: '8086',
      device: '1452',
      driver: 'idpf',
    })),
  );
  facts.lspci = new Map([...facts.lspci].map(([address, one]) => [address, { ...one, vendor: '8086' }]));
  t.deepEqual(idsWith(judge(facts), 'fail', 'warn', 'error', 'blocked'), []);
});

test('of two PFs with VFs and no management port, the one that is down is a warning', (t) => {
  const facts = dpuHost();
  facts.ovnkube = anOvnkube({
    gatewayInterface: undefined,
    managementPort: undefined,
    pid: undefined,
    mode: undefined,
  });
  facts.processes = [];
  facts.pci = withFunction(facts.pci, '0000:01:00.1', {
    sriovTotalVfs: 16,
    sriovNumVfs: 1,
    virtfns: new Map([[0, '0000:01:03.0']]),
    netdevs: ['eth1'],
  });
  facts.pci = withFunction(facts.pci, '0000:01:03.0', {
    physfn: '0000:01:00.1',
    physfnLink: '../0000:01:00.1',
  });
  facts.links = [...facts.links, aLink('eth1', { flags: [] })];
  facts.lspci = new Map([
    ...facts.lspci,
    ['0000:01:03.0', { address: '', class: '0200', vendor: '', device: '' }],
  ]);
  onlyFault(t, judge(facts), 'sriov/pf-up', 'ONE_DOWN', 'warn');
});

/** A DPU as seed A has it: uplink p0, the host's PF representor and one VF representor. */
function dpu(mode = 'switchdev') {
  const at = '0000:03:00.0';
  const port = (name: string, physPortName: string) =>
    aNetdev(name, at, { physPortName, physSwitchId: 'c2cfc60003a1420c' });
  const ports = [port('p0', 'p0'), port('pf0hpf', 'c1pf0'), port('pf0vf0', 'c1pf0vf0')];
  const devlink: Devlink = {
    unavailable: undefined,
    ports: [],
    eswitches: new Map([[`pci/${at}`, { handle: `pci/${at}`, mode, refused: undefined }]]),
  };
  const on: Feature = { on: true, fixed: false, said: 'hw-tc-offload: on' };
  return {
    devlink,
    devlinkHealth: NO_REPORTERS,
    ethtool: new Map<string, Feature>(ports.map(({ name }) => [name, on])),
    links: ports.map(({ name }) => aLink(name, { master: 'ovs-system' })),
    netdevs: new Map(ports.map((one) => [one.name, one])),
  };
}

const judgeDpu = (facts: NodeFacts) => {
  const results = judgeNode(facts, ['sriov'], { role: 'dpu' });
  return results;
};

test('a DPU in switchdev mode that offloads passes', (t) => {
  const results = judgeDpu(dpu());
  t.deepEqual(idsWith(results, 'pass'), ['sriov/eswitch-mode', 'sriov/hw-tc-offload']);
  t.is(results.size, 3);
});

test('legacy mode on the DPU is the one failure; on the host nobody asks', (t) => {
  const results = judgeDpu(dpu('legacy'));
  onlyFault(t, results, 'sriov/eswitch-mode', 'LEGACY');
  t.is(results.get('sriov/hw-tc-offload')?.verdict, 'blocked');
  t.is(judge({ ...dpuHost(), devlink: dpu('legacy').devlink }).get('sriov/eswitch-mode'), undefined);
});

test('an eswitch that is made ready and not active is not called legacy', (t) => {
  // Linux 6.19: devlink dev eswitch set … mode switchdev_inactive.
  const finding = onlyFault(t, judgeDpu(dpu('switchdev_inactive')), 'sriov/eswitch-mode', 'INACTIVE');
  t.is(finding.message, 'the eswitch of pci/0000:03:00.0 is in switchdev_inactive mode');
});

test('an eswitch that knows no tunnels is a warning', (t) => {
  const facts = dpu();
  const withEncap = (encap: string) => {
    const eswitches = new Map([...facts.devlink.eswitches].map(([name, one]) => [name, { ...one, encap }]));
    return judgeDpu({ ...facts, devlink: { ...facts.devlink, eswitches } });
  };
  for (const fine of ['basic', 'enable']) t.is(withEncap(fine).get('sriov/eswitch-mode')?.verdict, 'pass');
  for (const none of ['none', 'disable'])
    onlyFault(t, withEncap(none), 'sriov/eswitch-mode', 'NO_ENCAPSULATION', 'warn');
});

test('a second port in legacy mode is a warning, unless a bridge uses it', (t) => {
  const facts = dpu();
  const handle = 'pci/0000:03:00.1';
  const eswitches = new Map([
    ...facts.devlink.eswitches,
    [handle, { handle, mode: 'legacy', refused: undefined }],
  ]);
  const two = {
    ...facts,
    devlink: { ...facts.devlink, eswitches },
    netdevs: withNetdev(facts.netdevs, 'p1', aNetdev('p1', '0000:03:00.1')),
    links: [...facts.links, aLink('p1')],
  };
  onlyFault(t, judgeDpu(two), 'sriov/eswitch-mode', 'ONE_LEGACY', 'warn');
  const used = { ...two, links: withLink(two.links, 'p1', { master: 'ovs-system' }) };
  onlyFault(t, judgeDpu(used), 'sriov/eswitch-mode', 'LEGACY');
});

test('where devlink tells nothing, representors show the mode, and without them it is not known', (t) => {
  const facts = dpu();
  const silent: Devlink = {
    unavailable: { code: 'missing-program', message: 'devlink is not installed on the node' },
    eswitches: new Map(),
    ports: [],
  };
  t.is(judgeDpu({ ...facts, devlink: silent }).get('sriov/eswitch-mode')?.verdict, 'pass');
  const bare = { ...facts, devlink: silent, netdevs: new Map(), links: [] };
  t.is(judgeDpu(bare).get('sriov/eswitch-mode')?.verdict, 'error');
  const handle = 'pci/0000:03:00.0';
  const refused = new Map([
    [handle, { handle, mode: undefined, refused: 'kernel answers: Operation not supported' }],
  ]);
  const other = { ...bare, devlink: { ...silent, unavailable: undefined, eswitches: refused } };
  t.is(judgeDpu(other).get('sriov/eswitch-mode')?.verdict, 'skip');
  // What devlink may not tell may be legacy mode: a PF's representor proves nothing then, a VF's does.
  const secret = new Map([[handle, { handle, mode: undefined, refused: 'sudo: a password is required' }]]);
  const devlink = { ...silent, unavailable: undefined, eswitches: secret };
  t.is(judgeDpu({ ...facts, devlink }).get('sriov/eswitch-mode')?.verdict, 'pass');
  const onlyPf = withNetdev(facts.netdevs, 'pf0vf0', undefined);
  const unknown = judgeDpu({ ...facts, devlink, netdevs: onlyPf }).get('sriov/eswitch-mode');
  t.is(unknown?.verdict, 'error');
  t.regex(unknown?.reason ?? '', /does not tell the mode of the eswitch of pci\/0000:03:00\.0/);
});

test('hw-tc-offload off, and off for good, are told apart; what stands in for hardware is not judged', (t) => {
  const facts = dpu();
  const off = { on: false, fixed: false, said: 'hw-tc-offload: off' };
  const results = judgeDpu({ ...facts, ethtool: new Map([...facts.ethtool, ['p0', off]]) });
  t.is(onlyFault(t, results, 'sriov/hw-tc-offload', 'OFF').remedy, 'sudo ethtool -K p0 hw-tc-offload on');
  const fixed = { ...off, fixed: true, said: 'hw-tc-offload: off [fixed]' };
  const always = { ...facts, ethtool: new Map([...facts.ethtool, ['pf0vf0', fixed]]) };
  onlyFault(t, judgeDpu(always), 'sriov/hw-tc-offload', 'FIXED');
  const unused = { ...facts, links: withLink(facts.links, 'p0', { master: undefined }) };
  const spare = judgeDpu({ ...unused, ethtool: new Map([...facts.ethtool, ['p0', off]]) });
  onlyFault(t, spare, 'sriov/hw-tc-offload', 'UNUSED', 'warn');
  // No port in a bridge of the kernel: OVS-DOCA, which offloads without TC.
  const userSpace = { ...always, links: facts.links.map((link) => ({ ...link, master: undefined })) };
  t.is(judgeDpu(userSpace).get('sriov/hw-tc-offload')?.verdict, 'skip');
  const veths = { ...always, links: facts.links.map((link) => ({ ...link, kind: 'veth' })) };
  t.is(judgeDpu(veths).get('sriov/hw-tc-offload')?.verdict, 'skip');
});

test('a health reporter that is in error is a warning, and one without devlink a skip', (t) => {
  const judged = (reporters: DevlinkHealth['reporters']) =>
    judgeDpu({ ...dpu(), devlinkHealth: { unavailable: undefined, reporters } });
  const fw = { device: 'pci/0000:03:00.0', name: 'fw', state: 'healthy' };
  t.is(judged([fw]).get('sriov/devlink-health')?.verdict, 'pass');
  const fatal = { ...fw, name: 'fw_fatal', state: 'error' };
  const finding = onlyFault(t, judged([fw, fatal]), 'sriov/devlink-health', 'ERROR', 'warn');
  t.is(finding.message, 'the health reporter fw_fatal of pci/0000:03:00.0 is in state error');
  t.is(judged([]).get('sriov/devlink-health')?.verdict, 'skip');
});

test('a VF whose link the PF keeps down is told by its number', (t) => {
  const facts = dpuHost();
  const vfs = ['auto', 'disable', 'enable'].map((linkState, vf) => ({ vf, mac: '', linkState }));
  facts.links = withLink(facts.links, 'eth0', { vfs });
  const finding = onlyFault(t, judge(facts), 'sriov/vf-lines', 'DISABLED');
  t.is(finding.message, 'vf 1 of eth0 has link-state disable');
  t.is(finding.remedy, 'ip link set eth0 vf 1 state auto');
});

test("a VLAN or another MAC address that the PF keeps for the management port's VF", (t) => {
  const facts = dpuHost();
  const own = '0a:58:0a:f4:01:02';
  const addresses = [anAddress('10.244.1.2', 24)];
  facts.links = [
    ...withLink(facts.links, 'pf0vf0', undefined),
    aLink('ovn-k8s-mp0', { mac: own, addresses }),
  ];
  facts.netdevs = withNetdev(
    withNetdev(facts.netdevs, 'pf0vf0', undefined),
    'ovn-k8s-mp0',
    aNetdev('ovn-k8s-mp0', VFS[0]),
  );
  facts.pci = withFunction(facts.pci, VFS[0], { netdevs: ['ovn-k8s-mp0'] });
  const zeros = '00:00:00:00:00:00';
  const lines = (first: Partial<VfLine>, second: Partial<VfLine> = {}) => {
    const vfs = [first, second, {}].map((one, vf) => ({ vf, mac: zeros, spoofChecking: true, ...one }));
    return judge({ ...facts, links: withLink(facts.links, 'eth0', { vfs }) });
  };
  for (const fine of [{}, { mac: own }, { mac: '02:11:22:33:44:55', spoofChecking: false }])
    t.is(lines(fine).get('sriov/vf-lines')?.verdict, 'pass');
  t.is(lines({}, { mac: '02:11:22:33:44:55' }).get('sriov/vf-lines')?.verdict, 'pass');
  const strange = onlyFault(t, lines({ mac: '02:11:22:33:44:55' }), 'sriov/vf-lines', 'OTHER_MAC');
  t.is(strange.remedy, `ip link set eth0 vf 0 mac ${own}`);
  const tagged = onlyFault(t, lines({ vlan: 100 }), 'sriov/vf-lines', 'VLAN');
  t.is(tagged.message, 'vf 0 of eth0, the management port, has VLAN 100');
  onlyFault(t, lines({}, { vlan: 100 }), 'sriov/vf-lines', 'POD_VLAN', 'warn');
});

/** A host that DPF has provisioned: vf0 in br-dpu, vf1 the management port, vf2 for pods (seed D L108-112). */
function dpfHost(inBridge = 'pf0vf0', managementPort = 'eth0v1') {
  const facts = dpuHost();
  facts.ovnkube = anOvnkube({ managementPort: aSetting('ovnkube-node-mgmt-port-netdev', managementPort) });
  facts.links = [
    ...withLink(facts.links, inBridge, { master: 'br-dpu' }),
    aLink('br-dpu', { kind: 'bridge' }),
  ];
  return facts;
}

const DPF = ['provisioning-vf', 'management-vf', 'pool-vfs'].map((name) => `sriov/dpf-${name}`);

test("DPF's use of the VFs is judged where DPF has been", (t) => {
  const results = judge(dpfHost());
  t.deepEqual(idsWith(results, 'fail', 'warn', 'error', 'blocked'), []);
  for (const id of DPF) t.is(results.get(id)?.verdict, 'pass', id);
  for (const id of DPF) t.is(judge(dpuHost()).get(id)?.verdict, 'skip', id);
});

test('a VF that is used otherwise than DPF does fails one check', (t) => {
  onlyFault(t, judge(dpfHost('eno1')), 'sriov/dpf-provisioning-vf', 'NOT_IN_BRIDGE');
  onlyFault(t, judge(dpfHost('pf0vf0', 'pf0vf0')), 'sriov/dpf-management-vf', 'OTHER_VF');
  const few = dpfHost();
  few.pci = withFunction(few.pci, PF, { sriovNumVfs: 2, virtfns: new Map([...VFS.entries()].slice(0, 2)) });
  few.pci = withFunction(few.pci, VFS[2], undefined);
  few.links = withLink(few.links, 'eth0', { vfs: [0, 1].map((vf) => ({ vf, mac: '' })) });
  onlyFault(t, judge(few), 'sriov/dpf-pool-vfs', 'NONE_LEFT');
});
