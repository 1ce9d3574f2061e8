import test, { type ExecutionContext } from 'ava';
import type { Finding } from '../../checks/define.ts';
import type { Report } from '../../runner/report.ts';
import { findFault, type NetnsLab, upNetnsLab } from '../netns/index.ts';
import { assertHealthy, assertOnly, type Expected, examine } from './examine.ts';
import {
  type Change,
  changed,
  DERIVE,
  down,
  MODE,
  managementPortIsVeth,
  moreNetdevs,
  ovnkubeStopped,
  ovnkubeWith,
  PORT,
  renamed,
  withoutAddress,
} from './host.ts';

let lab: NetnsLab;
let healthy: Report;

test.before(async () => {
  lab = await upNetnsLab({ name: 'test-host-gateway', topology: 'bluefield', pairs: 1 });
  healthy = await examine('-i', lab.inventoryFile);
});

test.after.always(() => lab?.down());

const fault =
  (name: string, target = {}): Change =>
  (one) =>
    findFault(name).apply(one, target);

const host = (check: string, more: Partial<Expected> = {}): Expected => ({
  target: 'host1',
  check: `gateway/${check}`,
  ...more,
});

const resultOf = (report: Report, check: string) =>
  report.results.find(({ target, checkId }) => target === 'host1' && checkId === `gateway/${check}`);

/** The document's words of a failure, exactly; the remedy goes on with commands. */
function assertWords(
  t: ExecutionContext,
  report: Report,
  check: string,
  [message, cause, resolution]: readonly [string, string, string],
): Finding | undefined {
  const finding = resultOf(report, check)?.findings[0];
  t.is(finding?.message, message);
  t.is(finding?.cause, cause);
  t.true(finding?.remedy.startsWith(`${resolution} `), finding?.remedy);
  return finding;
}

/** A VF whose network device is not to be seen may be a pod's, so its representor is looked for. */
const LOOKS_LIKE_A_POD: Expected = { target: 'host1', check: 'ovs/pod-representors', verdict: 'pass' };

const NO_PCI_ADDRESS = [
  'failed to get PCI address',
  'Unable to retrieve the PCI address from the management port device.',
  'Ensure the management port device exists and is properly configured.',
] as const;
const NO_PF = [
  'failed to get PF PCI address',
  'Unable to resolve the PF PCI address from the VF PCI address.',
  'Verify SR-IOV configuration and driver support.',
] as const;

test.serial('a healthy pair passes, and the gateway interface is named', (t) => {
  assertHealthy(t, healthy);
  t.is(resultOf(healthy, 'gateway-interface')?.note, 'enp2s0f0np0 is the gateway interface');
});

for (const [name, target] of [
  ['management-port-missing', {}],
  ['vf-on-vfio-pci', { index: 0 }],
  ['vf-unbound', { index: 0 }],
] as const)
  test.serial(`step 1: ${name}`, async (t) => {
    const report = await changed(lab, fault(name, target));
    assertOnly(t, healthy, report, [
      host('management-port-exists', { code: 'NO_MANAGEMENT_PORT' }),
      ...(name === 'management-port-missing' ? [LOOKS_LIKE_A_POD] : []),
    ]);
    const finding = assertWords(t, report, 'management-port-exists', NO_PCI_ADDRESS);
    t.is(finding?.observed, 'failed to get link device for enp2s0f0v0. Link not found');
  });

test.serial('step 2: the management port is a veth', async (t) => {
  const report = await changed(lab, managementPortIsVeth);
  assertOnly(t, healthy, report, [
    host('management-port-pci-address', { code: 'NO_PCI_ADDRESS' }),
    LOOKS_LIKE_A_POD,
  ]);
  const finding = assertWords(t, report, 'management-port-pci-address', NO_PCI_ADDRESS);
  t.is(finding?.observed, 'device enp2s0f0v0 is not a PCI device: ../../devices/virtual/net/enp2s0f0v0');
});

