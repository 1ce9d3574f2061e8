import type { Devlink } from '../../devlink.ts';
import type { Outcome } from '../../fact.ts';
import type { Link } from '../../links.ts';
import type { Netdev } from '../../netdevs.ts';
import type { Ovnkube } from '../../ovnkube.ts';
import type { Ovs } from '../../ovs.ts';
import type { Pci } from '../../pci.ts';
import type { Simulation } from '../role.ts';

/** A pod as its object in the API says it. */
export interface ChainPod {
  /** The cluster that the object is in, by the name that the run gives it. */
  readonly cluster: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  /** spec.nodeName; undefined while it is not scheduled. */
  readonly node: string | undefined;
  /** status.phase */
  readonly phase: string;
  readonly hostNetwork: boolean;
  /** The object has a deletionTimestamp. */
  readonly terminating: boolean;
  readonly annotations: ReadonlyMap<string, string>;
  /** What its containers request, summed up by resource name; cpu and memory may be left out. */
  readonly requests: ReadonlyMap<string, number>;
}

/** A NetworkAttachmentDefinition. */
export interface ChainNetworkAttachment {
  readonly cluster: string;
  readonly namespace: string;
  readonly name: string;
  /** The annotation k8s.v1.cni.cncf.io/resourceName. */
  readonly resourceName: string | undefined;
}

/** The host facts that chains are made from; each may be missing. */
export const HOST_CHAIN_FACTS = ['links', 'netdevs', 'ovnkube', 'pci'] as const;

/** The DPU facts that chains are made from; each may be missing. */
export const DPU_CHAIN_FACTS = ['devlink', 'links', 'netdevs', 'ovs'] as const;

export interface HostChainFacts {
  readonly links: Outcome<readonly Link[]>;
  readonly netdevs: Outcome<ReadonlyMap<string, Netdev>>;
  readonly ovnkube: Outcome<Ovnkube>;
  readonly pci: Outcome<Pci>;
}

export interface DpuChainFacts {
  readonly devlink: Outcome<Devlink>;
  readonly links: Outcome<readonly Link[]>;
  readonly netdevs: Outcome<ReadonlyMap<string, Netdev>>;
  readonly ovs: Outcome<Ovs>;
}

interface ChainNode {
  /** As the run calls the target. */
  readonly name: string;
  /** As its Node object is called. */
  readonly nodeName: string;
  /** The cluster that this Node object is in; undefined where that is not known. */
  readonly cluster: string | undefined;
}

export interface ChainHost extends ChainNode {
  readonly simulation: Simulation | undefined;
  readonly facts: HostChainFacts;
}

export interface ChainDpu extends ChainNode {
  readonly facts: DpuChainFacts;
}

export interface ChainPair {
  readonly host: ChainHost;
  /** Undefined where no DPU is known for the host. */
  readonly dpu: ChainDpu | undefined;
}

export interface ChainInput {
  readonly pairs: readonly ChainPair[];
  /** The pods of all clusters. */
  readonly pods: Outcome<readonly ChainPod[]>;
  readonly networkAttachments: Outcome<readonly ChainNetworkAttachment[]>;
}
