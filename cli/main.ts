import { USAGE } from './usage-error.ts';

/** As package.json has it. Older ones lack what is used here, and would say so with a stack trace. */
const OLDEST_NODE = [24, 12] as const;

/** Whether this Node will do. */
export function isNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1]);
}

/** Runs the command line and gives the exit code. Bad input gives a message, never a stack trace. */
export async function main(args: readonly string[]): Promise<number> {
  if (!isNewEnough(process.versions.node)) {
    process.stderr.write(
      `error: dpu-doctor needs Node ${OLDEST_NODE.join('.')} or newer, and this is ${process.versions.node}\n` +
        'Install a newer one from nodejs.org, or run dpu-doctor on another machine with --target.\n',
    );
    return USAGE;
  }
  const asked = asksHere(args) ? (await import('./here.ts')).askThisMachine() : undefined;
  try {
    return await (await import('./command-line.ts')).runCommandLine(args, asked);
  } finally {
    asked?.abandon();
  }
}

/**
 * With these words alone, a run is one of all checks on this machine. It is asked at once then, before even the command
 * line is loaded; what they mean is left to that.
 */
export const HERE: readonly string[] = [
  'run',
  'node',
  '--json',
  '-q',
  '--quiet',
  '-v',
  '--verbose',
  '--no-color',
];

export const asksHere = (words: readonly string[]): boolean => words.every((word) => HERE.includes(word));
