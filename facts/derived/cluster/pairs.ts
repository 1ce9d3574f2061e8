import { apiEvidence, type ClusterRead } from '../../cluster/fact.ts';
import { nodes as nodesFact } from '../../cluster/nodes.ts';
import { record } from '../../json.ts';
import { addressesOfDpu, jsonOf, withoutPrefix } from './addresses-of-dpu.ts';
import { DPF_READ, type DpfPair } from './dpf.ts';
import { DPF_HOST_LABELS, type NodeRole } from './roles.ts';
import { type Contradiction, type MemberId, sameMember } from './view.ts';

/** A sign that a DPU serves a host. */
interface Claim {
  readonly host: MemberId;
  readonly dpu: MemberId;
  readonly ground: string;
  /** Where the sign was read; the list of nodes unless given. */
  readonly read?: ClusterRead;
}

export interface Pairs {
  /** At most one for each host and each DPU. */
  readonly pairs: readonly Claim[];
  readonly contradictions: readonly Contradiction[];
  /** Hosts that have several DPUs, each another device. */
  readonly several: readonly { readonly host: MemberId; readonly dpus: readonly MemberId[] }[];
}

/** Which DPU serves which host, as far as the nodes of all clusters tell; a pair that is contradicted is none. */
export function findPairs(
  roles: readonly NodeRole[],
  simulated: ReadonlySet<string>,
  dpf: readonly DpfPair[] = [],
): Pairs {
  const hosts = roles.filter(({ role }) => role === 'dpu-host');
  const dpus = roles.filter(({ role }) => role === 'dpu');
  const told = distinct([
    ...byDpfLabel(hosts, dpus),
    ...byDpfObject(hosts, dpus, dpf),
    ...byAddress(hosts, dpus),
  ]);
  const claims = told.length > 0 ? told : byKindNames(hosts, dpus, simulated);
  const several = hostsWithSeveral(claims, dpf);
  const single = claims.filter(({ host }) => !several.some((one) => sameMember(one.host, host)));
  const contradictions = [...conflicts(claims, 'two-hosts', 'dpu'), ...conflicts(single, 'two-dpus', 'host')];
  const contested = contradictions.flatMap(({ about }) => about);
  const isContested = (one: MemberId): boolean => contested.some((other) => sameMember(one, other));
  const unknown = unknownHosts(hosts, dpus, claims);
  return {
    pairs: single.filter(({ host, dpu }) => !isContested(host) && !isContested(dpu)),
    contradictions: [...contradictions, ...unknown],
    several,
  };
}

/**
 * DPUs that are labelled with a host of which no cluster has a node, while there are hosts without a DPU: two clusters may
 * call one machine by different names. `about` is the DPU, and the name that nobody has.
 */
function unknownHosts(
  hosts: readonly NodeRole[],
  dpus: readonly NodeRole[],
  claims: readonly Claim[],
): readonly Contradiction[] {
  const alone = hosts.filter((one) => !claims.some(({ host }) => sameMember(host, one)));
  if (alone.length === 0) return [];
  return dpus.flatMap((one): readonly Contradiction[] => {
    const label = DPF_HOST_LABELS.find((key) => one.object.labels.has(key));
    const named = label === undefined ? undefined : one.object.labels.get(label);
    if (named === undefined || claims.some(({ dpu }) => sameMember(dpu, one))) return [];
    const sign = `the label ${label} of node ${one.node} names ${named}; DPU hosts without a DPU are ${alone.map(({ node }) => node).join(', ')}`;
    return [
      {
        kind: 'unknown-host',
        about: [id(one), { cluster: one.cluster, node: named }],
        signs: [sign],
        evidence: [apiEvidence(nodesFact.lists.nodes, sign)],
      },
    ];
  });
}

/** Several DPUs of one host are no contradiction where DPF has an object of each, and each is of another device. */
function hostsWithSeveral(claims: readonly Claim[], dpf: readonly DpfPair[]): Pairs['several'] {
  const devices = new Map(
    dpf.flatMap(({ host, dpu, device }) =>
      host && dpu && device !== undefined ? [[keyOf(host) + keyOf(dpu), device] as const] : [],
    ),
  );
  return [...Map.groupBy(claims, ({ host }) => keyOf(host)).values()].flatMap((own) => {
    const known = own.flatMap(({ host, dpu }) => devices.get(keyOf(host) + keyOf(dpu)) ?? []);
    const [first] = own;
    return first !== undefined && own.length > 1 && new Set(known).size === own.length
      ? [{ host: first.host, dpus: own.map(({ dpu }) => dpu) }]
      : [];
  });
}

const id = ({ cluster, node }: MemberId): MemberId => ({ cluster, node });

/** DPF labels the node that a DPU is with the name of its host, which is a node of another cluster. */
const byDpfLabel = (hosts: readonly NodeRole[], dpus: readonly NodeRole[]): Claim[] => {
  const byName = Map.groupBy(hosts, ({ node }) => node);
  return dpus.flatMap((dpu) => {
    const label = DPF_HOST_LABELS.find((key) => dpu.object.labels.has(key));
    if (label === undefined) return [];
    return (byName.get(dpu.object.labels.get(label) ?? '') ?? []).map((host) => ({
      host: id(host),
      dpu: id(dpu),
      ground: `the label ${label} of node ${dpu.node} names ${host.node}`,
    }));
  });
};

