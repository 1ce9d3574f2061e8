import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import test from 'ava';
import { CHECKS } from '../../checks/index.ts';
import { createProgram } from '../../cli/program.ts';
import { ROLES } from '../../facts/derived/role.ts';
import { FORMATS } from '../../reporters/index.ts';
import { EXIT } from '../../runner/report.ts';
import { groupOf } from '../../runner/select.ts';
import { EXPECTATIONS } from '../../suites/expectations.ts';
import { SUITES } from '../../suites/index.ts';
import { assertCivil, dpuDoctor, type Ended } from '../helpers/cli.ts';

const said = async (...args: readonly string[]): Promise<string> => {
  const { code, stdout, stderr }: Ended = await dpuDoctor(args);
  if (code !== 0 || stderr !== '') throw new Error(`exit code ${code}: ${stderr}`);
  return stdout;
};

test('the version, in each of the ways that people ask for it', async (t) => {
  const { version } = JSON.parse(readFileSync(resolve(import.meta.dirname, '../../package.json'), 'utf8'));
  for (const word of ['version', '--version', '-V']) t.is(await said(word), `${version}\n`);
});

test('help, in each of the ways that people ask for it', async (t) => {
  const help = await said('--help');
  t.is(await said('help'), help);
  t.is(await said('-h'), help);
  for (const command of createProgram(() => {}).commands) t.true(help.includes(`\n  ${command.name()}`));
  for (const code of Object.values(EXIT)) t.regex(help, new RegExp(`^ {2}${code} `, 'm'));
  const run = await said('help', 'run');
  t.is(await said('run', '--help'), run);
  for (const role of ROLES) t.true(run.includes(role), role);
  for (const { name } of FORMATS) t.true(run.includes(name), name);
  t.notRegex(run, /\[\]/);
});

test('help fits into eighty columns', async (t) => {
  for (const command of ['run', 'list', 'explain', 'demo'])
    for (const line of (await said('help', command)).split('\n'))
      t.true(line.length <= 90, `${command}: ${line}`);
});

test('list: every check, suite, expectation and claim, one a line', async (t) => {
  const names = async (...args: readonly string[]): Promise<readonly string[]> =>
    (await said('list', ...args))
      .trimEnd()
      .split('\n')
      .map((line) => line.split(/\s/)[0] ?? '');
  t.deepEqual(
    await names(),
    CHECKS.map(({ id }) => id),
  );
  t.deepEqual(
    await names('ovs'),
    CHECKS.filter((check) => groupOf(check) === 'ovs' || check.tags.includes('ovs')).map(({ id }) => id),
  );
  t.deepEqual(await names('system/swap'), ['system/swap']);
  t.deepEqual(
    await names('--suites'),
    SUITES.map(({ name }) => name),
  );
  t.deepEqual(await names('--expectations'), Object.keys(EXPECTATIONS));
  t.deepEqual(
    [...(await names('--claims'))].sort(),
    [...new Set(CHECKS.flatMap(({ covers }) => covers))].sort(),
  );
});

test('explain: what a check may say, with cause and remedy', async (t) => {
  const [check] = CHECKS.filter(({ id }) => id === 'gateway/pf-netdevs');
  const ended = await dpuDoctor(['explain', 'gateway/pf-netdevs']);
  t.is(ended.code, 0);
  assertCivil(t, ended);
  for (const { text, cause, remedy } of Object.values(check?.messages ?? {}))
    for (const words of [text, cause, remedy]) t.true(ended.stdout.includes(words), words);
});
