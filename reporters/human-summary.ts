import { runProblems } from '../runner/complete-report.ts';
import type { Report, Result, Verdict } from '../runner/report.ts';
import type { Blocking } from './blocking.ts';
import { paragraph, someOf } from './layout.ts';
import type { Look } from './look.ts';
import { safeLine } from './safe-text.ts';
import { widthOf } from './width.ts';
import { aboutWhom, count, duration, EXIT_WORDS, extentWords, headline } from './words.ts';

const MOST_NAMES = 6;

/** What is wrong, one line a check and the worst first: failed, undetermined, warnings; then what blocks most. */
export function problemLines(look: Look, report: Report, blocking: Blocking): string[] {
  const worst: readonly Verdict[] = ['fail', 'error', 'warn'];
  const ofRun = runProblems(report).flatMap(({ message, hint }) => [
    ...paragraph(look, safeLine(message), `  ${look.symbol.error} `, 4).map((line) =>
      look.paint('error', line),
    ),
    ...(hint === undefined ? [] : paragraph(look, safeLine(hint), '    ', 4)),
  ]);
  const ofChecks = worst.flatMap((verdict) => {
    const own = report.results.filter((result) => result.verdict === verdict);
    const alike = Map.groupBy(own, sameness);
    return [...alike.values()]
      .map((results) => ({
        results,
        blocked: results.reduce((sum, result) => sum + blocking.blockedBy(result).length, 0),
      }))
      .sort((a, b) => b.blocked - a.blocked)
      .flatMap(({ results, blocked }) => problemLine(look, report, verdict, results, blocked));
  });
  return [...ofRun, ...ofChecks];
}

/** IPv4 addresses, and those of IPv6 as they stand before a port. */
const ADDRESS = /\b\d{1,3}(?:\.\d{1,3}){3}\b|\[[0-9a-f:]+\]/gi;

/** Told together: results of one check with the same code, and those of one reason but for the node's name or address. */
function sameness({ checkId, findings, reason, target }: Result): string {
  const [first] = findings;
  return first === undefined && reason !== undefined
    ? reason.replaceAll(target, '').replace(ADDRESS, '')
    : JSON.stringify([checkId, first?.code]);
}

function problemLine(
  look: Look,
  report: Report,
  verdict: Verdict,
  results: readonly Result[],
  blocked: number,
): string[] {
  const [first] = results;
  if (first === undefined) return [];
  const checks = someOf(distinct(results.map(({ checkId }) => safeLine(checkId))), MOST_NAMES);
  const where = report.targets.length > 1 ? ` [${someOf(distinct(results.map(aboutWhom)), MOST_NAMES)}]` : '';
  const blocks = blocked > 0 ? ` (blocks ${count(blocked, 'check')})` : '';
  const text = `${checks}${where}: ${headline(first)}${blocks}`;
  return paragraph(look, text, `  ${look.symbol[verdict]} `, 4).map((line) => look.paint(verdict, line));
}

const distinct = (names: readonly string[]): readonly string[] => [...new Set(names)];

/** Skips of one reason in one line, with the checks and nodes; documented gaps likewise, and called so. */
export function skipLines(look: Look, report: Report, verbose: boolean): string[] {
  const skipped = report.results.filter(({ verdict }) => verdict === 'skip');
  const gaps = skipped.filter(({ expectedGap }) => expectedGap);
  const others = skipped.filter(({ expectedGap }) => !expectedGap);
  return [
    ...foldedSkips(look, report, 'Skipped', others, verbose),
    ...foldedSkips(look, report, 'Expected gaps: broken as documented', gaps, verbose),
    ...notPlannedLines(look, report),
  ];
}

