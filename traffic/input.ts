import type { ClusterFactName } from '../facts/cluster/index.ts';
import type { Role, Simulation } from '../facts/derived/role.ts';
import type { Outcome } from '../facts/fact.ts';
import type { FactName } from '../facts/index.ts';
import type { InventoryNode } from '../inventory/node.ts';
import type { ClusterTarget } from '../transports/cluster/access.ts';

/** A node as the run gathered it. The runner's GatheredNode is one. */
export interface TrafficNode {
  readonly node: InventoryNode;
  readonly role: Role | undefined;
  readonly simulation: Simulation | undefined;
  readonly facts: ReadonlyMap<FactName, Outcome<unknown>>;
}

/** A cluster as the run gathered it, with the way to its API. */
export interface TrafficCluster {
  readonly name: string;
  readonly target: ClusterTarget;
  readonly facts: ReadonlyMap<ClusterFactName, Outcome<unknown>>;
}

/** What is known before anything is sent. */
export interface TrafficInput {
  readonly nodes: readonly TrafficNode[];
  readonly clusters: readonly TrafficCluster[];
}
