import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { applyFault, ensureImage, type Profile, undoFault, upVm, type Vm } from './index.ts';

const target = join(import.meta.dirname, '../../test/recorded/vm-igb');

const everywhere = [
  'ip -j -d addr show',
  'ip -d link show',
  'ip -j -d link show',
  "ethtool -k '*'",
  'lspci -nD',
  'lspci -nnD',
  'devlink -j dev show',
  'devlink -j port show',
  'ls -l /sys/class/net',
];

const ovsTables = ['Open_vSwitch', 'Bridge', 'Port', 'Interface'].map(
  (table) => `ovs-vsctl --format=json list ${table}`,
);

const flows = [
  'ovs-appctl dpctl/dump-flows -m --names',
  'ovs-appctl dpctl/dump-flows -m --names type=tc',
  'ovs-appctl dpctl/dump-flows -m --names type=offloaded',
  'ovs-appctl dpctl/dump-flows',
  'ovs-appctl upcall/show',
  'tc -j -s filter show dev pf0vf1 ingress',
  'tc -s filter show dev pf0vf1 ingress',
];

const commands: Record<Profile, string[]> = {
  'dpu-host': [
    ...everywhere,
    'ethtool -i enp2s0f0',
    'ethtool -i ovn-k8s-mp0',
    'ls -l /sys/bus/pci/devices/0000:02:00.0',
    'ls -l /sys/bus/pci/devices/0000:02:10.0',
    'ls -l /sys/bus/pci/drivers/igb',
    'ls -l /sys/bus/pci/drivers/igbvf',
    'devlink -j dev eswitch show pci/0000:02:00.0',
    'cat /sys/class/net/enp2s0f0/phys_port_name',
    'ovs-vsctl --version',
  ],
  dpu: [
    ...everywhere,
    'ethtool -i p0',
    'ethtool -i pf0vf1',
    'ethtool -i brp0',
    'ls -l /sys/bus/netdevsim/devices/netdevsim10/',
    'devlink dev eswitch show netdevsim/netdevsim10',
    'devlink -j dev eswitch show netdevsim/netdevsim10',
    'ovs-vsctl --version',
    'ovs-vsctl show',
    ...ovsTables,
    'ovs-appctl dpctl/show',
    'ovs-appctl dpctl/offload-stats-show',
    'ovs-ofctl dump-flows br-int',
    'cat /var/log/openvswitch/ovs-vswitchd.log',
    ...flows,
  ],
};

/** What some faults look like, for the commands that show them. */
const faulty: Record<Profile, Record<string, string[]>> = {
  'dpu-host': {
    'no-vfs': ['ip -d link show dev enp2s0f0', 'ls -l /sys/bus/pci/devices/0000:02:00.0'],
    'vf-vfio': ['ip -d link show dev enp2s0f0', 'ls -l /sys/bus/pci/devices/0000:02:10.2', 'lspci -nnkD'],
    'vf-in-netns': ['ip -j -d link show', 'ls -l /sys/bus/pci/devices/0000:02:10.2/net'],
    'pf-unbound': ['ip -j -d link show', 'ls -l /sys/bus/pci/devices/0000:02:00.0'],
  },
  dpu: {
    'representor-no-offload': flows,
    'hw-offload-false': flows,
    'eswitch-legacy': [
      'devlink -j dev eswitch show netdevsim/netdevsim10',
      'devlink -j port show',
      'ip -j -d link show',
      'ovs-vsctl show',
      'ovs-vsctl --format=json list Interface',
    ],
    'interface-error': ['ovs-vsctl show', 'ovs-vsctl --format=json list Interface'],
  },
};

const traffic = `
ip netns exec pod1 ping -c 2000 -i 0.1 10.244.1.6 >/dev/null 2>&1 &
ping -c 2000 -i 0.1 192.168.40.254 >/dev/null 2>&1 &
`;

/** A name that every file system takes. */
const fileName = (command: string): string =>
  command.replaceAll("'*'", 'all').replaceAll(':', '-').replaceAll(/[ /]+/g, '_');

async function record(vm: Vm, directory: string, list: readonly string[]): Promise<string[]> {
  const rows: string[] = [];
  await mkdir(join(target, directory), { recursive: true });
  for (const command of list) {
    const { exitCode, stdout, stderr } = await vm.exec(`LC_ALL=C ${command}\n`);
    const path = `${directory}/${fileName(command)}`;
    await writeFile(join(target, `${path}.txt`), stdout);
    if (stderr) await writeFile(join(target, `${path}.stderr.txt`), stderr);
    rows.push(`| ${path}.txt | \`${command.replaceAll('|', '\\|')}\` | ${exitCode} |`);
  }
  return rows;
}

/** Flows last ten seconds: they are recorded while packets come. */
async function withTraffic(vm: Vm, work: () => Promise<string[]>): Promise<string[]> {
  if (vm.profile !== 'dpu') return work();
  await vm.exec(`${traffic}ip netns exec pod1 ping -c 3 10.244.1.6`);
  const rows = await work();
  await vm.exec('pkill -x ping');
  return rows;
}

async function recordProfile(profile: Profile): Promise<string[]> {
  const vm = await upVm({ name: `record-${profile}`, profile });
  try {
    const rows = await withTraffic(vm, () => record(vm, profile, commands[profile]));
    for (const [fault, list] of Object.entries(faulty[profile])) {
      await applyFault(vm, fault);
      rows.push(...(await withTraffic(vm, () => record(vm, `${profile}-${fault}`, list))));
      await undoFault(vm, fault);
    }
    return rows;
  } finally {
    await vm.down();
  }
}

const versionScript = `uname -r; ip -V; ethtool --version; lspci --version; ovs-vswitchd --version | head -n 1`;

async function versions(): Promise<string> {
  const built = JSON.parse(await readFile(join(await ensureImage(), 'versions.json'), 'utf8'));
  const vm = await upVm({ name: 'record-versions', profile: 'dpu' });
  try {
    const { stdout } = await vm.exec(versionScript);
    const lines = [built.qemu, ...stdout.trim().split('\n')];
    return lines.map((line) => `- ${line}`).join('\n');
  } finally {
    await vm.down();
  }
}

await rm(target, { recursive: true, force: true });
const rows = [...(await recordProfile('dpu-host')), ...(await recordProfile('dpu'))];
await writeFile(
  join(target, 'README.md'),
  `# Recorded in the SR-IOV virtual machine

What real commands printed, each in a file named after the command. \`dpu-host/\` and \`dpu/\` are the healthy
machine in either profile, \`<profile>-<fault>/\` the same with one fault of \`lab/vm/faults/\`. The standard error,
where there was any, is in \`*.stderr.txt\`. \`node lab/vm/record.ts\` makes it all anew.

The host's PF and VFs are QEMU's igb with the kernel's own igb and igbvf. The DPU's eswitch is netdevsim with
\`lab/vm/build/eswitch.c\`: its offload is simulated, the kernel's TC and Open vSwitch around it are not.

${await versions()}

| file | command | exit code |
|---|---|---|
${rows.join('\n')}
`,
);
