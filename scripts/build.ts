import { execFile } from 'node:child_process';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { compileCache } from '../cli/compiled.ts';
import { bundleHere } from './bundle-here.ts';
import { bundleProgram } from './bundle-program.ts';

/* Bundles the program into dist/, or the directory named, and compiles what people run most. */
const root = join(import.meta.dirname, '..');
const outdir = process.argv[2] ?? join(root, 'dist');

await rm(outdir, { recursive: true, force: true });
await bundleHere(outdir, await bundleProgram(outdir));
await run(join(import.meta.dirname, 'compile-here.ts'), outdir);
// Nodes before 25 know no compile cache that may be moved together with the bundle, as installing does.
if (Number(process.versions.node.split('.')[0]) >= 25) {
  await mkdir(compileCache(outdir), { recursive: true });
  const program = join(outdir, 'dpu-doctor.js');
  for (const args of [
    ['run', '--target', `recorded:${join(root, 'fixtures/demo/dpu1.json')}`],
    ['demo'],
    ['--help'],
  ])
    await run(program, ...args);
}

/** The recorded DPU has faults, so it does not end with 0; what nobody can compile is compiled when it is run. */
function run(...args: readonly string[]): Promise<void> {
  return new Promise((ended) => {
    execFile(process.execPath, [...args], () => ended());
  });
}
