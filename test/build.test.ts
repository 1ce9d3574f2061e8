import { execFile, execFileSync, spawn } from 'node:child_process';
import { chmodSync, cpSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import test, { type ExecutionContext } from 'ava';
import { CHECKS } from '../checks/index.ts';
import { SCRIPTS_HERE } from '../cli/begin-here.ts';
import { compiledHere, HERE_SCRIPT } from '../cli/compiled.ts';
import { asksCluster } from '../scripts/without-cluster.ts';
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

const run = (program: string, args: readonly string[], env?: NodeJS.ProcessEnv): Promise<Ended> =>
  promisify(execFile)(process.execPath, [program, ...args], { env: { ...process.env, ...env } }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error: Ended) => error,
  );

/** Runs the bundle as its users do. */
const dpuDoctor = (...args: readonly string[]): Promise<Ended> => run(join(DIST, 'dpu-doctor.js'), args);

/** The text of all files that the bundle loads for a command, as V8 tells. */
async function loadedBy(t: ExecutionContext, ...args: readonly string[]): Promise<string> {
  const coverage = temporaryDirectory(t);
  await run(join(DIST, 'dpu-doctor.js'), args, { NODE_V8_COVERAGE: coverage });
  const [file = ''] = readdirSync(coverage);
  const { result } = JSON.parse(readFileSync(join(coverage, file), 'utf8')) as { result: { url: string }[] };
  return result
    .filter(({ url }) => url.startsWith('file:'))
    .map(({ url }) => readFileSync(fileURLToPath(url), 'utf8'))
    .join('');
}

