import { readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { execa } from 'execa';
import { type Apt, unpack } from './apt.ts';
import { archive, type Entry } from './cpio.ts';
import type { Kernel } from './kernel.ts';

/** ext4 and virtio_blk are modules, so the disk needs an initrd. */
const needed = ['virtio_pci', 'virtio_blk', 'ext4'];

export async function buildInitrd(apt: Apt, kernel: Kernel, work: string, image: string): Promise<void> {
  const tree = join(work, 'busybox');
  await unpack(await apt.download(['busybox-static']), tree);
  const files = await moduleFiles(kernel);
  const entries: Entry[] = [
    ...['bin', 'dev', 'proc', 'sys', 'modules', 'root'].map((path): Entry => ({ path, mode: 0o040755 })),
    { path: 'bin/busybox', mode: 0o100755, data: await readFile(join(tree, 'bin/busybox')) },
    { path: 'init', mode: 0o100755, data: await readFile(join(import.meta.dirname, 'initrd-init')) },
    {
      path: 'modules/order',
      mode: 0o100644,
      data: Buffer.from(`${files.map((file) => basename(file)).join('\n')}\n`),
    },
  ];
  for (const file of files)
    entries.push({ path: `modules/${basename(file)}`, mode: 0o100644, data: await readFile(file) });
  await writeFile(join(image, 'initrd.cpio'), archive(entries));
}

/** The needed modules and theirs, in the order to load them. */
async function moduleFiles(kernel: Kernel): Promise<string[]> {
  const files = new Set<string>();
  for (const name of needed) {
    const where = ['-d', kernel.modules, '-S', kernel.release];
    const { stdout } = await execa('modprobe', [...where, '--show-depends', name]);
    for (const line of stdout.split('\n')) {
      const file = /^insmod (\S+)/.exec(line)?.[1];
      if (file) files.add(file);
    }
  }
  return [...files];
}
