import type { ExecutionContext } from 'ava';
import { CHECKS } from '../../checks/index.ts';
import type { Role, Simulation } from '../../facts/derived/role.ts';
import type { FactName } from '../../facts/index.ts';
import type { GatheredNode } from '../../runner/gather.ts';
import { judgePlanned, type Verdicts } from '../../runner/judge.ts';
import { foldByDpu } from '../../runner/other-side.ts';
import { planRun } from '../../runner/plan.ts';
import type { Result } from '../../runner/report.ts';
import type { NodeFacts } from './node-facts.ts';

type Expect = Readonly<Record<string, string | number | readonly string[]>>;

function gathered(
  name: string,
  role: Role,
  simulation: Simulation,
  facts: NodeFacts,
  dpu?: string,
  nodeName?: string,
): GatheredNode {
  return {
    node: {
      name,
      access: { kind: 'local' },
      ...(dpu === undefined ? {} : { dpu }),
      ...(nodeName === undefined ? {} : { kubernetes: { cluster: 'test', node: nodeName } }),
    },
    uri: 'local:',
    role,
    simulation,
    roleGround: 'test',
    facts: new Map(Object.entries(facts).map(([fact, value]) => [fact as FactName, { ok: true, value }])),
    unreachable: undefined,
    durationMs: 0,
    answers: new Map(),
  };
}

/** Every verdict of a group on a host with its DPU: the checks of both nodes first, then those of the pair. */
export function judgePair(
  group: 'veth' | 'tap',
  host: NodeFacts,
  dpu: NodeFacts,
  expect: Expect = {},
  hostNodeName?: string,
): Result[] {
  const nodes = [
    gathered('host1', 'dpu-host', group, host, 'dpu1', hostNodeName),
    gathered('dpu1', 'dpu', group, dpu),
  ];
  const checks = CHECKS.filter(({ id }) => id.startsWith(`${group}/`));
  const verdicts: Verdicts = new Map();
  const options = { set: { from: '--set', values: expect }, suite: { from: 'suite', values: {} } };
  const { planned } = planRun(checks, nodes);
  const inOrder = [
    ...planned.filter(({ check }) => check.scope === 'node'),
    ...planned.filter(({ check }) => check.scope === 'pair'),
  ];
  return [
    ...foldByDpu(
      inOrder.map((one) => judgePlanned(one, verdicts, options)),
      nodes,
      checks,
    ),
  ];
}

/** What did not pass and is not blocked, as `check verdict on target`. */
export const faults = (results: readonly Result[]): string[] =>
  results
    .filter(({ verdict }) => ['fail', 'warn', 'error'].includes(verdict))
    .map(({ checkId, verdict, target }) => `${checkId} ${verdict} on ${target}`);

/** Asserts that exactly this check fails, on this node, about these subjects, each with evidence and full texts. */
export function onlyThis(
  t: ExecutionContext,
  results: readonly Result[],
  fault: string,
  code: string,
  subjects: readonly string[],
): void {
  t.deepEqual(faults(results), [fault]);
  const findings = results.flatMap(({ findings }) => findings);
  t.deepEqual([...new Set(findings.map((finding) => finding.code))], [code]);
  t.deepEqual(
    findings.map(({ subject }) => subject),
    subjects,
  );
  for (const finding of findings) {
    t.true(finding.evidence.length > 0);
    t.notRegex(`${finding.message} ${finding.remedy}`, /\{\w+\}/);
  }
}

export const verdictOn = (results: readonly Result[], id: string, target = 'host1'): string | undefined =>
  results.find(({ checkId, target: of }) => checkId === id && of === target)?.verdict;
