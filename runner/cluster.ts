import type { ClusterSubject } from '../checks/define.ts';
import type { ClusterFactName } from '../facts/cluster/index.ts';
import { evidence, type FactFailure, type Outcome } from '../facts/fact.ts';
import type { ClusterTarget } from '../transports/cluster/access.ts';
import type { Result, TargetFailure, TargetReport } from './report.ts';
import { REACHABLE } from './said.ts';

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

/** One error for a cluster that could not be asked; everything planned on it is blocked by it. */
export function clusterReachability(cluster: GatheredCluster): Result[] {
  const failure = cluster.unreachable;
  if (failure === undefined) return [];
  return [
    {
      checkId: REACHABLE,
      title: 'the cluster can be examined',
      group: 'target',
      target: targetName(cluster),
      verdict: 'error',
      reasonCode: failure.code,
      reason: failure.message,
      ...(failure.hint === undefined ? {} : { remedy: failure.hint }),
      findings: [],
      evidence: [evidence(cluster.uri, failure.message)],
      durationMs: cluster.durationMs,
      severity: 'error',
      covers: [],
      docs: [],
      tags: [],
    },
  ];
}

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
