import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { CHECKS } from '../../checks/index.ts';
import { parseSettings } from '../../cli/values.ts';
import type { Report } from '../../runner/report.ts';
import { EXPECTATIONS, type ExpectationDefinition } from '../../suites/expectations.ts';
import {
  assertCivil,
  dpuDoctor,
  examine,
  QUICK,
  recordedDpu,
  reportOf,
  resultOf,
  startDpuDoctor,
  swapOn,
} from '../helpers/cli.ts';
import { compileSchema, publishedSchema } from '../helpers/report-schema.ts';
import { startTcpServer } from '../helpers/tcp-server.ts';
import { temporaryDirectory } from '../helpers/temporary.ts';

/** A healthy node, a broken one and one that answers garbage, as targets. */
function recorded(t: ExecutionContext): { directory: string; good: string; broken: string; garbled: string } {
  const directory = temporaryDirectory(t);
  return {
    directory,
    good: `recorded:${recordedDpu(directory, 'good')}`,
    broken: `recorded:${recordedDpu(directory, 'broken', swapOn('/dev/sda2'))}`,
    garbled: `recorded:${recordedDpu(directory, 'garbled', 'Segmentation fault\n')}`,
  };
}

const JUST_SWAP = ['--role', 'dpu', '-s', QUICK];

test('exit codes: healthy, failed, undetermined, nothing examined; and what decided', async (t) => {
  const { good, broken, garbled } = recorded(t);
  const cases: [args: readonly string[], code: number, said: RegExp][] = [
    [['-t', good, ...JUST_SWAP], 0, /exit code 0: healthy/],
    [['-t', broken, ...JUST_SWAP], 1, /swap is on: \/dev\/sda2[\s\S]*exit code 1: a check failed/],
    [['-t', `${good},${garbled}`, ...JUST_SWAP], 2, /expected to start with its heading[\s\S]*exit code 2/],
    [['-t', `${broken},${garbled}`, ...JUST_SWAP], 1, /exit code 1/],
    [['-t', good, '-s', QUICK, '--role', 'hypervisor'], 2, /nothing was examined/],
    [['-t', good, '-s', QUICK], 2, /nothing was examined on good, for its role is not known/],
  ];
  for (const [args, code, said] of cases) {
    const ended = await dpuDoctor(['run', ...args]);
    t.is(ended.code, code, args.join(' '));
    t.regex(ended.stdout, said);
    assertCivil(t, ended);
  }
});

test('this machine alone: what it is, or that it is nothing known, and how that is known', async (t) => {
  const report = reportOf(t, await dpuDoctor(['--json']));
  const [target] = report.targets;
  t.is(report.targets.length, 1);
  t.like(target, { name: hostname(), uri: 'local:' });
  t.true((target?.roleGround ?? '').length > 0);
  t.deepEqual(
    target?.facts?.filter(({ outcome }) => outcome === 'internal'),
    [],
  );
  if (target?.role === undefined) t.is(report.exitCode, 2, 'nothing was examined');
});

test('--select takes ids, groups and tags, with what comes before them; --skip leaves out', async (t) => {
  const { good } = recorded(t);
  const checks = async (...args: readonly string[]): Promise<readonly string[]> =>
    (await examine(t, ['-t', good, '--role', 'dpu', ...args])).results.map(({ checkId }) => checkId);
  t.deepEqual(await checks('-s', QUICK), [QUICK]);
  const system = await checks('-s', 'system,versions');
  t.true(system.includes(QUICK) && system.includes('ovs/version'));
  t.true(system.includes('ovs/daemons'), 'ovs/version comes after it');
  const left = new Set(CHECKS.filter(({ tags }) => tags.includes('versions')).map(({ id }) => `${id}`));
  t.deepEqual(
    await checks('-s', 'system,versions', '-x', QUICK, '-x', 'versions'),
    system.filter((id) => id !== QUICK && id !== 'ovs/daemons' && !left.has(id)),
    'nor does what only a skipped one depends on',
  );
});

test('--role says what a node is, but does not contradict the inventory', async (t) => {
  const { directory } = recorded(t);
  const inventory = join(directory, 'inventory.yaml');
  writeFileSync(
    inventory,
    'version: 1\nnodes:\n  - { name: one, recorded: good.json }\n  - { name: two, recorded: broken.json, role: dpu }\n',
  );
  const report = await examine(t, ['-i', inventory, '--role', 'hypervisor', '-s', QUICK]);
  t.deepEqual(
    report.targets.map(({ role }) => role),
    ['hypervisor', 'dpu'],
  );
  t.deepEqual(
    report.results.map(({ target, verdict }) => [target, verdict]),
    [['two', 'fail']],
  );
});

