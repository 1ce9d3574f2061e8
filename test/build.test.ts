import { execFile, execFileSync, spawn } from 'node:child_process';
import { readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import { CHECKS } from '../checks/index.ts';
import { noSshd, startSshd } from './helpers/sshd.ts';
import { temporaryDirectory } from './helpers/temporary.ts';

/*
 * The bundle has to find everything without node_modules: it is built into a directory that has none above it, with
 * the fixtures beside it as in the package.
 */
const ROOT = join(import.meta.dirname, '..');
const PARENT = execFileSync('mktemp', ['-d'], { encoding: 'utf8' }).trim();
const DIST = join(PARENT, 'dist');

test.before(() => {
  execFileSync(process.execPath, [join(ROOT, 'scripts/build.ts'), DIST]);
  symlinkSync(join(ROOT, 'fixtures'), join(PARENT, 'fixtures'));
  symlinkSync(join(ROOT, 'package.json'), join(PARENT, 'package.json'));
});

test.after.always(() => {
  execFileSync('rm', ['-rf', PARENT]);
});

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the bundle as its users do. */
const dpuDoctor = (...args: readonly string[]): Promise<Ended> =>
  promisify(execFile)(process.execPath, [join(DIST, 'dpu-doctor.js'), ...args]).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error: Ended) => error,
  );

test('it starts as a program', (t) => {
  t.regex(readFileSync(join(DIST, 'dpu-doctor.js'), 'utf8'), /^#!\/usr\/bin\/env node\n/);
  t.is(execFileSync('stat', ['-c', '%a', join(DIST, 'dpu-doctor.js')], { encoding: 'utf8' }).trim(), '755');
});

test('it helps, and loads nothing for it but the command line', async (t) => {
  const { code, stdout, stderr } = await dpuDoctor('--help');
  t.is(code, 0);
  t.is(stderr, '');
  t.regex(stdout, /^Usage: dpu-doctor /);
  const script = readFileSync(join(DIST, 'dpu-doctor.js'), 'utf8');
  const parts = new Set([...script.matchAll(/(?:from|import)"\.\/([\w.-]+)"/g)].map(([, name = '']) => name));
  const loaded = [...parts].reduce((sum, name) => sum + readFileSync(join(DIST, name)).length, script.length);
  t.true(loaded < 80_000, `${loaded} bytes are loaded: dpu-doctor.js ${[...parts]}`);
});

test('its list has every check', async (t) => {
  const { code, stdout } = await dpuDoctor('list');
  t.is(code, 0);
  for (const { id } of CHECKS) t.true(stdout.includes(id), id);
});

test('it examines a recorded node as the sources do', async (t) => {
  const args = ['run', '--json', '--target', `recorded:${join(ROOT, 'fixtures/demo/dpu1.json')}`];
  const bundled = await dpuDoctor(...args);
  const direct = await promisify(execFile)(process.execPath, [
    join(ROOT, 'bin/dpu-doctor.ts'),
    ...args,
  ]).catch((error: Ended) => error);
  const verdicts = (text: string) =>
    (JSON.parse(text) as { results: { checkId: string; verdict: string }[] }).results.map(
      ({ checkId, verdict }) => `${checkId} ${verdict}`,
    );
  t.true(verdicts(bundled.stdout).length > 10);
  t.deepEqual(verdicts(bundled.stdout), verdicts(direct.stdout));
});

test('it examines this machine, reads an inventory and writes JUnit', async (t) => {
  const local = await dpuDoctor('run', 'system', '--report', 'junit');
  t.true(local.code <= 2, local.stderr);
  t.regex(local.stdout, /<testsuite/);
  const demo = await dpuDoctor('demo', '--no-color');
  t.is(demo.code, 0, demo.stderr);
  t.regex(demo.stdout, /What is wrong/);
});

const withSshd = noSshd === undefined ? test : test.skip;

withSshd('it logs in over SSH (needs sshd)', async (t) => {
  const { port, user, knownHosts, identity } = await startSshd(t, temporaryDirectory(t));
  const { code, stdout, stderr } = await dpuDoctor(
    ...['run', 'system', '--json', '--ssh-config', '/dev/null', '--known-hosts', knownHosts],
    ...['--identity', identity, '--target', `${user}@127.0.0.1:${port}`],
  );
  t.true(code <= 2, stderr);
  const { targets } = JSON.parse(stdout) as {
    targets: { failure?: unknown; facts: { outcome: string }[] }[];
  };
  t.is(targets[0]?.failure, undefined);
  t.true((targets[0]?.facts.filter(({ outcome }) => outcome === 'ok').length ?? 0) > 5);
});

test('a reader that goes away is no error', async (t) => {
  for (const args of [['--help'], ['list']]) {
    const child = spawn(process.execPath, [join(DIST, 'dpu-doctor.js'), ...args]);
    child.stdout.destroy();
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk;
    });
    await new Promise((resolve) => child.once('close', resolve));
    t.is(stderr, '');
    t.is(child.exitCode, 0);
  }
});
