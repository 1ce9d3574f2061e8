import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openApt } from './apt.ts';
import { cacheRoot, fill, isWhole, recipeKey, seal } from './cache.ts';
import { installHostPackages } from './host-packages.ts';
import { buildInitrd } from './initrd.ts';
import { buildKernel } from './kernel.ts';
import { buildNetdevsim } from './netdevsim.ts';
import { buildQemu, isRunnable } from './qemu.ts';
import { buildRoots } from './root.ts';

/** The guest's release: igb, netdevsim's patch and the package names are made for it. */
const release = 'bookworm';

export type Progress = (line: string) => void;

/** The directory with kernel, initrd, disks and QEMU; built when it is not there, or no longer whole. */
export async function ensureImage(progress: Progress = () => {}): Promise<string> {
  const image = join(cacheRoot(), `vm-${await recipeKey(import.meta.dirname)}`);
  if ((await isWhole(image)) && (await isRunnable(image))) return image;
  await rm(image, { recursive: true, force: true });
  await fill(image, (directory) => build(directory, progress));
  return image;
}

async function build(image: string, progress: Progress): Promise<void> {
  if (process.getuid?.() !== 0) throw new Error('building the VM image needs root (debootstrap)');
  const work = join(image, 'work');
  await mkdir(work);
  const step = async <T>(title: string, run: () => Promise<T>): Promise<T> => {
    const started = performance.now();
    const result = await run();
    progress(`${title}: ${((performance.now() - started) / 1000).toFixed(1)} s`);
    return result;
  };
  await step('host packages', installHostPackages);
  const apt = await step('package lists', () => openApt(release, join(work, 'apt')));
  const qemu = await step('QEMU', () => buildQemu(apt, image));
  const kernel = await step('kernel', () => buildKernel(apt, work, image));
  await step('netdevsim', () => buildNetdevsim(apt, kernel, work));
  await step('root images', () => buildRoots(apt, kernel, work, image));
  await step('initrd', () => buildInitrd(apt, kernel, work, image));
  const versions = { qemu, kernel: kernel.release, kernelPackage: kernel.version };
  await writeFile(join(image, 'versions.json'), `${JSON.stringify(versions, null, 2)}\n`);
  await rm(work, { recursive: true });
  await seal(image);
}
