import type { NetworkAttachment } from '../../cluster/network-attachments.ts';
import type { Pod } from '../../cluster/pods.ts';
import type { Devlink } from '../../devlink.ts';
import type { Outcome } from '../../fact.ts';
import type { Link } from '../../links.ts';
import type { Netdev } from '../../netdevs.ts';
import type { Ovnkube } from '../../ovnkube.ts';
import type { Ovs } from '../../ovs.ts';
import type { Pci } from '../../pci.ts';
import type { Simulation } from '../role.ts';

/** What chains need of a pod. */
export type ChainPod = Pick<
  Pod,
  'namespace' | 'name' | 'uid' | 'node' | 'phase' | 'hostNetwork' | 'annotations' | 'devices' | 'deleting'
>;

/** What chains need of a NetworkAttachmentDefinition. */
export type ChainNetworkAttachment = Pick<NetworkAttachment, 'namespace' | 'name' | 'resourceName'>;

/** What a cluster said; either may be missing. */
export interface ChainCluster {
  readonly name: string;
  readonly pods: Outcome<readonly ChainPod[]>;
  /** Undefined where the kind is not installed. */
  readonly networkAttachments: Outcome<readonly ChainNetworkAttachment[] | undefined>;
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
  /** The cluster that this Node object is in; undefined where none names it. */
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
  /** What tells the pair, or what keeps it from being told. */
  readonly ground?: string;
}

export interface ChainInput {
  readonly pairs: readonly ChainPair[];
  /** All clusters of the run: the hosts' pods may be in one and the DPUs' in another. */
  readonly clusters: readonly ChainCluster[];
}