test('it starts as a program', (t) => {
  t.regex(readFileSync(join(DIST, 'dpu-doctor.js'), 'utf8'), /^#!\/usr\/bin\/env node\n/);
  t.is(execFileSync('stat', ['-c', '%a', join(DIST, 'dpu-doctor.js')], { encoding: 'utf8' }).trim(), '755');
});

test('it helps, and loads nothing for it but the command line', async (t) => {
  const { code, stdout, stderr } = await dpuDoctor('--help');
  t.is(code, 0);
  t.is(stderr, '');
  t.regex(stdout, /^Usage: dpu-doctor /);
  const text = await loadedBy(t, '--help');
  t.true(text.length > 20_000 && text.length < 80_000, `${text.length} characters are loaded`);
});

test('its list has every check', async (t) => {
  const { code, stdout } = await dpuDoctor('list');
  t.is(code, 0);
  for (const { id } of CHECKS) t.true(stdout.includes(id), id);
});

const DEMO = join(ROOT, 'fixtures/demo');

test('what it runs was compiled by the build, also where it was moved to', async (t) => {
  const moved = join(temporaryDirectory(t), 'dist');
  cpSync(DIST, moved, { recursive: true });
  const files = () => readdirSync(moved, { recursive: true }).length;
  const before = files();
  const { stdout, stderr } = await run(
    join(moved, 'dpu-doctor.js'),
    ['run', '--target', `recorded:${join(DEMO, 'dpu1.json')}`],
    { NODE_DEBUG_NATIVE: 'COMPILE_CACHE' },
  );
  const told = stdout + stderr;
  t.true((told.match(/was accepted/g) ?? []).length >= 5, told);
  t.notRegex(told, /was rejected/);
  t.is(files(), before);
});

test('what examines this machine was compiled by the build, and is compiled anew where that is broken', async (t) => {
  const file = join(temporaryDirectory(t), 'code');
  const compiled = readFileSync(compiledHere(DIST));
  // V8 compiles a script only once in a process.
  for (const [code, wasCompiled] of [
    [compiled, 'true'],
    [compiled.subarray(0, 1000), 'false'],
    [Buffer.from('no code'), 'false'],
  ] as const) {
    writeFileSync(file, code);
    const script = `
      import { loadScript } from ${JSON.stringify(join(ROOT, 'cli/compiled.ts'))};
      import { readFileSync } from 'node:fs';
      console.log(loadScript(${JSON.stringify(join(DIST, HERE_SCRIPT))}, readFileSync(${JSON.stringify(file)})).wasCompiled);`;
    const told = execFileSync(process.execPath, ['--input-type=module', '--eval', script], {
      encoding: 'utf8',
    });
    t.is(told.trim(), wasCompiled);
  }
});

test('this machine is asked once, by the scripts that the build left', async (t) => {
  const directory = temporaryDirectory(t);
  const shell = join(directory, 'sh');
  writeFileSync(shell, `#!/bin/sh\ncat > '${directory}/asked.'$$\nexec /bin/sh '${directory}/asked.'$$\n`);
  chmodSync(shell, 0o755);
  const { stdout } = await run(join(DIST, 'dpu-doctor.js'), ['--json'], {
    PATH: `${directory}:${process.env['PATH']}`,
  });
  const { targets } = JSON.parse(stdout) as { targets: { facts: unknown[] }[] };
  t.true((targets[0]?.facts.length ?? 0) > 10);
  const withoutMark = (text: string) => text.replace(/^mark=.*$/m, '');
  const asked = readdirSync(directory).filter((name) => name.startsWith('asked.'));
  t.deepEqual(
    asked.map((name) => withoutMark(readFileSync(join(directory, name), 'utf8'))).sort(),
    SCRIPTS_HERE.map((name) => withoutMark(readFileSync(join(DIST, name), 'utf8'))).sort(),
  );
});

for (const [what, args] of [
  ['a recorded DPU', ['--target', `recorded:${join(DEMO, 'dpu1.json')}`]],
  ['a recorded host and its DPU', ['--inventory', join(DEMO, 'inventory.yaml')]],
  ['a recorded DPU by groups of checks', ['bluefield', '--target', `recorded:${join(DEMO, 'dpu1.json')}`]],
] as const)
  test(`it examines ${what} as the sources do, and says the same of what it can't plan`, async (t) => {
    const bundled = await dpuDoctor('run', '--json', ...args);
    const direct = await run(join(ROOT, 'bin/dpu-doctor.ts'), ['run', '--json', ...args]);
    const read = (text: string) => {
      const { results, notPlanned } = JSON.parse(text) as {
        results: { checkId: string; target: string; verdict: string }[];
        notPlanned: { reason: string; count: number }[];
      };
      const verdicts = results.map(({ checkId, target, verdict }) => `${checkId} ${target} ${verdict}`);
      return { verdicts, notPlanned };
    };
    const { verdicts, notPlanned } = read(bundled.stdout);
    t.true(verdicts.length > 10);
    t.true(notPlanned.length > 0);
    t.deepEqual({ verdicts, notPlanned }, read(direct.stdout));
  });

test('where no cluster is named, it loads no check that asks one', async (t) => {
  const loaded = await loadedBy(t, 'run', '--json', '--target', `recorded:${join(DEMO, 'dpu1.json')}`);
  // However the minifier quotes a text.
  const unquoted = (text: string): string => text.replace(/[\\'"`]/g, '');
  const all = unquoted(loaded);
  const isLoaded = ({ description }: { description: string }): boolean => all.includes(unquoted(description));
  const [asking, others] = [CHECKS.filter(asksCluster), CHECKS.filter((check) => !asksCluster(check))];
  t.true(asking.length > 10);
  t.deepEqual(
    asking.filter(isLoaded).map(({ id }) => id),
    [],
  );
  t.deepEqual(
    others.filter((check) => !isLoaded(check)).map(({ id }) => id),
    [],
  );
});

test('it examines this machine, reads an inventory and writes JUnit', async (t) => {
  const local = await dpuDoctor('run', 'system', '--report', 'junit');
  t.true(local.code <= 2, local.stderr);
  t.regex(local.stdout, /<testsuite/);
  const demo = await dpuDoctor('demo', '--no-color');
  t.is(demo.code, 0, demo.stderr);
  t.regex(demo.stdout, /What is wrong/);
});

test('asked before the command line is read, this machine tells of the same facts as when it is asked after', async (t) => {
  const known = (text: string) => {
    const { targets, results } = JSON.parse(text) as {
      targets: { role?: string; failure?: unknown; facts: { name: string }[] }[];
      results: { checkId: string }[];
    };
    const facts = targets.map(({ failure, facts: told }) => [failure, ...told.map(({ name }) => name)]);
    return { role: targets[0]?.role, facts, checks: results.map(({ checkId }) => checkId) };
  };
  const ask = async () => [
    known((await dpuDoctor('--json')).stdout),
    known((await dpuDoctor('--json', '--timeout', '60s')).stdout),
  ];
  let [before, after] = await ask();
  // Other tests start a kubelet or an ovnkube on this machine for a moment, which makes it another node.
  for (let attempt = 0; attempt < 20 && before?.role !== after?.role; attempt++)
    [before, after] = await ask();
  t.true((before?.facts[0]?.length ?? 0) > 10);
  t.deepEqual(before, after);
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
