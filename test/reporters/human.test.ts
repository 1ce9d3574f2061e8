import test from 'ava';
import { type HumanOptions, renderHuman } from '../../reporters/human.ts';
import { widthOf } from '../../reporters/width.ts';
import type { Report } from '../../runner/report.ts';
import { matchesGolden } from '../helpers/golden.ts';
import { aFinding, aReport, aResult, aTarget, brokenReport, healthyReport } from '../helpers/reports.ts';

const render = (
  report: Report,
  detail: HumanOptions['detail'] = 'normal',
  terminal: Partial<HumanOptions['terminal']> = {},
): Promise<string> =>
  renderHuman(report, { detail, terminal: { width: 80, colour: 0, unicode: true, ...terminal } });

test('a broken pair at 80 columns', async (t) => {
  matchesGolden(t, 'broken.human.txt', await render(brokenReport()));
});

test('a broken pair at 120 columns', async (t) => {
  matchesGolden(t, 'broken.human-120.txt', await render(brokenReport(), 'normal', { width: 120 }));
});

test('a broken pair, verbose', async (t) => {
  matchesGolden(t, 'broken.human-verbose.txt', await render(brokenReport(), 'verbose'));
});

test('a broken pair, quiet and in ASCII', async (t) => {
  matchesGolden(t, 'broken.human-quiet-ascii.txt', await render(brokenReport(), 'quiet', { unicode: false }));
});

test('a broken pair in colours', async (t) => {
  matchesGolden(t, 'broken.human-colour.txt', await render(brokenReport(), 'normal', { colour: 1 }));
});

test('a healthy node', async (t) => {
  matchesGolden(t, 'healthy.human.txt', await render(healthyReport()));
});

test('what could have been examined and was not is told in the shortest report too', async (t) => {
  const reason = 'the nodes were not logged in to: --node-access ssh does that';
  const others = { reason: 'not for the role dpu', count: 5 };
  const report = {
    ...healthyReport(),
    notPlanned: [{ reason, count: 90, avoidable: true as const }, others],
  };
  const text = await render(report, 'quiet', { width: 120 });
  t.true(text.includes(`Not planned: 90 × ${reason}\n`));
  t.false(text.includes('not for the role'));
});

test('a healthy node, quiet: the counts and what they mean', async (t) => {
  const text = await render(healthyReport(), 'quiet');
  t.is(text, '0 failed · 4 passed · 1 skipped\nexit code 0: healthy  (5 check results on 1 node in 1.4 s)\n');
});

