import type { Evidence } from '../../facts/fact.ts';
import type { TrafficProblem } from '../../facts/traffic/measurement.ts';
import type { Endpoint } from '../../facts/traffic/path.ts';
import type { TrafficCluster } from '../input.ts';
import type { TrafficOptions } from '../options.ts';

/** TCP port on which each pod of a run sends back what it is sent. */
export const ECHO_PORT = 5000;

/** A pod that a run wants to have. */
export interface WantedPod {
  /** Unique in its cluster and run, fit for a DNS label that starts with a letter: it becomes the pod's name, and that of its Service. */
  readonly name: string;
  /** The target that is the node it is to run on. */
  readonly node: string;
  /** That node's name in its cluster. */
  readonly kubernetesNode: string;
  /** The target that is the node's DPU. Where there is one, the pod must have a VF, or there is no pod. */
  readonly dpu: string | undefined;
  /** It shares the node's network, and has no VF. */
  readonly hostNetwork: boolean;
  /** A Service of type NodePort in front of it, which has a ClusterIP, too. */
  readonly service: boolean;
}

/** A Service in front of one pod. */
export interface MadeService {
  /** `namespace/name`. */
  readonly name: string;
  readonly endpoint: Endpoint;
  /** ClusterIPs, one of each address family that the cluster gives; of IPv4 first. */
  readonly addresses: readonly string[];
  /** Of the ClusterIP: {@link ECHO_PORT}. */
  readonly port: number;
  /** On every node's addresses. */
  readonly nodePort: number;
}

/** What a run has made in one cluster. */
export interface MadePods {
  readonly namespace: string;
  /** The pods that are ready, in the order in which they were wanted; their interface is eth0, their MTU not known yet. */
  readonly endpoints: readonly Endpoint[];
  readonly services: readonly MadeService[];
  /** Why others are not there. */
  readonly problems: readonly TrafficProblem[];
  /** What the API shows of pods: conditions, containers, events. By endpoint's name. Never rejects. */
  evidence(endpoints: readonly Endpoint[]): Promise<ReadonlyMap<string, readonly Evidence[]>>;
  /**
   * Removes everything that was made, and waits until it is gone; works also after the options' signal was given. With
   * `failed` and the option keepOnFailure everything is kept.
   *
   * Gives what is still there, one line for each with the command that removes it; such lines go to
   * TrafficMeasurements.left. Never rejects.
   */
  remove(how: { readonly failed: boolean }): Promise<readonly string[]>;
}

/** The options that count for objects. */
export type ObjectOptions = Pick<
  TrafficOptions,
  'runId' | 'image' | 'keepOnFailure' | 'setupTimeout' | 'signal' | 'progress'
>;

/**
 * Makes a namespace and the pods in it, and waits until they are ready; those that never are become problems. Never
 * rejects: whatever is returned must be removed, also after an interruption.
 */
export type MakePods = (
  cluster: TrafficCluster,
  wanted: readonly WantedPod[],
  options: ObjectOptions,
) => Promise<MadePods>;
