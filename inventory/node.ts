import type { Role, Simulation } from '../facts/derived/role.ts';
import type { Access } from '../transports/access.ts';

/** A node to examine, as the inventory, the command line or an importer gives it. */
export interface InventoryNode {
  readonly name: string;
  /** Absent: told by what the node shows. */
  readonly role?: Role;
  readonly simulation?: Simulation;
  /** On a DPU host: the name of the node that is its DPU. */
  readonly dpu?: string;
  readonly access: Access;
  /** Expectations by name, as in suites/expectations.ts. */
  readonly expect?: Readonly<Record<string, string | number | readonly string[]>>;
}

export interface Inventory {
  readonly nodes: readonly InventoryNode[];
  /** Where it comes from, for messages. */
  readonly source: string;
  /** What an importer had to assume, and what it left out; people should see it. */
  readonly notes?: readonly string[];
}
