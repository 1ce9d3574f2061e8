import { copyFile, link, rm } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { type Binaries, findBinaries, WHOLE_CLUSTER } from '../kubernetes/binaries.ts';
import { etcdDirectory, startControlPlane } from '../kubernetes/control-plane.ts';
import { startControllers } from '../kubernetes/controllers.ts';
import { type ExecResult, execInPod, type KubernetesApi, KubernetesLab } from '../kubernetes/index.ts';
import { writeKubeconfig } from '../kubernetes/kubeconfig.ts';
import { removeCgroups } from '../kubernetes/node/cgroups.ts';
import { writeImages } from '../kubernetes/node/images.ts';
import { makeAuthority, readCredentials } from '../kubernetes/pki.ts';
import { endProcesses, startDaemon } from '../kubernetes/processes.ts';
import { makeDirectories, readState, writeState } from '../kubernetes/state.ts';
import {
  type BluefieldOptions,
  CONTROL_PLANE,
  CONTROL_PLANE_ADDRESS,
  type Pair,
  pairsOf,
} from '../netns/bluefield/options.ts';
import { type NetnsLab, openNetnsLab, upNetnsLab } from '../netns/index.ts';
import { removeLab } from '../netns/remove.ts';
import { reservedSubnets } from '../netns/subnet.ts';
import { joinCluster } from './kubelet.ts';
import {
  createObjects,
  describedCluster,
  describeNodes,
  waitForPlacement,
  waitForWorkloads,
} from './objects.ts';
import { POD_CONTAINER, removePod, runningPods, startPod, type VfPod } from './pods.ts';
import { clusterDirectory, defaultDirectory, netnsDirectory } from './state.ts';
import { imagesOf } from './workloads.ts';

export interface JointLabOptions {
  name: string;
  /** Where the lab's files live; defaults to a directory of that name below the temporary directory. */
  stateDir?: string;
  /** Host-DPU pairs; 2 unless given. */
  pairs?: number;
  /** Says what takes long. */
  progress?: (line: string) => void;
}

/** Nodes of the netns testbed whose kubelets are those of one cluster. */
export class JointLab {
  readonly name: string;
  readonly directory: string;
  /** The nodes, their faults and how to log in to them. */
  readonly nodes: NetnsLab;
  /** The cluster's API and identities; its own `down` must not be used. */
  readonly cluster: KubernetesLab;
  readonly pairs: readonly Pair[];

  constructor(directory: string, nodes: NetnsLab, cluster: KubernetesLab) {
    this.name = cluster.name;
    this.directory = directory;
    this.nodes = nodes;
    this.cluster = cluster;
    this.pairs = pairsOf(nodes.state.options as BluefieldOptions);
  }

  /** May do everything. */
  get kubeconfig(): string {
    return this.cluster.kubeconfig;
  }

  get api(): KubernetesApi {
    return this.cluster.api;
  }

  /** A pair by its number, counted from 1. */
  pair(number = 1): Pair {
    const pair = this.pairs[number - 1];
    if (pair === undefined) throw new Error(`lab ${this.name} has no pair ${number}`);
    return pair;
  }

  /** Runs a pod with a VF on the host of a pair and returns when it is ready. */
  startPod(name: string, pair = 1): Promise<VfPod> {
    return startPod(this.api, name, this.pair(pair));
  }

  /** Deletes the pod and returns when its VF is the host's again. */
  async removePod(pod: VfPod): Promise<void> {
    await removePod(this.api, pod, this.nodes.node(pod.pair.host));
  }

  /** The pods that have a VF. */
  runningPods(): Promise<VfPod[]> {
    return runningPods(this.api, this.pairs);
  }

  /** Runs a program in a pod, as `kubectl exec` does. */
  exec({ name: pod, namespace }: VfPod, command: string[]): Promise<ExecResult> {
    return execInPod(this.kubeconfig, { namespace, pod, container: POD_CONTAINER }, command);
  }

  /** Removes every process, link, namespace, mount, cgroup and file of the lab. */
  async down(): Promise<void> {
    await removeAll(this.directory);
  }
}

/** Brings a lab up, after taking down what an earlier one of the same name left. */
export async function upJointLab(options: JointLabOptions): Promise<JointLab> {
  const directory = options.stateDir ?? defaultDirectory(options.name);
  await removeAll(directory);
  try {
    return await build(directory, options);
  } catch (error) {
    await removeAll(directory);
    throw error;
  }
}