/** DPF's DPU objects name the host, and are called as the DPU is as a node. */
function byDpfObject(
  hosts: readonly NodeRole[],
  dpus: readonly NodeRole[],
  dpf: readonly DpfPair[],
): Claim[] {
  const [ofHosts, ofDpus] = [hosts, dpus].map((side) => new Set(side.map(keyOf)));
  return dpf.flatMap(({ host, dpu, ground }) =>
    host && dpu && ofHosts?.has(keyOf(host)) && ofDpus?.has(keyOf(dpu))
      ? [{ host, dpu, ground, read: DPF_READ }]
      : [],
  );
}

const keyOf = ({ cluster, node }: MemberId): string => JSON.stringify([cluster, node]);

/** By the addresses that ovnkube writes. The other way round, a DPU's node may be told the address of its host. */
function byAddress(hosts: readonly NodeRole[], dpus: readonly NodeRole[]): Claim[] {
  const [dpuAt, hostAt] = [dpus, hosts].map(byInternalAddress);
  const ofHosts = hosts.flatMap((host) =>
    [...addressesOfDpu(host.object)].flatMap(([address, annotation]) =>
      nearest(host, dpuAt?.get(address)).map((dpu) => ({
        host: id(host),
        dpu: id(dpu),
        ground: `the annotation ${annotation} of node ${host.node} holds ${address}, the address of node ${dpu.node}`,
      })),
    ),
  );
  const ofDpus = dpus.flatMap((dpu) => {
    const value = record(jsonOf(dpu.object, HOST_ADDRESS));
    return [value['ipv4'], value['ipv6']].flatMap((address) =>
      nearest(dpu, hostAt?.get(withoutPrefix(address))).map((host) => ({
        host: id(host),
        dpu: id(dpu),
        ground: `the annotation ${HOST_ADDRESS} of node ${dpu.node} holds ${withoutPrefix(address)}, the address of node ${host.node}`,
      })),
    );
  });
  return [...ofHosts, ...ofDpus];
}

/** Of nodes with one address, those of the same cluster: private networks of two clusters may use the same ones. */
function nearest(one: MemberId, others: readonly NodeRole[] = []): readonly NodeRole[] {
  const own = others.filter(({ cluster }) => cluster === one.cluster);
  return own.length > 0 ? own : others;
}

const HOST_ADDRESS = 'k8s.ovn.org/primary-dpu-host-addr';

const byInternalAddress = (roles: readonly NodeRole[]): ReadonlyMap<string, readonly NodeRole[]> => {
  const found = new Map<string, NodeRole[]>();
  for (const role of roles)
    for (const address of role.object.internalAddresses)
      found.set(address, [...(found.get(address) ?? []), role]);
  return found;
};

const KIND_WORKER = /^(.+)-worker(\d*)$/;

/** Seed K L36-41: kind numbers its workers, the first is a host, the second its DPU, and so on. */
function byKindNames(
  hosts: readonly NodeRole[],
  dpus: readonly NodeRole[],
  simulated: ReadonlySet<string>,
): Claim[] {
  return hosts.flatMap((host) => {
    const [, prefix, digits] = KIND_WORKER.exec(host.node) ?? [];
    if (prefix === undefined || !simulated.has(host.cluster)) return [];
    const next = `${prefix}-worker${Number(digits || 1) + 1}`;
    const dpu = dpus.find(({ cluster, node }) => cluster === host.cluster && node === next);
    return dpu === undefined
      ? []
      : [
          {
            host: id(host),
            dpu: id(dpu),
            ground: `${host.node} and ${dpu.node} follow each other, as the kind setup pairs them (seed K L36-41)`,
          },
        ];
  });
}

/** The first claim of each pair: the others say the same. */
function distinct(claims: readonly Claim[]): readonly Claim[] {
  const byPair = new Map<string, Claim>();
  for (const claim of claims) {
    const key = JSON.stringify([claim.host, claim.dpu]);
    if (!byPair.has(key)) byPair.set(key, claim);
  }
  return [...byPair.values()];
}

/** Where the claims give one side several partners. */
function conflicts(
  claims: readonly Claim[],
  kind: 'two-hosts' | 'two-dpus',
  side: 'host' | 'dpu',
): readonly Contradiction[] {
  const bySide = Map.groupBy(claims, (claim) => JSON.stringify(claim[side]));
  const partner = side === 'host' ? 'dpu' : 'host';
  return [...bySide.values()]
    .filter((own) => own.length > 1)
    .map((own) => ({
      kind,
      about: [...own.slice(0, 1).map((claim) => claim[side]), ...own.map((claim) => claim[partner])],
      signs: own.map(({ ground }) => ground),
      evidence: own.map(({ ground, read }) => apiEvidence(read ?? nodesFact.lists.nodes, ground)),
    }));
}