for (const [what, netdev, portName] of [
  ['a PF', 'enp2s0f0np0', undefined],
  ['a NIC without SR-IOV', 'eno1', undefined],
  ['a representor', 'pf0vf0', 'c1pf0vf0'],
] as const)
  test.serial(`step 3: the management port is ${what}`, async (t) => {
    const setting = ovnkubeWith([MODE, DERIVE, `--ovnkube-node-mgmt-port-netdev=${netdev}`]);
    const report = await changed(lab, async (one) => {
      const undo = portName === undefined ? undefined : await moreNetdevs({ [netdev]: portName })(one);
      const reset = await setting(one);
      return async () => {
        await reset();
        await undo?.();
      };
    });
    assertOnly(t, healthy, report, [host('pf-pci-address', { code: 'NO_PF' })]);
    const finding = assertWords(t, report, 'pf-pci-address', NO_PF);
    t.regex(finding?.observed ?? '', /^failed to read physfn link, provided address may not be a VF\. /);
  });

test.serial('step 3: the physfn link of the management port is missing', async (t) => {
  const report = await changed(lab, fault('physfn-removed', { index: 0 }));
  assertOnly(t, healthy, report, [host('pf-pci-address', { code: 'NO_PF' })]);
  assertWords(t, report, 'pf-pci-address', NO_PF);
});

test.serial('step 4: the network device of the PF is in another network namespace', async (t) => {
  const report = await changed(lab, fault('pf-in-other-netns'));
  assertOnly(t, healthy, report, [host('pf-netdevs', { code: 'NO_NETDEVS' })]);
  assertWords(t, report, 'pf-netdevs', [
    'no netdevs found for pci address 0000:02:00.0',
    "The PF PCI address doesn't have any associated network devices.",
    'Verify that the PF has network interfaces configured and are visible to the system.',
  ]);
});

for (const [name, target] of [
  ['pf-unbound', {}],
  ['physfn-dangling', { index: 0 }],
] as const)
  test.serial(`step 4: ${name}`, async (t) => {
    const report = await changed(lab, fault(name, target));
    assertOnly(t, healthy, report, [host('pf-netdevs', { code: 'NOT_LISTED' })]);
    assertWords(t, report, 'pf-netdevs', [
      'failed to get network devices',
      'Unable to retrieve network devices associated with the PF PCI address.',
      'Check SR-IOV utilities and system configuration.',
    ]);
  });

const BYTES = 'byte order puts eth10 before eth2';

for (const [what, netdevs, message] of [
  [
    BYTES,
    { eth2: undefined, eth10: undefined },
    '0000:02:00.0 has several network devices (enp2s0f0np0, eth10, eth2): enp2s0f0np0 would be the gateway interface',
  ],
  [
    'upper case comes first',
    { Uplink: undefined },
    '0000:02:00.0 has several network devices (Uplink, enp2s0f0np0): Uplink would be the gateway interface',
  ],
  [
    'a representor would win',
    { a0: 'pf0vf1' },
    'a0 would be the gateway interface, and it is a representor (pf0vf1)',
  ],
] as const)
  test.serial(`step 5: ${what}`, async (t) => {
    const report = await changed(lab, moreNetdevs(netdevs));
    const warned = host('gateway-interface', { verdict: 'warn', message });
    // The one with the address is not the first.
    const other = what === BYTES ? [] : [host('interface-address', { verdict: 'skip' })];
    assertOnly(t, healthy, report, [warned, ...other]);
    t.is(report.exitCode, 0);
  });

test.serial('the PF may have any name', async (t) => {
  const report = await changed(lab, renamed('enp2s0f0np0', 'Uplink0'));
  assertOnly(t, healthy, report, []);
  t.is(resultOf(report, 'gateway-interface')?.note, 'Uplink0 is the gateway interface');
});

test.serial(
  'the management port is down, without an address, and without the carrier that its DPU gives it',
  async (t) => {
    const away = await changed(lab, down('ovn-k8s-mp0'));
    assertOnly(t, healthy, away, [host('management-port-up', { code: 'DOWN' })]);
    const dark = await changed(lab, down('ovn-k8s-mp0', 'dpu'));
    assertOnly(t, healthy, dark, [{ target: 'dpu1', check: 'ovs/ports-up' }]);
    t.is(resultOf(dark, 'management-port-up')?.verdict, 'blocked');
    const bare = await changed(lab, withoutAddress('ovn-k8s-mp0'));
    assertOnly(t, healthy, bare, [host('management-port-up', { code: 'NO_ADDRESS' })]);
  },
);