test('every expectation can be set, each by its type', (t) => {
  for (const [name, { type }] of Object.entries<ExpectationDefinition>(EXPECTATIONS)) {
    const [given, value] = { number: ['7', 7], text: [' br-x ', 'br-x'], list: ['a, b', ['a', 'b']] }[type];
    t.deepEqual(parseSettings([`${name}=${String(given)}`]), { [name]: value as string });
  }
  t.deepEqual(parseSettings(['pf=a=b', 'num-vfs=0', 'pf=a=b']), { pf: 'a=b', 'num-vfs': 0 });
  t.deepEqual(parseSettings([]), {});
});

test('--set reaches the checks, before what the inventory says', async (t) => {
  const { directory } = recorded(t);
  const inventory = join(directory, 'inventory.yaml');
  writeFileSync(
    inventory,
    'version: 1\nnodes:\n  - { name: here, local: true, role: dpu-host, expect: { pf: from-file } }\n',
  );
  const told = async (...args: readonly string[]): Promise<string> =>
    JSON.stringify((await examine(t, ['-i', inventory, '-s', 'sriov/supported', ...args])).results);
  t.regex(await told(), /from-file/);
  const set = await told('--set', 'pf=from-line');
  t.regex(set, /from-line/);
  t.notRegex(set, /from-file/);
});

test('--wait asks again until the node is mended', async (t) => {
  const { directory, broken } = recorded(t);
  const { child, ended } = startDpuDoctor(['run', '--json', '-t', broken, ...JUST_SWAP, '--wait', '90s']);
  const { promise, resolve: answered } = Promise.withResolvers<void>();
  child.stderr?.on('data', (chunk) => {
    if (/broken: answered/.test(String(chunk))) answered();
  });
  await promise;
  recordedDpu(directory, 'mended');
  renameSync(join(directory, 'mended.json'), join(directory, 'broken.json'));
  t.is(resultOf(reportOf(t, await ended), 'broken', QUICK).verdict, 'pass');
});

test('--wait ends when its time is over, with what is still wrong', async (t) => {
  const { broken } = recorded(t);
  const report = await examine(t, ['-t', broken, ...JUST_SWAP, '--wait', '1500ms']);
  t.is(report.exitCode, 1);
});

test('--concurrency nodes at a time, and all of them in the end', async (t) => {
  let [open, most, all] = [0, 0, 0];
  const port = await startTcpServer(t, (socket) => {
    open++;
    all++;
    socket.on('close', () => open--).resume();
    // A close that came before this connection may be told after it.
    setTimeout(() => {
      most = Math.max(most, open);
    }, 200);
  });
  const targets = Array.from({ length: 5 }, (_, index) => `user${index}@127.0.0.1:${port}`);
  const report = await examine(t, [
    ...['-t', targets.join(','), '--ssh-config', '/dev/null', '--concurrency', '2', '--timeout', '1s'],
  ]);
  t.is(all, 5);
  t.true(most <= 2, `${most} at a time`);
  t.is(report.results.filter(({ reasonCode }) => reasonCode === 'timeout').length, 5);
});

test('several reports of one run say the same', async (t) => {
  const { directory, good, broken } = recorded(t);
  const ended = await dpuDoctor(
    [
      ...['run', '-t', `${good},${broken}`, ...JUST_SWAP],
      ...['-r', 'json=new/folder/out.json', '-r', 'junit=out.xml', '-r', 'junit-jenkins=jenkins.xml'],
      ...['-r', 'junit-extended=extended.xml', '-r', 'human=out.txt'],
    ],
    { cwd: directory },
  );
  t.is(ended.code, 1, ended.stderr);
  const read = (file: string): string => readFileSync(join(directory, file), 'utf8');
  const report = JSON.parse(read('new/folder/out.json')) as Report;
  t.true(compileSchema(publishedSchema())(report));
  t.deepEqual(
    report.results.map(({ verdict }) => verdict),
    ['pass', 'fail'],
  );
  for (const file of ['out.xml', 'jenkins.xml', 'extended.xml'])
    t.regex(read(file), /swap is on: \/dev\/sda2/);
  t.regex(read('out.txt'), /swap is on: \/dev\/sda2/);
  t.regex(ended.stdout, /swap is on: \/dev\/sda2/, 'and the terminal is not left empty');
  t.deepEqual(
    readdirSync(directory).filter((file) => file.endsWith('.tmp')),
    [],
  );
});

