import { PATH_KINDS } from '../../facts/traffic/path.ts';
import { loadInventory } from '../../inventory/load.ts';
import type { InventoryNode } from '../../inventory/node.ts';
import { measureTraffic } from '../../traffic/measure.ts';
import type { TrafficOptions } from '../../traffic/options.ts';

export interface MeasureOptions extends Partial<TrafficOptions> {
  /** Changes how nodes are logged in to, or what is known of them. */
  readonly change?: (node: InventoryNode) => InventoryNode;
}

/** Sends traffic between what the nodes of an inventory have, without a cluster. */
export async function measureNodes(inventoryFile: string, { change, ...given }: MeasureOptions = {}) {
  const { nodes } = await loadInventory(inventoryFile);
  const told: string[] = [];
  const input = {
    nodes: nodes.map((one) => {
      const node = change?.(one) ?? one;
      return { node, role: node.role, simulation: node.simulation, facts: new Map() };
    }),
    clusters: [],
  };
  const measured = await measureTraffic(input, {
    runId: 'test',
    image: 'alpine',
    selection: 'sample',
    kinds: PATH_KINDS,
    packets: 3,
    pods: [],
    keepOnFailure: false,
    concurrency: 64,
    timeout: 30_000,
    signal: new AbortController().signal,
    progress: (line) => told.push(line),
    ...given,
  });
  return { ...measured, told };
}
