import { type RunProblem, runProblems } from '../runner/complete-report.ts';
import type { Report, Result, TargetReport } from '../runner/report.ts';
import type { CaseData, SuiteData } from './junit-builder.ts';
import { capped, safeBlock, safeLine } from './safe-text.ts';
import { aboutWhom, evidenceText, resultText, roleWords } from './words.ts';

/**
 * portable: valid under both schemas that readers check against, Jenkins' junit-10.xsd and Ant's. jenkins: with
 * counters at the root and output at each case, which Ant's forbids. extended: with properties at each case too, which
 * both forbid and some readers show.
 */
export type JunitFlavor = 'portable' | 'jenkins' | 'extended';

/** TestGrid cuts a body at 10,000 bytes without saying so; cut before that, and say so. */
const MOST_TEXT = 8000;
const MOST_OUTPUT = 100_000;

/** The report as JUnit XML: a suite for each node and group of checks, a case for each result. */
export async function renderJunit(
  report: Report,
  { flavor }: { readonly flavor: JunitFlavor } = { flavor: 'portable' },
): Promise<string> {
  const { buildDocument } = await import('./junit-builder.ts');
  const suites = suitesOf(report, flavor);
  return flavor === 'portable'
    ? buildDocument(suites, { attributes: {}, counters: false })
    : buildDocument(suites, {
        attributes: { name: token(report.tool.name), time: seconds(report.durationMs) },
        counters: true,
      });
}

function suitesOf(report: Report, flavor: JunitFlavor): SuiteData[] {
  const unique = uniqueNames();
  const order = new Map(report.targets.map(({ name }, index) => [name, index]));
  const results = report.results.toSorted(
    (a, b) => (order.get(a.target) ?? order.size) - (order.get(b.target) ?? order.size),
  );
  const bySuite = Map.groupBy(results, ({ target, group }) => JSON.stringify([target, group]));
  const checked = [...bySuite.values()].map((own) => suiteOfResults(report, own, flavor, unique));
  const problems = runProblems(report);
  return problems.length === 0 ? checked : [suiteOfProblems(report, problems, unique), ...checked];
}

type Unique = (name: string) => string;

/** Readers drop or rename cases of equal names, so a second one gets a number. */
function uniqueNames(): Unique {
  const seen = new Map<string, number>();
  return (name) => {
    const times = (seen.get(name) ?? 0) + 1;
    seen.set(name, times);
    return times === 1 ? name : `${name} #${times}`;
  };
}

function suiteOfResults(
  report: Report,
  results: readonly Result[],
  flavor: JunitFlavor,
  unique: Unique,
): SuiteData {
  const [first] = results;
  const { group, target } = first ?? { group: 'unknown', target: 'unknown' };
  const cases = results.map((result) => caseOf(result, flavor, unique));
  // Ant's schema has no output at a case: there the suite's says what the cases would.
  const output =
    flavor === 'portable' ? results.map((result, index) => outputWithName(result, cases[index])) : [];
  return {
    ...suiteFrame(report, group, target, unique),
    seconds: seconds(results.reduce((sum, { durationMs }) => sum + milliseconds(durationMs), 0)),
    properties: [
      ...runProperties(report),
      ...targetProperties(report.targets.find(({ name }) => name === target)),
    ],
    cases,
    output: capped(output.filter((text) => text !== '').join('\n\n'), { characters: MOST_OUTPUT }),
  };
}

function suiteFrame(
  report: Report,
  group: string,
  target: string,
  unique: Unique,
): Omit<SuiteData, 'cases' | 'output' | 'properties' | 'seconds'> {
  return {
    name: unique(`${token(group)} [${token(target)}]`),
    package: 'dpu-doctor',
    hostname: token(target),
    timestamp: timestamp(report.startedAt),
  };
}

function caseOf(result: Result, flavor: JunitFlavor, unique: Unique): CaseData {
  const output = flavor === 'portable' ? '' : outputOf(result, flavor);
  const outcome = outcomeOf(result);
  return {
    classname: `dpu-doctor.${token(result.group)}`,
    name: unique(`${token(result.checkId)} [${aboutWhom(result) || 'unnamed'}]`),
    seconds: seconds(result.durationMs),
    ...(outcome === undefined ? {} : { outcome }),
    ...(output === '' ? {} : { output }),
    ...(flavor === 'extended' ? { properties: caseProperties(result) } : {}),
  };
}

