import { mkdir, readdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { prefix } from '../../netns/names.ts';
import { waitFor } from '../../netns/wait.ts';

const ROOT = '/sys/fs/cgroup';
const CONTROLLERS = ['blkio', 'cpu', 'cpuacct', 'cpuset', 'devices', 'freezer', 'memory', 'pids', 'systemd'];

export const cgroupName = (index: number, node: string): string => `${prefix(index)}-${node}`;

/** Makes a node's cgroup in every hierarchy; kubelet wants it there before it starts. */
export async function createCgroups(name: string): Promise<void> {
  const present = await readdir(ROOT);
  const controllers = CONTROLLERS.filter((controller) => present.includes(controller));
  if (!controllers.includes('memory'))
    throw new Error(`nodes need cgroup v1 hierarchies below ${ROOT}; this machine has none`);
  for (const controller of controllers) await mkdir(path.join(ROOT, controller, name), { recursive: true });
  // No process may enter a cpuset that has no processors.
  for (const file of ['cpuset.cpus', 'cpuset.mems']) {
    const value = await readFile(path.join(ROOT, 'cpuset', file), 'utf8').catch(() => undefined);
    if (value !== undefined) await writeFile(path.join(ROOT, 'cpuset', name, file), value.trim());
  }
}

/** Removes the cgroups of all nodes of a lab, whose processes have ended. */
export async function removeCgroups(index: number): Promise<void> {
  for (const controller of await readdir(ROOT).catch(() => [])) {
    const directory = path.join(ROOT, controller);
    const names = await readdir(directory).catch(() => []);
    for (const name of names.filter((name) => name.startsWith(`${prefix(index)}-`)))
      await removeTree(path.join(directory, name));
  }
}

async function removeTree(directory: string): Promise<void> {
  const entries = await readdir(directory, { withFileTypes: true });
  for (const entry of entries) if (entry.isDirectory()) await removeTree(path.join(directory, entry.name));
  // A container's processes end after the node's PID 1, which took them along.
  await waitFor(`the last process of ${directory} to end`, () =>
    rmdir(directory).then(
      () => true,
      (error: NodeJS.ErrnoException) => {
        if (error.code === 'EBUSY') return false;
        throw error;
      },
    ),
  );
}
