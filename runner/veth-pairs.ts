import type { FactName, FactValues } from '../facts/index.ts';
import type { GatheredNode } from './gather.ts';

/**
 * Pairs simulated DPU hosts, whose DPU nobody named, with the DPU that has the other ends of more than half of their
 * veth devices, as the kernel describes these. What somebody gave stays, and a DPU is given to one host only.
 */
export function withVethPairs(nodes: readonly GatheredNode[]): readonly GatheredNode[] {
  const taken = new Set(nodes.flatMap(({ node }) => node.dpu ?? []));
  const dpus = nodes.filter(
    (one) => one.role === 'dpu' && one.simulation === 'veth' && !taken.has(one.node.name),
  );
  if (dpus.length === 0) return nodes;
  const found = nodes.flatMap((host) => {
    const { role, simulation, node, pairDoubt } = host;
    const isOpen = node.dpu === undefined && node.dpus === undefined && pairDoubt === undefined;
    if (role !== 'dpu-host' || simulation !== 'veth' || !isOpen) return [];
    const ends = otherEnds(host);
    const match = dpus
      .map((dpu) => ({ dpu, count: countOf(ends, dpu) }))
      .find(({ count }) => count * 2 > ends.length);
    return match === undefined ? [] : [{ host, ...match, of: ends.length }];
  });
  const pairs = new Map(
    found
      .filter(({ dpu }) => found.filter((other) => other.dpu === dpu).length === 1)
      .map((one) => [one.host, one] as const),
  );
  return nodes.map((one) => {
    const pair = pairs.get(one);
    if (pair === undefined) return one;
    const { dpu, count, of } = pair;
    const dpuGround = `it has the other ends of ${count} of the host's ${of} veth devices`;
    return { ...one, node: { ...one.node, dpu: dpu.node.name, dpuGround } };
  });
}

interface End {
  readonly name: string;
  readonly index: number;
  readonly mac: string;
}

const otherEnds = (host: GatheredNode): readonly End[] =>
  [...(value(host, 'vethPeers') ?? [])].flatMap(([, peer]) => (peer.kind === 'found' ? [peer] : []));

const countOf = (ends: readonly End[], dpu: GatheredNode): number => {
  const links = value(dpu, 'links') ?? [];
  return ends.filter((end) =>
    links.some(({ name, index, mac }) => name === end.name && index === end.index && mac === end.mac),
  ).length;
};

function value<Name extends FactName>({ facts }: GatheredNode, fact: Name): FactValues[Name] | undefined {
  const outcome = facts.get(fact);
  // Each fact's outcome holds the value of its type.
  return outcome?.ok ? (outcome.value as FactValues[Name]) : undefined;
}
