import type { Check } from '../checks/define.ts';
import type { ClusterFactName } from '../facts/cluster/index.ts';
import { evidence, type Outcome } from '../facts/fact.ts';
import type { TrafficMeasurements } from '../facts/traffic/measurement.ts';
import type { ClusterTarget } from '../transports/cluster/access.ts';
import type { ClusterRound } from './clusters.ts';
import type { GatheredNode } from './gather.ts';
import type { JudgeOptions } from './judge.ts';
import { isPathCheck, judgePaths } from './paths.ts';
import type { Result, TrafficReport } from './report.ts';

/** What a run has found out before traffic is sent. */
export interface Found {
  readonly nodes: readonly GatheredNode[];
  readonly clusters: readonly FoundCluster[];
}

interface FoundCluster {
  readonly name: string;
  /** The way to its API. */
  readonly target: ClusterTarget;
  readonly facts: ReadonlyMap<ClusterFactName, Outcome<unknown>>;
}

/** Sends traffic between what was found, and tells what came of it. Never rejects. */
export type Measure = (found: Found) => Promise<TrafficMeasurements>;

/** What came of the traffic, judged. */
export interface Sent {
  readonly results: readonly Result[];
  readonly traffic: TrafficReport;
}

/** A fault in the measuring costs no other result, and is no stack trace to anybody. */
const ownFault = (error: unknown): TrafficMeasurements => {
  const told = error instanceof Error ? error : new Error(String(error));
  const problem = {
    code: 'internal',
    message: `the measuring itself failed: ${told.message}`,
    hint: 'This is a fault of dpu-doctor: please report it with the JSON report. What it has left: dpu-doctor cleanup',
    evidence: [evidence('dpu-doctor', told.stack ?? told.message)],
  };
  return { paths: [], problems: [problem], notes: [], left: [] };
};

/** Has traffic sent, and judges it beside what nodes and clusters have shown. */
export async function sendTraffic(
  measure: Measure,
  checks: readonly Check[],
  nodes: readonly GatheredNode[],
  round: ClusterRound | undefined,
  options: JudgeOptions,
  others: readonly Result[],
): Promise<Sent> {
  const clusters = (round?.asked ?? []).map(({ name, target, facts }) => ({ name, target, facts }));
  const measurements = await measure({ nodes, clusters }).catch(ownFault);
  const { paths, notes, left } = measurements;
  return {
    results: judgePaths(checks.filter(isPathCheck), measurements, nodes, options, others),
    traffic: { paths: paths.length, notes, left },
  };
}
