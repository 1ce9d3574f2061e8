import type { AnyNodeCheck, AnyPairCheck, Check, Judgement, Subject } from '../checks/define.ts';
import type { ClusterFactName } from '../facts/cluster/index.ts';
import type { FactFailure } from '../facts/fact.ts';
import { FACTS, type FactName } from '../facts/index.ts';
import { type Source, sourceKey } from '../facts/source.ts';
import { milliseconds } from './clock.ts';
import {
  clusterCommands,
  clusterValues,
  type GatheredCluster,
  missingClusterFact,
  targetName,
} from './cluster.ts';
import { type ExpectationLayer, expectedValues } from './expected.ts';
import type { GatheredNode } from './gather.ts';
import type { Planned, PlannedCluster } from './plan.ts';
import type { Result } from './report.ts';
import {
  blocked,
  blockersOf,
  judged,
  REACHABLE,
  type Said,
  settled,
  undeterminedBy,
  type Verdicts,
  verdictKey,
} from './said.ts';
import { groupOf } from './select.ts';

export { REACHABLE, type Verdicts } from './said.ts';

export interface JudgeOptions {
  /** Expectations of --set and of the suite. */
  readonly set: ExpectationLayer;
  readonly suite: ExpectationLayer;
}

/** Gives one planned check of a node or a pair its verdict. Total: a check that throws is an error of its own. */
export function judgePlanned(planned: Planned, verdicts: Verdicts, options: JudgeOptions): Result {
  const started = milliseconds();
  const { check, node, dpu } = planned;
  const sides = sidesOf(planned);
  const outcome = outcomeOf(planned, sides, verdicts, options);
  for (const { node: side } of sides)
    verdicts.set(verdictKey(check.id, side.node.name), { verdict: outcome.verdict });
  const { cluster } = sides.find((side) => reads(side) || outcome.verdict === 'blocked') ?? {};
  return {
    ...resultBase(check),
    target: node.node.name,
    ...(dpu === undefined ? {} : { pair: { host: node.node.name, dpu: dpu.node.name } }),
    ...(cluster === undefined ? {} : { cluster: targetName(cluster) }),
    ...outcome,
    durationMs: milliseconds() - started,
  };
}

/** Gives one planned check of a cluster its verdict. Total. */
export function judgeCluster(planned: PlannedCluster, verdicts: Verdicts, options: JudgeOptions): Result {
  const started = milliseconds();
  const { check, cluster } = planned;
  const target = targetName(cluster);
  const outcome = clusterOutcome(planned, verdicts, options);
  verdicts.set(verdictKey(check.id, target), settled(outcome, target, verdicts));
  return { ...resultBase(check), target, ...outcome, durationMs: milliseconds() - started };
}

/** What a result takes from its check. */
export const resultBase = (check: Check) => ({
  checkId: check.id,
  title: check.title,
  group: groupOf(check),
  findings: [],
  evidence: [],
  severity: check.severity,
  covers: check.covers,
  docs: check.docs,
  tags: check.tags,
});

/** A node that a check is about, its cluster, and what the check requires of each. */
interface Side {
  readonly node: GatheredNode;
  readonly facts: readonly FactName[];
  readonly cluster: GatheredCluster | undefined;
  readonly clusterFacts: readonly ClusterFactName[];
}

function sidesOf({ check, node, dpu = node, cluster, dpuCluster }: Planned): readonly Side[] {
  if (check.scope === 'node')
    return [{ node, facts: check.requires, cluster, clusterFacts: check.requiresCluster ?? [] }];
  const { host, dpu: ofDpu } = check.requiresCluster ?? {};
  return [
    { node, facts: check.requires.host, cluster, clusterFacts: host ?? [] },
    { node: dpu, facts: check.requires.dpu, cluster: dpuCluster, clusterFacts: ofDpu ?? [] },
  ];
}

const reads = ({ clusterFacts }: Side): boolean => clusterFacts.length > 0;

/** Whether the check asks anything of the node itself; one that asks nothing of anybody is of the node. */
const asksNode = ({ facts, clusterFacts }: Side): boolean => facts.length > 0 || clusterFacts.length === 0;

