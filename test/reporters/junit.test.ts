import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import { type JunitFlavor, renderJunit } from '../../reporters/junit.ts';
import { matchesGolden } from '../helpers/golden.ts';
import { hostileReport } from '../helpers/hostile.ts';
import { aFinding, aReport, aResult, aTarget, brokenReport, healthyReport } from '../helpers/reports.ts';
import { temporaryDirectory } from '../helpers/temporary.ts';
import { schemaErrors, withXmllint, xpath } from '../helpers/xmllint.ts';

const JENKINS = 'jenkins-junit-10.xsd';
const ANT = 'ant-junit.xsd';

const count = (text: string, pattern: RegExp): number => [...text.matchAll(pattern)].length;

test('a broken pair and a node that is down, portable', async (t) => {
  matchesGolden(t, 'broken.junit.xml', await renderJunit(brokenReport()));
});

test("a broken pair and a node that is down, Jenkins' flavour", async (t) => {
  matchesGolden(t, 'broken.junit-jenkins.xml', await renderJunit(brokenReport(), { flavor: 'jenkins' }));
});

test('a healthy node, extended', async (t) => {
  matchesGolden(t, 'healthy.junit-extended.xml', await renderJunit(healthyReport(), { flavor: 'extended' }));
});

const reports = {
  'a broken pair': brokenReport(),
  'a healthy node': healthyReport(),
  'no check at all': aReport({ results: [] }),
  'no target at all': aReport({ results: [], targets: [] }),
  'an interrupted run': aReport({ interrupted: true }),
  'an aborted run': aReport({ aborted: 'out of memory', results: [] }),
};

for (const [name, report] of Object.entries(reports)) {
  withXmllint(`both schemas take the portable flavour: ${name}`, async (t) => {
    const file = join(temporaryDirectory(t), 'junit.xml');
    writeFileSync(file, await renderJunit(report));
    t.is(schemaErrors(JENKINS, [file]), '');
    t.is(schemaErrors(ANT, [file]), '');
  });

  withXmllint(`Jenkins' schema takes the jenkins flavour: ${name}`, async (t) => {
    const file = join(temporaryDirectory(t), 'junit.xml');
    writeFileSync(file, await renderJunit(report, { flavor: 'jenkins' }));
    t.is(schemaErrors(JENKINS, [file]), '');
  });
}

withXmllint('the schemas refuse what the real ones refuse', async (t) => {
  const directory = temporaryDirectory(t);
  const valid = await renderJunit(brokenReport());
  const refused = (schema: string, from: string | RegExp, to: string): void => {
    const file = join(directory, 'refused.xml');
    const changed = valid.replace(from, to);
    t.not(changed, valid, `${from} is in the document`);
    writeFileSync(file, changed);
    t.not(schemaErrors(schema, [file]), '', `${schema}: ${from} → ${to}`);
  };
  refused(JENKINS, '<testsuites>', '<testsuites skipped="1">');
  refused(JENKINS, '<testcase ', '<testcase status="run" ');
  refused(JENKINS, '<testsuite ', '<testsuite disabled="0" ');
  refused(JENKINS, ' tests="4"', '');
  refused(JENKINS, /time="0.006" tests/, 'time="1e-05" tests');
  refused(JENKINS, '<failure ', '<failure severity="1" ');
  refused(JENKINS, /<testcase ([^>]*)\/>/, '<testcase $1><properties/></testcase>');
  refused(ANT, '<testsuites>', '<testsuites name="dpu-doctor">');
  refused(ANT, 'T10:00:00"', 'T10:00:00Z"');
  refused(ANT, 'hostname="host1"', 'hostname=""');
  refused(ANT, '<system-err/>', '');
  refused(ANT, ' type="NO_NETDEVS"', '');
  refused(ANT, 'time="0.002"', 'time="2e-3"');
  refused(ANT, /<testcase ([^>]*)\/>/, '<testcase $1><system-out/></testcase>');
});

