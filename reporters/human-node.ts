import type { Finding } from '../checks/define.ts';
import type { Report, Result, TargetReport, Verdict } from '../runner/report.ts';
import type { Blocking } from './blocking.ts';
import { paragraph, sectionLines, someOf } from './layout.ts';
import type { Look } from './look.ts';
import { safeLine } from './safe-text.ts';
import { widthOf } from './width.ts';
import {
  aboutWhom,
  alsoText,
  count,
  explanationSections,
  findingSections,
  headline,
  resultSections,
  roleWords,
  worstFirst,
} from './words.ts';

/** What the lines about one node need to know. */
export interface NodeView {
  readonly look: Look;
  readonly verbose: boolean;
  readonly blocking: Blocking;
}

const VERBOSE_EVIDENCE = { lines: 200, characters: 20_000 };
/** Further findings of one code that normal detail shows by their messages. */
const MOST_ALSO = 8;

/** A node with its results by group: what passed in a line, what is wrong in full. */
export function nodeLines(view: NodeView, target: TargetReport, results: readonly Result[]): string[] {
  const groups = Map.groupBy(results, ({ group }) => group);
  const width = Math.max(0, ...[...groups.keys()].map((group) => safeLine(group).length));
  return [
    ...targetHeading(view, target),
    ...[...groups].flatMap(([group, own]) => groupLines(view, group, own, width)),
    ...(results.length === 0 ? [`  ${view.look.dim('no check was planned for it')}`] : []),
    '',
  ];
}

/** A node on which nothing is wrong, where there are many. */
export function healthyNodeLine(
  { look }: NodeView,
  target: TargetReport,
  results: readonly Result[],
): string {
  const worst = results.some(({ verdict }) => verdict === 'pass') ? 'pass' : 'skip';
  const said = `${roleWords(target)} · ${tally(results) || 'no check was planned for it'}`;
  return `${look.paint(worst, look.symbol[worst])} ${look.bold(safeLine(target.name))}  ${look.dim(said)}`;
}

function targetHeading({ look }: NodeView, target: TargetReport): string[] {
  const partner =
    target.pair === undefined
      ? []
      : [`${target.role === 'dpu' ? 'DPU of' : 'its DPU is'} ${safeLine(target.pair)}`];
  const facts = [roleWords(target), ...partner, safeLine(target.uri)].join(' · ');
  return [
    `${look.bold(safeLine(target.name))}  ${facts}`,
    ...(target.failure === undefined
      ? groundsOf(target).flatMap((ground) => paragraph(look, ground, '  ', 2).map(look.dim))
      : []),
  ];
}

/** What tells what a target is. */
function groundsOf({ kind, roleGround, pairGround }: TargetReport): readonly string[] {
  const role = `${kind === 'cluster' ? 'from' : 'role'}: ${safeLine(roleGround)}`;
  return pairGround === undefined ? [role] : [role, `pair: ${safeLine(pairGround)}`];
}

const COUNT_WORDS: readonly (readonly [Verdict, string])[] = [
  ['fail', 'failed'],
  ['error', 'undetermined'],
  ['warn', 'with a warning'],
  ['blocked', 'blocked'],
  ['skip', 'skipped'],
  ['pass', 'passed'],
];

/** `1 failed, 2 blocked, 5 passed`. */
function tally(results: readonly Result[]): string {
  return COUNT_WORDS.map(([verdict, word]) => ({
    word,
    number: results.filter((result) => result.verdict === verdict).length,
  }))
    .filter(({ number }) => number > 0)
    .map(({ word, number }) => `${number} ${word}`)
    .join(', ');
}

function groupLines(view: NodeView, group: string, results: readonly Result[], width: number): string[] {
  const { look } = view;
  const worst = WORST_FIRST.find((verdict) => results.some((result) => result.verdict === verdict)) ?? 'skip';
  const passed = results.filter(({ verdict }) => verdict === 'pass');
  const names = view.verbose || passed.length === 0 ? '' : `: ${shortNames(passed).join(', ')}`;
  const [first = '', ...rest] = paragraph(look, `${tally(results)}${names}`, '', width + 6);
  return [
    `  ${look.paint(worst, look.symbol[worst])} ${look.bold(safeLine(group).padEnd(width))}  ${first}`,
    ...rest,
    ...(view.verbose ? results.flatMap((result) => resultLines(view, result)) : foldedLines(view, results)),
  ];
}

const WORST_FIRST: readonly Verdict[] = ['fail', 'error', 'warn', 'pass', 'blocked', 'skip'];

