import type { Check } from '../checks/define.ts';
import { evidence } from '../facts/fact.ts';
import { clusterReachability, type GatheredCluster, targetName } from './cluster.ts';
import type { GatheredNode } from './gather.ts';
import { type JudgeOptions, judgeCluster, judgePlanned, REACHABLE, type Verdicts } from './judge.ts';
import { foldByDpu } from './other-side.ts';
import { ownError } from './own-result.ts';
import { type Planned, planRun } from './plan.ts';
import type { Report, Result } from './report.ts';
import { verdictKey } from './said.ts';
import { failureOf } from './target-report.ts';

/** Results of nodes' own checks by check, which were judged while nodes had yet to answer. */
type Ahead = ReadonlyMap<GatheredNode, ReadonlyMap<string, Result>>;

/** Judges every planned pair of check and target: clusters first, then nodes, then pairs of nodes. Total. */
export function judgeAll(
  nodes: readonly GatheredNode[],
  clusters: readonly GatheredCluster[],
  checks: readonly Check[],
  request: JudgeOptions,
  ahead: Ahead = new Map(),
): Pick<Report, 'results'> & { readonly notPlanned: NonNullable<Report['notPlanned']> } {
  const { planned, clusters: ofClusters, notPlanned } = planRun(checks, nodes, clusters);
  const verdicts: Verdicts = new Map();
  // Clusters first, then nodes: a check may come after those of what is above it, whichever is listed first.
  const clusterResults = ofClusters.map((item) => judgeCluster(item, verdicts, request));
  const alone = planned
    .filter(({ dpu }) => dpu === undefined)
    .map((item) => known(item, verdicts, ahead) ?? judgePlanned(item, verdicts, request));
  const nodeResults = foldByDpu(alone, nodes, checks);
  const pairResults = planned
    .filter(({ dpu }) => dpu !== undefined)
    .map((item) => judgePlanned(item, verdicts, request));
  const dead = Map.groupBy(nodeResults.filter(saysDead), ({ target }) => target);
  const unreachable = [
    ...clusters.flatMap(clusterReachability),
    ...nodes.flatMap(reachability).map((result) => foldDead(result, dead.get(result.target))),
  ];
  const ofNodes = foldByDpu([...nodeResults, ...pairResults], nodes, checks);
  const results = [...unreachable, ...clusterResults, ...ofNodes];
  return { results: inOrder(results, checks, targetNames(nodes, clusters)), notPlanned };
}

export const targetNames = (
  nodes: readonly GatheredNode[],
  clusters: readonly GatheredCluster[],
): readonly string[] => [...clusters.map(targetName), ...nodes.map(({ node }) => node.name)];

/** By target, then by check in the catalogue's order; results of the runner's own before those of checks. */
export function inOrder(
  results: readonly Result[],
  checks: readonly Check[],
  targets: readonly string[],
): readonly Result[] {
  const order = new Map<string, number>(checks.map((check, index) => [check.id, index]));
  const position = new Map(targets.map((name, index) => [name, index]));
  return results.toSorted(
    (a, b) =>
      (position.get(a.target) ?? 0) - (position.get(b.target) ?? 0) ||
      (order.get(a.checkId) ?? -1) - (order.get(b.checkId) ?? -1),
  );
}

/** What was judged ahead, with its verdict for those that come after it. */
function known({ check, node }: Planned, verdicts: Verdicts, ahead: Ahead): Result | undefined {
  const result = ahead.get(node)?.get(check.id);
  if (result !== undefined) verdicts.set(verdictKey(check.id, result.target), { verdict: result.verdict });
  return result;
}

/** One error for a node that could not be examined; everything planned on it is blocked by it. */
function reachability(node: GatheredNode): Result[] {
  const failure = failureOf(node);
  if (failure === undefined) return [];
  const { node: target, uri, durationMs } = node;
  const seen = [evidence(uri, failure.message)];
  return [ownError(REACHABLE, 'the node can be examined', target.name, failure, seen, durationMs)];
}

/**
 * A node that its cluster calls dead and that can't be reached is one failure: the cluster's word is the cause, and what
 * hangs on reaching the node hangs on that.
 */
function foldDead(unreached: Result, [dead]: readonly Result[] = []): Result {
  if (dead === undefined) return unreached;
  const { remedy: _, ...rest } = unreached;
  return {
    ...rest,
    verdict: 'blocked',
    reasonCode: 'blocked',
    blockedBy: [dead.checkId],
    reason: `${dead.checkId} did not pass: ${unreached.reason ?? ''}`,
  };
}

/** The tag of checks by which a cluster says whether a node lives. */
const LIVENESS = 'liveness';

const saysDead = ({ verdict, tags }: Result): boolean => verdict === 'fail' && tags.includes(LIVENESS);