function outcomeOf(
  planned: Planned,
  sides: readonly Side[],
  verdicts: Verdicts,
  options: JudgeOptions,
): Said {
  const { check } = planned;
  const down = sides.find((side) => side.node.unreachable !== undefined && asksNode(side))?.node;
  if (down !== undefined)
    return blocked(
      [REACHABLE],
      `${down.node.name} could not be examined: ${down.unreachable?.message ?? ''}`,
    );
  const silent = sides.find((side) => side.cluster?.unreachable !== undefined && reads(side))?.cluster;
  if (silent !== undefined) return clusterDown(silent);
  const simulated =
    check.hardware === true ? sides.find(({ node }) => node.simulation !== undefined)?.node : undefined;
  if (simulated !== undefined) {
    return {
      verdict: 'skip',
      reasonCode: 'simulated',
      reason: `simulated: there are ${simulated.simulation === 'tap' ? 'TAPs' : 'veth pairs'} in place of VFs here, and this check asks for hardware`,
    };
  }
  const about = sides.flatMap(({ node: { node }, cluster }) => [
    { target: node.name },
    ...(cluster === undefined ? [] : [{ target: targetName(cluster), node: node.kubernetes?.node }]),
  ]);
  const blockers = blockersOf(check, about, verdicts);
  if (blockers.length > 0) return blocked(blockers, `${blockers.join(' and ')} did not pass`);
  const failure = missingFact(sides);
  if (failure !== undefined) return undeterminedBy(failure);
  return judged(check, sides.flatMap(lookedAt), () => judgement(check, sides, options));
}

const clusterDown = (cluster: GatheredCluster): Said =>
  blocked([REACHABLE], `${targetName(cluster)} could not be examined: ${cluster.unreachable?.message ?? ''}`);

function clusterOutcome({ check, cluster }: PlannedCluster, verdicts: Verdicts, options: JudgeOptions): Said {
  if (cluster.unreachable !== undefined) return clusterDown(cluster);
  const blockers = blockersOf(check, [{ target: targetName(cluster) }], verdicts);
  if (blockers.length > 0) return blocked(blockers, `${blockers.join(' and ')} did not pass`);
  const failure = missingClusterFact(cluster, check.requires);
  if (failure !== undefined) return undeterminedBy(failure);
  const expected = expectedValues(check.expects ?? [], [options.set, options.suite]);
  return judged(check, clusterCommands(cluster, check.requires), () =>
    check.judge({ facts: clusterValues(cluster, check.requires), expected, subject: cluster.subject }),
  );
}

/** Why the first fact that the check requires could not be had. */
function missingFact(sides: readonly Side[]): FactFailure | undefined {
  for (const { node, facts, cluster, clusterFacts } of sides) {
    for (const name of facts) {
      const outcome = node.facts.get(name);
      if (outcome?.ok === false)
        return sides.length === 1
          ? outcome.failure
          : { ...outcome.failure, message: `${node.node.name}: ${outcome.failure.message}` };
      if (outcome === undefined)
        return { code: 'unreachable', message: `${name} was not asked of ${node.node.name}` };
    }
    const failure = missingClusterFact(cluster, clusterFacts);
    if (failure !== undefined) return failure;
  }
  return undefined;
}

/** The first source of each fact that a check requires. */
const lookedAt = ({ facts, cluster, clusterFacts }: Side): readonly string[] => [
  ...facts.flatMap((name) => Object.values<Source>(FACTS[name].sources).slice(0, 1).map(sourceKey)),
  ...clusterCommands(cluster, clusterFacts),
];

function judgement(
  check: AnyNodeCheck | AnyPairCheck,
  sides: readonly Side[],
  options: JudgeOptions,
): Judgement {
  const nodes = sides.map(({ node }) => node);
  const learned = nodes.flatMap((node) => node.learned ?? []);
  const layers = [options.set, ...nodes.map(inventoryLayer), options.suite, ...learned];
  const expected = expectedValues(check.expects ?? [], layers);
  const [host, dpu] = sides as readonly [Side, Side | undefined];
  const inputs = ({ node, facts, cluster, clusterFacts }: Side) => ({
    facts: factValues(node, facts),
    cluster: clusterValues(cluster, clusterFacts),
    subject: subjectOf(node),
  });
  if (check.scope === 'node') return check.judge({ ...inputs(host), expected });
  const [ofHost, ofDpu] = [inputs(host), inputs(dpu ?? host)];
  return check.judge({
    host: ofHost.facts,
    dpu: ofDpu.facts,
    cluster: { host: ofHost.cluster, dpu: ofDpu.cluster },
    expected,
    subject: { host: ofHost.subject, dpu: ofDpu.subject },
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
  ...(node.kubernetes === undefined ? {} : { nodeName: node.kubernetes.node }),
  role: role ?? 'worker',
  simulation,
  hasDpu: node.dpu !== undefined,
});
