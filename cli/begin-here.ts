import { join } from 'node:path';
import { EXIT } from '../runner/report.ts';
import type { BegunShell } from '../transports/ahead.ts';
import { LOCAL_SHELL } from '../transports/local.ts';
import { newMark, withMark } from '../transports/mark.ts';
import { begin } from '../transports/process.ts';
import { SIGNALS } from './interrupt.ts';

/* Loaded before anything else is, so it loads no more than it takes to start a shell. */

/** What the build leaves beside the bundle: the scripts that ask this machine, each for a shell of its own. */
export const SCRIPTS_HERE = ['here-1.sh', 'here-2.sh'] as const;

/**
 * Starts asking this machine before what is asked, and what for, is loaded; no shell where no build has left the scripts,
 * or they can't be read. Whoever takes the answers must render the same scripts, or they are for nothing.
 */
export function beginHere(directory: string): readonly BegunShell[] {
  const begun = scriptsIn(directory).map((script) => {
    const mark = newMark();
    return { shell: begin(LOCAL_SHELL, withMark(script, mark)), mark };
  });
  endOnSignal(begun);
  return begun;
}

/** The shells are groups of their own, which no signal of a terminal reaches; until the run heeds signals, this does. */
function endOnSignal(begun: readonly BegunShell[]): void {
  for (const name of SIGNALS)
    process.on(name, () => {
      if (process.listenerCount(name) > 1) return;
      for (const { shell } of begun) shell.end();
      process.exit(EXIT.interrupted);
    });
}

/** What the build has left, all of it or nothing: without it this machine is asked a little later. */
function scriptsIn(directory: string): readonly string[] {
  const { existsSync, readFileSync } = process.getBuiltinModule('node:fs');
  const files = SCRIPTS_HERE.map((name) => join(directory, name));
  if (!files.every((file) => existsSync(file))) return [];
  try {
    return files.map((file) => readFileSync(file, 'utf8'));
  } catch {
    return [];
  }
}
