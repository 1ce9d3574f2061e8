import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import type { Check } from '../../checks/define.ts';
import { CHECKS } from '../../checks/index.ts';
import { ROLES, SIMULATIONS } from '../../facts/derived/role.ts';
import { FACTS } from '../../facts/index.ts';
import { type Source, sourceKey } from '../../facts/source.ts';
import type { InventoryNode } from '../../inventory/node.ts';
import { REACHABLE } from '../../runner/judge.ts';
import type { Report } from '../../runner/report.ts';
import { run } from '../../runner/run.ts';
import { compileSchema, publishedSchema } from '../helpers/report-schema.ts';
import { temporaryDirectory } from '../helpers/temporary.ts';

/*
 * Whatever the nodes do, each planned pair of check and target has exactly one verdict. Nodes are recordings in which
 * answers are replaced by garbage or failures, or missing, at random (made up).
 */

const SOURCES = [
  ...new Set(Object.values(FACTS).flatMap((fact) => Object.values<Source>(fact.sources).map(sourceKey))),
];

const recordedAnswers = (name: string): Readonly<Record<string, unknown>> =>
  JSON.parse(readFileSync(resolve(import.meta.dirname, `../../fixtures/demo/${name}.json`), 'utf8')).answers;

const garbage = fc.oneof(
  fc.constantFrom(
    '',
    '[]',
    '{}',
    'null',
    '[{"ifname":"eth0","ifindex":2,"flags":["UP"]}]',
    '{"data":[],"headings":[]}',
  ),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.json({ maxDepth: 3 }),
);

const answer = fc.oneof(
  fc.record({
    parts: fc.array(
      fc.record({
        path: fc.constantFrom('', '/sys/class/net/eth0'),
        exitCode: fc.constantFrom(0, 0, 1, 127),
        stdout: garbage,
        stderr: garbage,
      }),
      { maxLength: 2 },
    ),
  }),
  fc.record({
    failure: fc.record({
      code: fc.constantFrom(
        'timeout',
        'permission',
        'missing-program',
        'interrupted',
        'unreachable',
        'too-much-output',
      ),
      message: fc.string({ minLength: 1 }),
    }),
  }),
);

/** Recorded answers, of which some are replaced or missing; of a node that nobody recorded, all are made up. */
const answers = fc
  .tuple(
    fc.constantFrom({}, recordedAnswers('host1'), recordedAnswers('dpu1'), recordedAnswers('control-plane')),
    fc.array(
      fc.oneof(
        { weight: 3, arbitrary: fc.constant('recorded' as const) },
        { weight: 3, arbitrary: answer },
        { weight: 1, arbitrary: fc.constant(undefined) },
      ),
      { minLength: SOURCES.length, maxLength: SOURCES.length },
    ),
    fc.boolean(),
  )
  .map(([recorded, made, keep]) =>
    Object.fromEntries(
      SOURCES.flatMap((key, index) => {
        const given = made[index] === 'recorded' || (keep && index % 7 !== 0) ? recorded[key] : made[index];
        return given === undefined ? [] : [[key, given]];
      }),
    ),
  );

const node = fc.record(
  {
    role: fc.constantFrom(...ROLES),
    simulation: fc.constantFrom(...SIMULATIONS),
    /** Absent: the node can't be reached. */
    answers,
    /** Of a host: its DPU is the next node. */
    paired: fc.boolean(),
  },
  { requiredKeys: ['paired'] },
);

const scenario = fc.record({
  nodes: fc.array(node, { minLength: 1, maxLength: 4 }),
  checks: fc.subarray(
    CHECKS.filter(({ scope }) => scope !== 'path'),
    { minLength: 1 },
  ),
  /** The run is interrupted when so many nodes have answered. */
  interruptAfter: fc.option(fc.nat(3), { freq: 2 }),
  concurrency: fc.integer({ min: 1, max: 4 }),
});

