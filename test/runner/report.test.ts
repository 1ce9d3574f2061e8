import test from 'ava';
import { blockersIn } from '../../runner/blockers.ts';
import { completeReport, exitCodeOf, runProblems, summaryOf } from '../../runner/complete-report.ts';
import { type ExitCode, type Report, type Result, VERDICTS, type Verdict } from '../../runner/report.ts';
import { cpuClock } from '../helpers/cpu-clock.ts';
import { aReport, aResult, aTarget } from '../helpers/reports.ts';

const of = (verdict: Verdict, given: Partial<Result> = {}): Result =>
  aResult({ checkId: `a/${verdict}`, verdict, ...given });

const codeOf = (results: readonly Result[], given: Partial<Report> = {}): ExitCode =>
  exitCodeOf({ targets: [aTarget()], results, ...given });

const blockedBy = (checkId: string, given: Partial<Result> = {}): Result =>
  of('blocked', { blockedBy: [checkId], ...given });

const cases: readonly (readonly [string, ExitCode, readonly Result[], Partial<Report>?])[] = [
  ['a pass', 0, [of('pass')]],
  ['a warning alone', 0, [of('warn')]],
  ['a pass and a skip', 0, [of('pass'), of('skip')]],
  ['a pass and an expected gap', 0, [of('pass'), of('skip', { expectedGap: true })]],
  ['a pass, and a check blocked by a skip', 0, [of('pass'), of('skip'), blockedBy('a/skip')]],
  ['a fail', 1, [of('pass'), of('fail')]],
  ['a fail and an error', 1, [of('error'), of('fail')]],
  ['a fail and what it blocks', 1, [of('pass'), of('fail'), blockedBy('a/fail')]],
  ['an aborted run with a fail', 1, [of('fail')], { aborted: 'out of memory' }],
  ['an error', 2, [of('pass'), of('error')]],
  ['an error and what it blocks', 2, [of('pass'), of('error'), blockedBy('a/error')]],
  ['a check blocked by nothing', 2, [of('pass'), of('blocked')]],
  ['a check blocked by a check that is not there', 2, [of('pass'), blockedBy('a/nowhere')]],
  ['a check blocked by one that passed', 2, [of('pass'), blockedBy('a/pass')]],
  [
    'a check blocked by a skip of another node',
    2,
    [of('pass'), of('skip', { target: 'host2' }), blockedBy('a/skip')],
  ],
  [
    'checks that block each other',
    2,
    [of('pass'), blockedBy('a/x', { checkId: 'a/y' }), blockedBy('a/y', { checkId: 'a/x' })],
  ],
  ['a check that blocks itself', 2, [of('pass'), blockedBy('a/blocked')]],
  ['no result', 2, []],
  ['skips alone', 2, [of('skip')]],
  ['an expected gap alone', 2, [of('skip', { expectedGap: true })]],
  ['an aborted run', 2, [of('pass')], { aborted: 'out of memory' }],
  ['no target', 2, [], { targets: [] }],
  [
    'a target that could not be asked and has no result',
    2,
    [of('pass')],
    { targets: [aTarget(), aTarget({ name: 'host2', failure: { code: 'timeout', message: 'no answer' } })] },
  ],
  ['an interrupted run with passes', 130, [of('pass')], { interrupted: true }],
  ['an interrupted run with a fail', 130, [of('fail')], { interrupted: true }],
  ['an interrupted run without results', 130, [], { interrupted: true }],
];

for (const [name, expected, results, given] of cases) {
  test(`exit code ${expected}: ${name}`, (t) => {
    t.is(codeOf(results, given), expected);
  });
}

test('exit code 2: a node of unknown role on which nothing was examined, though others are healthy', (t) => {
  const { role, ...unknown } = aTarget({ name: 'host2', roleGround: 'nothing told' });
  t.is(role, 'dpu-host');
  t.is(codeOf([of('pass')], { targets: [aTarget(), unknown] }), 2);
  t.is(codeOf([of('pass'), of('pass', { target: 'host2' })], { targets: [aTarget(), unknown] }), 0);
});

