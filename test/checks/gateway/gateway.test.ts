import test from 'ava';
import { evidence } from '../../../facts/fact.ts';
import {
  aLink,
  aNetdev,
  anAddress,
  anOvnkube,
  aProcess,
  aSetting,
  dpuHost,
  idsWith,
  type JudgeNode,
  judgeNode,
  NO_OVNKUBE,
  type NodeFacts,
  onlyFault,
  PF,
  VFS,
  withFunction,
  withLink,
  withNetdev,
} from '../../helpers/node-facts.ts';

const judge = (facts: NodeFacts, options?: JudgeNode) => judgeNode(facts, ['gateway', 'sriov'], options);

test('a healthy DPU host passes every step and names the gateway interface', (t) => {
  const results = judge(dpuHost());
  t.deepEqual(idsWith(results, 'fail', 'warn', 'error', 'blocked'), []);
  for (const step of [
    'management-port-exists',
    'management-port-pci-address',
    'pf-pci-address',
    'pf-netdevs',
    'gateway-interface',
    'node-mode',
    'interface-setting',
    'management-port-setting',
    'ovnkube-running',
  ])
    t.is(results.get(`gateway/${step}`)?.verdict, 'pass', step);
  t.is(results.get('gateway/management-port-pci-address')?.note, '0000:01:02.3');
  t.is(results.get('gateway/pf-pci-address')?.note, '0000:01:00.0');
  t.is(results.get('gateway/gateway-interface')?.note, 'eth0 is the gateway interface');
});

test('an ovnkube that is stopped does not run', (t) => {
  const facts = dpuHost();
  for (const [state, verdict] of [
    ['S', 'pass'],
    ['D', 'pass'],
    ['T', 'fail'],
    ['t', 'fail'],
  ] as const) {
    const { pid = 0 } = facts.ovnkube;
    const results = judge({ ...facts, processes: [aProcess('ovnkube', { pid, state })] });
    t.is(results.get('gateway/ovnkube-running')?.verdict, verdict, state);
    if (verdict === 'fail') onlyFault(t, results, 'gateway/ovnkube-running', 'STOPPED');
  }
});

test('a gateway interface without an address of its own is the words that OVN-Kubernetes ends with', (t) => {
  const facts = dpuHost();
  t.is(judge(facts).get('gateway/interface-address')?.verdict, 'pass');
  // OVN-Kubernetes sets the masquerade address itself.
  for (const addresses of [[], [anAddress('169.254.0.2', 17)]]) {
    const links = withLink(facts.links, 'eth0', { addresses, master: 'br0' });
    const finding = onlyFault(t, judge({ ...facts, links }), 'gateway/interface-address', 'NO_ADDRESS');
    t.is(finding.message, 'failed to find IPv4 address on interface eth0');
    t.regex(finding.observed ?? '', /, master br0$/);
  }
  // Whether the cluster has IPv4 does not show on the node.
  const of6 = { ...anAddress('2001:db8::7', 64), family: 'inet6' as const };
  const linkLocal = { ...anAddress('fe80::1', 64), family: 'inet6' as const, scope: 'link' };
  const alone = withLink(facts.links, 'eth0', { addresses: [of6] });
  onlyFault(t, judge({ ...facts, links: alone }), 'gateway/interface-address', 'IPV6_ALONE', 'warn');
  const local = withLink(facts.links, 'eth0', { addresses: [linkLocal] });
  onlyFault(t, judge({ ...facts, links: local }), 'gateway/interface-address', 'NO_ADDRESS');
  const links = withLink(facts.links, 'eth0', { addresses: [] });
  const named = anOvnkube({ gatewayInterface: aSetting('gateway-interface', 'eth0') });
  t.is(judge({ ...facts, links, ovnkube: named }).get('gateway/interface-address')?.verdict, 'skip');
  const down = withLink(facts.links, 'eth0', { addresses: [], flags: ['BROADCAST'] });
  onlyFault(t, judge({ ...facts, links: down }), 'sriov/pf-up', 'DOWN');
});

