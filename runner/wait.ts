import type { ClusterEvent } from '../facts/cluster/events.ts';
import type { Pod } from '../facts/cluster/pods.ts';
import { type Stuck, stuckPods } from '../facts/derived/cluster/never-recovers.ts';
import { type GatheredCluster, targetName } from './cluster.ts';
import type { GatheredNode } from './gather.ts';
import type { Result } from './report.ts';

/* Loaded only where a cluster is named. */

/** What waiting may still bring, and what it is given up for. */
export interface Prospects {
  /** Results that may turn by themselves. */
  readonly hopeful: readonly Result[];
  /** What keeps the others from ever turning by themselves, one line for each pod. */
  readonly givenUp: readonly string[];
}

const MOST = 8;

/** Sorts results that have not passed by whether a pod that never comes up by itself holds them. */
export function prospects(
  unsettled: readonly Result[],
  clusters: readonly GatheredCluster[],
  nodes: readonly GatheredNode[],
): Prospects {
  const stuck = clusters.flatMap((cluster) => stuckIn(cluster, nodes));
  const holding = new Set<StuckPod>();
  const hopeful = unsettled.filter((result) => {
    const own = stuck.filter((one) => holds(one, result));
    for (const one of own) holding.add(one);
    return own.length === 0;
  });
  return {
    hopeful,
    givenUp: [...holding]
      .slice(0, MOST)
      .map(({ pod, why }) => `pod ${pod.namespace}/${pod.name} will not come up by itself: ${why}`),
  };
}

interface StuckPod extends Stuck {
  /** Its node and its cluster, by their names among the targets. */
  readonly node: string | undefined;
  readonly cluster: string;
}

function stuckIn(cluster: GatheredCluster, nodes: readonly GatheredNode[]): readonly StuckPod[] {
  const byNode = new Map(
    nodes
      .filter(({ node }) => node.kubernetes?.cluster === cluster.name)
      .map(({ node }) => [node.kubernetes?.node ?? '', node.name]),
  );
  return stuckPods(value<Pod>(cluster, 'pods'), value<ClusterEvent>(cluster, 'events')).map((one) => ({
    ...one,
    node: byNode.get(one.pod.node),
    cluster: targetName(cluster),
  }));
}

/** What fails on the pod's node may fail because of it; of its cluster, what speaks of the pod or of its workload. */
function holds({ pod, node, cluster }: StuckPod, result: Result): boolean {
  const { target, pair, findings, reason = '' } = result;
  if (node !== undefined && [target, pair?.host, pair?.dpu].includes(node)) return true;
  if (target !== cluster && result.cluster !== cluster) return false;
  const words = [
    reason,
    ...findings.flatMap(({ subject, message, observed }) => [subject, message, observed]),
  ];
  const names = [pod.name, ...(pod.owner === undefined ? [] : [pod.owner.name])];
  return words.some((text) => names.some((name) => text.includes(`${pod.namespace}/${name}`)));
}

function value<Item>({ facts }: GatheredCluster, name: 'pods' | 'events'): readonly Item[] {
  const outcome = facts.get(name);
  return outcome?.ok ? (outcome.value as readonly Item[]) : [];
}
