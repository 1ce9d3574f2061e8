import type { ClusterSubject } from '../checks/define.ts';
import type { ClusterFactName } from '../facts/cluster/index.ts';
import { type Evidence, evidence, type FactFailure, type Outcome } from '../facts/fact.ts';
import type { ClusterTarget } from '../transports/cluster/access.ts';
import { ownError } from './own-result.ts';
import type { Result, TargetFailure, TargetReport } from './report.ts';
import { NODES_KNOWN, REACHABLE } from './said.ts';

/** What one cluster said, parsed, and what its nodes were found to be. */
export interface GatheredCluster {
  /** As it is called by the command line, the inventory or its context. */
  readonly name: string;
  /** The API server's URL, without credentials; the kubeconfig where it did not lead to one. */
  readonly uri: string;
  /** How it came to be examined, for people. */
  readonly ground: string;
  readonly facts: ReadonlyMap<ClusterFactName, Outcome<unknown>>;
  /** For each fact, the commands that show a reader the same. */
  readonly commands: ReadonlyMap<ClusterFactName, readonly string[]>;
  /** The cluster could not be asked at all. */
  readonly unreachable: TargetFailure | undefined;
  /** In milliseconds. */
  readonly durationMs: number;
  readonly subject: ClusterSubject;
}

/** A cluster's name among the targets, where a node may be called as it is. */
export const targetName = (cluster: Pick<GatheredCluster, 'name'>): string => `cluster:${cluster.name}`;

/** What a cluster is called in progress, before its kubeconfig has told the name. */
export const provisionalName = ({ name, context, kubeconfig }: ClusterTarget): string =>
  `cluster:${name ?? context ?? kubeconfig ?? 'default'}`;

export const clusterTarget = (cluster: GatheredCluster): TargetReport => ({
  kind: 'cluster',
  name: targetName(cluster),
  uri: cluster.uri,
  roleGround: cluster.ground,
  ...(cluster.unreachable === undefined ? {} : { failure: cluster.unreachable }),
  facts: [...cluster.facts].map(([name, outcome]) => ({
    name,
    outcome: outcome.ok ? 'ok' : outcome.failure.code,
  })),
});

/**
 * One error for a cluster that could not be asked; everything planned on it is blocked by it. And one for a cluster
 * whose nodes could not be listed: what concerns them is planned on none, and that must not pass for health.
 */
export function clusterReachability(cluster: GatheredCluster): Result[] {
  const { unreachable, uri } = cluster;
  if (unreachable !== undefined) {
    const seen = evidence(uri, unreachable.message);
    return [problemOf(cluster, REACHABLE, 'the cluster can be examined', unreachable, seen)];
  }
  const nodes = cluster.facts.get('nodes');
  if (nodes === undefined || (nodes.ok && !isEmpty(nodes.value))) return [];
  const failure = nodes.ok ? NO_NODES : nodes.failure;
  const seen = failure.evidence ?? evidence(uri, failure.message);
  return [problemOf(cluster, NODES_KNOWN, "the cluster's nodes are known", failure, seen)];
}

const isEmpty = (list: unknown): boolean => Array.isArray(list) && list.length === 0;

const NO_NODES: FactFailure = {
  code: 'not-found',
  message: 'the cluster has no nodes',
  hint: 'Is it the cluster that is meant? kubectl get nodes; kubectl config get-contexts shows others.',
};

const problemOf = (
  cluster: GatheredCluster,
  checkId: string,
  title: string,
  failure: TargetFailure,
  seen: Evidence,
): Result => ownError(checkId, title, targetName(cluster), failure, [seen], cluster.durationMs);

/** Why the first of these facts could not be had. */
export function missingClusterFact(
  cluster: GatheredCluster | undefined,
  names: readonly ClusterFactName[],
): FactFailure | undefined {
  for (const name of names) {
    const outcome = cluster?.facts.get(name);
    if (outcome?.ok === false) return outcome.failure;
    if (outcome === undefined)
      return { code: 'unreachable', message: `${name} was not asked of ${cluster?.name ?? 'any cluster'}` };
  }
  return undefined;
}

/** The values of these facts, which were all had. */
export const clusterValues = (
  cluster: GatheredCluster | undefined,
  names: readonly ClusterFactName[],
): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    names.map((name) => {
      const outcome = cluster?.facts.get(name);
      return [name, outcome?.ok ? outcome.value : undefined];
    }),
  );

export const clusterCommands = (
  cluster: GatheredCluster | undefined,
  names: readonly ClusterFactName[],
): readonly string[] => names.flatMap((name) => cluster?.commands.get(name)?.slice(0, 1) ?? []);
