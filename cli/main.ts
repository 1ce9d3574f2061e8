import { compileCache, loadHere, useCompileCache } from './compiled.ts';
import { flagsHere } from './here-words.ts';
import { isNewEnough, OLDEST_NODE } from './node-version.ts';
import type { RunFlags } from './run.ts';
import { USAGE } from './usage-error.ts';

/**
 * Runs the command line and gives the exit code. Bad input gives a message, never a stack trace. `directory` is that of
 * the program; of a bundle, it holds what the build has left beside it.
 */
export async function main(args: readonly string[], directory: string): Promise<number> {
  if (!isNewEnough(process.versions.node)) {
    process.stderr.write(
      `error: dpu-doctor needs Node ${OLDEST_NODE.join('.')} or newer, and this is ${process.versions.node}\n` +
        'Install a newer one from nodejs.org, or run dpu-doctor on another machine with --target.\n',
    );
    return USAGE;
  }
  const flags = flagsHere(args);
  if (flags !== undefined) return examineHere(flags, directory);
  useCompileCache(compileCache(directory));
  return (await import('./command-line.ts')).runCommandLine(args);
}

/** This machine is asked at once, before what examines it is loaded. */
async function examineHere(flags: RunFlags, directory: string): Promise<number> {
  const begun = (await import('./begin-here.ts')).beginHere(directory);
  const { runHere } = loadHere(directory) ?? (await import('./here.ts'));
  return runHere(flags, begun);
}
