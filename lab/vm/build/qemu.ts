import { join } from 'node:path';
import { execa } from 'execa';
import { type Apt, unpack } from './apt.ts';

/** QEMU unpacked aside. `igb`, its SR-IOV NIC, is in 8.0 and later: not in bookworm itself. */
export async function buildQemu(apt: Apt, image: string): Promise<string> {
  const root = join(image, 'qemu');
  await unpack(await apt.downloadClosure('qemu-system-x86'), root);
  const { command, env } = qemuIn(image);
  const { stdout } = await execa(command, ['-device', 'help'], { env });
  if (!/^name "igb"/m.test(stdout)) throw new Error(`QEMU of ${apt.release}-backports has no igb device`);
  const version = await execa(command, ['--version'], { env });
  return version.stdout.split('\n')[0] ?? '';
}

export interface Qemu {
  command: string;
  dataDirs: string[];
  env: Record<string, string>;
}

export function qemuIn(image: string): Qemu {
  const root = join(image, 'qemu');
  const libraries = ['usr/lib/x86_64-linux-gnu', 'lib/x86_64-linux-gnu'];
  return {
    command: join(root, 'usr/bin/qemu-system-x86_64'),
    dataDirs: ['usr/share/qemu', 'usr/share/seabios', 'usr/lib/ipxe/qemu'].map((dir) => join(root, dir)),
    env: { LD_LIBRARY_PATH: libraries.map((dir) => join(root, dir)).join(':') },
  };
}

/** It was completed with libraries that the machine lacked then; the machine may lack others now. */
export async function isRunnable(image: string): Promise<boolean> {
  const { command, env } = qemuIn(image);
  const { exitCode } = await execa(command, ['--version'], { env, reject: false });
  return exitCode === 0;
}