test('a management port that OVN-Kubernetes has renamed is found as ovn-k8s-mp0', (t) => {
  const facts = dpuHost();
  const addresses = [anAddress('10.244.1.2', 24)];
  facts.links = [...withLink(facts.links, 'pf0vf0', undefined), aLink('ovn-k8s-mp0', { addresses })];
  facts.netdevs = withNetdev(
    withNetdev(facts.netdevs, 'pf0vf0', undefined),
    'ovn-k8s-mp0',
    aNetdev('ovn-k8s-mp0', VFS[0]),
  );
  facts.pci = withFunction(facts.pci, VFS[0], { netdevs: ['ovn-k8s-mp0'] });
  const results = judge(facts);
  t.deepEqual(idsWith(results, 'fail', 'warn', 'error', 'blocked'), []);
  t.true(
    results
      .get('gateway/management-port-exists')
      ?.evidence.some(({ said }) => said === 'ovn-k8s-mp0, in place of pf0vf0'),
  );
});

test('a management port that was set up and is down fails one check', (t) => {
  const facts = dpuHost();
  facts.links = [
    ...withLink(facts.links, 'pf0vf0', undefined),
    aLink('ovn-k8s-mp0', { addresses: [anAddress('10.244.1.2', 24)], flags: ['BROADCAST'] }),
  ];
  facts.netdevs = withNetdev(facts.netdevs, 'ovn-k8s-mp0', aNetdev('ovn-k8s-mp0', VFS[0]));
  facts.pci = withFunction(facts.pci, VFS[0], { netdevs: ['ovn-k8s-mp0'] });
  onlyFault(t, judge(facts), 'gateway/management-port-up', 'DOWN');
  facts.links = withLink(facts.links, 'ovn-k8s-mp0', { flags: ['NO-CARRIER', 'BROADCAST', 'UP'] });
  onlyFault(t, judge(facts), 'gateway/management-port-up', 'NO_CARRIER');
  facts.links = withLink(facts.links, 'ovn-k8s-mp0', { flags: ['BROADCAST', 'UP', 'LOWER_UP'] });
  t.is(judge(facts).get('gateway/management-port-up')?.verdict, 'pass');
  facts.links = withLink(facts.links, 'ovn-k8s-mp0', { addresses: [] });
  onlyFault(t, judge(facts), 'gateway/management-port-up', 'NO_ADDRESS');
  t.is(judge(dpuHost()).get('gateway/management-port-up')?.verdict, 'skip');
});

test('a second ovnkube on a DPU host that is not in dpu-host mode is a failure', (t) => {
  const facts = dpuHost();
  const { pid = 0 } = facts.ovnkube;
  const beside = (args: readonly string[], state = 'S') =>
    judge({
      ...facts,
      processes: [
        ...facts.processes,
        aProcess('ovnkube', { pid: pid + 1, args: ['ovnkube', ...args], state }),
      ],
    });
  for (const [args, mode] of [
    [['--init-node=host1'], 'full'],
    [['--init-node', 'host1', '--ovnkube-node-mode=dpu'], 'dpu'],
  ] as const) {
    const finding = onlyFault(t, beside(args), 'gateway/ovnkube-running', 'BESIDE');
    t.regex(finding.message, new RegExp(`^a second ovnkube, in ${mode} mode`));
  }
  // One of the control plane's does no node's work, one that has ended does nothing, and one is being replaced.
  for (const results of [
    beside(['--init-cluster-manager=host1']),
    beside(['--init-master=host1']),
    beside(['--init-node=host1'], 'Z'),
    beside(['--init-node=host1', '--ovnkube-node-mode=dpu-host']),
  ])
    t.is(results.get('gateway/ovnkube-running')?.verdict, 'pass');
});

