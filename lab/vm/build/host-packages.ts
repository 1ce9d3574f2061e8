import { execa } from 'execa';

/** What the build runs on this machine; libelf1 is for the kernel's objtool. None of them starts a service. */
const packages = [
  'debootstrap',
  'e2fsprogs',
  'gcc-12',
  'kmod',
  'libc6-dev',
  'libelf1',
  'make',
  'openssh-client',
  'xz-utils',
];

export async function installHostPackages(): Promise<void> {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the placeholders are dpkg-query's
  const query = ['-W', '-f', '${Package} ${db:Status-Status}\n', ...packages];
  const { stdout } = await execa('dpkg-query', query, { reject: false });
  const installed = new Set(
    stdout.split('\n').flatMap((line) => (line.endsWith(' installed') ? [line.split(' ')[0]] : [])),
  );
  const missing = packages.filter((name) => !installed.has(name));
  if (missing.length === 0) return;
  const env = { DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' };
  const wait = ['-o', 'DPkg::Lock::Timeout=300', '-o', 'Acquire::Retries=3'];
  await execa('apt-get', [...wait, 'update'], { env });
  await execa('apt-get', [...wait, 'install', '-y', '--no-install-recommends', ...missing], { env });
}
