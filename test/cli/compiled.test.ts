import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
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