test('the management port has an address of the pod network', (t) => {
  const facts = dpuHost();
  facts.links = [
    ...withLink(facts.links, 'pf0vf0', undefined),
    aLink('ovn-k8s-mp0', { addresses: [anAddress('10.244.1.2', 24)] }),
  ];
  facts.netdevs = withNetdev(facts.netdevs, 'ovn-k8s-mp0', aNetdev('ovn-k8s-mp0', VFS[0]));
  facts.pci = withFunction(facts.pci, VFS[0], { netdevs: ['ovn-k8s-mp0'] });
  const told = (subnets: string) =>
    judge({ ...facts, ovnkube: { ...facts.ovnkube, clusterSubnets: aSetting('cluster-subnets', subnets) } });
  const check = 'gateway/management-port-up';
  t.is(judge(facts).get(check)?.verdict, 'pass');
  for (const subnets of [
    'not a network',
    '10.244.0.0/16',
    '10.244.0.0/16/24',
    'fd00:10:244::/48/64,10.244.0.0/16/24',
    'fd00:10:244::/48/64',
    '10.10.0.0/16/24, 10.244.0.0/16/24',
  ])
    t.is(told(subnets).get(check)?.verdict, 'pass', subnets);
  t.is(
    onlyFault(t, told('10.233.64.0/18'), check, 'OTHER_SUBNET').message,
    'the management port ovn-k8s-mp0 has 10.244.1.2/24, which is in none of the pod networks (10.233.64.0/18)',
  );
});

test('an alternative name of the management port is found', (t) => {
  const facts = dpuHost();
  facts.ovnkube = anOvnkube({ managementPort: aSetting('ovnkube-node-mgmt-port-netdev', 'enp1s0f0v0') });
  facts.links = withLink(facts.links, 'pf0vf0', { altnames: ['enp1s0f0v0'] });
  t.deepEqual(idsWith(judge(facts), 'fail', 'warn', 'error', 'blocked'), []);
});

test('a missing management port fails step 1 alone, in the words of the document', (t) => {
  const facts = dpuHost();
  facts.links = withLink(facts.links, 'pf0vf0', undefined);
  facts.netdevs = withNetdev(facts.netdevs, 'pf0vf0', undefined);
  facts.pci = withFunction(facts.pci, VFS[0], { netdevs: [], driver: 'vfio-pci', hasNetDirectory: false });
  const results = judge(facts);
  const finding = onlyFault(t, results, 'gateway/management-port-exists', 'NO_MANAGEMENT_PORT');
  t.is(finding.message, 'failed to get PCI address');
  t.is(finding.cause, 'Unable to retrieve the PCI address from the management port device.');
  t.true(finding.remedy.startsWith('Ensure the management port device exists and is properly configured.'));
  t.is(finding.observed, 'failed to get link device for pf0vf0. Link not found');
  t.true(finding.evidence.some(({ said }) => said === 'vf 0 0000:01:02.3: bound to vfio-pci'));
  t.is(results.get('gateway/pf-netdevs')?.verdict, 'blocked');
});

test('a management port that is a veth fails step 2 alone', (t) => {
  const facts = dpuHost();
  facts.netdevs = withNetdev(facts.netdevs, 'pf0vf0', aNetdev('pf0vf0', undefined));
  const finding = onlyFault(t, judge(facts), 'gateway/management-port-pci-address', 'NO_PCI_ADDRESS');
  t.is(finding.message, 'failed to get PCI address');
  t.is(finding.observed, 'device pf0vf0 is not a PCI device: ../../devices/virtual/net/pf0vf0');
});

test("a management port that sysfs doesn't show fails step 2 alone", (t) => {
  const facts = dpuHost();
  facts.netdevs = withNetdev(facts.netdevs, 'pf0vf0', undefined);
  const finding = onlyFault(t, judge(facts), 'gateway/management-port-pci-address', 'NO_PCI_ADDRESS');
  t.regex(finding.observed, /^device pf0vf0 not found: /);
});

