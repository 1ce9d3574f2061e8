import { merelySkippedIn, targetsOf } from './blockers.ts';
import {
  EXIT,
  type ExitCode,
  REPORT_FORMAT,
  type Report,
  type Result,
  type Summary,
  type TargetReport,
  type Verdict,
} from './report.ts';

/** Completes a report with what follows from its results. */
export function completeReport(report: Omit<Report, 'format' | 'summary' | 'exitCode'>): Report {
  return {
    format: REPORT_FORMAT,
    ...report,
    summary: summaryOf(report.results),
    exitCode: exitCodeOf(report),
  };
}

export function summaryOf(results: readonly Result[]): Summary {
  const summary = { pass: 0, warn: 0, fail: 0, error: 0, skip: 0, blocked: 0, total: results.length };
  for (const { verdict } of results) summary[verdict] += 1;
  return summary;
}

type Outcome = Pick<Report, 'interrupted' | 'aborted' | 'targets' | 'results'>;

/**
 * The exit code that a run deserves. The first that applies: interrupted, a check failed, something undetermined (an
 * error or a {@link runProblems | problem of the run}), healthy.
 */
export function exitCodeOf(run: Outcome): ExitCode {
  if (run.interrupted) return EXIT.interrupted;
  if (run.results.some(({ verdict }) => verdict === 'fail')) return EXIT.failed;
  const undetermined = run.results.some(({ verdict }) => verdict === 'error') || runProblems(run).length > 0;
  return undetermined ? EXIT.undetermined : EXIT.healthy;
}

/** Why a run is not healthy where no single result says so. */
export interface RunProblem {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  /** Where it concerns one target. */
  readonly target?: string;
}

export function runProblems(run: Outcome): readonly RunProblem[] {
  const { results } = run;
  const gave = (...verdicts: readonly Verdict[]): boolean =>
    results.some(({ verdict }) => verdicts.includes(verdict));
  const about = resultsAbout(results);
  const problems = run.targets.flatMap((target) =>
    targetProblems(target, about.get(target.name) ?? [], run.interrupted === true),
  );
  if (run.aborted !== undefined) problems.unshift({ code: 'aborted', message: run.aborted });
  if (run.interrupted)
    problems.unshift({ code: 'interrupted', message: 'the run was interrupted before it was complete' });
  const skipped = merelySkippedIn(results);
  const loose = results.filter((result) => result.verdict === 'blocked' && !skipped(result));
  if (loose.length > 0 && !gave('fail', 'error'))
    problems.push({
      code: 'blocked',
      message: `${loose.map(({ checkId }) => checkId).join(', ')} blocked, by nothing that this report shows`,
    });
  if (problems.length === 0 && !gave('pass', 'warn', 'fail', 'error'))
    problems.push({
      code: 'nothing-examined',
      message: 'no check gave a verdict: nothing was examined',
      hint: 'See which checks there are and whom they concern: dpu-doctor list',
    });
  return problems;
}

function targetProblems(
  { kind, name, role, roleGround, failure }: TargetReport,
  own: readonly Result[],
  interrupted: boolean,
): RunProblem[] {
  if (failure !== undefined)
    return own.some(({ verdict }) => verdict === 'error' || verdict === 'fail')
      ? []
      : [{ ...failure, target: name }];
  if (kind === 'cluster') return [];
  if (role !== undefined || own.length > 0) return [];
  return [
    {
      code: 'role-unknown',
      message: `nothing was examined on ${name}, for its role is not known: ${roleGround}`,
      hint: interrupted ? 'Run it again.' : 'Say what it is: --role ROLE, or role: in the inventory.',
      target: name,
    },
  ];
}

/** The results about each target, in one pass: there may be thousands of both. */
function resultsAbout(results: readonly Result[]): ReadonlyMap<string, readonly Result[]> {
  const about = new Map<string, Result[]>();
  for (const result of results) {
    for (const target of targetsOf(result)) {
      const own = about.get(target);
      if (own === undefined) about.set(target, [result]);
      else own.push(result);
    }
  }
  return about;
}
