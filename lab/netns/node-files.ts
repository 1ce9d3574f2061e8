import { chmod, copyFile, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { NodePlan } from './plan.ts';
import { FILE_MODES, type WithoutOvs } from './rootfs.ts';
import { writeSysfs } from './sysfs.ts';

const here = import.meta.dirname;

export interface NodeFiles {
  plan: NodePlan;
  files: Record<string, string>;
  hide: WithoutOvs | undefined;
  /** Files of the machine that the node has in /run/netns, by their names there. */
  netns: Record<string, string>;
}

/** Writes the directory from which node-root.sh builds a node. */
export async function writeNodeDirectory(
  directory: string,
  { plan, files, hide, netns }: NodeFiles,
): Promise<void> {
  const lab = path.join(directory, 'lab');
  await mkdir(path.join(directory, 'mnt'), { recursive: true });
  await mkdir(lab, { recursive: true });

  const all = { ...files, ...plan.files, ...(hide ? { '/var/lib/dpkg/status': hide.dpkgStatus } : {}) };
  for (const [file, content] of Object.entries(all)) {
    await place(path.join(directory, 'files', file), content, FILE_MODES[file] ?? 0o644);
  }
  for (const [file, content] of Object.entries(plan.programs ?? {})) {
    await place(path.join(directory, 'files', file), content, 0o755);
  }

  await writeFile(path.join(directory, 'hostname'), plan.name);
  await writeFile(path.join(directory, 'hidden'), (hide?.hidden ?? []).join('\n'));
  await writeFile(path.join(directory, 'shared'), lines(plan.shared ?? []));
  await writeFile(path.join(directory, 'netns'), settings(netns, ' '));
  await writeFile(path.join(lab, 'ip.batch'), lines(plan.ip ?? []));
  await writeFile(path.join(lab, 'checksummed'), lines(plan.checksummed ?? []));
  await writeFile(path.join(lab, 'sysctl.conf'), settings(plan.sysctl, ' = '));
  await writeFile(path.join(lab, 'machine-sysctl'), settings(plan.machineSysctl, ' '));
  if (plan.management === undefined) await writeFile(path.join(lab, 'sshd-elsewhere'), '');
  if (plan.sysfs) {
    await writeSysfs(plan.sysfs, path.join(lab, 'sysfs'));
    await writeFile(path.join(lab, 'sysfs-opaque'), lines(plan.sysfs.opaque));
  }
  for (const script of ['node-boot.sh', 'stack-sysfs.sh']) {
    await copyFile(path.join(here, script), path.join(lab, script));
  }
}

async function place(file: string, content: string | Buffer, mode: number): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, content);
  await chmod(file, mode);
}

const lines = (all: readonly string[]) => all.map((line) => `${line}\n`).join('');

function settings(values: Record<string, string> | undefined, separator: string): string {
  return lines(Object.entries(values ?? {}).map(([key, value]) => `${key}${separator}${value}`));
}
