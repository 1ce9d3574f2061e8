import type { Link } from '../links.ts';

/** A simulated VF on the host (eth0-3) or its representor on the DPU (rep0-3, rep1-3), or either renamed. */
export interface VethPort {
  /** Equal on both sides: the number at the end of the name, or mpN of a management port ovn-k8s-mpN. */
  readonly key: string;
  /** The number at the end of the name; undefined where OVN-Kubernetes renamed the device to ovn-k8s-mpN. */
  readonly index: number | undefined;
  /** The first number of the name, which OVN-Kubernetes takes for the PF's. */
  readonly pf: number | undefined;
  readonly link: Link;
}

export type Side = 'host' | 'dpu';

/* Seed K L20-31 and lib/dpusim/constants.go of dpu-simulator. OVN-Kubernetes looks for rep0-3, and not for rep0-03. */
const NAMES: Readonly<Record<Side, RegExp>> = {
  host: /^eth(0|[1-9]\d{0,3})-(0|[1-9]\d{0,3})$/,
  dpu: /^rep(0|[1-9]\d{0,3})-(0|[1-9]\d{0,3})$/,
};

/** The simulated VFs or representors of a node, in the order of their numbers. */
export function vethPorts(links: readonly Link[], side: Side): readonly VethPort[] {
  return links
    .flatMap((link): VethPort[] => {
      const [, pf, index] = NAMES[side].exec(link.name) ?? [];
      if (index !== undefined)
        return [{ key: String(Number(index)), index: Number(index), pf: Number(pf), link }];
      const management = /^ovn-k8s-(mp\d{1,4})$/.exec(link.name)?.[1];
      return management === undefined || link.kind !== 'veth'
        ? []
        : [{ key: management, index: undefined, pf: undefined, link }];
    })
    .sort((a, b) => (a.index ?? Number.MAX_SAFE_INTEGER) - (b.index ?? Number.MAX_SAFE_INTEGER));
}

/** The number of the PF that most of these names bear; the lowest of several. Undefined where none bears one. */
export function commonPf(ports: readonly VethPort[]): number | undefined {
  const counts = new Map<number, number>();
  for (const { pf } of ports) if (pf !== undefined) counts.set(pf, (counts.get(pf) ?? 0) + 1);
  return [...counts].sort(([a, one], [b, other]) => other - one || a - b)[0]?.[0];
}

export interface VethPair {
  readonly host: VethPort;
  readonly dpu: VethPort;
}

/** The VFs and representors that belong together by their names. */
export function pairsByName(host: readonly Link[], dpu: readonly Link[]): readonly VethPair[] {
  const representors = Map.groupBy(vethPorts(dpu, 'dpu'), ({ key }) => key);
  return [...Map.groupBy(vethPorts(host, 'host'), ({ key }) => key)].flatMap(([key, vfs]) => {
    // A node that has a stray device of another PF, too, has two of one number.
    const pairs = vfs.flatMap((vf) =>
      (representors.get(key) ?? []).map((representor): VethPair => ({ host: vf, dpu: representor })),
    );
    return pairs.find((pair) => nameEachOther(pair.host.link, pair.dpu.link)) ?? pairs[0] ?? [];
  });
}

/** Whether each of the two names the other's interface index as its peer, in another namespace. */
export const nameEachOther = (a: Link, b: Link): boolean =>
  a.linkNetnsid !== undefined &&
  b.linkNetnsid !== undefined &&
  a.linkIndex === b.index &&
  b.linkIndex === a.index;

/** The two ends of one veth pair between a host and its DPU. */
export interface VethEnds {
  readonly vf: Link;
  readonly representor: Link;
}

/** The veth pairs between the two nodes of which neither end has the name of a VF, a representor or a management port. */
export function misnamedPairs(host: readonly Link[], dpu: readonly Link[]): readonly VethEnds[] {
  const named = fittingPairs(pairsByName(host, dpu));
  const namespaces = {
    host: commonNetnsid(named.map((pair) => pair.host.link)),
    dpu: commonNetnsid(named.map((pair) => pair.dpu.link)),
  };
  const isKnown = (link: Link, side: Side) =>
    vethPorts([link], side).length > 0 || /^(?:pf|pfrep)$/.test(link.name);
  const representors = dpu.filter((link) => link.linkNetnsid === namespaces.dpu && !isKnown(link, 'dpu'));
  return host.flatMap((vf) => {
    if (vf.linkNetnsid !== namespaces.host || isKnown(vf, 'host')) return [];
    const representor = representors.find((link) => nameEachOther(vf, link));
    return representor === undefined ? [] : [{ vf, representor }];
  });
}

/** The namespace id that most of these devices have their peers in. */
export function commonNetnsid(links: readonly Link[]): number | undefined {
  const counts = new Map<number, number>();
  for (const { linkNetnsid } of links)
    if (linkNetnsid !== undefined) counts.set(linkNetnsid, (counts.get(linkNetnsid) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0];
}

/**
 * The pairs by name that are right as far as a node sees by itself: they name each other's index, through the one
 * namespace that their siblings lead to.
 */
export function fittingPairs(pairs: readonly VethPair[]): readonly VethPair[] {
  const matched = pairs.filter((pair) => nameEachOther(pair.host.link, pair.dpu.link));
  const host = commonNetnsid(matched.map((pair) => pair.host.link));
  const dpu = commonNetnsid(matched.map((pair) => pair.dpu.link));
  return matched.filter((pair) => pair.host.link.linkNetnsid === host && pair.dpu.link.linkNetnsid === dpu);
}

/**
 * Whether dpu-simulator made these devices: it gives them MAC addresses that start with 52:54:00, where the kernel's
 * are random. Its hosts keep their cluster's network, and eth0-0 has an address.
 */
export const isDpuSimulator = (ports: readonly VethPort[]): boolean =>
  ports.length > 0 && ports.every(({ link }) => link.mac.startsWith('52:54:00:'));

const MOST = 1024;

/** 0 up to one less than the count, which a person gave. */
export const numbersBelow = (count: number): readonly number[] =>
  Array.from({ length: Math.min(Math.max(0, Math.floor(count)), MOST) }, (_, number) => number);