/** The running lab of that name, perhaps brought up by another process. */
export async function openJointLab(
  options: Pick<JointLabOptions, 'name' | 'stateDir'>,
): Promise<JointLab | undefined> {
  const directory = options.stateDir ?? defaultDirectory(options.name);
  const cluster = clusterDirectory(directory);
  const nodes = await openNetnsLab({ name: options.name, stateDir: netnsDirectory(directory) });
  const state = await readState(cluster);
  if (nodes === undefined || state === undefined || state.nodes.length === 0) return undefined;
  const authority = await readCredentials(cluster, 'ca');
  const client = await readCredentials(cluster, 'admin');
  const access = { server: state.server, authority: authority.certificate, client };
  return new JointLab(directory, nodes, new KubernetesLab(cluster, state, access));
}

/** Takes down the lab of that name, if there is anything of it. */
export async function downJointLab(options: Pick<JointLabOptions, 'name' | 'stateDir'>): Promise<void> {
  await removeAll(options.stateDir ?? defaultDirectory(options.name));
}

async function build(root: string, options: JointLabOptions): Promise<JointLab> {
  const { name, pairs = 2, progress = () => {} } = options;
  const directory = clusterDirectory(root);
  await makeDirectories(directory);
  const binaries = await findAndShare(directory, progress);
  const bluefield: BluefieldOptions = {
    pairs,
    plugged: false,
    shared: directory,
    kubelet: false,
    ovnkube: { host: { running: false }, dpu: { running: false } },
  };
  const described = describedCluster(bluefield);
  const [nodes, images, authority] = await Promise.all([
    upNetnsLab({ name, stateDir: netnsDirectory(root), topology: 'bluefield', ...bluefield }),
    imagesOf(described).then((further) => writeImages(directory, further)),
    makeAuthority(directory),
  ]);
  progress('the nodes are up');

  const central = nodes.node(CONTROL_PLANE);
  const enter = ['nsenter', `--net=/run/netns/${central.netns}`];
  const { access, etcd, api } = await startControlPlane({
    directory,
    binaries,
    authority,
    address: central.address,
    etcdAddress: central.address,
    furtherAddresses: [CONTROL_PLANE_ADDRESS],
    enter,
    full: true,
  });
  await writeKubeconfig(path.join(directory, 'admin.kubeconfig'), name, access);
  await startControllers(directory, binaries, authority, access, '127.0.0.1', enter);
  progress('the API server is up');

  const { index } = nodes.state;
  const state = { name, index, server: access.server, etcd, nodes: [] };
  await writeState(directory, state);
  const ovnkube = path.join(import.meta.dirname, 'network/main.ts');
  await startDaemon(directory, 'ovnkube', [process.execPath, ovnkube, root]);
  // The nodes reach it by the network that the guide has for it.
  const cluster = {
    directory,
    index,
    binaries,
    authority,
    access: { ...access, server: `https://${CONTROL_PLANE_ADDRESS}:6443` },
    api,
  };
  const addresses: [string, string][] = [
    [CONTROL_PLANE, CONTROL_PLANE_ADDRESS],
    ...pairsOf(bluefield).flatMap(({ host, hostAddress, dpu, dpuAddress }): [string, string][] => [
      [host, hostAddress],
      [dpu, dpuAddress],
    ]),
  ];
  const hosts = pairsOf(bluefield).map(({ host }) => host);
  const [joined] = await Promise.all([
    Promise.all(addresses.map(([node, address]) => joinCluster(cluster, nodes.node(node), address, images))),
    createObjects(api, described, hosts),
  ]);
  progress('all nodes are Ready');
  await describeNodes(api, described, nodes);
  await waitForPlacement(api, described);
  await waitForWorkloads(api);
  await writeState(directory, { ...state, nodes: joined });
  return new JointLab(root, nodes, new KubernetesLab(directory, { ...state, nodes: joined }, access));
}

/** kubelet runs inside the nodes, which see nothing of the machine but the lab's own directory. */
async function findAndShare(directory: string, progress: (line: string) => void): Promise<Binaries> {
  const found = await findBinaries(WHOLE_CLUSTER, progress);
  const kubelet = path.join(directory, 'kubelet');
  await link(found('kubelet'), kubelet).catch(() => copyFile(found('kubelet'), kubelet));
  return (name) => (name === 'kubelet' ? kubelet : found(name));
}

async function removeAll(directory: string): Promise<void> {
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
