import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { beginHere, SCRIPTS_HERE } from '../../cli/begin-here.ts';
import { compiledHere, HERE_SCRIPT, isOwn, loadHere, loadScript } from '../../cli/compiled.ts';
import { temporaryDirectory } from '../helpers/temporary.ts';

const MODULE = join(import.meta.dirname, '../../cli/compiled.ts');

/** Where Node's compile cache is after it was asked for by a user of this id; a process has one for good. */
const cacheOf = (directory: string, user = 'process.getuid()'): string =>
  execFileSync(
    process.execPath,
    [
      '--input-type=module',
      '--eval',
      `const user = ${user}; process.getuid = () => user;
       const { useCompileCache } = await import(${JSON.stringify(MODULE)});
       useCompileCache(${JSON.stringify(directory)});
       const { getCompileCacheDir } = await import('node:module');
       process.stdout.write(getCompileCacheDir() ?? 'none');`,
    ],
    { encoding: 'utf8', env: { ...process.env, NODE_COMPILE_CACHE: undefined } },
  );

/** Nodes that know no cache which can be moved have none made by the build. */
const isKnown = Number(process.versions.node.split('.')[0]) >= 25;

test('who owns the directory gets the compiled code in it', (t: ExecutionContext) => {
  const directory = temporaryDirectory(t);
  t.is(cacheOf(directory).startsWith(directory), isKnown);
});

test('nobody else does', (t) => {
  t.is(cacheOf(temporaryDirectory(t), 'process.getuid() + 1'), 'none');
});

test('without the directory nothing is cached, and none is made', (t) => {
  t.is(cacheOf(join(temporaryDirectory(t), 'absent')), 'none');
});

test('a script of the bundle is loaded with its compiled code, without it, and with broken code', (t) => {
  const directory = temporaryDirectory(t);
  t.is(loadHere(directory), undefined);
  const file = join(directory, HERE_SCRIPT);
  writeFileSync(
    file,
    'const { basename } = require("node:path"); exports.runHere = () => basename(__dirname);',
  );
  const runs = (): unknown => (loadHere(directory)?.runHere as (() => unknown) | undefined)?.();
  const name = directory.split('/').at(-1);
  t.is(runs(), name);
  for (const code of [loadScript(file).compiledCode(), Buffer.from('broken'), Buffer.alloc(0)]) {
    writeFileSync(compiledHere(directory), code);
    t.is(runs(), name);
  }
  rmSync(compiledHere(directory));
  mkdirSync(compiledHere(directory));
  t.is(runs(), name, 'what is no file is no compiled code');
});

test('of a script that is not whole there is nothing, and no exception', (t) => {
  const directory = temporaryDirectory(t);
  writeFileSync(join(directory, HERE_SCRIPT), 'exports.runHere = (');
  t.is(loadHere(directory), undefined);
});

test('scripts that can’t be read begin no shell', (t) => {
  const directory = temporaryDirectory(t);
  t.deepEqual(beginHere(directory), []);
  for (const name of SCRIPTS_HERE) mkdirSync(join(directory, name));
  t.deepEqual(beginHere(directory), []);
});

test('code is its owner’s alone', (t) => {
  const directory = temporaryDirectory(t);
  t.true(isOwn(directory));
  t.false(isOwn(join(directory, 'absent')));
  const { getuid } = process;
  try {
    process.getuid = () => (getuid?.() ?? 0) + 1;
    t.false(isOwn(directory));
  } finally {
    if (getuid !== undefined) process.getuid = getuid;
  }
});
