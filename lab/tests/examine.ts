import { resolve } from 'node:path';
import type { ExecutionContext } from 'ava';
import { execa } from 'execa';
import type { Report, Result, Verdict } from '../../runner/report.ts';

const ROOT = resolve(import.meta.dirname, '../..');

/** Runs dpu-doctor as a user would, and gives its JSON report. Exit code and report must agree. */
export async function examine(...args: readonly string[]): Promise<Report> {
  const { stdout, stderr, exitCode } = await execa(
    process.execPath,
    [`${ROOT}/bin/dpu-doctor.ts`, 'run', '--json', ...args],
    {
      reject: false,
      timeout: 120_000,
    },
  );
  if (stdout === '')
    throw new Error(`dpu-doctor run ${args.join(' ')} gave no report (exit code ${exitCode}): ${stderr}`);
  const report = JSON.parse(stdout) as Report;
  if (report.exitCode !== exitCode)
    throw new Error(`exit code ${exitCode}, but ${report.exitCode} in the report`);
  return report;
}

/** What a fault is to change: this check on this node, and nothing else but what is blocked by it. */
export interface Expected {
  /** The node's name; of a pair, the host's. */
  readonly target: string;
  readonly check: string;
  readonly verdict?: Extract<Verdict, 'pass' | 'fail' | 'warn' | 'error' | 'skip'>;
  /** Of the finding, or the reason's code. */
  readonly code?: string;
  /** Must stand in the finding's message, or in the reason. */
  readonly message?: string | RegExp;
}

const key = ({ target, checkId }: Result): string => `${target} ${checkId}`;

/** Asserts that a healthy testbed gives no failure, no error and no warning, and that something was examined. */
export function assertHealthy(t: ExecutionContext, report: Report): void {
  const bad = report.results.filter(({ verdict }) => verdict !== 'pass' && verdict !== 'skip');
  t.deepEqual(bad.map(describe), []);
  t.true(report.summary.pass > 0, 'something passed');
  t.is(report.exitCode, 0);
}

/** Asserts that two reports have the same verdicts of the same checks and targets. */
export function assertSame(t: ExecutionContext, one: Report, other: Report): void {
  const [expected, actual] = [one, other].map(
    ({ results }) => new Map(results.map((result) => [key(result), result.verdict])),
  );
  const keys = new Set([...(expected?.keys() ?? []), ...(actual?.keys() ?? [])]);
  t.deepEqual(
    [...keys].flatMap((name) => {
      const [before, now] = [expected?.get(name), actual?.get(name)];
      return before === now ? [] : [`${name}: ${before ?? 'not there'}, then ${now ?? 'not there'}`];
    }),
    [],
  );
}

/** Asserts that against the healthy report exactly these results changed, and others only to blocked by them. */
export function assertOnly(
  t: ExecutionContext,
  healthy: Report,
  broken: Report,
  expected: readonly Expected[],
): void {
  for (const want of expected) assertFound(t, broken, want);
  const wanted = new Set(expected.map(({ target, check }) => `${target} ${check}`));
  const before = new Map(healthy.results.map((result) => [key(result), result.verdict]));
  const collateral = broken.results.filter(
    (result) =>
      !wanted.has(key(result)) &&
      result.verdict !== before.get(key(result)) &&
      !blockedByWanted(result, broken, wanted),
  );
  t.deepEqual(
    collateral.map((result) => `${describe(result)} was ${before.get(key(result)) ?? 'not there'}`),
    [],
    'nothing else changes',
  );
}

function assertFound(
  t: ExecutionContext,
  report: Report,
  { target, check, verdict = 'fail', code, message }: Expected,
): void {
  const result = report.results.find(
    (candidate) => candidate.target === target && candidate.checkId === check,
  );
  if (result === undefined) {
    t.fail(
      `no verdict of ${check} on ${target}; checks there: ${report.results
        .filter((other) => other.target === target)
        .map(({ checkId }) => checkId)
        .join(', ')}`,
    );
    return;
  }
  t.is(result.verdict, verdict, describe(result));
  const codes = [...result.findings.map((finding) => finding.code), result.reasonCode ?? ''];
  if (code !== undefined) t.true(codes.includes(code), `${codes.join(', ')} instead of ${code}`);
  const texts = [...result.findings.map((finding) => finding.message), result.reason ?? ''].join('\n');
  if (typeof message === 'string') t.true(texts.includes(message), `'${texts}' does not say '${message}'`);
  else if (message !== undefined) t.regex(texts, message);
  t.true(
    result.evidence.length + result.findings.flatMap(({ evidence }) => evidence).length > 0,
    `${check} shows what it saw`,
  );
}

/** Follows what blocks a result up to a check that was to fail. */
function blockedByWanted(result: Result, report: Report, wanted: ReadonlySet<string>): boolean {
  if (result.verdict !== 'blocked') return false;
  const nodes = result.pair === undefined ? [result.target] : [result.pair.host, result.pair.dpu];
  const targets = result.cluster === undefined ? nodes : [...nodes, result.cluster];
  return (result.blockedBy ?? []).every((id) =>
    targets.some((target) => {
      if (wanted.has(`${target} ${id}`)) return true;
      const blocker = report.results.find((other) => other.target === target && other.checkId === id);
      return blocker !== undefined && blockedByWanted(blocker, report, wanted);
    }),
  );
}

const describe = ({ target, checkId, verdict, findings, reason }: Result): string =>
  `${target} ${checkId}: ${verdict} ${findings.map(({ code, message }) => `${code} ${message}`).join('; ')}${reason ?? ''}`;