function foldedSkips(
  look: Look,
  report: Report,
  title: string,
  results: readonly Result[],
  verbose: boolean,
): string[] {
  if (results.length === 0) return [];
  const alike = Map.groupBy(results, ({ reason = 'no reason given', target }) =>
    reason.replaceAll(target, ''),
  );
  const lines = [...alike.values()].flatMap((own) => {
    const most = verbose ? own.length : MOST_NAMES;
    const reason = safeLine(own[0]?.reason ?? 'no reason given');
    const checks = someOf(distinct(own.map(({ checkId }) => safeLine(checkId))), most);
    const nodes = report.targets.length > 1 ? ` [${someOf(distinct(own.map(aboutWhom)), most)}]` : '';
    const first = `  ${look.symbol.skip} `;
    return own.length === 1
      ? paragraph(look, `${checks}${nodes}: ${reason}`, first, 4)
      : [
          ...paragraph(look, `${own.length} × ${reason}`, first, 4),
          ...paragraph(look, `${checks}${nodes}`, '    ', 4).map(look.dim),
        ];
  });
  return [look.bold(title), ...lines, ''];
}

/** What could have been examined and was not: even the shortest report must not let it pass for healthy. */
export const avoidableLines = (look: Look, { notPlanned = [] }: Report): string[] =>
  notPlannedLines(look, { notPlanned: notPlanned.filter(({ avoidable }) => avoidable) });

function notPlannedLines(look: Look, { notPlanned = [] }: Pick<Report, 'notPlanned'>): string[] {
  if (notPlanned.length === 0) return [];
  const reasons = notPlanned.map(({ reason, count: number }) => `${number} × ${safeLine(reason)}`).join('; ');
  return [...paragraph(look, `Not planned: ${reasons}`, '', 2).map(look.dim), ''];
}

/** Why there was no further waiting. */
export const waitEndedLines = (look: Look, { waitEnded = [] }: Report): string[] =>
  waitEnded.flatMap((reason) => paragraph(look, `Not waited for: ${safeLine(reason)}`, '', 2));

/** On how many paths traffic was sent, between whom, and what of it is still there. */
export const trafficLines = (look: Look, { traffic }: Report): string[] =>
  traffic === undefined
    ? []
    : [
        look.bold(`Traffic on ${count(traffic.paths, 'path')}`),
        ...traffic.notes.flatMap((note) => paragraph(look, safeLine(note), '  ', 4)),
        ...leftLines(look, traffic.left),
        '',
      ];

const leftLines = (look: Look, left: readonly string[]): string[] =>
  left
    .flatMap((object) => paragraph(look, `still there: ${safeLine(object)}`, `  ${look.symbol.warn} `, 4))
    .map((line) => look.paint('warn', line));

/** What is still there of a run: even the shortest report tells of it. */
export const leftBehindLines = (look: Look, { traffic }: Report): string[] =>
  leftLines(look, traffic?.left ?? []);

/** The last two lines: counts, and what the exit code means. */
export function closingLines(look: Look, report: Report): string[] {
  const { summary, exitCode } = report;
  const parts: readonly (readonly [Verdict, string])[] = [
    ['fail', `${summary.fail} failed`],
    ['error', `${summary.error} undetermined`],
    ['warn', count(summary.warn, 'warning')],
    ['pass', `${summary.pass} passed`],
    ['skip', `${summary.skip} skipped`],
    ['blocked', `${summary.blocked} blocked`],
  ];
  const counts = parts
    .filter(([verdict]) => summary[verdict] > 0 || verdict === 'fail' || verdict === 'pass')
    .map(([verdict, text]) => (summary[verdict] > 0 ? look.paint(verdict, text) : text));
  const worst = exitCode === 0 ? 'pass' : exitCode === 1 ? 'fail' : 'error';
  const meaning = `exit code ${exitCode}: ${EXIT_WORDS[exitCode]}`;
  const extent = `(${count(summary.total, 'check result')} on ${extentWords(report.targets)} in ${duration(report.durationMs)})`;
  const fits = widthOf(meaning) + 2 + widthOf(extent) <= look.width;
  const end = [look.paint(worst, meaning), look.dim(extent)];
  return [counts.join(' · '), ...(fits ? [end.join('  ')] : end)];
}
