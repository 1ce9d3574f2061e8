import { type Contradiction, type MemberId, sameMember } from '../facts/derived/cluster/view.ts';
import { evidence } from '../facts/fact.ts';
import type { Identity } from '../facts/identity.ts';
import type { Ovs } from '../facts/ovs.ts';
import type { GatheredCluster } from './cluster.ts';
import type { GatheredNode } from './gather.ts';

/* Which DPU serves which host, where only the DPU itself tells: ovnkube there goes by that name (seed A L107). */

const KEY = 'host-k8s-nodename';

export interface PairedNodes {
  /** The same nodes, hosts with the DPU that was found to be theirs. */
  readonly nodes: GatheredNode[];
  /** The same clusters, with what DPUs say against other DPUs, labels and annotations. */
  readonly clusters: readonly GatheredCluster[];
}

/** What the Open vSwitch of a DPU says of its host. */
interface Claim {
  readonly dpu: GatheredNode;
  readonly host: GatheredNode;
  readonly sign: string;
}

/**
 * Pairs DPUs with the hosts that their Open vSwitch names. What the inventory says counts; where what clusters tell is
 * contradicted, or two DPUs name one host, nothing is guessed. Pure and total.
 */
export function pairByHostName(
  gathered: readonly GatheredNode[],
  clusters: readonly GatheredCluster[] = [],
): PairedNodes {
  const claims = claimsOf(gathered);
  if (claims.length === 0) return { nodes: [...gathered], clusters };
  const hostOf = new Map(gathered.flatMap((host) => (host.node.dpu ? [[host.node.dpu, host] as const] : [])));
  const disputes = [
    ...claims.flatMap((claim) => otherHost(claim, hostOf.get(claim.dpu.node.name))),
    ...[
      ...Map.groupBy(
        claims.filter((claim) => !isToldByPair(claim, hostOf.get(claim.dpu.node.name))),
        ({ host }) => host,
      ),
    ].flatMap(([host, own]) => otherDpus(host, own, gathered)),
  ];
  const disputed = new Map(disputes.flatMap(({ hosts, why }) => hosts.map((host) => [host, why] as const)));
  const contested = [
    ...clusters.flatMap(({ subject }) => subject.contradictions),
    ...disputes.map(({ contradiction }) => contradiction),
  ]
    .filter(({ kind }) => kind === 'two-hosts' || kind === 'two-dpus')
    .flatMap(({ about }) => about);
  const isContested = (one: GatheredNode) => contested.some((other) => sameMember(other, memberOf(one)));
  const found = new Map(
    claims
      .filter(({ dpu, host }) => host.node.dpu === undefined && !hostOf.has(dpu.node.name))
      .filter(({ dpu, host }) => !isContested(dpu) && !isContested(host))
      .map((claim) => [claim.host, claim]),
  );
  return {
    nodes: gathered.map((one) => {
      const claim = found.get(one);
      if (claim !== undefined) return withDpu(one, claim);
      const doubt = disputed.get(one);
      return doubt === undefined ? one : withoutDpu(one, doubt);
    }),
    clusters: clusters.map((cluster) => withContradictions(cluster, disputes)),
  };
}

const withDpu = (host: GatheredNode, { dpu, sign }: Claim): GatheredNode => ({
  ...host,
  node: { ...host.node, dpu: dpu.node.name, dpuGround: sign },
});

/** Takes away what was only guessed; what somebody gave stays. */
function withoutDpu(host: GatheredNode, pairDoubt: string): GatheredNode {
  const { dpu, dpuGround, ...node } = host.node;
  return dpu !== undefined && dpuGround === undefined ? host : { ...host, node, pairDoubt };
}

/** Only names that one host has: nothing is guessed where several have it. */
function claimsOf(gathered: readonly GatheredNode[]): readonly Claim[] {
  const byName = new Map<string, GatheredNode[]>();
  for (const host of gathered.filter(({ role }) => role === 'dpu-host'))
    for (const name of namesOf(host)) byName.set(name, [...(byName.get(name) ?? []), host]);
  return gathered
    .filter(({ role }) => role === 'dpu')
    .flatMap((dpu) => {
      const name = value<Ovs>(dpu, 'ovs')?.openVSwitch.externalIds.get(KEY) ?? '';
      const [host, second] = byName.get(name) ?? [];
      if (host === undefined || second !== undefined || host.node.dpus !== undefined) return [];
      return [{ dpu, host, sign: `external_ids:${KEY} of ${dpu.node.name} is ${name}` }];
    });
}

