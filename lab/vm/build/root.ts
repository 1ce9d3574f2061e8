import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import type { Apt } from './apt.ts';
import type { Kernel } from './kernel.ts';

const packages = [
  ...[
    'ethtool',
    'iperf3',
    'iproute2',
    'iputils-ping',
    'kmod',
    'netbase',
    'openssh-server',
    'openvswitch-switch',
  ],
  ...['pciutils', 'procps', 'sudo', 'tcpdump'],
];

/** Debian as each profile has it: the host's has no Open vSwitch, the DPU's has. */
export async function buildRoots(apt: Apt, kernel: Kernel, work: string, image: string): Promise<void> {
  const root = join(work, 'root');
  const include = `--include=${packages.join(',')}`;
  await execa('debootstrap', ['--variant=minbase', include, apt.release, root, apt.mirror], {
    env: { LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' },
  });
  await slim(root);
  await execa('cp', ['-a', `${kernel.modules}/lib/modules`, join(root, 'lib')]);
  await compileStandIn(root);
  // A package's maintainer scripts must not start or stop anything in here.
  await writeFile(join(root, 'usr/sbin/policy-rc.d'), '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  await makeImage(root, join(image, 'dpu.ext4'));
  const ovs = ['openvswitch-switch', 'openvswitch-common', 'python3-openvswitch'];
  await execa('chroot', [root, 'apt-get', 'purge', '-y', '--auto-remove', ...ovs], {
    env: { LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' },
  });
  await makeImage(root, join(image, 'dpu-host.ext4'));
}

async function slim(root: string): Promise<void> {
  for (const path of [
    'usr/share/doc',
    'usr/share/man',
    'usr/share/locale',
    'var/cache/apt',
    'var/lib/apt/lists',
  ])
    await rm(join(root, path), { recursive: true, force: true });
  for (const path of ['var/lib/apt/lists/partial', 'var/cache/apt/archives/partial'])
    await mkdir(join(root, path), { recursive: true });
  await rm(join(root, 'etc/ssh'), { recursive: true, force: true });
  await mkdir(join(root, 'etc/ssh'));
}

/** A process named ovnkube that does nothing: there is no OVN-Kubernetes in the VM, but something to find. */
async function compileStandIn(root: string): Promise<void> {
  const program = '#include <unistd.h>\nint main(void) { for (;;) pause(); }\n';
  const out = join(root, 'usr/bin/ovnkube');
  await execa('gcc-12', ['-static', '-Os', '-s', '-x', 'c', '-o', out, '-'], { input: program });
}

async function makeImage(root: string, file: string): Promise<void> {
  const { stdout } = await execa('du', ['-sm', root]);
  const size = Math.ceil(Number.parseInt(stdout, 10) * 1.25) + 128;
  await execa('mke2fs', ['-q', '-t', 'ext4', '-O', '^has_journal', '-m', '0', '-d', root, file, `${size}M`]);
}
