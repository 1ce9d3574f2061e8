import type { ClusterFactValues } from '../../cluster/index.ts';
import type { ClusterNode } from '../../cluster/nodes.ts';
import type { Evidence } from '../../fact.ts';
import type { Role, Simulation } from '../role.ts';

/** What of a cluster tells about its nodes. What could not be read is empty: it tells nothing then. */
export interface ClusterView extends Pick<ClusterFactValues, 'nodes' | 'pods' | 'workloads' | 'leases'> {
  readonly name: string;
  /** Absent where DPF is not installed. */
  readonly dpfDpus?: ClusterFactValues['dpfDpus'];
  /** Titles of what could not be read. */
  readonly unread?: readonly string[];
}

/** Which node of which cluster. */
export interface MemberId {
  readonly cluster: string;
  readonly node: string;
}

/** A node of a cluster, and what it was found to be. */
export interface Member extends MemberId {
  readonly object: ClusterNode;
  readonly role: Role | undefined;
  /** What tells the role, for people; says so where nothing does. */
  readonly roleGround: string;
  readonly simulation: Simulation | undefined;
  /** Of a DPU host, its DPU, which may be in another cluster. */
  readonly dpu: (MemberId & { readonly ground: string }) | undefined;
  /** Of a DPU host that has several DPUs, as DPF tells: these, and none is `dpu`. */
  readonly dpus?: readonly MemberId[];
}

/** Two signs that can't both be right. */
export interface Contradiction {
  readonly kind: 'two-labels' | 'label-against-mode' | 'two-hosts' | 'two-dpus' | 'unknown-host';
  readonly about: readonly MemberId[];
  /** The signs, one a line. */
  readonly signs: readonly string[];
  readonly evidence: readonly Evidence[];
}

export const sameMember = (a: MemberId, b: MemberId): boolean => a.cluster === b.cluster && a.node === b.node;

/** A node of a cluster as its checks see it; role and simulation are the inventory's where it names the node. */
export interface ClusterNodeSubject extends Pick<Member, 'node' | 'role' | 'roleGround' | 'simulation'> {
  /** Of a DPU host that has several DPUs: their names. */
  readonly dpuNames?: readonly string[];
}
