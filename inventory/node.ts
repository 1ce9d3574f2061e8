import type { Role, Simulation } from '../facts/derived/role.ts';
import type { Access } from '../transports/access.ts';
import type { ClusterTarget } from '../transports/cluster/access.ts';

/** Nobody logs in to the node: only its cluster tells of it. */
export interface NoAccess {
  readonly kind: 'none';
}

/** A node to examine, as the inventory, the command line or an importer gives it. */
export interface InventoryNode {
  readonly name: string;
  /** Absent: told by what the node shows. */
  readonly role?: Role;
  /** How the role was found out, where nobody gave it. */
  readonly roleGround?: string;
  readonly simulation?: Simulation;
  /** On a DPU host: the name of the node that is its DPU. */
  readonly dpu?: string;
  /** How the DPU was found out, where nobody gave it. */
  readonly dpuGround?: string;
  /** Of a DPU host with several DPUs, of which nobody named one: the nodes that they are. */
  readonly dpus?: readonly string[];
  readonly access: Access | NoAccess;
  /** Which node of which cluster it is, where a cluster has it. */
  readonly kubernetes?: { readonly cluster: string; readonly node: string };
  /** Expectations by name, as in suites/expectations.ts. */
  readonly expect?: Readonly<Record<string, string | number | readonly string[]>>;
}

export interface Inventory {
  readonly nodes: readonly InventoryNode[];
  /** Clusters to ask, whose nodes are examined too. */
  readonly clusters?: readonly ClusterTarget[];
  /** Where it comes from, for messages. */
  readonly source: string;
  /** What an importer had to assume, and what it left out; people should see it. */
  readonly notes?: readonly string[];
}
