import type { Outcome } from '../../fact.ts';
import { isAttached } from './attachments.ts';
import type { PairChains } from './chain.ts';
import type { ChainInput, ChainPair, ChainPod } from './input.ts';
import { type PairPods, pairChains } from './pair.ts';

/**
 * The chain of every VF of every pair, from the pod that holds it to the wire. Total: what could not be had makes links
 * unknown and is named among the gaps.
 */
export function chains(input: ChainInput): readonly PairChains[] {
  const podsOf = podIndex(input);
  return input.pairs.map((pair) => pairChains(pair, podsOf(pair), input.networkAttachments));
}

/** There may be tens of thousands of pods, so they are sorted once. */
function podIndex({ pods, pairs }: ChainInput): (pair: ChainPair) => Outcome<PairPods> {
  if (!pods.ok) return () => pods;
  const byNode = Map.groupBy(pods.value, ({ node }) => node);
  const byName = Map.groupBy(pods.value, nameOf);
  const nodesByDpu = Map.groupBy(pairs, ({ dpu }) => dpu?.name);
  return ({ host, dpu }) => {
    const hosts = dpu === undefined ? [host] : (nodesByDpu.get(dpu.name) ?? []).map((pair) => pair.host);
    return {
      ok: true,
      value: {
        ofHost: (byNode.get(host.nodeName) ?? [])
          .filter(({ cluster }) => host.cluster === undefined || cluster === host.cluster)
          .filter(isAttached),
        named: (namespace, name) => byName.get(`${namespace}/${name}`) ?? [],
        nodes: new Set([...hosts, ...(dpu === undefined ? [] : [dpu])].map(({ nodeName }) => nodeName)),
      },
    };
  };
}

const nameOf = ({ namespace, name }: ChainPod): string => `${namespace}/${name}`;
