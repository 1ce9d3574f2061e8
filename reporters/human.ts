import type { Report, Result, TargetReport } from '../runner/report.ts';
import { blockingOf } from './blocking.ts';
import { healthyNodeLine, type NodeView, nodeLines, resultsByTarget } from './human-node.ts';
import {
  avoidableLines,
  closingLines,
  leftBehindLines,
  problemLines,
  skipLines,
  trafficLines,
  waitEndedLines,
} from './human-summary.ts';
import { lookOf } from './look.ts';
import { safeLine } from './safe-text.ts';
import type { Terminal } from './terminal.ts';

export interface HumanOptions {
  readonly terminal: Terminal;
  /** quiet: only what is wrong and the counts. verbose: every check with its evidence. */
  readonly detail: 'quiet' | 'normal' | 'verbose';
}

/** With more targets than this, one on which nothing is wrong takes one line. */
const MOST_IN_FULL = 3;

/** The report for someone at a terminal: each node by subject, what was skipped, and the worst first at the end. */
export async function renderHuman(report: Report, { terminal, detail }: HumanOptions): Promise<string> {
  const look = await lookOf(terminal);
  const blocking = blockingOf(report);
  const problems = problemLines(look, report, blocking);
  const view: NodeView = { look, verbose: detail === 'verbose', blocking };
  const lines = [
    ...(detail === 'quiet'
      ? [...avoidableLines(look, report), ...leftBehindLines(look, report)]
      : body(view, report)),
    ...(problems.length === 0
      ? []
      : detail === 'quiet'
        ? problems
        : [look.bold('What is wrong'), ...problems, '']),
    ...waitEndedLines(look, report),
    ...closingLines(look, report),
  ];
  return look.finish(`${lines.join('\n')}\n`);
}

function body(view: NodeView, report: Report): string[] {
  const { look, verbose } = view;
  const { name, version } = report.tool;
  const byTarget = resultsByTarget(report);
  const shorten = !verbose && report.targets.length > MOST_IN_FULL;
  const nodes = [...report.targets, ...unlistedTargets(report)].map((target) => {
    const results = byTarget.get(target.name) ?? [];
    return shorten && isHealthy(target, results)
      ? { line: healthyNodeLine(view, target, results) }
      : { lines: nodeLines(view, target, results) };
  });
  const healthy = nodes.flatMap(({ line }) => (line === undefined ? [] : [line]));
  return [
    look.dim(`${safeLine(name)} ${safeLine(version)} · suite ${safeLine(report.suite)}`),
    ...(report.interrupted ? [look.paint('error', 'Interrupted: this is what was known by then.')] : []),
    '',
    ...nodes.flatMap(({ lines }) => lines ?? []),
    ...(healthy.length === 0 ? [] : [...healthy, '']),
    ...trafficLines(look, report),
    ...skipLines(look, report, verbose),
  ];
}

const isHealthy = ({ failure }: TargetReport, results: readonly Result[]): boolean =>
  failure === undefined && results.every(({ verdict }) => verdict === 'pass' || verdict === 'skip');

/** No result is left out because its target is not listed. */
function unlistedTargets({ targets, results }: Report): TargetReport[] {
  const listed = new Set(targets.map(({ name }) => name));
  return [...new Set(results.map(({ target }) => target))]
    .filter((name) => !listed.has(name))
    .map((name) => ({ name, uri: 'unknown', roleGround: 'not among the targets' }));
}
