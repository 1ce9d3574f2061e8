import { type ExecResult, execInPod, type KubernetesApi, KubernetesLab } from '../kubernetes/index.ts';
import { readCredentials } from '../kubernetes/pki.ts';
import { readState } from '../kubernetes/state.ts';
import { type BluefieldOptions, type Pair, pairsOf } from '../netns/bluefield/options.ts';
import { type NetnsLab, openNetnsLab } from '../netns/index.ts';
import { POD_CONTAINER, removePod, runningPods, startPod, type VfPod } from './pods.ts';
import { removeJointLab } from './remove.ts';
import { clusterDirectory, defaultDirectory, netnsDirectory } from './state.ts';

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
    await removeJointLab(this.directory);
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
  await removeJointLab(options.stateDir ?? defaultDirectory(options.name));
}
