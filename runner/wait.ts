import type { ClusterEvent } from '../facts/cluster/events.ts';
import type { Pod } from '../facts/cluster/pods.ts';
import { stuckPods } from '../facts/derived/cluster/never-recovers.ts';
import { type GatheredCluster, targetName } from './cluster.ts';
import type { GatheredNode } from './gather.ts';

/* Loaded only where a cluster is named. */

const MOST = 8;

/** What keeps these targets from ever becoming well by themselves: one line for each pod. Empty where waiting may help. */
export function reasonsToStop(
  clusters: readonly GatheredCluster[],
  nodes: readonly GatheredNode[],
  targets: ReadonlySet<string>,
): readonly string[] {
  return clusters
    .flatMap((cluster) => {
      const byNode = new Map(
        nodes
          .filter(({ node }) => node.kubernetes?.cluster === cluster.name)
          .map(({ node }) => [node.kubernetes?.node ?? '', node.name]),
      );
      return stuckPods(value<Pod>(cluster, 'pods'), value<ClusterEvent>(cluster, 'events'))
        .filter(({ pod }) => targets.has(targetName(cluster)) || targets.has(byNode.get(pod.node) ?? ''))
        .map(({ pod, why }) => `pod ${pod.namespace}/${pod.name} will not come up by itself: ${why}`);
    })
    .slice(0, MOST);
}

function value<Item>({ facts }: GatheredCluster, name: 'pods' | 'events'): readonly Item[] {
  const outcome = facts.get(name);
  return outcome?.ok ? (outcome.value as readonly Item[]) : [];
}