test('a management port that is a PF fails step 3 alone, and the evidence says so', (t) => {
  const facts = dpuHost();
  facts.ovnkube = anOvnkube({ managementPort: aSetting('ovnkube-node-mgmt-port-netdev', 'eth0') });
  const finding = onlyFault(t, judge(facts), 'gateway/pf-pci-address', 'NO_PF');
  t.is(finding.message, 'failed to get PF PCI address');
  t.is(finding.cause, 'Unable to resolve the PF PCI address from the VF PCI address.');
  t.true(finding.remedy.startsWith('Verify SR-IOV configuration and driver support.'));
  t.regex(finding.observed, /^failed to read physfn link, provided address may not be a VF\. /);
  t.true(finding.evidence.some(({ said }) => said.endsWith('eth0 is a PF')));
});

test('a management port that is a representor fails step 3 alone, and the evidence says so', (t) => {
  const facts = dpuHost();
  facts.netdevs = withNetdev(
    facts.netdevs,
    'pf0vf0',
    aNetdev('pf0vf0', PF, { physPortName: 'pf0vf0', physSwitchId: 'c2cfc60003a1420c' }),
  );
  const finding = onlyFault(t, judge(facts), 'gateway/pf-pci-address', 'NO_PF');
  t.true(finding.evidence.some(({ said }) => said.endsWith('pf0vf0 is a representor')));
});

test("a missing physfn link of the management port's VF fails step 3 alone", (t) => {
  const facts = dpuHost();
  facts.pci = withFunction(facts.pci, VFS[0], { physfn: undefined, physfnLink: undefined });
  const results = judge(facts);
  onlyFault(t, results, 'gateway/pf-pci-address', 'NO_PF');
  t.is(results.get('sriov/physfn-links')?.verdict, 'blocked');
});

test('a physfn link that leads nowhere fails step 4 alone', (t) => {
  const facts = dpuHost();
  facts.pci = withFunction(facts.pci, VFS[0], { physfn: '0000:09:00.0', physfnLink: '../0000:09:00.0' });
  const finding = onlyFault(t, judge(facts), 'gateway/pf-netdevs', 'NOT_LISTED');
  t.is(finding.message, 'failed to get network devices');
  t.true(finding.evidence.some(({ said }) => said === 'no such PCI function'));
});

test('an unbound PF that still has its VFs fails step 4 alone', (t) => {
  const facts = dpuHost();
  facts.pci = withFunction(facts.pci, PF, { driver: undefined, netdevs: [], hasNetDirectory: false });
  facts.links = withLink(facts.links, 'eth0', undefined);
  facts.netdevs = withNetdev(facts.netdevs, 'eth0', undefined);
  const results = judge(facts);
  const finding = onlyFault(t, results, 'gateway/pf-netdevs', 'NOT_LISTED');
  t.is(finding.cause, 'Unable to retrieve network devices associated with the PF PCI address.');
  t.true(finding.remedy.startsWith('Check SR-IOV utilities and system configuration.'));
  t.regex(finding.observed, /^could not stat the directory \/sys\/bus\/pci\/devices\/0000:01:00\.0\/net: /);
  t.is(results.get('sriov/pf-driver')?.verdict, 'blocked');
});

test('a PF whose network device is in another network namespace fails step 4 alone', (t) => {
  const facts = dpuHost();
  facts.pci = withFunction(facts.pci, PF, { netdevs: [] });
  facts.links = withLink(facts.links, 'eth0', undefined);
  facts.netdevs = withNetdev(facts.netdevs, 'eth0', undefined);
  const finding = onlyFault(t, judge(facts), 'gateway/pf-netdevs', 'NO_NETDEVS');
  t.is(finding.message, 'no netdevs found for pci address 0000:01:00.0');
  t.is(finding.cause, "The PF PCI address doesn't have any associated network devices.");
  t.true(
    finding.remedy.startsWith(
      'Verify that the PF has network interfaces configured and are visible to the system.',
    ),
  );
  t.is(finding.observed, 'no netdevs found for pci address 0000:01:00.0');
});

