import type { Check } from '../checks/define.ts';
import type { AnyPathCheck, MeasuredAs, PathNode } from '../checks/define-path.ts';
import { evidence, type FactFailure, type Outcome } from '../facts/fact.ts';
import type { FactName } from '../facts/index.ts';
import type { PathMeasurement, TrafficMeasurements } from '../facts/traffic/measurement.ts';
import { pathTitle } from '../facts/traffic/path.ts';
import { expectedValues } from './expected.ts';
import { foldByCulprit } from './fold-paths.ts';
import type { GatheredNode } from './gather.ts';
import type { JudgeOptions } from './judge.ts';
import { NOTHING_SENT, notSent, withoutStream } from './not-sent.ts';
import { isMeasuredFor, nodesOf, resultOf } from './path-result.ts';
import type { Result } from './report.ts';
import { blocked, judged, type Said, STOPS, undeterminedBy } from './said.ts';

export const isPathCheck = (check: Check): check is AnyPathCheck => check.scope === 'path';

/**
 * Judges all that was measured: each check on each path that it concerns. Of paths that fail for one cause the one that
 * tells it best is a failure, and the others are blocked by it. `others` are the results of nodes, of which one may have
 * told the cause.
 */
export function judgePaths(
  checks: readonly AnyPathCheck[],
  { paths, problems }: TrafficMeasurements,
  nodes: readonly GatheredNode[],
  options: JudgeOptions,
  others: readonly Result[] = [],
): readonly Result[] {
  const somewhere = nodes[0]?.node.name ?? '';
  const unsent = problems.map((problem) => notSent(problem, somewhere));
  if (paths.length === 0 && unsent.length === 0) unsent.push(notSent(NOTHING_SENT, somewhere));
  const byName = new Map(nodes.map((node) => [node.node.name, node]));
  const judgedPaths = new Map<PathMeasurement, readonly Result[]>();
  for (const measurement of paths) {
    const own: Result[] = [];
    for (const check of checks.filter((one) => isMeasuredFor(one, measurement)))
      own.push(resultOf(check, measurement, judgeOne(check, measurement, own, byName, options)));
    judgedPaths.set(measurement, own);
  }
  const reach = new Set<string>(checks.filter(({ measures }) => measures === 'exchange').map(({ id }) => id));
  return [
    ...unsent,
    ...foldByCulprit(judgedPaths, ({ checkId }) => reach.has(checkId), others),
    ...checks
      .filter(({ measures }) => measures === 'stream')
      .flatMap((check) => withoutStream(check, judgedPaths, somewhere)),
  ];
}

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

function pathNode({ role, simulation, facts }: GatheredNode, names: readonly FactName[]): PathNode<FactName> {
  const missing: Outcome<never> = {
    ok: false,
    failure: { code: 'unreachable', message: 'the node was not asked for it' },
  };
  // Each name is mapped to the outcome of the fact that is called so.
  const outcomes = Object.fromEntries(names.map((name) => [name, facts.get(name) ?? missing]));
  return { role, simulation, facts: outcomes as PathNode<FactName>['facts'] };
}
