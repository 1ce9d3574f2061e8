import { isIP } from 'node:net';
import { type ClusterNodeSubject, type Member, sameMember } from '../facts/derived/cluster/view.ts';
import type { Role } from '../facts/derived/role.ts';
import type { PodAccess } from '../transports/access.ts';
import type { InventoryNode, NoAccess } from './node.ts';
import { HOST } from './schema.ts';

/** How to get to a node that only its cluster names: not at all, by SSH to its InternalIP, or through a pod on it. */
export const NODE_ACCESS = ['none', 'ssh', 'exec'] as const;

export type NodeAccess = (typeof NODE_ACCESS)[number];

export interface Discovered {
  /** The nodes that were given, with what the clusters tell of them; then the clusters' other nodes. */
  readonly nodes: readonly InventoryNode[];
  /** What each cluster's nodes are in the end, by the cluster's name. */
  readonly byCluster: ReadonlyMap<string, readonly ClusterNodeSubject[]>;
}

/**
 * Joins the nodes that clusters have with those that were given, whose word counts. `fallback` is the role of found nodes
 * of which their cluster tells none. Pure and total.
 */
export function discover(
  members: readonly Member[],
  given: readonly InventoryNode[],
  access: NodeAccess,
  throughPod: (member: Member) => PodAccess | NoAccess = () => ({ kind: 'none' }),
  fallback?: Role,
): Discovered {
  const owners = match(members, given);
  const names = nameAll(members, owners, given);
  const claimed = new Set(given.flatMap(({ dpu }) => dpu ?? []));
  const paired = (member: Member) => {
    if (member.dpu === undefined) return {};
    const { cluster, node, ground } = member.dpu;
    const dpu = members.find((other) => other.cluster === cluster && other.node === node);
    const name = dpu && names.get(dpu);
    const role = dpu && (owners.get(dpu)?.role ?? dpu.role);
    return name === undefined || role !== 'dpu' || claimed.has(name) ? {} : { dpu: name, dpuGround: ground };
  };
  const several = ({ dpus }: Member): readonly string[] =>
    (dpus ?? []).flatMap(({ cluster, node }) => {
      const dpu = members.find((other) => other.cluster === cluster && other.node === node);
      return dpu === undefined ? [] : (names.get(dpu) ?? node);
    });
  const found = new Map(
    members.map((member): [Member, InventoryNode] => {
      const owner = owners.get(member);
      const isUntold = member.role === undefined || member.role === 'worker';
      const { role: toldRole, roleGround } =
        isUntold && fallback !== undefined ? { role: fallback, roleGround: 'as given by --role' } : member;
      const role = owner?.role ?? toldRole;
      const pair = owner?.dpu === undefined && role === 'dpu-host' ? paired(member) : {};
      const told = {
        name: names.get(member) ?? member.node,
        ...(role === undefined ? {} : { role }),
        ...(owner?.role === undefined ? { roleGround } : {}),
        ...(member.simulation === undefined ? {} : { simulation: member.simulation }),
        ...pair,
        ...(owner?.dpu === undefined && role === 'dpu-host' && member.dpus ? { dpus: several(member) } : {}),
        access: access === 'exec' ? throughPod(member) : accessTo(member, access),
        kubernetes: { cluster: member.cluster, node: member.node },
      };
      // Of a node that is to be reached so, the pod is known only now.
      const way = owner?.access.kind === 'pod' ? { access: throughPod(member) } : {};
      return [member, { ...told, ...owner, ...way }];
    }),
  );
  const byOwner = new Map([...owners].map(([member, owner]) => [owner, found.get(member) ?? owner]));
  const others = members.filter((member) => !owners.has(member)).flatMap((member) => found.get(member) ?? []);
  return {
    nodes: [...given.map((node) => byOwner.get(node) ?? node), ...others],
    byCluster: new Map(
      [...Map.groupBy(members, ({ cluster }) => cluster)].map(([cluster, own]) => [
        cluster,
        own.map((member) => subjectOf(member, found.get(member))),
      ]),
    ),
  };
}

const subjectOf = (member: Member, node: InventoryNode | undefined): ClusterNodeSubject => ({
  node: member.node,
  role: node?.role,
  roleGround: node?.roleGround ?? 'as given by the inventory or --role',
  simulation: node?.simulation,
  ...(node?.dpus === undefined ? {} : { dpuNames: node.dpus }),
});

/** Which of the given nodes is which of the clusters': as it says itself, by its name, or by the address that leads to it. */
function match(
  members: readonly Member[],
  given: readonly InventoryNode[],
): ReadonlyMap<Member, InventoryNode> {
  const byKey = new Map<string, Member[]>();
  for (const member of members)
    for (const key of new Set([member.node, ...member.object.internalAddresses]))
      byKey.set(key, [...(byKey.get(key) ?? []), member]);
  const owners = new Map<Member, InventoryNode>();
  for (const node of given) {
    if (node.kubernetes !== undefined) {
      const { kubernetes } = node;
      const named = members.find((member) => sameMember(member, kubernetes));
      if (named !== undefined) owners.set(named, node);
      continue;
    }
    for (const key of keysOf(node)) {
      const [member, second] = byKey.get(key) ?? [];
      // A name that two clusters have says nothing about which of the two is meant.
      if (member === undefined || second !== undefined || owners.has(member)) continue;
      owners.set(member, node);
      break;
    }
  }
  return owners;
}

function keysOf({ name, access }: InventoryNode): readonly string[] {
  if (access.kind === 'ssh') return [name, access.ssh.address];
  return access.kind === 'container' ? [name, access.container] : [name];
}

/** A node's name, with its cluster's where another target has the same. */
function nameAll(
  members: readonly Member[],
  owners: ReadonlyMap<Member, InventoryNode>,
  given: readonly InventoryNode[],
): ReadonlyMap<Member, string> {
  const taken = new Map<string, number>();
  const count = (name: string) => taken.set(name, (taken.get(name) ?? 0) + 1);
  for (const { name } of given) count(name);
  for (const member of members) if (!owners.has(member)) count(member.node);
  return new Map(
    members.map((member) => {
      const alone = taken.get(member.node) === 1;
      return [member, owners.get(member)?.name ?? (alone ? member.node : `${member.node}@${member.cluster}`)];
    }),
  );
}

/** What a cluster says may be anything: only what is a host name or an address is one. */
function accessTo({ node, object }: Member, access: NodeAccess): InventoryNode['access'] {
  if (access === 'none') return { kind: 'none' };
  const address = object.internalAddresses.find((one) => isIP(one) > 0) ?? node;
  return HOST.test(address) ? { kind: 'ssh', ssh: { address } } : { kind: 'none' };
}