/** The check's name without its group, which stands before it. */
const shortName = ({ checkId }: Result): string => safeLine(checkId).replace(/^[^/]*\//, '');

/** Each name once: of paths, a check has many results on one node. */
const shortNames = (results: readonly Result[]): readonly string[] =>
  [...Map.groupBy(results, shortName)].map(([name, { length }]) =>
    length === 1 ? name : `${name} ×${length}`,
  );

/** Without --verbose: notes, warnings, failures, and errors of one reason together; the rest is told elsewhere. */
function foldedLines(view: NodeView, results: readonly Result[]): string[] {
  const errors = Map.groupBy(
    results.filter(({ verdict }) => verdict === 'error'),
    ({ reason, remedy }) => JSON.stringify([reason, remedy]),
  );
  return results.flatMap((result) => {
    switch (result.verdict) {
      case 'pass':
        return result.note === undefined ? [] : noteLine(view, result, result.note);
      case 'skip':
        return [];
      case 'blocked':
        return view.blocking.isShownElsewhere(result) ? [] : resultLines(view, result);
      case 'error': {
        const equal = errors.get(JSON.stringify([result.reason, result.remedy])) ?? [result];
        return equal[0] === result ? errorLines(view, result, equal) : [];
      }
      default:
        return resultLines(view, result);
    }
  });
}

const INDENT = 6;

const noteLine = ({ look }: NodeView, result: Result, note: string): string[] =>
  paragraph(
    look,
    `${shortName(result)}: ${safeLine(note)}`,
    `${' '.repeat(INDENT - 2)}${look.paint('pass', look.symbol.pass)} `,
    INDENT,
  );

function resultLines(view: NodeView, result: Result): string[] {
  if (result.verdict === 'error') return errorLines(view, result, [result]);
  const { look } = view;
  const lines = heading(view, result.verdict, result, safeLine(result.title));
  if (result.findings.length > 0)
    lines.push(...findingLines(view, result), ...sectionLines(look, explanationSections(result), INDENT + 2));
  else {
    const said = headline(result);
    if (said !== safeLine(result.title))
      lines.push(...paragraph(look, said, ' '.repeat(INDENT + 2), INDENT + 2));
    const full = view.verbose || result.verdict === 'blocked';
    if (full) lines.push(...sectionLines(look, resultSections(result, caps(view)), INDENT + 2));
  }
  return [...lines, ...blockedLines(view, result)];
}

const caps = ({ verbose }: NodeView): typeof VERBOSE_EVIDENCE | undefined =>
  verbose ? VERBOSE_EVIDENCE : undefined;

function heading({ look }: NodeView, verdict: Verdict, result: Result, text: string): string[] {
  const first = `${' '.repeat(INDENT - 2)}${look.paint(verdict, look.symbol[verdict])} `;
  const title = result.pair || result.path ? `${text} [${aboutWhom(result)}]` : text;
  const id = safeLine(result.checkId);
  return widthOf(title) + widthOf(id) + INDENT + 2 <= look.width
    ? [`${first}${title}  ${look.dim(id)}`]
    : [...paragraph(look, title, first, INDENT), `${' '.repeat(INDENT)}${look.dim(id)}`];
}

/** The first finding of each code in full, the others by their messages. */
function findingLines(view: NodeView, result: Result): string[] {
  const { look, verbose } = view;
  const byCode = Map.groupBy(worstFirst(result.findings), ({ code }) => code);
  return [...byCode.values()].flatMap(([first, ...others]) => {
    if (first === undefined) return [];
    if (verbose) return [first, ...others].flatMap((finding) => fullFinding(view, result, finding));
    const left = others.length - MOST_ALSO;
    return [
      ...fullFinding(view, result, first),
      ...others.slice(0, MOST_ALSO).flatMap((finding) => alsoLine(look, finding)),
      ...(left > 0 ? [`${' '.repeat(INDENT + 2)}${look.dim(`and ${left} more: --verbose shows them`)}`] : []),
    ];
  });
}

function fullFinding(view: NodeView, result: Result, finding: Finding): string[] {
  const { look } = view;
  const verdict = finding.level === 'fail' ? 'fail' : 'warn';
  return [
    ...paragraph(look, safeLine(finding.message), ' '.repeat(INDENT), INDENT).map((line) =>
      look.paint(verdict, line),
    ),
    ...sectionLines(look, findingSections(finding, result.docs, caps(view)), INDENT + 2),
  ];
}

const alsoLine = (look: Look, finding: Finding): string[] =>
  paragraph(look, alsoText(finding), ' '.repeat(INDENT), INDENT + 2);

function errorLines(view: NodeView, result: Result, equal: readonly Result[]): string[] {
  const { look } = view;
  const title =
    equal.length === 1
      ? heading(view, 'error', result, safeLine(result.title))
      : [
          `${' '.repeat(INDENT - 2)}${look.paint('error', look.symbol.error)} ${count(equal.length, 'check')} could not be determined`,
        ];
  const names = equal.length === 1 ? [] : [equal.map(({ checkId }) => safeLine(checkId)).join(', ')];
  return [
    ...title,
    ...names.flatMap((text) => paragraph(look, text, ' '.repeat(INDENT), INDENT)).map(look.dim),
    ...paragraph(look, headline(result), ' '.repeat(INDENT), INDENT).map((line) => look.paint('error', line)),
    ...sectionLines(
      look,
      [...resultSections(result, caps(view)), ...explanationSections(result)],
      INDENT + 2,
    ),
    ...equal.flatMap((one) => blockedLines(view, one)),
  ];
}

/** The checks that wait for this one to pass, beneath it. */
function blockedLines({ look, blocking, verbose }: NodeView, result: Result): string[] {
  const blocked = blocking.blockedBy(result);
  if (blocked.length === 0) return [];
  const names = blocked.map((one) =>
    one.target === result.target && one.path === undefined
      ? safeLine(one.checkId)
      : `${safeLine(one.checkId)} [${aboutWhom(one)}]`,
  );
  const text = `${count(blocked.length, 'check')} blocked by ${safeLine(result.checkId)}: ${someOf(names, verbose ? names.length : 12)}`;
  const first = `${' '.repeat(INDENT)}${look.symbol.blocked} `;
  return paragraph(look, text, first, INDENT + 2).map((line) => look.paint('blocked', line));
}

/** The results that are shown with each target, in its order; those of no listed target come last. */
export function resultsByTarget(report: Report): ReadonlyMap<string, readonly Result[]> {
  return Map.groupBy(report.results, ({ target }) => target);
}