test('the same report asked for twice is one', async (t) => {
  const { good } = recorded(t);
  t.is(reportOf(t, await dpuDoctor(['run', '--json', '-r', 'json', '-t', good, ...JUST_SWAP])).exitCode, 0);
});

test('a report that can’t be written costs none of the others', async (t) => {
  const { directory, good, broken } = recorded(t);
  mkdirSync(join(directory, 'taken'));
  const run = (target: string) =>
    dpuDoctor(
      [
        ...['run', '-t', target, ...JUST_SWAP, '-q'],
        ...[
          '-r',
          'json=/proc/no/such/out.json',
          '-r',
          'human=/dev/full',
          '-r',
          'json=taken',
          '-r',
          'junit=out.xml',
        ],
      ],
      { cwd: directory },
    );
  const healthy = await run(good);
  t.is(healthy.code, 3, 'nobody would know that it is healthy');
  assertCivil(t, healthy);
  t.regex(healthy.stderr, /the json report could not be written to \/proc\/no\/such\/out\.json/);
  t.regex(
    healthy.stderr,
    /the human report could not be written to \/dev\/full: ENOSPC[\s\S]*The disk is full/,
  );
  t.regex(healthy.stderr, /taken is a folder/);
  t.regex(readFileSync(join(directory, 'out.xml'), 'utf8'), /<testsuite/);
  const failed = await run(broken);
  t.is(failed.code, 1, 'worse news are not hidden');
});

test('quiet says what is wrong and nothing else; verbose shows all evidence', async (t) => {
  const { good, broken } = recorded(t);
  const run = (...args: readonly string[]) =>
    dpuDoctor(['run', '-t', `${good},${broken}`, ...JUST_SWAP, ...args]);
  const [quiet, normal, verbose] = [await run('-q'), await run(), await run('--verbose')];
  t.is(quiet.stderr, '');
  t.regex(quiet.stdout, /swap is on/);
  t.notRegex(quiet.stdout, /good/);
  t.true(quiet.stdout.split('\n').length < 6);
  t.notRegex(normal.stdout, /swaps: no swap area/);
  t.regex(verbose.stdout, /cat \/proc\/swaps: no swap area/);
  t.regex(normal.stderr, /^examining 2 nodes, suite node$/m);
});

const hasScript = spawnSync('script', ['--version']).status === 0;

/** What a run shows on a terminal. */
function onTerminal(
  t: ExecutionContext,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): string {
  const bin = resolve(import.meta.dirname, '../../bin/dpu-doctor.ts');
  const { good, broken } = recorded(t);
  const words = [process.execPath, bin, 'run', '-t', `${good},${broken}`, ...JUST_SWAP, ...args];
  const { stdout } = spawnSync('script', ['-qec', words.map((word) => `'${word}'`).join(' '), '/dev/null'], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] ?? '', TERM: 'xterm', LANG: 'C.UTF-8', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.regex(stdout, /swap is on/);
  return stdout;
}

(hasScript ? test : test.skip)(
  'colours on a terminal, and none with --no-color, NO_COLOR or TERM=dumb',
  (t) => {
    const colour = /\u001b\[[0-9;]*m/;
    t.regex(onTerminal(t, []), colour);
    t.notRegex(onTerminal(t, ['--no-color']), colour);
    t.notRegex(onTerminal(t, [], { NO_COLOR: '1' }), colour);
    t.notRegex(onTerminal(t, ['-q'], { TERM: 'dumb' }), /\u001b/);
  },
);

test('a recording that can’t be written costs nobody the report', async (t) => {
  const { directory, good } = recorded(t);
  writeFileSync(join(directory, 'file'), '');
  const ended = await dpuDoctor(['run', '--json', '-t', good, ...JUST_SWAP, '--record', 'file/there'], {
    cwd: directory,
  });
  t.is(ended.code, 3);
  t.is((JSON.parse(ended.stdout) as Report).exitCode, 0);
  t.regex(
    ended.stderr,
    /the recording file\/there\/good\.json could not be written: ENOTDIR[\s\S]*Name a directory/,
  );
});

test('what was recorded is examined as the node was', async (t) => {
  const { directory } = recorded(t);
  const verdicts = ({ results }: Report) =>
    results.map(({ checkId, verdict, reason }) => [checkId, verdict, reason]);
  const live = await examine(t, ['--role', 'dpu', '--record', 'kept', '-t', 'local'], { cwd: directory });
  t.true(existsSync(join(directory, 'kept/local.json')));
  const again = await examine(t, ['--role', 'dpu', '-t', 'recorded:kept/local.json'], { cwd: directory });
  t.deepEqual(verdicts(again), verdicts(live));
});
