import { setTimeout as sleep } from 'node:timers/promises';
import type { Check } from '../checks/define.ts';
import type { Role, Simulation } from '../facts/derived/role.ts';
import type { NodeAccess } from '../inventory/discover.ts';
import type { InventoryNode } from '../inventory/node.ts';
import type { ClusterTarget } from '../transports/cluster/access.ts';
import { clusterTarget, type GatheredCluster, provisionalName, targetName } from './cluster.ts';
import type { ClusterRound } from './clusters.ts';
import { completeReport } from './complete-report.ts';
import type { RunListener } from './events.ts';
import { type GatheredNode, type GatherOptions, gather } from './gather.ts';
import type { JudgeOptions } from './judge.ts';
import { type JudgedAhead, judgeAhead } from './judge-ahead.ts';
import { inOrder, judgeAll, targetNames } from './judge-all.ts';
import { mapLimited } from './limit.ts';
import { pairByHostName } from './pairs.ts';
import type { Report, Result, TargetFailure } from './report.ts';
import { withSimulation } from './simulated.ts';
import { failureOf, targetReports } from './target-report.ts';
import { withTestbed } from './testbed.ts';
import type { Measure, Sent } from './traffic.ts';
import { withVethPairs } from './veth-pairs.ts';
import type { Prospects } from './wait.ts';

export interface RunRequest extends GatherOptions, JudgeOptions {
  readonly tool: { readonly name: string; readonly version: string };
  /** The suite's name. */
  readonly suiteName: string;
  /** What the suite is for, where that is a simulation. */
  readonly simulation?: Simulation | undefined;
  readonly nodes: readonly InventoryNode[];
  /** Clusters to ask first; their nodes are examined along with `nodes`. */
  readonly clusters?: readonly ClusterTarget[];
  /** Whether to log in to nodes that only a cluster names; none unless given. */
  readonly nodeAccess?: NodeAccess;
  /** What nodes are that only a cluster names and that it tells no role of. */
  readonly foundRole?: Role;
  /** What is to be judged; or where every check comes from, to be loaded while the nodes answer: they are asked all. */
  readonly checks: readonly Check[] | (() => Promise<readonly Check[]>);
  /** How many nodes are asked at a time. */
  readonly concurrency: number;
  /** For so long, in milliseconds, what does not pass is asked again; 0 asks once. */
  readonly wait: number;
  readonly listen: RunListener;
  /** Sends traffic where checks of paths are among those chosen, and tells what came of it. Never rejects. */
  readonly measure?: Measure;
  /** Told what each node said, for a recording. */
  readonly onGathered?: (node: GatheredNode) => Promise<void>;
}

