import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { type Apt, unpack } from './apt.ts';
import type { Kernel } from './kernel.ts';
import { patchNetdevsim } from './netdevsim-patch.ts';

/** netdevsim is in no Debian kernel: it is built out of tree from the kernel's own source. */
export async function buildNetdevsim(apt: Apt, kernel: Kernel, work: string): Promise<void> {
  const source = await netdevsimSource(apt, kernel, work);
  await patchNetdevsim(source);
  const headers = await unpackHeaders(apt, kernel, work);
  await execa(
    'nice',
    [
      ...['make', '-j2', '-C', headers, `M=${source}`, 'CC=gcc-12', 'CONFIG_NETDEVSIM=m'],
      ...['CONFIG_DEBUG_INFO_BTF_MODULES=', 'CONFIG_MODULE_SIG=', 'modules'],
    ],
    { env: { LC_ALL: 'C' } },
  );
  const target = join(kernel.modules, 'lib/modules', kernel.release, 'kernel/drivers/net/netdevsim');
  await mkdir(target, { recursive: true });
  await execa('strip', ['--strip-debug', '-o', join(target, 'netdevsim.ko'), join(source, 'netdevsim.ko')]);
  await execa('depmod', ['-b', kernel.modules, kernel.release]);
}

async function netdevsimSource(apt: Apt, kernel: Kernel, work: string): Promise<string> {
  const series = /^\d+\.\d+/.exec(kernel.release)?.[0] ?? '';
  const [deb = ''] = await apt.download([`linux-source-${series}=${kernel.version}`]);
  const tree = join(work, 'linux-source');
  await unpack([deb], tree);
  const tarball = join(tree, `usr/src/linux-source-${series}.tar.xz`);
  const inside = `linux-source-${series}/drivers/net/netdevsim`;
  await execa('tar', ['-xJf', tarball, '-C', work, inside]);
  return join(work, inside);
}

async function unpackHeaders(apt: Apt, kernel: Kernel, work: string): Promise<string> {
  const common = kernel.release.replace(/-amd64$/, '-common');
  const kbuild = `linux-kbuild-${kernel.release.replace(/-amd64$/, '')}`;
  const names = [`linux-headers-${kernel.release}`, `linux-headers-${common}`, kbuild];
  const root = join(work, 'headers');
  await unpack(await apt.download(names.map((name) => `${name}=${kernel.version}`)), root);
  const headers = join(root, 'usr/src', `linux-headers-${kernel.release}`);
  // The package's makefiles name their own place by its absolute path.
  for (const name of ['Makefile', '.kernelvariables']) {
    const file = join(headers, name);
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replaceAll(/(^|[\s=])\/usr\//g, `$1${root}/usr/`));
  }
  return headers;
}