test('several network devices of the PF are a warning that lists them in byte order', (t) => {
  const facts = dpuHost();
  facts.pci = withFunction(facts.pci, PF, { netdevs: ['eth10', 'eth2'] });
  const uplink = aLink('eth2', { addresses: [anAddress('192.168.42.201')] });
  facts.links = [...withLink(facts.links, 'eth0', undefined), aLink('eth10'), uplink];
  facts.netdevs = withNetdev(
    withNetdev(facts.netdevs, 'eth10', aNetdev('eth10', PF)),
    'eth2',
    aNetdev('eth2', PF),
  );
  const finding = onlyFault(t, judge(facts), 'gateway/gateway-interface', 'SEVERAL', 'warn');
  t.is(
    finding.message,
    '0000:01:00.0 has several network devices (eth10, eth2): eth10 would be the gateway interface',
  );
});

test('a representor that would be the gateway interface is a warning that names the uplink', (t) => {
  const facts = dpuHost();
  facts.pci = withFunction(facts.pci, PF, { netdevs: ['a0', 'eth0'] });
  facts.links = [...facts.links, aLink('a0')];
  facts.netdevs = withNetdev(facts.netdevs, 'a0', aNetdev('a0', PF, { physPortName: 'pf0vf1' }));
  const finding = onlyFault(t, judge(facts), 'gateway/gateway-interface', 'REPRESENTOR', 'warn');
  t.regex(finding.message, /^a0 would be the gateway interface, and it is a representor \(pf0vf1\)$/);
  t.regex(finding.remedy, /--gateway-interface=eth0$/);
});

test('a gateway interface that is given leaves steps 4 and 5 out, and the management port is still judged', (t) => {
  const facts = dpuHost();
  facts.ovnkube = anOvnkube({ gatewayInterface: aSetting('gateway-interface', 'eth0') });
  const healthy = judge(facts);
  t.deepEqual(idsWith(healthy, 'fail', 'warn', 'error', 'blocked'), []);
  t.is(healthy.get('gateway/pf-netdevs')?.verdict, 'skip');
  t.is(healthy.get('gateway/gateway-interface')?.reasonCode, 'not-applicable');
  t.is(healthy.get('gateway/pf-pci-address')?.verdict, 'pass');
  facts.netdevs = withNetdev(facts.netdevs, 'pf0vf0', aNetdev('pf0vf0', undefined));
  onlyFault(t, judge(facts), 'gateway/management-port-pci-address', 'NO_PCI_ADDRESS');
});

test('a gateway interface that does not exist is told with the words of ip', (t) => {
  const facts = dpuHost();
  facts.ovnkube = anOvnkube({ gatewayInterface: aSetting('gateway-interface', 'br-ex') });
  const finding = onlyFault(t, judge(facts), 'gateway/interface-setting', 'MISSING');
  t.is(finding.message, 'Device "br-ex" does not exist.');
});

test('derive-from-mgmt-port is an interface name outside of dpu-host mode', (t) => {
  const facts = dpuHost();
  facts.ovnkube = anOvnkube({ mode: aSetting('ovnkube-node-mode', 'full'), managementPort: undefined });
  const finding = onlyFault(t, judge(facts, { role: 'worker' }), 'gateway/interface-setting', 'NOT_RESOLVED');
  t.is(finding.cause, 'Only available in DPU host mode');
});

