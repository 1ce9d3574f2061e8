import type { Finding } from '../checks/define.ts';
import type { Role, Simulation } from '../facts/derived/role.ts';
import type { Evidence } from '../facts/fact.ts';
import { EXIT, type ExitCode, type Result, type TargetReport } from '../runner/report.ts';
import { capped, safeBlock, safeLine } from './safe-text.ts';

/** The words that every reporter uses for the same thing. All texts that leave this file are safe. */

const ROLE_WORDS: Readonly<Record<Role, string>> = {
  'dpu-host': 'DPU host',
  dpu: 'DPU',
  'control-plane': 'control plane',
  worker: 'worker',
  hypervisor: 'testbed hypervisor',
};

const SIMULATION_WORDS: Readonly<Record<Simulation, string>> = {
  veth: 'simulated with veth pairs',
  tap: 'simulated with TAPs',
};

export function roleWords({
  kind,
  role,
  simulation,
}: Pick<TargetReport, 'kind' | 'role' | 'simulation'>): string {
  if (kind === 'cluster') return 'Kubernetes cluster';
  const name = role === undefined ? 'role unknown' : ROLE_WORDS[role];
  return simulation === undefined ? name : `${name}, ${SIMULATION_WORDS[simulation]}`;
}

export const EXIT_WORDS: Readonly<Record<ExitCode, string>> = {
  [EXIT.healthy]: 'healthy',
  [EXIT.failed]: 'a check failed',
  [EXIT.undetermined]: 'nothing failed, but something could not be determined',
  [EXIT.usage]: 'wrong usage or configuration',
  [EXIT.interrupted]: 'interrupted',
};

export const count = (number: number, one: string, many = `${one}s`): string =>
  `${number} ${number === 1 ? one : many}`;

/** `3 nodes`, `1 cluster and 3 nodes`. */
export function extentWords(targets: readonly Pick<TargetReport, 'kind'>[]): string {
  const clusters = targets.filter(({ kind }) => kind === 'cluster').length;
  const nodes = count(targets.length - clusters, 'node');
  return clusters === 0 ? nodes : `${count(clusters, 'cluster')} and ${nodes}`;
}

/** `0.42 s`, `4.2 s`, `3 min 20 s`. */
export function duration(ms: number): string {
  const seconds = Number.isFinite(ms) ? Math.max(0, ms) / 1000 : 0;
  if (seconds < 1) return `${seconds.toFixed(2)} s`;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`;
}

/** The node that a result is about, both nodes of a pair, or the path. */
export const aboutWhom = ({ target, pair, path }: Result): string =>
  path ? safeLine(path.title) : pair ? `${safeLine(pair.host)}, ${safeLine(pair.dpu)}` : safeLine(target);

/** The findings, those that fail first. */
export const worstFirst = (findings: readonly Finding[]): readonly Finding[] => [
  ...findings.filter(({ level }) => level === 'fail'),
  ...findings.filter(({ level }) => level !== 'fail'),
];

/** One line that says what came out, in the words of the finding or of the reason. */
export function headline(result: Result): string {
  const [first] = worstFirst(result.findings);
  if (first !== undefined) {
    const others = result.findings.length - 1;
    return safeLine(first.message) + (others > 0 ? ` (and ${count(others, 'more finding')})` : '');
  }
  const text = safeLine(result.reason ?? result.note ?? result.title);
  if (result.verdict === 'blocked') {
    const by = (result.blockedBy ?? []).map(safeLine).join(', ');
    return by === '' ? `blocked: ${text}` : `blocked by ${by}: ${text}`;
  }
  return result.expectedGap ? `expected gap: ${text}` : text;
}

/** A labelled piece of a finding. Lines are kept. */
export interface Section {
  readonly label: 'observed' | 'expected' | 'cause' | 'fix' | 'docs' | 'evidence' | 'said';
  readonly text: string;
}

export const EVIDENCE_CAPS = { lines: 12, characters: 2000 };
const TEXT_CAPS = { lines: 40, characters: 4000 };

/** What a finding says, in the order in which it is read. */
export const findingSections = (finding: Finding, docs: readonly string[], caps = EVIDENCE_CAPS): Section[] =>
  sections([
    ['observed', finding.observed],
    ['expected', finding.expected],
    ['cause', finding.cause],
    ['fix', finding.remedy],
    ['docs', docs.join('; ')],
    ['evidence', evidenceText(finding.evidence, caps)],
  ]);

/** What there is to say about a result besides its headline where it has no findings. */
export const resultSections = (result: Result, caps = EVIDENCE_CAPS): Section[] =>
  sections([
    ['fix', result.remedy ?? ''],
    ['evidence', evidenceText(result.evidence, caps)],
  ]);

/** What pods, events and logs say of a result, each with its cause and what to do. */
export const explanationSections = ({ explanations = [] }: Result): Section[] =>
  explanations.flatMap(({ about, line, from, cause, remedy }) =>
    sections([
      ['said', `of ${about}: ${line}`],
      ['cause', cause],
      ['fix', remedy],
      ['evidence', from],
    ]),
  );

const sections = (pairs: readonly (readonly [Section['label'], string])[]): Section[] =>
  pairs
    .map(([label, text]) => ({ label, text: capped(safeBlock(text).trim(), TEXT_CAPS) }))
    .filter(({ text }) => text !== '');

/** `source: said`, on a line of its own where more than one line was said. */
export function evidenceText(evidence: readonly Evidence[], caps = EVIDENCE_CAPS): string {
  return evidence
    .map(({ source, said }) => {
      const text = capped(safeBlock(said).trim(), caps) || 'nothing';
      const from = capped(safeLine(source), { characters: 400 });
      return text.includes('\n') ? `${from}:\n${text.replace(/^/gm, '  ')}` : `${from}: ${text}`;
    })
    .join('\n');
}

/** A result in full as plain text: for each code the first finding with its sections, the others by their messages. */
export function resultText(result: Result): string {
  const byCode = Map.groupBy(worstFirst(result.findings), ({ code }) => code);
  const findings = [...byCode.values()].flatMap(([first, ...others]) =>
    first === undefined
      ? []
      : [
          [
            safeLine(first.message),
            ...findingSections(first, result.docs).map(labelled),
            ...others.map(alsoText),
          ].join('\n'),
        ],
  );
  const said = explanationSections(result).map(labelled);
  if (findings.length > 0) return [...findings, ...(said.length > 0 ? [said.join('\n')] : [])].join('\n\n');
  return [headline(result), ...resultSections(result).map(labelled), ...said].join('\n');
}

const labelled = ({ label, text }: Section): string => `${label}: ${text.replaceAll('\n', '\n  ')}`;

export const alsoText = ({ message, observed, expected }: Finding): string =>
  `also: ${safeLine(message)} (observed ${safeLine(observed)}, expected ${safeLine(expected)})`;
