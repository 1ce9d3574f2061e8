import type { Check } from '../checks/define.ts';
import type { GatheredNode } from './gather.ts';
import type { NotPlanned } from './report.ts';

/** One check of one node, or of a DPU host together with its DPU. */
export interface Planned {
  readonly check: Check;
  /** Of a pair, the host. */
  readonly node: GatheredNode;
  /** Of a pair, the DPU. */
  readonly dpu?: GatheredNode;
}

export interface Plan {
  readonly planned: readonly Planned[];
  readonly notPlanned: readonly NotPlanned[];
}

/** Which checks are to be judged on which nodes: those that concern a node's role, in the catalogue's order. */
export function planRun(checks: readonly Check[], nodes: readonly GatheredNode[]): Plan {
  const byName = new Map(nodes.map((node) => [node.node.name, node]));
  const reasons = new Map<string, number>();
  const planned: Planned[] = [];
  for (const node of nodes) {
    for (const check of checks) {
      const outcome = planOne(check, node, byName);
      if (typeof outcome !== 'string') planned.push(outcome);
      else if (outcome !== NOT_ITS_SIDE) reasons.set(outcome, (reasons.get(outcome) ?? 0) + 1);
    }
  }
  return { planned, notPlanned: [...reasons].map(([reason, count]) => ({ reason, count })) };
}

/** A pair is planned once, on its host: on the DPU there is nothing to say about it. */
const NOT_ITS_SIDE = '';

function planOne(
  check: Check,
  node: GatheredNode,
  byName: ReadonlyMap<string, GatheredNode>,
): Planned | string {
  if (node.role === undefined) return `the role of ${node.node.name} is not known`;
  if (
    check.simulations !== undefined &&
    (node.simulation === undefined || !check.simulations.includes(node.simulation))
  ) {
    return `only for ${check.simulations.join(' and ')} testbeds`;
  }
  if (check.scope === 'pair') {
    if (node.role !== 'dpu-host') return NOT_ITS_SIDE;
    const dpu = node.node.dpu === undefined ? undefined : byName.get(node.node.dpu);
    return dpu === undefined
      ? 'needs both the DPU host and its DPU, and the inventory names no pair'
      : { check, node, dpu };
  }
  return check.roles.includes(node.role) ? { check, node } : `not for the role ${node.role}`;
}
