import type { Finding } from '../checks/define.ts';
import type { Role, Simulation } from '../facts/derived/role.ts';
import type { Evidence } from '../facts/fact.ts';

/**
 * What a run found, as plain data: `JSON.stringify` of it is the JSON report, described field by field in
 * schema/report.schema.json. Texts in it may come from nodes and are not safe to print; reporters clean them.
 */
export interface Report {
  /** Version of this shape: grows when a field changes its meaning or goes away, not when one is added. */
  readonly format: typeof REPORT_FORMAT;
  readonly tool: { readonly name: string; readonly version: string };
  /** ISO 8601 in UTC, with milliseconds and `Z`. */
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly durationMs: number;
  /** The suite's name. */
  readonly suite: string;
  /** A signal ended the run: the results are what was known by then. */
  readonly interrupted?: boolean;
  /** Why the run ended before its time, where it was not a signal. */
  readonly aborted?: string;
  /** Where traffic was sent: what the reader should know of it. */
  readonly traffic?: TrafficReport;
  /** What --wait gave up, because it never becomes well by itself, one line for each. */
  readonly waitEnded?: readonly string[];
  /** Clusters, then nodes in the order of the inventory and of the clusters. */
  readonly targets: readonly TargetReport[];
  /** By target in the order of `targets`, then by check in the order of the catalogue. */
  readonly results: readonly Result[];
  /** Pairs of check and target that were never planned, and why: another role, not selected. */
  readonly notPlanned?: readonly NotPlanned[];
  readonly summary: Summary;
  readonly exitCode: ExitCode;
}

export const REPORT_FORMAT = 1;

export interface TrafficReport {
  /** On how many paths traffic was sent. */
  readonly paths: number;
  /** Which endpoints there were, what was left out and why. */
  readonly notes: readonly string[];
  /** Objects of the run that are still there, each with the command that removes it. */
  readonly left: readonly string[];
}

export interface TargetReport {
  /** Absent: a node. */
  readonly kind?: 'cluster';
  readonly name: string;
  /** How it was reached, such as `ssh://root@10.0.0.7:22`; of a cluster, the API server's URL. */
  readonly uri: string;
  /** Absent where it could not be told, and of a cluster. */
  readonly role?: Role;
  /** How the role was known, or why it was not; of a cluster, how it came to be examined. */
  readonly roleGround: string;
  readonly simulation?: Simulation;
  /** Of a DPU host the name of its DPU, of a DPU the name of its host. */
  readonly pair?: string;
  /** Of a DPU host whose DPU was found out, what tells it; of one with several DPUs, that none is examined with it. */
  readonly pairGround?: string;
  /** Of a node, the target that is its cluster. */
  readonly cluster?: string;
  /** Why nothing could be asked of it. */
  readonly failure?: TargetFailure;
  readonly facts?: readonly FactReport[];
}

export interface TargetFailure {
  /** Such as `unreachable`, `host-key-changed`, `auth-failed`, `timeout`, `interrupted`. */
  readonly code: string;
  readonly message: string;
  /** What to do. */
  readonly hint?: string;
}

/** One fact of one target: whether it could be had, and what it cost. */
export interface FactReport {
  readonly name: string;
  /** `ok`, or the code of the failure, such as `missing-program`. */
  readonly outcome: string;
  readonly durationMs?: number;
}

/** The verdicts, best first. Every planned pair of check and target ends with exactly one. */
export const VERDICTS = ['pass', 'warn', 'fail', 'error', 'skip', 'blocked'] as const;

export type Verdict = (typeof VERDICTS)[number];

/** What one check said of one node, of one pair of DPU host and DPU, of one cluster, or of one path of traffic. */
export interface Result {
  /** `<group>/<name>`. */
  readonly checkId: string;
  /** The passing statement. */
  readonly title: string;
  readonly group: string;
  /** The node's name; of a pair, the DPU host's; of a cluster, its name among the targets; of a path, the sender's node. */
  readonly target: string;
  /** Given when the check judged both sides together. */
  readonly pair?: { readonly host: string; readonly dpu: string };
  /** Given when the check judged what was sent on a path. */
  readonly path?: ResultPath;
  /** The target that is the cluster whose API told of the node. */
  readonly cluster?: string;
  readonly verdict: Verdict;
  /** In words, why it is skip, error or blocked. */
  readonly reason?: string;
  /** The same as a stable code, such as `not-applicable`, `simulated`, `missing-program`, `timeout`. */
  readonly reasonCode?: string;
  /** What to do about an error. */
  readonly remedy?: string;
  /** Ids of the checks that had to pass first and did not. */
  readonly blockedBy?: readonly string[];
  /** The verdict is skip because what is broken is documented to be. */
  readonly expectedGap?: boolean;
  /** One or more where the verdict is fail or warn, else none. */
  readonly findings: readonly Finding[];
  /** What events, last words and logs of pods say that explains it; only where something is wrong. */
  readonly explanations?: readonly Explanation[];
  readonly note?: string;
  readonly evidence: readonly Evidence[];
  readonly durationMs: number;
  readonly severity: 'error' | 'warning';
  readonly covers: readonly string[];
  readonly docs: readonly string[];
  readonly tags: readonly string[];
}

/** A path on which traffic was sent. */
export interface ResultPath {
  /** The same in every run between equal endpoints. */
  readonly id: string;
  /** `default/a → default/b, ICMP, IPv4`. */
  readonly title: string;
  /** The targets that it runs over, as far as they are known, the sender's node first. */
  readonly nodes: readonly string[];
  /** Names what makes it fail; paths that fail for one cause share it, and one of them is the failure. */
  readonly culprit?: string;
}

/** A message whose cause is known, said about a pod or node that fails. */
export interface Explanation {
  /** Of the known message; never changes. */
  readonly id: string;
  /** `pod ovn-kubernetes/ovnkube-node-x7k2p`, `node dpu`. */
  readonly about: string;
  /** The line in which the message stood. */
  readonly line: string;
  /** The command that shows where it was said. */
  readonly from: string;
  readonly cause: string;
  readonly remedy: string;
  /** Where the message and its cause are known from. */
  readonly source: string;
}

export interface NotPlanned {
  readonly reason: string;
  readonly count: number;
  /** These could have been examined: the reason says how. */
  readonly avoidable?: true;
}

export type Summary = Readonly<Record<Verdict, number>> & { readonly total: number };

export const EXIT = {
  /** Something was examined, nothing failed and nothing was left undetermined. */
  healthy: 0,
  /** A check failed. */
  failed: 1,
  /** Nothing failed, but something could not be determined, or nothing was examined at all. */
  undetermined: 2,
  /** Wrong usage or configuration; also a report that could not be written after a healthy run. */
  usage: 3,
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
