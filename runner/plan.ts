import type { AnyClusterCheck, AnyNodeCheck, AnyPairCheck, Check } from '../checks/define.ts';
import type { GatheredCluster } from './cluster.ts';
import type { GatheredNode } from './gather.ts';
import type { NotPlanned } from './report.ts';

/** One check of one node, or of a DPU host together with its DPU. */
export interface Planned {
  readonly check: AnyNodeCheck | AnyPairCheck;
  /** Of a pair, the host. */
  readonly node: GatheredNode;
  /** Of a pair, the DPU. */
  readonly dpu?: GatheredNode;
  /** The cluster that has the node; of a pair, the host. */
  readonly cluster?: GatheredCluster | undefined;
  /** Of a pair, the cluster that has the DPU. */
  readonly dpuCluster?: GatheredCluster | undefined;
}

/** One check of one cluster. */
export interface PlannedCluster {
  readonly check: AnyClusterCheck;
  readonly cluster: GatheredCluster;
}

export interface Plan {
  readonly planned: readonly Planned[];
  readonly clusters: readonly PlannedCluster[];
  readonly notPlanned: readonly NotPlanned[];
}

/** Which checks are to be judged on which nodes and clusters: those that concern a node's role, in the catalogue's order. */
export function planRun(
  checks: readonly Check[],
  nodes: readonly GatheredNode[],
  clusters: readonly GatheredCluster[] = [],
): Plan {
  const byName = new Map(nodes.map((node) => [node.node.name, node]));
  const clusterByName = new Map(clusters.map((cluster) => [cluster.name, cluster]));
  const reasons = new Map<string, number>();
  const planned: Planned[] = [];
  const ofNodes = checks.filter((check) => check.scope === 'node' || check.scope === 'pair');
  for (const node of nodes) {
    for (const check of ofNodes) {
      const outcome = planOne(check, node, byName, clusterByName);
      if (typeof outcome !== 'string') planned.push(outcome);
      else if (outcome !== NOT_ITS_SIDE) reasons.set(outcome, (reasons.get(outcome) ?? 0) + 1);
    }
  }
  const told = [...reasons].map(
    ([reason, count]): NotPlanned =>
      reason === NOT_LOGGED_IN ? { reason, count, avoidable: true } : { reason, count },
  );
  return {
    planned,
    clusters: clusters.flatMap((cluster) =>
      checks.filter((check) => check.scope === 'cluster').map((check) => ({ check, cluster })),
    ),
    // What the user can do something about stands first.
    notPlanned: told.sort((a, b) => Number(b.avoidable ?? false) - Number(a.avoidable ?? false)),
  };
}

/** A pair is planned once, on its host: on the DPU there is nothing to say about it. */
const NOT_ITS_SIDE = '';

/** Why nothing is planned that a node itself would have to tell. */
export const NOT_LOGGED_IN =
  'the nodes of the cluster were not logged in to: --node-access ssh does that, or name them by --target or --inventory';

const NO_CLUSTER =
  'asks the Kubernetes API, and no cluster is named that has the node: --kubeconfig FILE names one';

const NO_PAIR =
  'needs both the DPU host and its DPU, and nothing tells the pair among the nodes: dpu: in the inventory names it';

/** Nothing tells which VF belongs to which of several DPUs, so that each would be blamed for the others' VFs. */
export const severalDpus = ({ name, dpus = [] }: GatheredNode['node']): string | undefined =>
  dpus.length < 2
    ? undefined
    : `needs a DPU host together with its DPU, and ${name} has ${dpus.length} DPUs by DPF's objects (${dpus.join(', ')}): each is examined by itself; dpu: in the inventory names one to examine with it`;

function planOne(
  check: AnyNodeCheck | AnyPairCheck,
  node: GatheredNode,
  byName: ReadonlyMap<string, GatheredNode>,
  clusters: ReadonlyMap<string, GatheredCluster>,
): Planned | string {
  if (node.role === undefined) return `the role of ${node.node.name} is not known`;
  if (
    check.simulations !== undefined &&
    (node.simulation === undefined || !check.simulations.includes(node.simulation))
  ) {
    return `only for ${check.simulations.join(' and ')} testbeds`;
  }
  const clusterOf = (one: GatheredNode) => clusters.get(one.node.kubernetes?.cluster ?? '');
  if (check.scope === 'pair') {
    if (node.role !== 'dpu-host') return NOT_ITS_SIDE;
    const dpu = node.node.dpu === undefined ? undefined : byName.get(node.node.dpu);
    if (dpu === undefined) return node.pairDoubt ?? severalDpus(node.node) ?? NO_PAIR;
    const { host: ofHost = [], dpu: ofDpu = [] } = check.requiresCluster ?? {};
    const planned = { check, node, dpu, cluster: clusterOf(node), dpuCluster: clusterOf(dpu) };
    return (
      obstacle(node, check.requires.host, ofHost, planned.cluster) ??
      obstacle(dpu, check.requires.dpu, ofDpu, planned.dpuCluster) ??
      planned
    );
  }
  if (!check.roles.includes(node.role)) return `not for the role ${node.role}`;
  const cluster = clusterOf(node);
  return obstacle(node, check.requires, check.requiresCluster ?? [], cluster) ?? { check, node, cluster };
}

/** Why a check can't be planned on a node that it concerns: nobody was asked who would know. */
function obstacle(
  node: GatheredNode,
  facts: readonly unknown[],
  clusterFacts: readonly unknown[],
  cluster: GatheredCluster | undefined,
): string | undefined {
  if (clusterFacts.length > 0 && cluster === undefined) return NO_CLUSTER;
  if (node.node.access.kind !== 'none') return undefined;
  return facts.length > 0 || clusterFacts.length === 0 ? NOT_LOGGED_IN : undefined;
}
