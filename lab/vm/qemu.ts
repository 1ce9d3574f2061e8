import { createServer } from 'node:net';
import { join } from 'node:path';
import { execa } from 'execa';
import { qemuIn } from './build/qemu.ts';
import type { Profile } from './types.ts';

/** A port that was free a moment ago; QEMU itself says so when it no longer is. */
async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

function qemuArguments(image: string, directory: string, profile: Profile, port: number): string[] {
  // Without no_timer_check the kernel counts the timer's interrupts against its own clock, and panics where a busy machine
  // delivers too few.
  const cmdline =
    'console=ttyS0 quiet panic=-1 net.ifnames=0 intel_iommu=on iommu=pt mitigations=off no_timer_check';
  return [
    ...['-nodefaults', '-no-user-config', '-no-reboot', '-display', 'none', '-daemonize'],
    // An IOMMU with interrupt remapping lets vfio-pci take a function.
    ...['-machine', 'q35', '-accel', 'tcg,thread=multi', '-cpu', 'max', '-smp', '2', '-m', '768'],
    ...['-device', 'intel-iommu,intremap=on'],
    ...['-kernel', join(image, 'vmlinuz'), '-initrd', join(directory, 'initrd'), '-append', cmdline],
    ...['-drive', `file=${join(image, `${profile}.ext4`)},if=none,id=root,format=raw,snapshot=on`],
    ...['-device', 'virtio-blk-pci,drive=root'],
    ...['-netdev', `user,id=oob,ipv6=off,hostfwd=tcp:127.0.0.1:${port}-:22`],
    ...['-device', 'pcie-root-port,id=slot1,chassis=1,slot=1,addr=02.0'],
    ...['-device', 'virtio-net-pci,netdev=oob,bus=slot1,mac=0c:42:a1:00:00:01'],
    ...(profile === 'dpu-host' ? sriovNic() : []),
    ...['-device', 'virtio-rng-pci'],
    ...['-serial', `file:${join(directory, 'console.log')}`, '-pidfile', join(directory, 'qemu.pid')],
  ];
}

/** A root port of its own gives the PF bus 2, and room on it for its VFs. */
function sriovNic(): string[] {
  return [
    ...['-netdev', 'user,id=fabric,ipv6=off,restrict=on'],
    ...['-device', 'pcie-root-port,id=slot2,chassis=2,slot=2,addr=03.0'],
    ...['-device', 'igb,netdev=fabric,bus=slot2,mac=0c:42:a1:00:00:10'],
  ];
}

/** Starts QEMU in the background; returns the port on 127.0.0.1 that leads to sshd. */
export async function startQemu(image: string, directory: string, profile: Profile): Promise<number> {
  const { command, dataDirs, env } = qemuIn(image);
  const data = dataDirs.flatMap((dir) => ['-L', dir]);
  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    const args = [...data, ...qemuArguments(image, directory, profile, port)];
    const { failed, stderr } = await execa(command, args, { env, reject: false, stdin: 'ignore' });
    if (!failed) return port;
    if (attempt === 5 || !/host forwarding rule/.test(stderr)) throw new Error(`QEMU: ${stderr}`);
  }
}