test('colours change nothing but colours', async (t) => {
  for (const detail of ['quiet', 'normal', 'verbose'] as const) {
    const coloured = await render(brokenReport(), detail, { colour: 1 });
    t.regex(coloured, /\u001b\[31m/);
    t.is(coloured.replace(/\u001b\[[\d;]*m/g, ''), await render(brokenReport(), detail));
  }
});

test('only ASCII where the terminal shows no more, whatever the nodes say', async (t) => {
  const results = [aResult({ checkId: 'a/b', verdict: 'error', reason: 'größe 日本 …' })];
  for (const detail of ['quiet', 'normal', 'verbose'] as const)
    t.notRegex(await render(aReport({ results }), detail, { unicode: false }), /[^\n -~]/);
});

test('every line of prose fits, at 80 and at 120 columns', async (t) => {
  for (const width of [80, 120]) {
    const lines = (await render(brokenReport(), 'verbose', { width })).split('\n');
    t.deepEqual(
      lines.filter((line) => widthOf(line) > width),
      [],
    );
  }
});

test('a command to paste is never broken, however narrow the terminal', async (t) => {
  const command = 'ovs-vsctl --timeout=10 set Open_vSwitch . other_config:hw-offload=true external_ids:x=y';
  const findings = [aFinding({ remedy: `Set it and start Open vSwitch again: ${command}` })];
  const report = aReport({ results: [aResult({ checkId: 'a/b', verdict: 'fail', findings })] });
  t.true((await render(report, 'normal', { width: 40 })).split('\n').some((line) => line.trim() === command));
});

test('every failure is told with observed, expected, cause, fix, docs and evidence', async (t) => {
  const finding = aFinding();
  const report = aReport({ results: [aResult({ checkId: 'a/b', verdict: 'fail', findings: [finding] })] });
  const text = await render(report, 'normal', { width: 120 });
  for (const said of [finding.message, finding.observed, finding.expected, finding.cause, 'seed G L97-L102'])
    t.true(text.includes(said), said);
  for (const label of ['observed', 'expected', 'cause', 'fix', 'docs', 'evidence'])
    t.regex(text, new RegExp(`^ +${label} `, 'm'));
});

test('no result is lost: each check is named, whatever its verdict', async (t) => {
  for (const detail of ['normal', 'verbose'] as const) {
    const text = await render(brokenReport(), detail, { width: 120 });
    for (const { checkId, verdict } of brokenReport().results) {
      const name = verdict === 'pass' ? checkId.split('/')[1] : checkId;
      t.true(text.includes(name ?? '?'), `${detail}: ${checkId}`);
    }
  }
});

test('skips keep their reasons, with --verbose and without', async (t) => {
  for (const detail of ['normal', 'verbose'] as const) {
    const text = (await render(brokenReport(), detail)).replace(/\s+/g, ' ');
    t.true(text.includes('2 × simulated: dpu1 has veth pairs in place of VFs'));
    t.true(text.includes('system/kubelet [dpu1]: kubelet does not run here'));
    t.true(text.includes('Expected gaps: broken as documented'));
    t.true(text.includes('Not planned: 3 × not for the role dpu'));
  }
});

test('the worst comes first: failures before errors before warnings, what blocks most before the rest', async (t) => {
  const text = await render(brokenReport(), 'quiet', { width: 120 });
  const order = text.split('\n').map((line) => line.trim()[0]);
  t.deepEqual(order.slice(0, 5), ['✗', '✗', '?', '?', '!']);
  t.true(text.indexOf('gateway/pf-netdevs') < text.indexOf('sriov/physfn-links'));
});

test('what is blocked stands beneath what failed, however many checks lie between', async (t) => {
  const text = await render(brokenReport(), 'normal', { width: 120 });
  t.regex(text, /⊘ 2 checks blocked by gateway\/pf-netdevs: gateway\/first-netdev, gateway\/choice/);
  t.regex(text, /⊘ 1 check blocked by ovs\/bridges: pairs\/wiring \[host1, dpu1\]/);
});

test('what is blocked by nothing that is shown is told on its own', async (t) => {
  const blocked = aResult({
    checkId: 'a/b',
    verdict: 'blocked',
    blockedBy: ['x/y'],
    reason: 'x/y did not pass',
  });
  const text = await render(aReport({ results: [aResult({ checkId: 'c/d' }), blocked] }));
  t.regex(text, /blocked by x\/y: x\/y did not pass/);
  t.regex(text, /exit code 2/);
});

test('failures of one code on many nodes are one line at the end', async (t) => {
  const targets = Array.from({ length: 9 }, (_, index) => aTarget({ name: `host${index}` }));
  const results = targets.map(({ name }) =>
    aResult({ checkId: 'a/b', target: name, verdict: 'fail', findings: [aFinding()] }),
  );
  const text = await render(aReport({ targets, results }), 'quiet', { width: 120 });
  t.regex(text, /a\/b \[host0, host1, host2, host3, host4, host5 and 3 more\]: no netdevs found/);
  t.is(text.split('\n').length, 4);
});

test('among many nodes a healthy one takes one line, and one with a warning does not', async (t) => {
  const targets = Array.from({ length: 9 }, (_, index) => aTarget({ name: `host${index}` }));
  const results = targets.map(({ name }) => aResult({ checkId: 'a/b', target: name }));
  const warned = aResult({
    checkId: 'a/c',
    target: 'host3',
    verdict: 'warn',
    findings: [aFinding({ level: 'warn' })],
  });
  const text = await render(aReport({ targets, results: [...results, warned] }));
  t.is(text.match(/^✓ host\d {2}DPU host · 1 passed$/gm)?.length, 8);
  t.regex(text, /^host3 {2}DPU host · ssh/m);
});

test('an interrupted run, an aborted one and one of nothing say so', async (t) => {
  t.regex(await render(aReport({ interrupted: true })), /Interrupted: this is what was known by then/);
  t.regex(await render(aReport({ interrupted: true }), 'quiet'), /exit code 130: interrupted/);
  t.regex(await render(aReport({ aborted: 'out of memory' }), 'quiet'), /out of memory/);
  t.regex(await render(aReport({ results: [] }), 'quiet'), /nothing was examined/);
});

test('long evidence is cut and says so; --verbose shows it', async (t) => {
  const said = Array.from({ length: 50 }, (_, index) => `line ${index} of the flows`).join('\n');
  const findings = [aFinding({ evidence: [{ source: 'ovs-appctl dpctl/dump-flows', said }] })];
  const report = aReport({ results: [aResult({ checkId: 'a/b', verdict: 'fail', findings })] });
  const short = await render(report);
  t.regex(short, /… 38 more lines/);
  t.notRegex(short, /line 49/);
});

test('results of a node that is not among the targets are shown all the same', async (t) => {
  const text = await render(aReport({ results: [aResult({ checkId: 'a/b', target: 'ghost' })] }));
  t.regex(text, /^ghost {2}/m);
});

test('many findings of one code are told by their messages, and the rest counted', async (t) => {
  const findings = Array.from({ length: 30 }, (_, index) =>
    aFinding({ message: `VF ${index} has no physfn link` }),
  );
  const report = aReport({ results: [aResult({ checkId: 'a/b', verdict: 'fail', findings })] });
  const text = await render(report);
  t.is(text.match(/also: VF/g)?.length, 8);
  t.regex(text, /and 21 more: --verbose shows them/);
  t.regex(await render(report, 'verbose'), /VF 29 has no physfn link/);
});

test('a long text of a check is cut and says so', async (t) => {
  const findings = [aFinding({ cause: 'why '.repeat(2000) })];
  const report = aReport({ results: [aResult({ checkId: 'a/b', verdict: 'fail', findings })] });
  t.regex(await render(report), /… \d+ more\s+characters/);
});
