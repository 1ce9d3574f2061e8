import type { Check, Judgement, Subject } from '../checks/define.ts';
import { type Evidence, evidence, type FactFailure } from '../facts/fact.ts';
import { FACTS, type FactName } from '../facts/index.ts';
import { type Source, sourceKey } from '../facts/source.ts';
import { type ExpectationLayer, expectedValues } from './expected.ts';
import type { GatheredNode } from './gather.ts';
import type { Planned } from './plan.ts';
import type { Result, Verdict } from './report.ts';
import { groupOf } from './select.ts';

/** The verdicts so far, by check and node, for the checks that come after. */
export type Verdicts = Map<string, Verdict>;

export interface JudgeOptions {
  /** Expectations of --set and of the suite. */
  readonly set: ExpectationLayer;
  readonly suite: ExpectationLayer;
}

/** Gives one planned check its verdict. Total: a check that throws is an error of its own. */
export function judgePlanned(planned: Planned, verdicts: Verdicts, options: JudgeOptions): Result {
  const started = performance.now();
  const { check, node, dpu } = planned;
  const outcome = outcomeOf(planned, verdicts, options);
  for (const side of dpu === undefined ? [node] : [node, dpu])
    verdicts.set(key(check.id, side), outcome.verdict);
  return {
    checkId: check.id,
    title: check.title,
    group: groupOf(check),
    target: node.node.name,
    ...(dpu === undefined ? {} : { pair: { host: node.node.name, dpu: dpu.node.name } }),
    findings: [],
    evidence: [],
    ...outcome,
    durationMs: performance.now() - started,
    severity: check.severity,
    covers: check.covers,
    docs: check.docs,
    tags: check.tags,
  };
}

type Said = Pick<Result, 'verdict'> & Partial<Omit<Result, 'verdict'>>;

const key = (checkId: string, node: GatheredNode): string => `${node.node.name}\n${checkId}`;

function outcomeOf(planned: Planned, verdicts: Verdicts, options: JudgeOptions): Said {
  const { check, node, dpu } = planned;
  const sides = dpu === undefined ? [node] : [node, dpu];
  const down = sides.find((side) => side.unreachable !== undefined);
  if (down !== undefined) {
    return blocked(
      [REACHABLE],
      `${down.node.name} could not be examined: ${down.unreachable?.message ?? ''}`,
    );
  }
  const simulated = check.hardware === true ? sides.find((side) => side.simulation !== undefined) : undefined;
  if (simulated !== undefined) {
    return {
      verdict: 'skip',
      reasonCode: 'simulated',
      reason: `simulated: there are ${simulated.simulation === 'tap' ? 'TAPs' : 'veth pairs'} in place of VFs here, and this check asks for hardware`,
    };
  }
  const blockers = (check.after ?? []).filter((id) =>
    sides.some((side) => stops(verdicts.get(key(id, side)))),
  );
  if (blockers.length > 0) return blocked(blockers, `${blockers.join(' and ')} did not pass`);
  const failure = missingFact(planned);
  if (failure !== undefined) return undeterminedBy(failure);
  return judged(planned, options);
}

/** The check that stands for reaching a node; the runner alone gives its verdict. */
export const REACHABLE = 'target/reachable';

const blocked = (blockedBy: readonly string[], reason: string): Said => ({
  verdict: 'blocked',
  reasonCode: 'blocked',
  blockedBy,
  reason,
});

const stops = (verdict: Verdict | undefined): boolean =>
  verdict === 'fail' || verdict === 'error' || verdict === 'blocked';

/** Why the first fact that the check requires could not be had. */
function missingFact({ check, node, dpu }: Planned): FactFailure | undefined {
  const required: readonly [GatheredNode, readonly FactName[]][] =
    check.scope === 'node'
      ? [[node, check.requires]]
      : [
          [node, check.requires.host],
          [dpu ?? node, check.requires.dpu],
        ];
  for (const [side, names] of required) {
    for (const name of names) {
      const outcome = side.facts.get(name);
      if (outcome?.ok === false)
        return dpu === undefined
          ? outcome.failure
          : { ...outcome.failure, message: `${side.node.name}: ${outcome.failure.message}` };
      if (outcome === undefined)
        return { code: 'unreachable', message: `${name} was not asked of ${side.node.name}` };
    }
  }
  return undefined;
}

const undeterminedBy = (failure: FactFailure): Said => ({
  verdict: 'error',
  reasonCode: failure.code,
  reason: failure.message,
  ...(failure.hint === undefined ? {} : { remedy: failure.hint }),
  evidence: failure.evidence === undefined ? [evidence('dpu-doctor', failure.message)] : [failure.evidence],
});

function judged(planned: Planned, options: JudgeOptions): Said {
  try {
    return said(judgement(planned, options), planned.check);
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

function judgement({ check, node, dpu }: Planned, options: JudgeOptions): Judgement {
  const layers = [
    options.set,
    inventoryLayer(node),
    ...(dpu === undefined ? [] : [inventoryLayer(dpu)]),
    options.suite,
  ];
  const expected = expectedValues(check.expects ?? [], layers);
  if (check.scope === 'node') {
    return check.judge({ facts: factValues(node, check.requires), expected, subject: subjectOf(node) });
  }
  const other = dpu ?? node;
  return check.judge({
    host: factValues(node, check.requires.host),
    dpu: factValues(other, check.requires.dpu),
    expected,
    subject: { host: subjectOf(node), dpu: subjectOf(other) },
  });
}

const inventoryLayer = ({ node }: GatheredNode): ExpectationLayer => ({
  from: `inventory of ${node.name}`,
  values: node.expect ?? {},
});

const factValues = (node: GatheredNode, names: readonly FactName[]): Readonly<Record<string, unknown>> =>
  Object.fromEntries(names.map((name) => [name, factValue(node, name)]));

function factValue(node: GatheredNode, name: FactName): unknown {
  const outcome = node.facts.get(name);
  return outcome?.ok ? outcome.value : undefined;
}

const subjectOf = ({ node, role, simulation }: GatheredNode): Subject => ({
  name: node.name,
  role: role ?? 'worker',
  simulation,
});

/** What a check shows; where it found nothing to show, what it had looked at. */
function shown(
  judgement: { readonly why: string; readonly evidence: readonly Evidence[] },
  check: Check,
): readonly Evidence[] {
  if (judgement.evidence.length > 0) return judgement.evidence;
  const names: readonly FactName[] =
    check.scope === 'node' ? check.requires : [...check.requires.host, ...check.requires.dpu];
  return names
    .flatMap((name) => Object.values<Source>(FACTS[name].sources).slice(0, 1))
    .map((source) => evidence(sourceKey(source), judgement.why));
}

/** A check's judgement in the words of the report. */
function said(judgement: Judgement, check: Check): Said {
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
        evidence: shown(judgement, check),
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
        evidence: shown(judgement, check),
      };
    case 'findings':
      return {
        verdict: judgement.findings.some(({ level }) => level === 'fail') ? 'fail' : 'warn',
        findings: judgement.findings,
        evidence: judgement.evidence,
      };
  }
}
