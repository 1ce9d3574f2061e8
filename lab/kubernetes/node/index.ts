import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { KubernetesApi } from '../api.ts';
import type { Binaries } from '../binaries.ts';
import type { Authority } from '../certificates.ts';
import type { Access } from '../kubeconfig.ts';
import { startDaemon, waitForDaemon } from '../processes.ts';
import { cgroupName, createCgroups } from './cgroups.ts';
import { startContainerd } from './containerd.ts';
import { writeImages } from './images.ts';
import { startKubelet } from './kubelet.ts';
import { cniConfiguration, createNamespaces, type NodeNetwork, nodeNetwork } from './network.ts';
import type { NodePlan } from './plan.ts';
import type { NodeState } from './state.ts';

export interface Cluster {
  directory: string;
  index: number;
  binaries: Binaries;
  authority: Authority;
  access: Access;
  api: KubernetesApi;
}

/** Starts nodes, each with namespaces, a containerd and a kubelet of its own; they are Ready when this returns. */
export async function startNodes(cluster: Cluster, names: readonly string[]): Promise<NodeState[]> {
  const { directory, index } = cluster;
  const [images] = await Promise.all([writeImages(directory), createNamespaces(index, names)]);
  return Promise.all(
    names.map((name, number) => startNode(cluster, name, nodeNetwork(index, number, name), images)),
  );
}

async function startNode(
  { directory: labDirectory, index, binaries, authority, access, api }: Cluster,
  name: string,
  network: NodeNetwork,
  images: string,
): Promise<NodeState> {
  const directory = path.join(labDirectory, 'nodes', name);
  await mkdir(directory, { recursive: true });
  const cgroup = cgroupName(index, name);
  await createCgroups(cgroup);
  const pid = await startNamespaces(labDirectory, directory, name, network.netns);
  const plan: NodePlan = {
    name,
    address: network.address,
    labDirectory,
    directory,
    enter: ['nsenter', `--target=${pid}`, '--mount', '--uts', '--net', '--pid'],
    cgroup,
    cni: cniConfiguration(network),
    images,
    kubelet: binaries('kubelet'),
  };
  await startContainerd(plan);
  await startKubelet(plan, authority, access, api);
  return { name, address: network.address, pid };
}

/** Returns the pid by which the machine knows the node's PID 1. */
async function startNamespaces(
  labDirectory: string,
  directory: string,
  name: string,
  netns: string,
): Promise<number> {
  const init = ['sh', path.join(import.meta.dirname, 'start.sh'), directory, name];
  const daemon = await startDaemon(labDirectory, `node-${name}`, [
    'nsenter',
    `--net=${netns}`,
    ...['unshare', '--mount', '--uts', '--pid', '--fork', '--kill-child'],
    ...init,
  ]);
  const pid = () => readFile(path.join(directory, 'pid'), 'utf8').catch(() => '');
  await waitForDaemon(daemon, async () => (await pid()) !== '');
  return Number(await pid());
}
