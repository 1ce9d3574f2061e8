import type { Simulation } from '../facts/derived/role.ts';
import type { Outcome } from '../facts/fact.ts';
import type { Netdev } from '../facts/netdevs.ts';
import type { GatheredNode } from './gather.ts';

/**
 * DPUs and DPU hosts that show no sign of a simulation any more because all of it is gone, as where no veth pair is left:
 * they are simulated as the suite says, or as others of the run are. Without that, hardware would be missed on them.
 */
export function withSimulation(
  nodes: readonly GatheredNode[],
  bySuite: Simulation | undefined,
): readonly GatheredNode[] {
  const byOthers = nodes.some(({ simulation }) => simulation === 'veth') ? 'veth' : undefined;
  const simulation = bySuite ?? byOthers;
  if (simulation === undefined) return nodes;
  return nodes.map((node) => {
    const isPart = node.role === 'dpu' || node.role === 'dpu-host';
    return node.simulation === undefined && isPart && lacksHardware(node) ? { ...node, simulation } : node;
  });
}

/** In its network namespace is no device of a PCI function that could be a PF, a VF or a representor; virtio's are none. */
function lacksHardware({ facts }: GatheredNode): boolean {
  const netdevs = facts.get('netdevs') as Outcome<ReadonlyMap<string, Netdev>> | undefined;
  if (!netdevs?.ok) return false;
  return [...netdevs.value.values()].every(
    ({ pciAddress, deviceLink = '', physSwitchId }) =>
      physSwitchId === undefined && (pciAddress === undefined || /(?:^|\/)virtio\d+$/.test(deviceLink)),
  );
}
