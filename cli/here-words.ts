import { DEFAULT_FLAGS } from './limits.ts';
import type { RunFlags } from './run.ts';

/* A run of this machine and nothing else is told by its words, for which nothing of the command line is loaded. */

const OPTIONS: ReadonlyMap<string, Partial<RunFlags>> = new Map([
  ['--json', { json: true }],
  ['-q', { quiet: true }],
  ['--quiet', { quiet: true }],
  ['-v', { verbose: true }],
  ['--verbose', { verbose: true }],
  ['--no-color', { color: false }],
]);

/** The command and its suite, which may be left out from behind. */
const COMMAND = ['run', 'node'];

/** The words that such a run may have: those of the command, and options that say what the report looks like. */
export const HERE: readonly string[] = [...COMMAND, ...OPTIONS.keys()];

/** What the command line makes of these words; undefined where they say anything else, or where it has to complain. */
export function flagsHere(words: readonly string[]): RunFlags | undefined {
  const options = words.filter((word) => word.startsWith('-'));
  const names = words.slice(0, words.length - options.length);
  if (names.some((name, index) => name !== COMMAND[index])) return undefined;
  let flags: RunFlags = DEFAULT_FLAGS;
  for (const option of options) {
    const flag = OPTIONS.get(option);
    if (flag === undefined) return undefined;
    flags = { ...flags, ...flag };
  }
  return flags.quiet && flags.verbose ? undefined : flags;
}