function outcomeOf(result: Result): CaseData['outcome'] {
  const text = bounded(resultText(result));
  switch (result.verdict) {
    case 'fail': {
      const code = (result.findings.find(({ level }) => level === 'fail') ?? result.findings[0])?.code;
      return { kind: 'failure', text, type: codeToken(code) };
    }
    case 'error':
      return { kind: 'error', text, type: codeToken(result.reasonCode) };
    case 'skip':
    case 'blocked':
      return { kind: 'skipped', text };
    default:
      return undefined;
  }
}

/** What a case has to say without having failed: its warning or its note, and in the extended flavour its evidence. */
function outputOf(result: Result, flavor: JunitFlavor): string {
  if (result.verdict === 'warn') return bounded(`warning: ${resultText(result)}`);
  if (result.verdict !== 'pass') return '';
  const note = result.note === undefined ? '' : safeLine(result.note);
  const evidence = flavor === 'extended' ? evidenceText(result.evidence) : '';
  return bounded([note, evidence].filter((text) => text !== '').join('\n'));
}

function outputWithName(result: Result, data: CaseData | undefined): string {
  const output = outputOf(result, 'portable');
  return output === '' ? '' : `${data?.name ?? ''}\n${output}`;
}

/** Problems of the run that no result shows: without them a document of no or only skipped cases would look green. */
function suiteOfProblems(report: Report, problems: readonly RunProblem[], unique: Unique): SuiteData {
  return {
    ...suiteFrame(report, 'run', 'localhost', unique),
    seconds: seconds(0),
    properties: runProperties(report),
    cases: problems.map(({ code, message, hint, target }) => ({
      classname: 'dpu-doctor.run',
      name: unique(`run/complete [${token(target ?? 'all')}]`),
      seconds: seconds(0),
      outcome: {
        kind: 'error',
        text: bounded([message, ...(hint === undefined ? [] : [`fix: ${hint}`])].map(safeBlock).join('\n')),
        type: codeToken(code),
      },
    })),
    output: '',
  };
}

const runProperties = (report: Report): [string, string][] => [
  ['dpu-doctor.version', safeLine(report.tool.version)],
  ['dpu-doctor.suite', safeLine(report.suite)],
  ['dpu-doctor.exit-code', String(report.exitCode)],
];

const targetProperties = (target: TargetReport | undefined): [string, string][] =>
  target === undefined
    ? []
    : [
        ['target.uri', safeLine(target.uri)],
        ['target.role', roleWords(target)],
        ['target.role-ground', safeLine(target.roleGround)],
        ...(target.pair === undefined ? [] : [['target.pair', safeLine(target.pair)] as [string, string]]),
      ];

const caseProperties = (result: Result): [string, string][] => [
  ['verdict', result.expectedGap ? 'expected gap' : result.verdict],
  ['severity', result.severity],
  ['title', safeLine(result.title)],
  ['covers', safeLine(result.covers.join(' '))],
  ['tags', safeLine(result.tags.join(' '))],
  ['docs', safeLine(result.docs.join(', '))],
];

/** GitLab takes `[[ATTACHMENT|path]]` in any output for a file to attach: no node gets to name one. */
const bounded = (text: string): string =>
  capped(text, { characters: MOST_TEXT }).replaceAll('[[ATTACHMENT', '[ [ATTACHMENT');

/** A name that is never empty, for attributes that must not be. */
const token = (text: string): string => safeLine(text) || 'unnamed';

const codeToken = (code = 'UNDETERMINED'): string =>
  safeLine(code)
    .toUpperCase()
    .replace(/[^A-Z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '') || 'UNDETERMINED';

const milliseconds = (ms: number): number => (Number.isFinite(ms) ? Math.min(Math.max(ms, 0), 1e12) : 0);

/** Always three decimals and never an exponent, which xs:decimal forbids. */
const seconds = (ms: number): string => (milliseconds(ms) / 1000).toFixed(3);

/** UTC without zone and fraction, the only form that both schemas take. */
function timestamp(iso: string): string {
  const time = new Date(iso);
  const year = time.getUTCFullYear();
  return year >= 1 && year <= 9999 ? time.toISOString().slice(0, 19) : '1970-01-01T00:00:00';
}
