import type { FactFailure } from '../../fact.ts';
import { isAttached } from './attachments.ts';
import type { PairChains } from './chain.ts';
import type { ChainCluster, ChainInput, ChainPair, ChainPod } from './input.ts';
import { type PairCluster, pairChains } from './pair.ts';

/**
 * The chain of every VF of every pair, from the pod that holds it to the wire. Total: what could not be had makes links
 * unknown and is named among the gaps.
 */
export function chains(input: ChainInput): readonly PairChains[] {
  const clusterOf = clusterIndex(input);
  return input.pairs.map((pair) => pairChains(pair, clusterOf(pair)));
}

/** There may be tens of thousands of pods, so they are sorted once. */
function clusterIndex({ pairs, clusters }: ChainInput): (pair: ChainPair) => PairCluster {
  const indexed = clusters.map((cluster) => ({
    ...cluster,
    byNode: cluster.pods.ok ? podsByNode(cluster.pods.value) : undefined,
  }));
  const everyPod = everyPodOf(clusters);
  const pairsByDpu = Map.groupBy(pairs, ({ dpu }) => dpu?.name);
  return ({ host, dpu }) => {
    const own = indexed.find(({ name }) => name === host.cluster);
    const served = dpu === undefined ? [] : (pairsByDpu.get(dpu.name) ?? []).map((pair) => pair.host);
    const nodes = [host, ...served, ...(dpu === undefined ? [] : [dpu])].map(({ nodeName }) => nodeName);
    if (own === undefined) {
      const none = notAsked(host.name);
      return { pods: none, networkAttachments: none, everyPod, nodes: new Set(nodes) };
    }
    const { pods, byNode, networkAttachments } = own;
    return {
      pods: pods.ok ? { ok: true, value: (byNode?.get(host.nodeName) ?? []).filter(isAttached) } : pods,
      networkAttachments: networkAttachments.ok
        ? { ok: true, value: networkAttachments.value ?? [] }
        : networkAttachments,
      everyPod,
      nodes: new Set(nodes),
    };
  };
}

/** Each pair of a run looks the same lists up, and each check of a pair does. */
const indexes = new WeakMap<
  readonly ChainPod[],
  { byNode?: ReadonlyMap<string, ChainPod[]>; byName?: ReadonlyMap<string, ChainPod[]> }
>();

function indexOf(pods: readonly ChainPod[]) {
  const index = indexes.get(pods) ?? {};
  indexes.set(pods, index);
  return index;
}

function podsByNode(pods: readonly ChainPod[]): ReadonlyMap<string, readonly ChainPod[]> {
  const index = indexOf(pods);
  index.byNode ??= Map.groupBy(pods, ({ node }) => node);
  return index.byNode;
}

function podsByName(pods: readonly ChainPod[]): ReadonlyMap<string, readonly ChainPod[]> {
  const index = indexOf(pods);
  index.byName ??= Map.groupBy(pods, nameOf);
  return index.byName;
}

type Failed = { readonly ok: false; readonly failure: FactFailure };

const notAsked = (host: string): Failed => ({
  ok: false,
  failure: { code: 'unreachable', message: `no cluster was asked that has ${host} as a node` },
});

/** That there is no pod of a name can be said only where every cluster told its pods. */
function everyPodOf(clusters: readonly ChainCluster[]): PairCluster['everyPod'] {
  const all: (readonly ChainPod[])[] = [];
  for (const { pods } of clusters) {
    if (!pods.ok) return pods;
    all.push(pods.value);
  }
  if (all.length === 0)
    return { ok: false, failure: { code: 'unreachable', message: 'no cluster was asked' } };
  return {
    ok: true,
    value: (namespace, name) => all.flatMap((pods) => podsByName(pods).get(`${namespace}/${name}`) ?? []),
  };
}

const nameOf = ({ namespace, name }: ChainPod): string => `${namespace}/${name}`;
