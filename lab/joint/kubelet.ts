import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { cgroupName, createCgroups } from '../kubernetes/node/cgroups.ts';
import { startContainerd } from '../kubernetes/node/containerd.ts';
import type { Cluster } from '../kubernetes/node/index.ts';
import { startKubelet } from '../kubernetes/node/kubelet.ts';
import type { NodePlan } from '../kubernetes/node/plan.ts';
import type { NodeState } from '../kubernetes/node/state.ts';
import { startDaemon, waitForDaemon } from '../kubernetes/processes.ts';
import type { LabNode } from '../netns/index.ts';
import { installPlugin, pluginConfiguration, socketOf } from './network/plugin.ts';
import { nodeDirectory, spaceFile } from './state.ts';

/** Runs containerd and kubelet on a node of the netns testbed; the node is Ready when this returns. */
export async function joinCluster(
  cluster: Cluster,
  node: LabNode,
  address: string,
  images: string,
): Promise<NodeState> {
  const { name } = node;
  const directory = nodeDirectory(cluster.directory, name);
  await mkdir(directory, { recursive: true });
  const cgroup = cgroupName(cluster.index, name);
  await createCgroups(cgroup);
  await installPlugin(node, socketOf(directory));
  const enter = await enterSpace(cluster.directory, directory, node);
  const plan: NodePlan = {
    name,
    address,
    labDirectory: cluster.directory,
    directory,
    enter,
    cgroup,
    cni: pluginConfiguration(),
    images,
    kubelet: cluster.binaries('kubelet'),
  };
  await startContainerd(plan);
  await startKubelet(plan, cluster.authority, cluster.access, cluster.api);
  return { name, address, pid: node.pid };
}

/** Makes the mount namespace that containerd and kubelet share, and returns how to run a program there. */
async function enterSpace(labDirectory: string, directory: string, node: LabNode): Promise<string[]> {
  const script = path.join(import.meta.dirname, 'kubelet-space.sh');
  const holder = await startDaemon(labDirectory, `space-${node.name}`, [
    ...['nsenter', `--target=${node.pid}`, '--mount', '--uts', '--ipc', '--net'],
    // The script is none of the node's files.
    ...['unshare', '--mount', 'sh', '-c', await readFile(script, 'utf8'), 'sh', directory],
  ]);
  const pid = () => readFile(spaceFile(directory), 'utf8').catch(() => '');
  await waitForDaemon(holder, async () => (await pid()) !== '');
  return [
    ...['nsenter', `--target=${(await pid()).trim()}`, '--mount', '--uts', '--ipc', '--net'],
    `--pid=/proc/${node.pid}/ns/pid`,
    // Else kubelet asks the fabric for Amazon's metadata service, for six seconds.
    ...['env', 'AWS_EC2_METADATA_DISABLED=true'],
  ];
}
