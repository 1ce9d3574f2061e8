import type { Check } from '../checks/define.ts';
import type { AnyPathCheck, MeasuredAs, PathNode } from '../checks/define-path.ts';
import { evidence, type FactFailure, type Outcome } from '../facts/fact.ts';
import type { FactName } from '../facts/index.ts';
import { type Culprit, culprits } from '../facts/traffic/culprits.ts';
import type { PathMeasurement, TrafficMeasurements, TrafficProblem } from '../facts/traffic/measurement.ts';
import { type Path, pathTitle } from '../facts/traffic/path.ts';
import { expectedValues } from './expected.ts';
import type { GatheredNode } from './gather.ts';
import type { JudgeOptions } from './judge.ts';
import type { Result } from './report.ts';
import { blocked, judged, type Said, undeterminedBy } from './said.ts';
import { groupOf } from './select.ts';

/** The one that stands for having been able to send at all; the runner alone gives its verdict. */
export const TRAFFIC_SENT = 'traffic/sent';

export const isPathCheck = (check: Check): check is AnyPathCheck => check.scope === 'path';

/**
 * Judges all that was measured: each check on each path that it concerns. Of paths that fail for one cause the one that
 * tells it best is a failure, and the others are blocked by it.
 */
export function judgePaths(
  checks: readonly AnyPathCheck[],
  { paths, problems }: TrafficMeasurements,
  nodes: readonly GatheredNode[],
  options: JudgeOptions,
): readonly Result[] {
  const somewhere = nodes[0]?.node.name ?? '';
  const unsent = problems.map((problem) => notSent(problem, somewhere));
  if (paths.length === 0 && unsent.length === 0) unsent.push(notSent(NOTHING_SENT, somewhere));
  const byName = new Map(nodes.map((node) => [node.node.name, node]));
  const judgedPaths = new Map<PathMeasurement, readonly Result[]>();
  for (const measurement of paths) {
    const own: Result[] = [];
    for (const check of checks.filter((one) => isMeasuredFor(one, measurement)))
      own.push(resultOf(check, measurement.path, judgeOne(check, measurement, own, byName, options)));
    judgedPaths.set(measurement, own);
  }
  return [...unsent, ...foldByCulprit(judgedPaths)];
}

/** Streams are sent over some of the paths only: the others are no error of the check that judges streams. */
const isMeasuredFor = (check: AnyPathCheck, measurement: PathMeasurement): boolean =>
  check.concerns(measurement.path) && (check.measures !== 'stream' || measurement.stream !== undefined);

/** Of the paths that a culprit explains one tells of it, and the others are blocked by that. */
function foldByCulprit(judgedPaths: ReadonlyMap<PathMeasurement, readonly Result[]>): readonly Result[] {
  const fails = (measurement: PathMeasurement): boolean =>
    judgedPaths.get(measurement)?.some(({ verdict }) => verdict === 'fail') ?? false;
  const found = culprits([...judgedPaths.keys()], fails);
  const culpritOf = new Map(found.flatMap((culprit) => culprit.paths.map((id) => [id, culprit])));
  const byId = new Map([...judgedPaths].map(([{ path }, results]) => [path.id, results]));
  return [...judgedPaths].flatMap(([{ path }, results]) => {
    const culprit = culpritOf.get(path.id);
    if (culprit === undefined) return results;
    const teller = byId.get(culprit.first)?.find(({ verdict }) => verdict === 'fail');
    return results.map((result) => {
      if (result.verdict !== 'fail' || teller === undefined || result.path === undefined) return result;
      const told = { ...result, path: { ...result.path, culprit: culprit.id } };
      return result === teller ? withCulprit(told, culprit) : sameAs(told, teller, culprit);
    });
  });
}

/** The failure that tells of a culprit, with all that is known of it. */
function withCulprit(result: Result, { title, reason, evidence: seen, remedy }: Culprit): Result {
  const [first, ...others] = result.findings;
  if (first === undefined) return result;
  const why = reason === undefined || title.includes(reason) ? title : `${title}: ${reason}`;
  return {
    ...result,
    findings: [
      {
        ...first,
        message: `${why}: ${first.message}`,
        ...(remedy === undefined ? {} : { remedy }),
        evidence: [...first.evidence, ...seen],
      },
      ...others,
    ],
  };
}

/** A path that fails for a cause that another one tells. */
const sameAs = (result: Result, teller: Result, culprit: Culprit): Result => ({
  ...result,
  ...blocked([teller.checkId], `the same as on ${teller.path?.title ?? ''}: ${culprit.title}`),
  findings: [],
  evidence: result.findings.flatMap((finding) => finding.evidence),
});

