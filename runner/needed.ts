import type { AnyClusterCheck, Check } from '../checks/define.ts';
import type { ClusterFactName } from '../facts/cluster/index.ts';
import { ROLE_FACTS } from '../facts/derived/role.ts';
import { FACTS, type FactName } from '../facts/index.ts';
import { type Source, sourceKey } from '../facts/source.ts';
import type { InventoryNode } from '../inventory/node.ts';

/* What has to be asked for the checks that were chosen: of nodes, and of clusters. */

/** The facts that the checks for this node's role require; of every role and those that tell it, while it is unknown. */
export function neededFacts(
  node: Pick<InventoryNode, 'role' | 'simulation'>,
  checks: readonly Check[] | 'all',
): readonly FactName[] {
  if (checks === 'all') return ALL_FACTS;
  const names = new Set<FactName>(node.role === undefined || node.simulation === undefined ? ROLE_FACTS : []);
  for (const check of checks) {
    if (check.scope === 'cluster') continue;
    if (node.role !== undefined && !check.roles.includes(node.role)) continue;
    for (const name of requiredBy(check)) names.add(name);
  }
  return inOrder(names).filter((name) => names.has(name));
}

/** What tells the role comes first: as soon as that is known, a check is judged when its facts are. */
const inOrder = (names: Iterable<FactName>): readonly FactName[] => [
  ...new Set<FactName>([...ROLE_FACTS, ...[...names].sort()]),
];

const ALL_FACTS = inOrder(Object.keys(FACTS) as FactName[]);

const requiredBy = (check: Exclude<Check, AnyClusterCheck>): readonly FactName[] =>
  check.scope === 'pair' ? [...check.requires.host, ...check.requires.dpu] : check.requires;

/** Facts' sources, each named once: the source that stands for all of the same key. */
export function distinctSources(names: readonly FactName[]): readonly Source[] {
  const byKey = new Map<string, Source>();
  for (const name of names) {
    for (const source of Object.values<Source>(FACTS[name].sources)) {
      const key = sourceKey(source);
      if (!byKey.has(key)) byKey.set(key, source);
    }
  }
  return [...byKey.values()];
}

/** What tells which nodes a cluster has and what they are; asked whatever the checks. */
export const DISCOVERY = [
  'nodes',
  'pods',
  'workloads',
  'leases',
  'dpfDpus',
] as const satisfies readonly ClusterFactName[];

/** The facts that the checks require of the clusters that have the nodes, and those that tell the nodes. */
export const neededClusterFacts = (checks: readonly Check[]): readonly ClusterFactName[] =>
  [...new Set([...DISCOVERY, ...checks.flatMap(requiredOfCluster)])].sort();

function requiredOfCluster(check: Check): readonly ClusterFactName[] {
  if (check.scope === 'cluster') return check.requires;
  if (check.scope !== 'pair') return check.requiresCluster ?? [];
  return [...(check.requiresCluster?.host ?? []), ...(check.requiresCluster?.dpu ?? [])];
}
