import { access, readdir, readFile } from 'node:fs/promises';
import type { ExecutionContext } from 'ava';
import { etcdDirectory } from '../kubernetes/control-plane.ts';
import { processesOf } from '../kubernetes/processes.ts';
import { reservedSubnets } from '../netns/subnet.ts';

/** The directories by which a lab is known: one that all its files are in, and those that its parts go by. */
export interface LabDirectories {
  files: string;
  /** Of what runs the cluster. */
  cluster: string;
  /** In whose name the subnet is reserved. */
  subnet: string;
}

/** What a lab holds outside of its directory. */
export async function held({ subnet }: LabDirectories) {
  const indices = await reservedSubnets(subnet);
  return {
    indices,
    mine: (text: string) => indices.some((index) => new RegExp(`^ddlab${index}(-|$)`).test(text)),
  };
}

export async function assertNothingLeft(
  t: ExecutionContext,
  { files, cluster, subnet }: LabDirectories,
  mine: (text: string) => boolean,
): Promise<void> {
  t.deepEqual(await processesOf(cluster), [], 'processes');
  t.deepEqual(await reservedSubnets(subnet), [], 'subnets');
  await t.throwsAsync(access(files), { code: 'ENOENT' });
  await t.throwsAsync(access(await etcdDirectory(cluster)), { code: 'ENOENT' });
  t.deepEqual((await readdir('/sys/class/net')).filter(mine), [], 'links');
  t.deepEqual((await readdir('/run/netns').catch(() => [])).filter(mine), [], 'network namespaces');
  for (const controller of await readdir('/sys/fs/cgroup').catch(() => []))
    t.deepEqual((await readdir(`/sys/fs/cgroup/${controller}`).catch(() => [])).filter(mine), [], 'cgroups');
  const mounts = await readFile('/proc/self/mountinfo', 'utf8');
  t.false(mounts.includes(files), 'mounts');
}

const SYSCTLS = ['vm/overcommit_memory', 'kernel/panic', 'kernel/panic_on_oops', 'net/ipv4/ip_forward'];

/** Settings of the machine that kubelet would change. */
export const sysctls = () => Promise.all(SYSCTLS.map((key) => readFile(`/proc/sys/${key}`, 'utf8')));
