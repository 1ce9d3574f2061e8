import { join } from 'node:path';
import type { BegunShell } from '../transports/ahead.ts';
import { LOCAL_SHELL } from '../transports/local.ts';
import { newMark, withMark } from '../transports/mark.ts';
import { begin } from '../transports/process.ts';

/* Loaded before anything else is, so it loads no more than it takes to start a shell. */

/** What the build leaves beside the bundle: the scripts that ask this machine, each for a shell of its own. */
export const SCRIPTS_HERE = ['here-1.sh', 'here-2.sh'] as const;

/**
 * Starts asking this machine before what is asked, and what for, is loaded; no shell where no build has left the scripts.
 * Whoever takes the answers must render the same scripts, or they are for nothing.
 */
export function beginHere(directory: string): readonly BegunShell[] {
  const { existsSync, readFileSync } = process.getBuiltinModule('node:fs');
  const files = SCRIPTS_HERE.map((name) => join(directory, name));
  if (!files.every((file) => existsSync(file))) return [];
  return files.map((file) => {
    const mark = newMark();
    return { shell: begin(LOCAL_SHELL, withMark(readFileSync(file, 'utf8'), mark)), mark };
  });
}
