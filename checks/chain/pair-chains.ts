import type { NetworkAttachment } from '../../facts/cluster/network-attachments.ts';
import type { Pod } from '../../facts/cluster/pods.ts';
import type { Chain, PairChains, Stray } from '../../facts/derived/chain/chain.ts';
import { chains } from '../../facts/derived/chain/index.ts';
import type { ChainPair, DpuChainFacts, HostChainFacts } from '../../facts/derived/chain/input.ts';
import type { Evidence, Outcome } from '../../facts/fact.ts';
import type { Subject } from '../define.ts';

type Had<Facts> = {
  readonly [Name in keyof Facts]: Facts[Name] extends Outcome<infer Value> ? Value : never;
};

/** What checks of the two nodes alone are handed: the facts that they require. */
export interface NodeChainFacts {
  readonly host: Had<HostChainFacts>;
  readonly dpu: Had<DpuChainFacts>;
  readonly subject: { readonly host: Subject; readonly dpu: Subject };
}

/** What checks of whole chains are handed. */
export interface ChainFacts extends NodeChainFacts {
  readonly cluster: {
    readonly host: {
      readonly pods: readonly Pod[];
      readonly networkAttachments: readonly NetworkAttachment[] | undefined;
    };
    readonly dpu: { readonly pods: readonly Pod[] };
  };
}

/** What the two nodes tell by themselves: VFs, representors and ports, and nothing of pods. */
export const NODE_CHAIN_REQUIRES = {
  requires: {
    host: ['links', 'netdevs', 'ovnkube', 'pci'],
    dpu: ['devlink', 'links', 'netdevs', 'ovs'],
  },
} as const;

/** The facts that whole chains are made from. */
export const CHAIN_REQUIRES = {
  ...NODE_CHAIN_REQUIRES,
  requiresCluster: { host: ['networkAttachments', 'pods'], dpu: ['pods'] },
} as const;

/** All checks of a pair read the same chains: by what the host and its cluster said, then by what the DPU said. */
const joined = new WeakMap<object, { readonly facts: ChainFacts; readonly chains: PairChains }>();

const ofNodes = new WeakMap<object, { readonly pci: object; readonly chains: PairChains }>();

/** The chains of the pair that is judged, without pods. */
export function nodeChainsOf({ host, dpu, subject }: NodeChainFacts): PairChains {
  const before = ofNodes.get(dpu.ovs);
  if (before?.pci === host.pci) return before.chains;
  const [made] = chains({ pairs: [pairOf({ host, dpu, subject })], clusters: [] });
  ofNodes.set(dpu.ovs, { pci: host.pci, chains: made as PairChains });
  return made as PairChains;
}

/** The chains of the pair that is judged. */
export function pairChainsOf(facts: ChainFacts): PairChains {
  const { host, dpu, cluster } = facts;
  const before = joined.get(dpu.ovs);
  if (before !== undefined && before.facts.host.pci === host.pci && isSame(before.facts, facts))
    return before.chains;
  const made = chainsOf(facts);
  joined.set(dpu.ovs, { facts: { ...facts, cluster }, chains: made });
  return made;
}

const isSame = (a: ChainFacts, b: ChainFacts): boolean =>
  a.cluster.host.pods === b.cluster.host.pods &&
  a.cluster.dpu.pods === b.cluster.dpu.pods &&
  a.cluster.host.networkAttachments === b.cluster.host.networkAttachments;

function chainsOf(facts: ChainFacts): PairChains {
  const { cluster } = facts;
  // The same list: the two nodes are in one cluster.
  const isOne = cluster.host.pods === cluster.dpu.pods;
  const [ofHosts, ofDpus] = ['of the host', isOne ? 'of the host' : 'of the DPU'];
  const attachments = { networkAttachments: had(cluster.host.networkAttachments) };
  const [only] = chains({
    pairs: [pairOf(facts, ofHosts, ofDpus)],
    clusters: [
      { name: ofHosts, pods: had(cluster.host.pods), ...attachments },
      ...(isOne ? [] : [{ name: ofDpus, pods: had(cluster.dpu.pods), networkAttachments: had([]) }]),
    ],
  });
  return only as PairChains;
}

const pairOf = ({ host, dpu, subject }: NodeChainFacts, ofHost?: string, ofDpu?: string): ChainPair => ({
  host: {
    ...nodeOf(subject.host),
    cluster: ofHost,
    simulation: subject.host.simulation,
    facts: allHad<HostChainFacts>(host),
  },
  dpu: { ...nodeOf(subject.dpu), cluster: ofDpu, facts: allHad<DpuChainFacts>(dpu) },
});

const had = <Value>(value: Value): Outcome<Value> => ({ ok: true, value });

const allHad = <Facts>(facts: Had<Facts>): Facts =>
  Object.fromEntries(Object.entries(facts).map(([name, value]) => [name, had(value)])) as Facts;

const nodeOf = ({ name, nodeName = name }: Subject) => ({ name, nodeName });

/** The chains of the host's pods. */
export const podChains = ({ chains: all }: PairChains): readonly Chain[] =>
  all.filter(({ holder }) => holder.kind === 'pod');

export const straysOf = ({ strays }: PairChains, kind: Stray['kind']): readonly Stray[] =>
  strays.filter((stray) => stray.kind === kind);

const MOST_SHOWN = 16;

/** What the links of these kinds were known by, of as many chains as a reader may want to see. */
export const linkEvidence = (
  all: readonly Chain[],
  ...kinds: readonly Chain['links'][number]['kind'][]
): readonly Evidence[] =>
  all
    .slice(0, MOST_SHOWN)
    .flatMap(({ links }) =>
      links.filter(({ kind }) => kinds.includes(kind)).flatMap((link) => link.evidence),
    );