/** As a node of its cluster; where no cluster tells, as it was given, or by its host name. */
function namesOf(host: GatheredNode): ReadonlySet<string> {
  const { name, kubernetes } = host.node;
  if (kubernetes !== undefined) return new Set([kubernetes.node]);
  const hostname = value<Identity>(host, 'identity')?.hostname.toLowerCase() ?? '';
  return new Set([name, hostname, hostname.split('.')[0] ?? ''].filter((one) => one !== ''));
}

function value<Value>({ facts }: GatheredNode, fact: 'identity' | 'ovs'): Value | undefined {
  const outcome = facts.get(fact);
  // Each fact's outcome holds the value of its type.
  return outcome?.ok ? (outcome.value as Value) : undefined;
}

interface Dispute {
  /** Hosts whose DPU is not known for certain. */
  readonly hosts: readonly GatheredNode[];
  readonly why: string;
  readonly contradiction: Contradiction;
}

/** Of a DPU that was given to another host, a check of that pair tells, where the host can be asked. */
const isToldByPair = ({ host }: Claim, own: GatheredNode | undefined): boolean =>
  own !== undefined && own !== host && own.node.dpuGround === undefined && own.unreachable === undefined;

/** A DPU that says another host than labels or annotations do. Of a pair that was given, a check of pairs tells. */
function otherHost({ dpu, host, sign }: Claim, own: GatheredNode | undefined): Dispute[] {
  const ground = own?.node.dpuGround;
  if (own === undefined || own === host || ground === undefined) return [];
  return [dispute('two-hosts', [dpu, own, host], [ground, sign], [own], [dpu])];
}

/** DPUs that say they serve a host which another one serves, or says that it does. */
function otherDpus(
  host: GatheredNode,
  claims: readonly Claim[],
  gathered: readonly GatheredNode[],
): Dispute[] {
  const { dpu: name, dpuGround = `the inventory gives ${host.node.name} the DPU ${name}` } = host.node;
  const others = claims.filter(({ dpu }) => dpu.node.name !== name);
  const own = gathered.filter(({ node }) => node.name === name);
  const dpus = [...own, ...others.map(({ dpu }) => dpu)];
  if (others.length === 0 || dpus.length < 2) return [];
  const signs = [...(own.length > 0 ? [dpuGround] : []), ...others.map(({ sign }) => sign)];
  return [
    dispute(
      'two-dpus',
      [host, ...dpus],
      signs,
      [host],
      others.map(({ dpu }) => dpu),
    ),
  ];
}

const dispute = (
  kind: Contradiction['kind'],
  about: readonly GatheredNode[],
  signs: readonly string[],
  hosts: readonly GatheredNode[],
  said: readonly GatheredNode[],
): Dispute => ({
  hosts,
  why: `needs both the DPU host and its DPU, and signs contradict each other: ${signs.join('; ')}`,
  contradiction: {
    kind,
    about: about.map(memberOf),
    signs,
    evidence: said.map((dpu) =>
      evidence(
        `ovs-vsctl get Open_vSwitch . external_ids:${KEY}, on ${dpu.node.name}`,
        value<Ovs>(dpu, 'ovs')?.openVSwitch.externalIds.get(KEY) ?? '',
      ),
    ),
  },
});

/** A node that no cluster has is called as it was given. */
const memberOf = ({ node }: GatheredNode): MemberId => node.kubernetes ?? { cluster: '', node: node.name };

function withContradictions(cluster: GatheredCluster, disputes: readonly Dispute[]): GatheredCluster {
  const own = disputes
    .map(({ contradiction }) => contradiction)
    .filter(({ about }) => about.some((member) => member.cluster === cluster.name));
  if (own.length === 0) return cluster;
  const { subject } = cluster;
  return { ...cluster, subject: { ...subject, contradictions: [...subject.contradictions, ...own] } };
}