const SKIPPED = { verdict: 'skip' } as const;
/** Where ovnkube doesn't run, its settings show nowhere. */
const UNTOLD = [
  host('node-mode', SKIPPED),
  host('management-port-setting', SKIPPED),
  host('interface-setting', SKIPPED),
];

test.serial('ovnkube does not run: what the inventory expects is judged instead', async (t) => {
  const absent = await changed(lab, ovnkubeStopped);
  assertOnly(t, healthy, absent, [
    host('ovnkube-running', { message: 'no ovnkube runs on a node of the cluster' }),
    ...UNTOLD,
    host('pf-netdevs', { ...SKIPPED, message: '--set gateway-interface=derive-from-mgmt-port' }),
    host('gateway-interface', SKIPPED),
    host('interface-address', SKIPPED),
  ]);
  const args = ['--set', 'management-port=enp2s0f0v0', '--set', 'gateway-interface=derive-from-mgmt-port'];
  const told = await changed(lab, ovnkubeStopped, ...args);
  t.is(resultOf(told, 'gateway-interface')?.note, 'enp2s0f0np0 is the gateway interface');
  t.deepEqual(
    told.results.filter(({ verdict }) => verdict === 'fail').map(({ checkId }) => checkId),
    ['gateway/ovnkube-running'],
  );
});

test.serial('ovnkube does not run on the DPU', async (t) => {
  const report = await changed(lab, fault('ovnkube-stopped-on-dpu'));
  const found = report.results.filter(({ verdict }) => verdict === 'fail');
  t.deepEqual(
    found.map(({ target, checkId }) => `${target} ${checkId}`),
    ['dpu1 gateway/ovnkube-running'],
  );
});

test.serial('derive-from-mgmt-port is set, and ovnkube runs in another mode', async (t) => {
  for (const [mode, code, message] of [
    ['full', 'WRONG_MODE', 'OVN-Kubernetes runs in full mode on a node whose role is dpu-host'],
    ['dpu', 'WRONG_MODE', 'OVN-Kubernetes runs in dpu mode on a node whose role is dpu-host'],
    ['nic', 'UNKNOWN_MODE', 'unexpected ovnkube-node-mode: nic. supported modes: [full dpu dpu-host]'],
  ] as const) {
    const report = await changed(lab, ovnkubeWith([`--ovnkube-node-mode=${mode}`, PORT, DERIVE]));
    assertOnly(t, healthy, report, [host('node-mode', { code, message })]);
  }
  const none = await changed(lab, ovnkubeWith([PORT, DERIVE]));
  assertOnly(t, healthy, none, [host('node-mode', { code: 'WRONG_MODE' })]);
});

test.serial(
  'whoever sets the mode wrong, the host is still a host, and the mode is what fails',
  async (t) => {
    const target = `root@${lab.pair(1).host.address}`;
    const undo = await ovnkubeWith(['--ovnkube-node-mode=dpu', PORT, DERIVE])(lab);
    try {
      const login = ['--identity', lab.identityFile, '--known-hosts', lab.knownHostsFile];
      const report = await examine('-t', target, ...login);
      t.is(report.targets[0]?.role, 'dpu-host');
      t.is(report.targets[0]?.roleGround, 'ovn-k8s-mp0 is the VF 0000:02:00.3 of 0000:02:00.0');
      const failed = report.results.filter(({ verdict }) => verdict === 'fail' || verdict === 'error');
      t.deepEqual(
        failed.map(({ checkId }) => checkId),
        ['gateway/node-mode'],
      );
    } finally {
      await undo();
    }
  },
);

test.serial('the pair is healthy again', async (t) => {
  assertHealthy(t, await examine('-i', lab.inventoryFile));
});
