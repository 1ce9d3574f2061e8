import { setTimeout as sleep } from 'node:timers/promises';
import type { Check } from '../checks/define.ts';
import { evidence } from '../facts/fact.ts';
import type { InventoryNode } from '../inventory/node.ts';
import type { RunListener } from './events.ts';
import { type GatheredNode, type GatherOptions, gather } from './gather.ts';
import { type JudgeOptions, judgePlanned, REACHABLE, type Verdicts } from './judge.ts';
import { mapLimited } from './limit.ts';
import { planRun } from './plan.ts';
import {
  completeReport,
  type FactReport,
  type Report,
  type Result,
  type TargetFailure,
  type TargetReport,
} from './report.ts';

export interface RunRequest extends GatherOptions, JudgeOptions {
  readonly tool: { readonly name: string; readonly version: string };
  /** The suite's name. */
  readonly suiteName: string;
  readonly nodes: readonly InventoryNode[];
  readonly checks: readonly Check[];
  /** How many nodes are asked at a time. */
  readonly concurrency: number;
  /** For so long, in milliseconds, what does not pass is asked again; 0 asks once. */
  readonly wait: number;
  readonly listen: RunListener;
  /** Told what each node said, for a recording. */
  readonly onGathered?: (node: GatheredNode) => Promise<void>;
}

/** Asks all nodes, judges all checks and tells what was found. Never rejects for what a node does. */
export async function run(request: RunRequest): Promise<Report> {
  const { nodes, listen } = request;
  const started = new Date();
  listen({
    kind: 'run-started',
    suite: request.suiteName,
    targets: nodes.map(({ name }) => name),
    checks: 0,
  });
  let gathered = await gatherAll(nodes, request);
  let outcome = judgeAll(gathered, request);
  const deadline = started.getTime() + request.wait;
  for (
    let pause = FIRST_PAUSE;
    Date.now() + pause < deadline && !request.signal.aborted;
    pause = Math.min(pause * 2, LAST_PAUSE)
  ) {
    const again = unsettled(outcome.results);
    if (again.size === 0) break;
    await sleep(pause, undefined, { signal: request.signal }).catch(() => undefined);
    if (request.signal.aborted) break;
    const fresh = await gatherAll(
      nodes.filter(({ name }) => again.has(name)),
      request,
    );
    // What a node said before is worth more than that it was not asked again.
    if (request.signal.aborted) break;
    gathered = gathered.map((node) => fresh.find((newer) => newer.node.name === node.node.name) ?? node);
    outcome = judgeAll(gathered, request);
  }
  for (const result of outcome.results) listen({ kind: 'result', result });
  const finished = new Date();
  const report = completeReport({
    tool: request.tool,
    startedAt: started.toISOString(),
    finishedAt: finished.toISOString(),
    durationMs: finished.getTime() - started.getTime(),
    suite: request.suiteName,
    ...(request.signal.aborted ? { interrupted: true } : {}),
    targets: gathered.map((node) => targetReport(node, nodes)),
    results: outcome.results,
    notPlanned: outcome.notPlanned,
  });
  for (const node of gathered) await request.onGathered?.(node);
  listen({ kind: 'run-finished', report });
  return report;
}

/** Milliseconds between two rounds of --wait: first soon, then less often. */
const FIRST_PAUSE = 1000;
const LAST_PAUSE = 10_000;

async function gatherAll(nodes: readonly InventoryNode[], request: RunRequest): Promise<GatheredNode[]> {
  return mapLimited(nodes, request.concurrency, async (node) => {
    request.listen({ kind: 'target-started', target: node.name });
    const gathered = await gather(node, request.checks, request);
    const failure = failureOf(gathered);
    request.listen({
      kind: 'target-answered',
      target: node.name,
      ms: gathered.durationMs,
      ...(failure === undefined ? {} : { failure }),
    });
    return gathered;
  });
}

function judgeAll(
  nodes: readonly GatheredNode[],
  request: RunRequest,
): Pick<Report, 'results'> & { readonly notPlanned: NonNullable<Report['notPlanned']> } {
  const { planned, notPlanned } = planRun(request.checks, nodes);
  const verdicts: Verdicts = new Map();
  // Node checks first: a pair's check may come after those of its two nodes, whichever of them is listed first.
  const nodeResults = planned
    .filter(({ dpu }) => dpu === undefined)
    .map((item) => judgePlanned(item, verdicts, request));
  const pairResults = planned
    .filter(({ dpu }) => dpu !== undefined)
    .map((item) => judgePlanned(item, verdicts, request));
  const unreachable = nodes.flatMap(reachability);
  const order = new Map<string, number>(request.checks.map((check, index) => [check.id, index]));
  const position = new Map(nodes.map(({ node }, index) => [node.name, index]));
  const results = [...unreachable, ...nodeResults, ...pairResults].sort(
    (a, b) =>
      (position.get(a.target) ?? 0) - (position.get(b.target) ?? 0) ||
      (order.get(a.checkId) ?? -1) - (order.get(b.checkId) ?? -1),
  );
  return { results, notPlanned };
}

/** The nodes of results that may yet turn. */
function unsettled(results: readonly Result[]): ReadonlySet<string> {
  const turning = results.filter(({ verdict }) => verdict === 'fail' || verdict === 'error');
  return new Set(turning.flatMap(({ target, pair }) => (pair ? [pair.host, pair.dpu] : [target])));
}

/** One error for a node that could not be examined; everything planned on it is blocked by it. */
function reachability(node: GatheredNode): Result[] {
  const failure = failureOf(node);
  if (failure === undefined) return [];
  return [
    {
      checkId: REACHABLE,
      title: 'the node can be examined',
      group: 'target',
      target: node.node.name,
      verdict: 'error',
      reasonCode: failure.code,
      reason: failure.message,
      ...(failure.hint === undefined ? {} : { remedy: failure.hint }),
      findings: [],
      evidence: [evidence(node.uri, failure.message)],
      durationMs: node.durationMs,
      severity: 'error',
      covers: [],
      docs: [],
      tags: [],
    },
  ];
}

const failureOf = ({ unreachable }: GatheredNode): TargetFailure | undefined =>
  unreachable === undefined
    ? undefined
    : { code: unreachable.code, message: unreachable.message, hint: unreachable.hint };

function targetReport(gathered: GatheredNode, nodes: readonly InventoryNode[]): TargetReport {
  const { node, uri, role, roleGround, simulation, facts } = gathered;
  const pair = node.dpu ?? nodes.find(({ dpu }) => dpu === node.name)?.name;
  const failure = failureOf(gathered);
  return {
    name: node.name,
    uri,
    ...(role === undefined ? {} : { role }),
    roleGround,
    ...(simulation === undefined ? {} : { simulation }),
    ...(pair === undefined ? {} : { pair }),
    ...(failure === undefined ? {} : { failure }),
    facts: [...facts].map(
      ([name, outcome]): FactReport => ({ name, outcome: outcome.ok ? 'ok' : outcome.failure.code }),
    ),
  };
}