test('a mode that is none, another one, and none at all are told apart', (t) => {
  const facts = dpuHost();
  facts.ovnkube = anOvnkube({ mode: aSetting('ovnkube-node-mode', 'smart') });
  t.is(
    onlyFault(t, judge(facts), 'gateway/node-mode', 'UNKNOWN_MODE').message,
    'unexpected ovnkube-node-mode: smart. supported modes: [full dpu dpu-host]',
  );
  facts.ovnkube = anOvnkube({ mode: aSetting('ovnkube-node-mode', 'dpu') });
  onlyFault(t, judge(facts), 'gateway/node-mode', 'WRONG_MODE');
  facts.ovnkube = anOvnkube({ mode: undefined });
  t.is(onlyFault(t, judge(facts), 'gateway/node-mode', 'WRONG_MODE').observed, 'full');
  facts.ovnkube = anOvnkube({
    mode: undefined,
    configuration: { path: '/etc/openvswitch/ovn_k8s.conf', lines: [], unreadable: 'Permission denied' },
  });
  t.is(judge(facts).get('gateway/node-mode')?.verdict, 'error');
});

test('a setting that may stand in a file that can not be read is not known, rather than absent', (t) => {
  const facts = dpuHost();
  const configuration = { path: '/etc/openvswitch/ovn_k8s.conf', lines: [], unreadable: 'Permission denied' };
  facts.ovnkube = anOvnkube({ managementPort: undefined, configuration });
  t.deepEqual(idsWith(judge(facts), 'fail', 'warn', 'error'), ['gateway/management-port-setting']);
  t.is(judge(facts).get('gateway/management-port-setting')?.verdict, 'error');
  facts.ovnkube = anOvnkube({ gatewayInterface: undefined, configuration });
  t.deepEqual(idsWith(judge(facts), 'fail', 'warn', 'error'), ['gateway/interface-setting']);
});

test('management port settings that OVN-Kubernetes refuses are told in its words', (t) => {
  const facts = dpuHost();
  facts.ovnkube = anOvnkube({ managementPort: undefined });
  t.is(
    onlyFault(t, judge(facts), 'gateway/management-port-setting', 'NOT_PROVIDED').message,
    'ovnkube-node-mgmt-port-netdev or ovnkube-node-mgmt-port-dp-resource-name must be provided',
  );
  facts.ovnkube = anOvnkube({ networkSegmentation: true });
  onlyFault(t, judge(facts), 'gateway/management-port-setting', 'RESOURCE_WANTED');
  const dpu = {
    ...facts,
    ovnkube: anOvnkube({ mode: aSetting('ovnkube-node-mode', 'dpu'), gatewayInterface: undefined }),
  };
  t.is(
    onlyFault(t, judgeNode(dpu, ['gateway'], { role: 'dpu' }), 'gateway/management-port-setting', 'PROVIDED')
      .message,
    'ovnkube-node-mgmt-port-netdev or ovnkube-node-mgmt-port-dp-resource-name must not be provided',
  );
});

const RESOURCE = aSetting('ovnkube-node-mgmt-port-dp-resource-name', 'nvidia.com/bf3-mgmt.vf');
const VARIABLE = 'PCIDEVICE_NVIDIA_COM_BF3-MGMT_VF';
const device = (value: string) =>
  new Map([
    [VARIABLE, { value, evidence: evidence('/proc/4711/environ (ovnkube)', `${VARIABLE}=${value}`) }],
  ]);

test('a resource counts before a network device, and both are a warning', (t) => {
  const facts = dpuHost();
  facts.ovnkube = anOvnkube({ managementPortResource: RESOURCE, devices: device(VFS[1]) });
  const results = judge(facts);
  onlyFault(t, results, 'gateway/management-port-setting', 'BOTH', 'warn');
  t.is(results.get('gateway/management-port-pci-address')?.note, VFS[1]);
});