withXmllint('both schemas take whatever nodes say, and the counters are those of the cases', async (t) => {
  const directory = temporaryDirectory(t);
  const samples = fc.sample(hostileReport, 150);
  const files: string[] = [];
  for (const [index, report] of samples.entries()) {
    const file = join(directory, `${index}.xml`);
    const xml = await renderJunit(report);
    writeFileSync(file, xml);
    files.push(file);
    // A value may hold a '>', so values are stepped over whole.
    const suites = [...xml.matchAll(/<testsuite ((?:[^">]|"[^"]*")*)>/g)].map((match) => match[1] ?? '');
    const sum = (name: string): number =>
      suites.reduce((total, attributes) => total + Number(attributes.match(` ${name}="(\\d+)"`)?.[1]), 0);
    t.is(sum('tests'), count(xml, /<testcase /g));
    t.is(sum('failures'), count(xml, /<failure /g));
    t.is(sum('errors'), count(xml, /<error /g));
    t.is(sum('skipped'), count(xml, /<skipped /g));
    const names = [...xml.matchAll(/<testcase classname="[^"]*" name="([^"]*)"/g)].map((match) => match[1]);
    t.is(new Set(names).size, names.length, 'no two cases have the same name');
  }
  t.is(schemaErrors(JENKINS, files), '');
  t.is(schemaErrors(ANT, files), '');
});

withXmllint('message and body say the same, and read back as they were', async (t) => {
  const xml = await renderJunit(
    aReport({
      results: [
        aResult({
          checkId: 'a/b',
          verdict: 'fail',
          findings: [
            aFinding({
              message: 'a < b && "c" > \'d\' ]]> <!-- é 日本',
              observed: 'line one\nline two',
              evidence: [{ source: 'cat /x', said: 'a ]]> b ]]> c' }],
            }),
          ],
        }),
      ],
    }),
  );
  const body = xpath(xml, '//failure');
  t.is(body, xpath(xml, '//failure/@message'));
  t.true(body.startsWith('a < b && "c" > \'d\' ]]> <!-- é 日本\n'));
  t.true(body.includes('observed: line one\n  line two'));
  t.true(body.includes('a ]]> b ]]> c'));
  t.true(body.includes("cause: The PF PCI address doesn't have any associated network devices."));
  t.true(body.includes('fix: Verify'));
  t.true(body.includes('docs: seed G L97-L102'));
});

withXmllint('the totals at the root are those of the suites', async (t) => {
  const xml = await renderJunit(brokenReport(), { flavor: 'jenkins' });
  for (const name of ['tests', 'failures', 'errors'])
    t.is(xpath(xml, `/testsuites/@${name}`), xpath(xml, `sum(//testsuite/@${name})`), name);
  t.is(xpath(xml, '/testsuites/@tests'), String(brokenReport().results.length));
});

test('each verdict becomes what readers show', async (t) => {
  const only = (given: Parameters<typeof aResult>[0]): Promise<string> =>
    renderJunit(aReport({ results: [aResult({ checkId: 'x/ok' }), aResult(given)] }));
  t.notRegex(await only({ checkId: 'a/b' }), /<(failure|error|skipped) /);
  const failed = await only({ checkId: 'a/b', verdict: 'fail', findings: [aFinding()] });
  t.regex(failed, /<failure message="no netdevs[^>]*type="NO_NETDEVS">/);
  const error = await only({
    checkId: 'a/b',
    verdict: 'error',
    reason: 'no ip',
    reasonCode: 'missing-program',
  });
  t.regex(error, /<error message="no ip[^>]*type="MISSING_PROGRAM">/);
  const skipped = await only({ checkId: 'a/b', verdict: 'skip', reason: 'no PF', evidence: [] });
  t.regex(skipped, /<skipped message="no PF">no PF<\/skipped>/);
  const gap = await only({
    checkId: 'a/b',
    verdict: 'skip',
    expectedGap: true,
    reason: 'VF 0',
    evidence: [],
  });
  t.regex(gap, /<skipped message="expected gap: VF 0">/);
  const blocked = await only({
    checkId: 'a/b',
    verdict: 'blocked',
    reason: 'x',
    blockedBy: ['x/ok'],
    evidence: [],
  });
  t.regex(blocked, /<skipped message="blocked by x\/ok: x">/);
  const warn = await only({ checkId: 'a/b', verdict: 'warn', findings: [aFinding({ level: 'warn' })] });
  t.notRegex(warn, /<(failure|error|skipped) /);
  t.regex(warn, /<system-out>a\/b \[host1\]\nwarning: no netdevs found/);
});

test('a failing document for every exit code but 0, and none for 0', async (t) => {
  for (const [name, report] of Object.entries(reports)) {
    const red = /<(failure|error) /.test(await renderJunit(report));
    t.is(red, report.exitCode !== 0, `${name}: exit code ${report.exitCode}`);
  }
  const skips = aReport({ results: [aResult({ checkId: 'a/b', verdict: 'skip', reason: 'no PF' })] });
  t.regex(await renderJunit(skips), /<error message="no check gave a verdict/);
});

test('a target that could not be asked is an error though it has no result', async (t) => {
  const failure = { code: 'host-key-changed', message: 'the host key changed', hint: 'Ask its owner.' };
  const xml = await renderJunit(aReport({ targets: [aTarget(), aTarget({ name: 'host2', failure })] }));
  t.regex(
    xml,
    /name="run\/complete \[host2\]"[^>]*>\s*<error message="the host key changed[^>]*type="HOST_KEY_CHANGED"/,
  );
});

test('names carry nothing that changes from run to run', async (t) => {
  const other = { ...brokenReport(), startedAt: '2027-01-01T00:00:00.000Z', durationMs: 99 };
  const names = (xml: string): string[] => xml.match(/ (class)?name="[^"]*"/g) ?? [];
  t.deepEqual(names(await renderJunit(other)), names(await renderJunit(brokenReport())));
});

test('times never have an exponent, whatever was measured', async (t) => {
  const durations = [1e-7, 1e25, Number.NaN, Number.POSITIVE_INFINITY, -1, 1234.5678];
  const results = durations.map((durationMs, index) => aResult({ checkId: `a/${index}`, durationMs }));
  const times = [...(await renderJunit(aReport({ results }))).matchAll(/time="([^"]*)"/g)];
  t.true(times.length > durations.length);
  for (const [, time] of times) t.regex(time ?? '', /^\d+\.\d{3}$/);
});

test('a start that is no time still gives a timestamp', async (t) => {
  for (const startedAt of ['', 'yesterday', '2026-08-20T10:00:00+02:00', '+012026-08-20T10:00:00.000Z']) {
    t.regex(await renderJunit(aReport({ startedAt })), / timestamp="\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d"/);
  }
});

test('a long body is cut below what readers take, and says so', async (t) => {
  const findings = Array.from({ length: 300 }, (_, index) =>
    aFinding({ message: `VF ${index} ${'x'.repeat(90)}` }),
  );
  const xml = await renderJunit(
    aReport({ results: [aResult({ checkId: 'a/b', verdict: 'fail', findings })] }),
  );
  const body = /<failure [^>]*>([^<]*)</.exec(xml)?.[1] ?? '';
  t.true(body.length < 10_000);
  t.regex(body, /… \d+ more characters$/);
});

test('a node gets to name no file for GitLab to attach', async (t) => {
  const said = '[[ATTACHMENT|/etc/passwd]]';
  const results = [
    aResult({ checkId: 'a/b', verdict: 'error', reason: said, evidence: [{ source: said, said }] }),
    aResult({ checkId: 'a/c', note: said }),
  ];
  for (const flavor of ['portable', 'jenkins', 'extended'] as const satisfies readonly JunitFlavor[])
    t.notRegex(await renderJunit(aReport({ results }), { flavor }), /\[\[ATTACHMENT/);
});

test('two nodes whose names look the same keep cases of their own', async (t) => {
  const results = ['host1', 'host1\u0007'].map((target) => aResult({ checkId: 'a/b', target }));
  const xml = await renderJunit(aReport({ results }));
  t.regex(xml, /name="a\/b \[host1\]"/);
  t.regex(xml, /name="a\/b \[host1\] #2"/);
});

test('ten thousand cases are written', async (t) => {
  const results = Array.from({ length: 10_000 }, (_, index) =>
    aResult({ checkId: `a/${index % 50}`, target: `host${Math.floor(index / 50)}` }),
  );
  const xml = await renderJunit(aReport({ results }));
  t.is(count(xml, /<testcase /g), 10_000);
});