/** Asks all clusters and nodes, judges all checks and tells what was found. Never rejects for what one of them does. */
export async function run(request: RunRequest): Promise<Report> {
  const { nodes, clusters = [], listen } = request;
  const started = new Date();
  listen({
    kind: 'run-started',
    suite: request.suiteName,
    targets: [...clusters.map(provisionalName), ...nodes.map(({ name }) => name)],
    checks: 0,
  });
  const { gathered: first, checks, ahead, ...found } = await gatherFirst(request);
  let gathered = first;
  let { round } = found;
  let waitEnded: readonly string[] = [];
  let outcome = judgeAll(gathered, round?.clusters ?? [], checks, request, ahead);
  const deadline = started.getTime() + request.wait;
  for (
    let pause = FIRST_PAUSE;
    Date.now() + pause < deadline && !request.signal.aborted;
    pause = Math.min(pause * 2, LAST_PAUSE)
  ) {
    const turning = outcome.results.filter(isUnsettled);
    if (turning.length === 0) break;
    const { hopeful, givenUp } = await prospectsOf(turning, round?.clusters, gathered);
    waitEnded = givenUp;
    if (hopeful.length === 0) break;
    const again = targetsOf(turning);
    listen({ kind: 'waiting', for: hopeful.map(nameOf), givenUp, ms: deadline - Date.now() });
    await sleep(pause, undefined, { signal: request.signal }).catch(() => undefined);
    if (request.signal.aborted) break;
    const renewed = round && (await (await loadClusters()).askClustersAgain(round, again, request, checks));
    const older = new Map(gathered.map((node) => [node.node.name, node]));
    const wanted = renewed?.nodes ?? nodes;
    const fresh = await gatherAll(
      wanted.filter((node) => again.has(node.name) || older.get(node.name)?.node.role !== node.role),
      checks,
      request,
    );
    // What a target said before is worth more than that it was not asked again.
    if (request.signal.aborted) break;
    const newer = new Map(fresh.map((node) => [node.node.name, node]));
    const latest = wanted.flatMap((node) => {
      const known = older.get(node.name);
      return newer.get(node.name) ?? (known === undefined ? [] : [{ ...known, pairDoubt: undefined, node }]);
    });
    const paired = pairByHostName(withSigns(latest, request), renewed?.clusters);
    gathered = paired.nodes;
    round = renewed && { ...renewed, clusters: paired.clusters };
    outcome = judgeAll(gathered, round?.clusters ?? [], checks, request);
  }
  const sent = await sendTraffic(request, checks, gathered, round, outcome.results);
  const targets = targetNames(gathered, round?.clusters ?? []);
  const all =
    sent === undefined ? outcome.results : inOrder([...outcome.results, ...sent.results], checks, targets);
  const results =
    round === undefined
      ? all
      : (await import('./explain.ts')).withExplanations(all, round.clusters, gathered);
  for (const result of results) listen({ kind: 'result', result });
  const finished = new Date();
  const report = completeReport({
    tool: request.tool,
    startedAt: started.toISOString(),
    finishedAt: finished.toISOString(),
    durationMs: finished.getTime() - started.getTime(),
    suite: request.suiteName,
    ...(request.signal.aborted ? { interrupted: true } : {}),
    targets: [
      ...(round?.clusters ?? []).map(clusterTarget),
      ...targetReports(gathered, round?.clusters ?? []),
    ],
    results,
    notPlanned: outcome.notPlanned,
    ...(sent === undefined ? {} : { traffic: sent.traffic }),
    ...(waitEnded.length === 0 ? {} : { waitEnded }),
  });
  for (const node of gathered) await request.onGathered?.(node);
  listen({ kind: 'run-finished', report });
  return report;
}

/** Milliseconds between two rounds of --wait: first soon, then less often. */
const FIRST_PAUSE = 1000;
const LAST_PAUSE = 10_000;

const loadClusters = () => import('./clusters.ts');

/** What a run knows before it judges; a round of clusters only where one is named. */
export interface Gathered {
  readonly gathered: GatheredNode[];
  readonly checks: readonly Check[];
  readonly round?: ClusterRound;
  readonly ahead?: ReadonlyMap<GatheredNode, ReadonlyMap<string, Result>>;
}

/** Asks the clusters for their nodes, then all nodes. */
async function gatherWithClusters(request: RunRequest): Promise<Gathered> {
  const checks = typeof request.checks === 'function' ? await request.checks() : request.checks;
  const round = await (await loadClusters()).askClusters(request, checks);
  const asked = round.nodes.filter(({ access }) => access.kind !== 'none').map(({ name }) => name);
  request.listen({
    kind: 'targets-found',
    targets: [...round.clusters.map(targetName), ...asked],
    notLoggedIn: round.nodes.length - asked.length,
  });
  const found = withSigns(await gatherAll(round.nodes, checks, request), request);
  const { nodes, clusters } = pairByHostName(found, round.clusters);
  return { gathered: nodes, checks, round: { ...round, clusters } };
}

/** What nodes tell of each other: whether they are simulated, what is to be expected of a testbed, what is wired to what. */
const withSigns = (nodes: readonly GatheredNode[], { simulation }: RunRequest): readonly GatheredNode[] =>
  withVethPairs(withTestbed(withSimulation(nodes, simulation)));

