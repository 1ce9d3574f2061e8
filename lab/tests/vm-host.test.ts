import test from 'ava';
import type { Report } from '../../runner/report.ts';
import { downVm, upVm, type Vm } from '../vm/index.ts';
import { assertHealthy, assertOnly, examine } from './examine.ts';
import { type Case, evidenceOf, examineBroken, on, sh } from './vm.ts';

/*
 * A DPU host whose PF and VFs are a kernel's and a PCI bus's own: igb, igbvf, vfio-pci, sriov_numvfs. The NIC is
 * Intel's, and no check may hold that against it.
 */
const NAME = `test-vm-host-${process.pid}`;
let vm: Vm;
let healthy: Report;

test.before(async () => {
  vm = await upVm({ name: NAME, profile: 'dpu-host' });
  healthy = await examine('-i', vm.inventoryFile);
});
test.after.always(() => downVm(NAME));

test.serial('a healthy DPU host has no failure and no warning, whoever made its NIC', (t) => {
  assertHealthy(t, healthy);
  const passed = healthy.results.filter(({ verdict }) => verdict === 'pass').map(({ checkId }) => checkId);
  for (const name of ['supported', 'lspci', 'vf-lines', 'vf-drivers', 'physfn-links', 'pf-driver', 'pf-up'])
    t.true(passed.includes(`sriov/${name}`), name);
});

const NO_VFS = "ls: cannot access '/sys/bus/pci/devices/*/virtfn*': No such file or directory";
const gone = { check: 'gateway/management-port-exists', message: 'failed to get PCI address' };
const skipped = (check: string) => ({ check, verdict: 'skip', code: 'not-applicable' }) as const;

const CASES: readonly Case[] = [
  { fault: 'pf-down', changes: [{ check: 'sriov/pf-up', code: 'DOWN' }] },
  {
    fault: 'pf-address-missing',
    changes: [
      {
        check: 'gateway/interface-address',
        message: 'failed to find IPv4 address on interface enp2s0f0',
      },
    ],
  },
  {
    fault: 'pf-unbound',
    changes: [{ check: 'sriov/vfs-created', code: 'NO_DRIVER', message: 'PF 0000:02:00.0' }],
  },
  { fault: 'pf-vfio', changes: [{ check: 'sriov/vfs-created', code: 'NO_DRIVER' }] },
  { fault: 'pf-removed', changes: [{ check: 'sriov/supported', code: 'NOT_SUPPORTED' }] },
  {
    fault: 'pf-in-netns',
    changes: [{ check: 'gateway/pf-netdevs', message: 'no netdevs found for pci address 0000:02:00.0' }],
  },
  { fault: 'no-vfs', changes: [{ check: 'sriov/vfs-created', code: 'NO_VFS', message: NO_VFS }] },
  { fault: 'two-vfs', changes: [] },
  {
    fault: 'two-vfs',
    args: ['--set', 'num-vfs=3'],
    changes: [{ check: 'sriov/num-vfs', message: '0000:02:00.0 has 2 VFs and not 3' }],
  },
  { fault: 'vfs-not-probed', changes: [gone] },
  {
    fault: 'vf-in-netns',
    changes: [],
    shows: { check: 'sriov/vf-drivers', said: /0000:02:10\.2: .*in another network namespace/ },
  },
  {
    fault: 'vf-unbound',
    changes: [{ check: 'sriov/vf-drivers', message: 'no driver is bound to the VF 0000:02:10.2' }],
  },
  {
    fault: 'vf-vfio',
    changes: [
      {
        check: 'sriov/vf-drivers',
        verdict: 'warn',
        message: 'cannot get a network device with pci address 0000:02:10.2: it is bound to vfio-pci',
      },
    ],
  },
  { fault: 'pod-vf-vlan', changes: [{ check: 'sriov/vf-lines', verdict: 'warn', code: 'POD_VLAN' }] },
  { fault: 'mgmt-other-mac', changes: [{ check: 'sriov/vf-lines', code: 'OTHER_MAC' }] },
  { fault: 'vf-driver-missing', changes: [gone] },
  {
    fault: 'mgmt-vf-unbound',
    changes: [gone],
    shows: { check: gone.check, said: /0000:02:10\.0: no driver is bound/ },
  },
  {
    fault: 'mgmt-vf-vfio',
    changes: [gone],
    shows: { check: gone.check, said: /0000:02:10\.0: bound to vfio-pci/ },
  },
  {
    fault: 'mgmt-in-netns',
    changes: [gone],
    shows: { check: gone.check, said: /0000:02:10\.0: .*in another network namespace/ },
  },
  { fault: 'mgmt-down', changes: [{ check: 'gateway/management-port-up', code: 'DOWN' }] },
  {
    fault: 'mgmt-not-a-vf',
    changes: [{ check: 'gateway/management-port-pci-address', message: 'failed to get PCI address' }],
  },
  {
    fault: 'mgmt-is-the-pf',
    changes: [{ check: 'gateway/pf-pci-address', message: 'failed to get PF PCI address' }],
  },
  {
    fault: 'ovnkube-stopped',
    changes: [
      { check: 'gateway/ovnkube-running', code: 'NOT_RUNNING' },
      ...[
        'node-mode',
        'management-port-setting',
        'interface-setting',
        'pf-netdevs',
        'gateway-interface',
        'interface-address',
      ].map((name) => skipped(`gateway/${name}`)),
    ],
  },
  { fault: 'ovnkube-full-mode', changes: [{ check: 'gateway/node-mode', code: 'WRONG_MODE' }] },
  {
    fault: 'gateway-pinned',
    changes: ['pf-netdevs', 'gateway-interface', 'interface-address'].map((name) =>
      skipped(`gateway/${name}`),
    ),
  },
  { fault: 'ovs-on-host', changes: [{ check: 'ovs/absent', message: '/usr/sbin/ovs-vswitchd' }] },
  { fault: 'dns-stub-listener', changes: [] },
];