test('a resource without devices, and one that the container has not got, are told apart', (t) => {
  const facts = dpuHost();
  const only = { managementPort: undefined, managementPortResource: RESOURCE };
  facts.ovnkube = anOvnkube({ ...only, devices: device('') });
  t.is(
    onlyFault(t, judge(facts), 'gateway/management-port-resource', 'NO_DEVICES').message,
    'no device IDs for resource: nvidia.com/bf3-mgmt.vf',
  );
  facts.ovnkube = anOvnkube(only);
  onlyFault(t, judge(facts), 'gateway/management-port-resource', 'PASSED_OVER');
  facts.ovnkube = anOvnkube({ ...only, environmentReadable: false });
  t.is(judge(facts).get('gateway/management-port-resource')?.verdict, 'error');
  facts.ovnkube = anOvnkube({ ...only, devices: device(VFS[0]) });
  t.deepEqual(idsWith(judge(facts), 'fail', 'warn', 'error', 'blocked'), []);
});

test('a resource that the container has not got leaves the network device that is given, and one warning', (t) => {
  const facts = dpuHost();
  facts.ovnkube = anOvnkube({ managementPortResource: RESOURCE });
  const results = judge(facts);
  const finding = onlyFault(t, results, 'gateway/management-port-resource', 'FALLS_BACK', 'warn');
  t.regex(finding.message, /: pf0vf0 is the management port and not a device of nvidia\.com\/bf3-mgmt\.vf$/);
  t.is(results.get('gateway/gateway-interface')?.verdict, 'pass');
  facts.ovnkube = anOvnkube({ managementPortResource: RESOURCE, environmentReadable: false });
  const unknown = judge(facts);
  t.is(unknown.get('gateway/management-port-setting')?.verdict, 'warn');
  t.is(unknown.get('gateway/management-port-resource')?.verdict, 'error');
});

test("a device of the resource that has no network device fails step 1 with OVN-Kubernetes' words", (t) => {
  const facts = dpuHost();
  facts.ovnkube = anOvnkube({
    managementPort: undefined,
    managementPortResource: RESOURCE,
    devices: device('0000:01:02.7'),
  });
  const finding = onlyFault(t, judge(facts), 'gateway/management-port-exists', 'NO_MANAGEMENT_PORT');
  t.regex(
    finding.observed,
    /^failed to get netdev name for device 0000:01:02\.7 allocated for default network/,
  );
});

test('without ovnkube the inventory says what to look at, and its absence is the one failure', (t) => {
  const facts = dpuHost();
  facts.ovnkube = NO_OVNKUBE;
  facts.processes = [aProcess('kubelet')];
  const expect = {
    'management-port': 'pf0vf0',
    'gateway-interface': 'derive-from-mgmt-port',
    'ovnkube-node-mode': 'dpu-host',
  };
  const results = judge(facts, { expect });
  onlyFault(t, results, 'gateway/ovnkube-running', 'NOT_RUNNING');
  t.is(results.get('gateway/gateway-interface')?.note, 'eth0 is the gateway interface');
  t.is(results.get('gateway/node-mode')?.verdict, 'skip');
  t.true(
    results
      .get('gateway/management-port-exists')
      ?.evidence.some(({ source }) => source === 'inventory of host1'),
  );
  facts.links = withLink(facts.links, 'eth0', undefined);
  facts.pci = withFunction(facts.pci, PF, { netdevs: [] });
  onlyFault(t, judge(facts, { expect }), 'gateway/pf-netdevs', 'NO_NETDEVS');
});

test('without ovnkube, kubelet and inventory nothing passes and nothing fails', (t) => {
  const facts = dpuHost();
  facts.ovnkube = NO_OVNKUBE;
  facts.processes = [];
  const results = judgeNode(facts, ['gateway']);
  t.deepEqual([...new Set([...results.values()].map(({ verdict }) => verdict))], ['skip']);
});

test('without ovnkube the steps that it would derive say how to have them judged', (t) => {
  const facts = dpuHost();
  facts.ovnkube = NO_OVNKUBE;
  const results = judge(facts, { expect: { 'management-port': 'pf0vf0' } });
  t.regex(results.get('gateway/pf-netdevs')?.reason ?? '', /--set gateway-interface=derive-from-mgmt-port$/);
});