test('exit code 0: a node whose role no selected check concerns', (t) => {
  t.is(codeOf([of('pass')], { targets: [aTarget(), aTarget({ name: 'cp', role: 'control-plane' })] }), 0);
});

test('exit code 0: a DPU that only checks of the pair are about', (t) => {
  const { role, ...dpu } = aTarget({ name: 'dpu1' });
  t.truthy(role);
  const pair = of('pass', { pair: { host: 'host1', dpu: 'dpu1' } });
  t.is(codeOf([pair], { targets: [aTarget(), dpu] }), 0);
});

test('the exit code is what the worst of any two verdicts asks for', (t) => {
  const weight: Record<Verdict, number> = { pass: 0, warn: 0, skip: -1, blocked: 2, error: 2, fail: 3 };
  for (const a of VERDICTS) {
    for (const b of VERDICTS) {
      const worst = Math.max(weight[a], weight[b]);
      const expected = worst === 3 ? 1 : worst === 0 ? 0 : 2;
      const results = [of(a, { checkId: 'a/1' }), of(b, { checkId: 'a/2' })];
      t.is(codeOf(results), expected, `${a} and ${b}`);
    }
  }
});

test('a run that is not healthy without any failed or undetermined check has a problem that says why', (t) => {
  for (const [name, expected, results, given] of cases) {
    const shown = results.some(({ verdict }) => verdict === 'fail' || verdict === 'error');
    const problems = runProblems({ targets: [aTarget()], results, ...given });
    if (expected !== 0 && !shown) t.true(problems.length > 0, name);
    if (expected === 0) t.deepEqual(problems, [], name);
  }
});

test('the summary counts every result once', (t) => {
  const summary = summaryOf([...VERDICTS, 'fail' as const].map((verdict) => of(verdict)));
  t.deepEqual(summary, { pass: 1, warn: 1, fail: 2, error: 1, skip: 1, blocked: 1, total: 7 });
});

test('a check of a pair can be blocked on either of its nodes', (t) => {
  const onDpu = of('fail', { target: 'dpu1' });
  const elsewhere = of('fail', { target: 'dpu2' });
  const pair = blockedBy('a/fail', { pair: { host: 'host1', dpu: 'dpu1' } });
  t.deepEqual(blockersIn([onDpu, elsewhere, pair])(pair), [onDpu]);
});

test('a completed report carries format, summary and exit code', (t) => {
  const { format, summary, exitCode } = completeReport(aReport({ results: [of('fail')] }));
  t.is(format, 1);
  t.is(summary.total, 1);
  t.is(exitCode, 1);
});

test('many blocked checks in a long chain are followed quickly', (t) => {
  const chain = Array.from({ length: 3000 }, (_, index) =>
    blockedBy(`a/${Math.max(0, index - 1)}`, { checkId: `a/${index}` }),
  );
  const spent = cpuClock();
  t.is(codeOf([of('pass'), ...chain]), 2);
  t.true(spent() < 2000);
});

test('what hangs on many nodes that can not be reached is followed quickly', (t) => {
  const results = Array.from({ length: 1000 }, (_, index) => `n${index}`).flatMap((target) => [
    of('error', { target, checkId: 'target/reachable' }),
    ...Array.from({ length: 30 }, (_, own) => blockedBy('target/reachable', { target, checkId: `a/${own}` })),
  ]);
  const spent = cpuClock();
  const blockersOf = blockersIn(results);
  const wrong = results.filter((result) => {
    const [blocker, second] = blockersOf(result);
    return (
      second !== undefined || blocker?.target !== (result.verdict === 'blocked' ? result.target : undefined)
    );
  });
  t.is(wrong.length, 0);
  t.true(spent() < 3000);
});