for (const { fault, changes, shows, args = [] } of CASES) {
  const about = changes.find(({ verdict }) => verdict !== 'skip')?.check ?? 'no failure';
  test.serial(`${[fault, ...args].join(' ')}: ${about}`, async (t) => {
    const report = await examineBroken(vm, fault, ...args);
    assertOnly(t, healthy, report, on(vm, changes));
    if (shows) t.regex(evidenceOf(report, shows.check), shows.said);
  });
}

test.serial('more VFs than the firmware has are told in the words of the kernel', async (t) => {
  const asked = await examine('-i', vm.inventoryFile, '--set', 'num-vfs=8');
  const changes = [{ check: 'sriov/num-vfs', message: 'write error: Numerical result out of range' }];
  assertOnly(t, healthy, asked, on(vm, changes));
});

test.serial('the last VF can be the management port, and the PF can have any name', async (t) => {
  try {
    await sh(
      vm,
      `rename ovn-k8s-mp0 enp2s0f0v0
rename enp2s0f0v2 mgmt.7
ip link set dev mgmt.7 up
rename enp2s0f0 eth0
ip link set dev eth0 up
until_true 20 grep -qx 1 /sys/class/net/eth0/carrier
/lab/start-ovnkube MGMT=mgmt.7`,
    );
    const report = await examine('-i', vm.inventoryFile);
    assertOnly(t, healthy, report, on(vm, [skipped('gateway/management-port-up')]));
    const derived = report.results.find(({ checkId }) => checkId === 'gateway/gateway-interface');
    t.is(derived?.verdict, 'pass');
    t.is(derived?.note, 'eth0 is the gateway interface');
  } finally {
    await sh(
      vm,
      'rename mgmt.7 enp2s0f0v2; rename enp2s0f0v0 ovn-k8s-mp0; /lab/host-network; /lab/start-ovnkube',
    );
  }
});

test.serial('where the gateway interface is named, a PF in another namespace is told by sriov', async (t) => {
  try {
    await sh(vm, '/lab/start-ovnkube GATEWAY=eno1');
    const report = await examineBroken(vm, 'pf-in-netns');
    const message = 'no netdevs found for pci address 0000:02:00.0';
    const changes = [
      { check: 'sriov/pf-netdev', message },
      ...['pf-netdevs', 'gateway-interface', 'interface-address'].map((name) => skipped(`gateway/${name}`)),
    ];
    assertOnly(t, healthy, report, on(vm, changes));
  } finally {
    await sh(vm, '/lab/start-ovnkube');
  }
});

test.serial('a missing tool is undetermined where it is needed, and a warning', async (t) => {
  try {
    await sh(vm, 'mv /usr/bin/lspci /usr/bin/lspci.away');
    const report = await examine('-i', vm.inventoryFile);
    const missing = {
      check: 'sriov/lspci',
      verdict: 'error',
      message: 'lspci is not installed on the node',
    } as const;
    assertOnly(t, healthy, report, on(vm, [missing, { check: 'system/tools', verdict: 'warn' }]));
    t.is(report.exitCode, 2);
  } finally {
    await sh(vm, 'mv /usr/bin/lspci.away /usr/bin/lspci');
  }
});

test.serial('after all that the host is healthy', async (t) => {
  assertHealthy(t, await examine('-i', vm.inventoryFile));
});