test('a management port that ovnkube set up shows that ovnkube belongs here', (t) => {
  const facts = dpuHost();
  facts.ovnkube = NO_OVNKUBE;
  facts.processes = [];
  facts.links = [...facts.links, aLink('ovn-k8s-mp0', { addresses: [anAddress('10.244.1.2', 24)] })];
  t.is(judgeNode(facts, ['gateway']).get('gateway/ovnkube-running')?.verdict, 'blocked');
  facts.netdevs = withNetdev(facts.netdevs, 'ovn-k8s-mp0', aNetdev('ovn-k8s-mp0', VFS[0]));
  onlyFault(t, judgeNode(facts, ['gateway']), 'gateway/ovnkube-running', 'NOT_RUNNING');
});

test('a simulated DPU host without ovnkube is the gap that the document expects', (t) => {
  const facts = dpuHost();
  facts.ovnkube = NO_OVNKUBE;
  facts.processes = [aProcess('kubelet')];
  const results = judge(facts, { simulation: 'veth' });
  t.true(results.get('gateway/ovnkube-running')?.expectedGap);
  t.deepEqual(idsWith(results, 'pass', 'fail', 'warn', 'error'), []);
});

test('settings other than expected are told', (t) => {
  const expect = { 'gateway-interface': 'eth0', 'management-port': 'pf0vf0' };
  const finding = onlyFault(t, judge(dpuHost(), { expect }), 'gateway/expected-settings', 'DIFFERENT');
  t.is(finding.message, 'gateway-interface is derive-from-mgmt-port and not eth0');
  const fine = judge(dpuHost(), { expect: { 'management-port': 'pf0vf0' } });
  t.is(fine.get('gateway/expected-settings')?.verdict, 'pass');
  t.is(judge(dpuHost()).get('gateway/expected-settings')?.verdict, 'skip');
});

test('where no ovnkube runs, what is expected of DPU hosts is no fault of other nodes', (t) => {
  const facts = { ...dpuHost(), ovnkube: NO_OVNKUBE };
  const expect = { 'gateway-interface': 'derive-from-mgmt-port' };
  for (const role of ['control-plane', 'worker', 'dpu'] as const)
    t.is(judge(facts, { role, expect }).get('gateway/interface-setting')?.verdict, 'skip', role);
  t.is(judge(facts, { expect }).get('gateway/interface-setting')?.verdict, 'pass');
});

test('a setting that is expected and not given is told with the argument that gives it', (t) => {
  const expect = { 'management-port-resource': 'nvidia.com/mgmt' };
  const finding = onlyFault(t, judge(dpuHost(), { expect }), 'gateway/expected-settings', 'NOT_GIVEN');
  t.regex(finding.remedy, /--ovnkube-node-mgmt-port-dp-resource-name=nvidia\.com\/mgmt /);
});

test('what only a DPU host is given is not expected of its DPU', (t) => {
  const facts = dpuHost();
  facts.ovnkube = anOvnkube({
    mode: aSetting('ovnkube-node-mode', 'dpu'),
    managementPort: undefined,
    gatewayInterface: aSetting('gateway-interface', 'eth0'),
  });
  const expect = { 'management-port': 'pf0vf0', 'gateway-interface': 'derive-from-mgmt-port' };
  const verdict = (more: NonNullable<JudgeNode['expect']>) =>
    judgeNode(facts, ['gateway'], { role: 'dpu', expect: { ...expect, ...more } }).get(
      'gateway/expected-settings',
    )?.verdict;
  t.is(verdict({}), 'skip');
  t.is(verdict({ 'ovnkube-node-mode': 'dpu' }), 'pass');
  t.is(verdict({ 'gateway-interface': 'brp0' }), 'fail');
});
