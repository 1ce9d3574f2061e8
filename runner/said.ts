import type { Check, Judgement } from '../checks/define.ts';
import { type Evidence, evidence, type FactFailure } from '../facts/fact.ts';
import type { Result, Verdict } from './report.ts';

/** What comes out of judging: a result without what the plan knows. */
export type Said = Pick<Result, 'verdict'> & Partial<Omit<Result, 'verdict'>>;

/** How a check ended on a target, for the checks that come after. */
export interface Settled {
  readonly verdict: Verdict;
  /** Of a cluster's check that failed or is blocked for some of its nodes alone, their names there. */
  readonly nodes?: ReadonlySet<string>;
}

/** How checks ended so far, by check and target. */
export type Verdicts = Map<string, Settled>;

/** One wrong node of hundreds must not leave the others unjudged, nor those after what is blocked by it. */
export function settled(
  { verdict, findings = [], blockedBy = [] }: Said,
  target: string,
  verdicts: Verdicts,
): Settled {
  const failing = findings.filter(({ level }) => level === 'fail').map(({ nodes }) => nodes);
  const blocking = blockedBy.map((id) => verdicts.get(verdictKey(id, target))?.nodes);
  const concerned = verdict === 'blocked' ? blocking : failing;
  if (concerned.length === 0 || concerned.includes(undefined)) return { verdict };
  return { verdict, nodes: new Set(concerned.flatMap((nodes = []) => [...nodes])) };
}

export const verdictKey = (checkId: string, target: string): string => `${target}\n${checkId}`;

/** The check that stands for reaching a target; the runner alone gives its verdict. */
export const REACHABLE = 'target/reachable';

/** The one that stands for the list of a cluster's nodes. */
export const NODES_KNOWN = 'target/nodes';

export const blocked = (blockedBy: readonly string[], reason: string): Said => ({
  verdict: 'blocked',
  reasonCode: 'blocked',
  blockedBy,
  reason,
});

/** What a check is about: a target, and of a cluster the one node of it that is meant. */
export interface About {
  readonly target: string;
  readonly node?: string | undefined;
}

/** The checks that had to pass first on one of these targets, and did not. */
export const blockersOf = (
  { after = [] }: Pick<Check, 'after'>,
  about: readonly About[],
  verdicts: Verdicts,
): readonly string[] =>
  after.filter((id) => about.some(({ target, node }) => stops(verdicts.get(verdictKey(id, target)), node)));

/** What keeps a check from being judged that comes after. */
export const STOPS: readonly Verdict[] = ['fail', 'error', 'blocked'];

const stops = (before: Settled | undefined, node: string | undefined): boolean =>
  before !== undefined &&
  STOPS.includes(before.verdict) &&
  (node === undefined || (before.nodes?.has(node) ?? true));

export const undeterminedBy = (failure: FactFailure): Said => ({
  verdict: 'error',
  reasonCode: failure.code,
  reason: failure.message,
  ...(failure.hint === undefined ? {} : { remedy: failure.hint }),
  evidence: failure.evidence === undefined ? [evidence('dpu-doctor', failure.message)] : [failure.evidence],
});

/** Judges, and puts it in the words of the report. Total. `sources` are what the check had looked at. */
export function judged(check: Check, sources: readonly string[], judge: () => Judgement): Said {
  try {
    return said(judge(), check, sources);
  } catch (error) {
    const reason = `the check itself failed: ${error instanceof Error ? error.message : String(error)}`;
    return {
      verdict: 'error',
      reasonCode: 'internal',
      reason,
      remedy: 'This is a fault of dpu-doctor: please report it with the JSON report.',
      evidence: [evidence('dpu-doctor', error instanceof Error ? (error.stack ?? reason) : reason)],
    };
  }
}

/** What a check shows; where it found nothing to show, what it had looked at. */
const shown = (
  judgement: { readonly why: string; readonly evidence: readonly Evidence[] },
  sources: readonly string[],
): readonly Evidence[] =>
  judgement.evidence.length > 0
    ? judgement.evidence
    : sources.map((source) => evidence(source, judgement.why));

function said(judgement: Judgement, check: Check, sources: readonly string[]): Said {
  switch (judgement.kind) {
    case 'pass':
      // A pass that shows nothing looked at nothing.
      if (judgement.evidence.length === 0) throw new Error(`${check.id} passed without evidence`);
      return {
        verdict: 'pass',
        evidence: judgement.evidence,
        ...(judgement.note === undefined ? {} : { note: judgement.note }),
      };
    case 'not-applicable':
      return {
        verdict: 'skip',
        reasonCode: 'not-applicable',
        reason: judgement.why,
        evidence: shown(judgement, sources),
      };
    case 'expected-gap':
      return {
        verdict: 'skip',
        reasonCode: 'expected-gap',
        expectedGap: true,
        reason: judgement.why,
        evidence: judgement.evidence,
      };
    case 'undetermined':
      return {
        verdict: 'error',
        reasonCode: 'undetermined',
        reason: judgement.why,
        remedy: judgement.remedy,
        evidence: shown(judgement, sources),
      };
    case 'findings':
      return {
        verdict: judgement.findings.some(({ level }) => level === 'fail') ? 'fail' : 'warn',
        findings: judgement.findings,
        evidence: judgement.evidence,
      };
  }
}
