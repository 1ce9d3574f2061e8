import { dpfPairs, rolesByDpf } from './dpf.ts';
import { simulatedNode, vethSetting } from './node-mode.ts';
import { findPairs } from './pairs.ts';
import { type NodeRole, roleContradictions, rolesOf } from './roles.ts';
import { type ClusterView, type Contradiction, type Member, sameMember } from './view.ts';

export interface Members {
  /** The nodes of all clusters, in the clusters' order. */
  readonly members: readonly Member[];
  readonly contradictions: readonly Contradiction[];
}

/** What the nodes of all clusters are, and which of them belong together. Pure and total. */
export function findMembers(views: readonly ClusterView[]): Members {
  const dpf = dpfPairs(views);
  const roles = views.flatMap((view) => rolesOf(view, rolesByDpf(dpf, view.name)));
  const simulated = new Set(
    views.filter(({ workloads }) => vethSetting(workloads) !== undefined).map(({ name }) => name),
  );
  const { pairs, contradictions, several } = findPairs(roles, simulated, dpf);
  const dpusOf = new Map(several.map(({ host, dpus }) => [JSON.stringify(host), dpus]));
  const partners = pairs.flatMap(({ host, dpu }) =>
    simulated.has(host.cluster) || simulated.has(dpu.cluster) ? [host, dpu] : [],
  );
  const byHost = new Map(pairs.map((pair) => [JSON.stringify(pair.host), pair]));
  const members = roles.map((role): Member => {
    const { cluster, node, object } = role;
    const pair = byHost.get(JSON.stringify({ cluster, node }));
    const dpus = dpusOf.get(JSON.stringify({ cluster, node }));
    const isSimulated =
      (isPairSide(role) && simulated.has(cluster)) ||
      partners.some((partner) => sameMember(partner, role)) ||
      simulatedNode(object) !== undefined;
    return {
      cluster,
      node,
      object,
      role: role.role,
      roleGround: role.ground,
      simulation: isSimulated ? 'veth' : undefined,
      dpu: pair && { ...pair.dpu, ground: pair.ground },
      ...(dpus === undefined ? {} : { dpus }),
    };
  });
  return { members, contradictions: [...roleContradictions(roles), ...contradictions] };
}

const isPairSide = ({ role }: NodeRole): boolean => role === 'dpu' || role === 'dpu-host';
