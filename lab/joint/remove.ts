import { rm } from 'node:fs/promises';
import { etcdDirectory } from '../kubernetes/control-plane.ts';
import { removeCgroups } from '../kubernetes/node/cgroups.ts';
import { endProcesses } from '../kubernetes/processes.ts';
import { removeLab } from '../netns/remove.ts';
import { reservedSubnets } from '../netns/subnet.ts';
import { clusterDirectory, netnsDirectory } from './state.ts';

/** Takes down whatever there is of the lab in this directory, however far it had come up. */
export async function removeJointLab(directory: string): Promise<void> {
  const netns = netnsDirectory(directory);
  const cluster = clusterDirectory(directory);
  const indices = await reservedSubnets(netns);
  await endProcesses(cluster);
  // The nodes' PID 1 takes the pods along, so the cgroups are empty then.
  await removeLab(netns);
  for (const index of indices) await removeCgroups(index);
  await rm(await etcdDirectory(cluster), { recursive: true, force: true });
  await rm(directory, { recursive: true, force: true });
}
