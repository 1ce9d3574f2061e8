import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import test from 'ava';
import { execa } from 'execa';
import type { Report } from '../runner/report.ts';

const ROOT = resolve(import.meta.dirname, '..');

test('the demo finds the three faults of the recorded cluster and nothing else', async (t) => {
  const { stdout, exitCode, stderr } = await execa(process.execPath, [
    `${ROOT}/bin/dpu-doctor.ts`,
    'demo',
    '--report',
    'json',
  ]);
  const report = JSON.parse(stdout) as Report;
  const found = report.results.filter(
    ({ verdict }) => verdict === 'fail' || verdict === 'warn' || verdict === 'error',
  );
  t.deepEqual(
    found.map(({ target, checkId, verdict }) => [target, checkId, verdict]),
    [
      ['dpu1', 'ovs/port-errors', 'fail'],
      ['host2', 'gateway/pf-netdevs', 'fail'],
      ['dpu2', 'ovs/hw-offload', 'fail'],
    ],
  );
  t.is(report.targets.length, 5);
  t.is(exitCode, 0);
  t.regex(stderr, /would end with 1/);
});

test('the recordings were made with the checks of today: no source is missing in them', async (t) => {
  const { stdout } = await execa(process.execPath, [`${ROOT}/bin/dpu-doctor.ts`, 'demo', '--report', 'json']);
  const facts = (JSON.parse(stdout) as Report).targets.flatMap(({ name, facts = [] }) =>
    facts.map((fact) => [name, fact.name, fact.outcome]),
  );
  t.deepEqual(
    facts.filter(([, , outcome]) => outcome === 'not-recorded'),
    [],
    'run scripts/record-demo.ts',
  );
});

test('README names the demo as the command to begin with', async (t) => {
  t.regex(await readFile(`${ROOT}/README.md`, 'utf8'), /npm ci && npm run --silent demo/);
});