/** Counts, for each check and node, the verdicts and the reasons why there is none. */
function assertComplete(report: Report, nodes: readonly InventoryNode[], checks: readonly Check[]): void {
  const problems: string[] = [];
  const seen = new Map<string, number>();
  for (const { checkId, target } of report.results)
    seen.set(`${checkId} ${target}`, (seen.get(`${checkId} ${target}`) ?? 0) + 1);
  for (const [pair, times] of seen) if (times !== 1) problems.push(`${pair}: ${times} verdicts`);
  const ofChecks = report.results.filter(({ checkId }) => checkId !== REACHABLE);
  const left = (report.notPlanned ?? []).reduce((sum, { count }) => sum + count, 0);
  const roles = new Map(report.targets.map(({ name, role }) => [name, role]));
  // A pair is planned on its host alone; on a node of another role there is nothing to count.
  const ofNodes = checks.filter((check) => check.scope !== 'cluster');
  const notItsSide = nodes.flatMap(({ name, simulation: given }) =>
    ofNodes.filter(({ scope, simulations }) => {
      const role = roles.get(name);
      const simulation = report.targets.find((target) => target.name === name)?.simulation ?? given;
      const fits =
        simulations === undefined || (simulation !== undefined && simulations.includes(simulation));
      return scope === 'pair' && role !== undefined && role !== 'dpu-host' && fits;
    }),
  ).length;
  const all = nodes.length * ofNodes.length;
  if (ofChecks.length + left + notItsSide !== all)
    problems.push(`${ofChecks.length} verdicts + ${left} not planned + ${notItsSide} of pairs is not ${all}`);
  for (const { checkId, target, verdict, reason, findings, evidence, blockedBy = [] } of report.results) {
    const about = `${checkId} ${target}: ${verdict}`;
    const found = verdict === 'fail' || verdict === 'warn';
    if (found !== findings.length > 0) problems.push(`${about} with ${findings.length} findings`);
    const told = verdict === 'skip' || verdict === 'error' || verdict === 'blocked';
    if (told && !reason) problems.push(`${about} without a reason`);
    if (verdict === 'pass' && evidence.length === 0) problems.push(`${about} without evidence`);
    if (findings.some((finding) => finding.evidence.length === 0)) problems.push(`${about} without evidence`);
    if ((verdict === 'blocked') !== blockedBy.length > 0) problems.push(`${about} by ${blockedBy}`);
    for (const id of blockedBy)
      if (!report.results.some((other) => other.checkId === id && other.verdict !== 'pass'))
        problems.push(`${about} by ${id}, which did not fail`);
  }
  if (report.results.some(({ reasonCode }) => reasonCode === 'internal')) {
    const broken = report.results.find(({ reasonCode }) => reasonCode === 'internal');
    problems.push(`${broken?.checkId} is broken: ${broken?.evidence[0]?.said}`);
  }
  if (report.exitCode === 0 && report.summary.error + report.summary.fail > 0)
    problems.push('healthy with errors');
  if (problems.length > 0) throw new Error(problems.join('\n'));
}

test('each planned pair of check and target has exactly one verdict, with its reason and its evidence', async (t) => {
  const directory = temporaryDirectory(t);
  const valid = compileSchema(publishedSchema());
  let number = 0;
  const property = fc.asyncProperty(
    scenario,
    async ({ nodes: given, checks, interruptAfter, concurrency }) => {
      const nodes = given.map(({ role, simulation, answers: said, paired }, index): InventoryNode => {
        const file = join(directory, `${number++}.json`);
        const name = `node${index}`;
        if (said !== undefined)
          writeFileSync(file, JSON.stringify({ format: 1, node: { name, uri: 'test:' }, answers: said }));
        return {
          name,
          access: { kind: 'recorded', file },
          ...(role === undefined ? {} : { role }),
          ...(simulation === undefined ? {} : { simulation }),
          ...(paired && role === 'dpu-host' && index + 1 < given.length ? { dpu: `node${index + 1}` } : {}),
        };
      });
      const interrupt = new AbortController();
      let answered = 0;
      const report = await run({
        tool: { name: 'dpu-doctor', version: 'test' },
        suiteName: 'test',
        nodes,
        checks,
        set: { from: '--set', values: {} },
        suite: { from: 'suite test', values: {} },
        timeout: 5000,
        sourceTimeout: 5000,
        wait: 0,
        concurrency,
        ssh: {},
        signal: interrupt.signal,
        listen(event) {
          if (event.kind === 'target-answered' && answered++ === interruptAfter) interrupt.abort();
        },
      });
      assertComplete(report, nodes, checks);
      if (interrupt.signal.aborted !== (report.exitCode === 130))
        throw new Error(`exit code ${report.exitCode}`);
      if (!valid(JSON.parse(JSON.stringify(report)))) throw new Error(JSON.stringify(valid.errors));
    },
  );
  await fc.assert(property, { numRuns: 150 });
  t.pass();
});
