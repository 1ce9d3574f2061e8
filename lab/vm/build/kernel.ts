import { copyFile, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { type Apt, unpack } from './apt.ts';

export interface Kernel {
  /** `uname -r` */
  release: string;
  /** The package's version; headers and source must have the same. */
  version: string;
  /** A tree with lib/modules/<release>. */
  modules: string;
}

/** Drivers of hardware that the VM cannot have: a third of the modules' files, nine tenths of their size. */
const unwanted = [
  'sound',
  'net/wireless',
  'net/mac80211',
  'net/bluetooth',
  ...['accel', 'bluetooth', 'comedi', 'gpu', 'hid', 'iio', 'infiniband', 'input', 'isdn', 'media'],
  ...['mtd', 'net/can', 'net/wireless', 'nvme', 'platform', 'power', 'scsi', 'staging', 'target', 'usb'],
  ...['video', 'w1', 'thunderbolt', 'firewire', 'md', 'mmc', 'edac'],
].map((path) => (/^(sound|net\/(wireless|mac80211|bluetooth))$/.test(path) ? path : `drivers/${path}`));

/** The full flavour: the cloud flavour has neither igb nor igbvf. */
export async function buildKernel(apt: Apt, work: string, image: string): Promise<Kernel> {
  const meta = await apt.show(`linux-image-amd64/${apt.release}-backports`);
  const depends = /(linux-image-(\S+)) \(= ([^)]+)\)/.exec(meta.get('Depends') ?? '');
  const [, pkg, release, version] = depends ?? [];
  if (!pkg || !release || !version) throw new Error(`no kernel in ${apt.release}-backports`);

  const tree = join(work, 'kernel');
  await unpack(await apt.download([`${pkg}=${version}`]), tree);
  await copyFile(join(tree, 'boot', `vmlinuz-${release}`), join(image, 'vmlinuz'));

  const modules = join(work, 'modules');
  const from = join(tree, 'lib/modules', release);
  const to = join(modules, 'lib/modules', release);
  for (const path of unwanted) await rm(join(from, 'kernel', path), { recursive: true, force: true });
  await mkdir(join(modules, 'lib/modules'), { recursive: true });
  await execa('mv', [from, to]);
  // Unpacking xz in an emulated machine costs more than the disk saves.
  const packed = (await readdir(to, { recursive: true })).filter((name) => name.endsWith('.ko.xz'));
  await execa('xargs', ['-0', '-r', '-n', '50', 'xz', '-d'], { cwd: to, input: packed.join('\0') });
  return { release, version, modules };
}