function judgeOne(
  check: AnyPathCheck,
  measurement: PathMeasurement,
  before: readonly Result[],
  nodes: ReadonlyMap<string, GatheredNode>,
  options: JudgeOptions,
): Said {
  const { path } = measurement;
  const ends = nodesOf(path).flatMap((name) => nodes.get(name) ?? []);
  const blockers = (check.after ?? []).filter((id) =>
    before.some(({ checkId, verdict }) => checkId === id && STOPS.includes(verdict)),
  );
  if (blockers.length > 0) return blocked(blockers, `${blockers.join(' and ')} did not pass`);
  const simulated = check.hardware ? ends.find(({ simulation }) => simulation !== undefined) : undefined;
  if (simulated !== undefined)
    return {
      verdict: 'skip',
      reasonCode: 'simulated',
      reason: `simulated: there are ${simulated.simulation === 'tap' ? 'TAPs' : 'veth pairs'} in place of VFs here, and this check asks for hardware`,
      evidence: [evidence(simulated.uri, simulated.roleGround)],
    };
  const outcome: Outcome<MeasuredAs[keyof MeasuredAs]> = measurement[check.measures] ?? NOT_MEASURED;
  if (!outcome.ok)
    return outcome.failure.code === 'unsupported'
      ? notTried(outcome.failure)
      : undeterminedBy(outcome.failure);
  const expected = expectedValues(check.expects ?? [], [
    options.set,
    ...ends.map(({ node }) => ({ from: `inventory of ${node.name}`, values: node.expect ?? {} })),
    options.suite,
  ]);
  const said = judged(check, [pathTitle(path)], () =>
    check.judge({
      path,
      measured: outcome.value,
      measurement,
      nodes: new Map(ends.map((node) => [node.node.name, pathNode(node, check.requires)])),
      expected,
    }),
  );
  return path.expectedGap === undefined ? said : asExpected(said, path.expectedGap);
}

/** What the pods' own programs can't do says nothing of the network, and is said in every run with their image. */
const notTried = (failure: FactFailure): Said => ({ ...undeterminedBy(failure), verdict: 'skip' });

const STOPS: readonly Result['verdict'][] = ['fail', 'error', 'blocked'];

const NOT_MEASURED: Outcome<never> = {
  ok: false,
  failure: { code: 'not-recorded', message: 'nothing was sent on this path to tell it' },
};

/** What a document says does not work yet is a gap while it does not, and a pass once it does. */
const asExpected = (said: Said, why: string): Said =>
  said.verdict === 'fail' || said.verdict === 'warn'
    ? {
        verdict: 'skip',
        reasonCode: 'expected-gap',
        expectedGap: true,
        reason: `${why}: ${said.findings?.[0]?.message ?? ''}`,
        evidence: said.evidence ?? [],
      }
    : said;

function resultOf(check: AnyPathCheck, path: Path, said: Said): Result {
  return {
    checkId: check.id,
    title: check.title,
    group: groupOf(check),
    target: path.from.node,
    path: { id: path.id, title: pathTitle(path), nodes: nodesOf(path) },
    findings: [],
    evidence: [],
    ...said,
    durationMs: 0,
    severity: check.severity,
    covers: check.covers,
    docs: check.docs,
    tags: check.tags,
  };
}

/** The targets that a path runs over, as far as they are known. */
const nodesOf = ({ from, to }: Path): readonly string[] => [
  ...new Set(
    [from.node, from.dpu, to.node ?? to.endpoint?.node, to.endpoint?.dpu].filter(
      (name) => name !== undefined,
    ),
  ),
];

function pathNode({ role, simulation, facts }: GatheredNode, names: readonly FactName[]): PathNode<FactName> {
  const missing: Outcome<never> = {
    ok: false,
    failure: { code: 'unreachable', message: 'the node was not asked for it' },
  };
  // Each name is mapped to the outcome of the fact that is called so.
  const outcomes = Object.fromEntries(names.map((name) => [name, facts.get(name) ?? missing]));
  return { role, simulation, facts: outcomes as PathNode<FactName>['facts'] };
}

const NOTHING_SENT: TrafficProblem = {
  code: 'no-paths',
  message: 'no two places were found between which traffic could be sent',
  hint: 'Name a cluster in which pods may be made (--kubeconfig FILE), existing pods (--pod NAMESPACE/NAME), or nodes that have network namespaces (--inventory, --target).',
};

/** One error for what kept paths from being measured. */
function notSent(
  { code, message, hint, target, evidence: seen = [] }: TrafficProblem,
  somewhere: string,
): Result {
  return {
    checkId: TRAFFIC_SENT,
    title: 'traffic could be sent',
    group: 'traffic',
    target: target ?? somewhere,
    verdict: 'error',
    reasonCode: code,
    reason: message,
    ...(hint === undefined ? {} : { remedy: hint }),
    findings: [],
    evidence: seen.length > 0 ? seen : [evidence('dpu-doctor', message)],
    durationMs: 0,
    severity: 'error',
    covers: [],
    docs: [],
    tags: ['traffic'],
  };
}