/**
 * Asks all nodes. Checks that are still to be loaded are loaded when the first node has its script, and nodes are judged
 * while they answer: what is waited for is the nodes alone.
 */
export async function gatherFirst(request: RunRequest): Promise<Gathered> {
  const { nodes, clusters = [], checks } = request;
  if (clusters.length > 0) return gatherWithClusters(request);
  const begun = new Map<InventoryNode, JudgedAhead>();
  const ahead = new Map<GatheredNode, ReadonlyMap<string, Result>>();
  let loaded = typeof checks === 'function' ? undefined : checks;
  const judge = (node: GatheredNode): JudgedAhead | undefined => {
    if (loaded === undefined) return undefined;
    const judging = begun.get(node.node) ?? judgeAhead(loaded, request);
    begun.set(node.node, judging);
    judging.judge(node);
    return judging;
  };
  const judgeRest = (node: GatheredNode): void => {
    const judged = node.unreachable === undefined ? judge(node) : undefined;
    if (judged !== undefined) ahead.set(node, judged.results);
  };
  const sent = Promise.withResolvers<void>();
  const listening = { ...request, onSent: sent.resolve, onFacts: judge };
  const gathering = gatherAll(nodes, loaded ?? 'all', listening, judgeRest);
  if (typeof checks === 'function') {
    await Promise.race([sent.promise, gathering]);
    loaded = await checks();
  }
  const found = withSigns(await gathering, request);
  return { gathered: pairByHostName(found).nodes, checks: loaded ?? [], ahead };
}

async function gatherAll(
  nodes: readonly InventoryNode[],
  checks: readonly Check[] | 'all',
  request: RunRequest,
  judge: (node: GatheredNode) => void = () => {},
): Promise<GatheredNode[]> {
  return mapLimited(nodes, request.concurrency, async (node) => {
    if (node.access.kind === 'none') return gather(node, checks, request);
    request.listen({ kind: 'target-started', target: node.name });
    const gathered = await gather(node, checks, request);
    const failure = failureOf(gathered) ?? interruptionOf(gathered);
    request.listen({
      kind: 'target-answered',
      target: node.name,
      ms: gathered.durationMs,
      ...(failure === undefined ? {} : { failure }),
    });
    judge(gathered);
    return gathered;
  });
}

/** That the run was interrupted while the node answered. */
function interruptionOf({ facts }: GatheredNode): TargetFailure | undefined {
  for (const fact of facts.values())
    if (!fact.ok && fact.failure.code === 'interrupted')
      return { code: 'interrupted', message: fact.failure.message };
  return undefined;
}

const nameOf = ({ checkId, target }: Result): string => `${checkId} on ${target}`;

const isUnsettled = ({ verdict }: Result): boolean => verdict === 'fail' || verdict === 'error';

/** Without a cluster nothing tells what never turns. */
async function prospectsOf(
  turning: readonly Result[],
  clusters: readonly GatheredCluster[] | undefined,
  nodes: readonly GatheredNode[],
): Promise<Prospects> {
  if (clusters === undefined) return { hopeful: turning, givenUp: [] };
  return (await import('./wait.ts')).prospects(turning, clusters, nodes);
}

/** Traffic is sent where checks of paths were chosen, and only then: it is the one thing that changes a cluster. */
async function sendTraffic(
  request: RunRequest,
  checks: readonly Check[],
  nodes: readonly GatheredNode[],
  round: ClusterRound | undefined,
  others: readonly Result[],
): Promise<Sent | undefined> {
  if (request.measure === undefined || request.signal.aborted) return undefined;
  if (checks.every(({ scope }) => scope !== 'path')) return undefined;
  return (await import('./traffic.ts')).sendTraffic(request.measure, checks, nodes, round, request, others);
}

/** The targets of results, with the clusters that they hang on. */
function targetsOf(results: readonly Result[]): ReadonlySet<string> {
  return new Set(
    results.flatMap(({ target, pair, cluster }) => [
      ...(pair ? [pair.host, pair.dpu] : [target]),
      ...(cluster === undefined ? [] : [cluster]),
    ]),
  );
}
