import { CommanderError } from 'commander';
import { createProgram } from './program.ts';
import { UsageError } from './usage-error.ts';

/** Exit code of wrong usage or configuration. */
const USAGE = 3;

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
  let code = 0;
  // A reader such as head may go away before all is said.
  process.stdout.on('error', () => undefined);
  const program = createProgram((given) => {
    code = given;
  });
  for (const command of [program, ...program.commands])
    command.exitOverride().configureOutput({ outputError: printError });
  try {
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE;
    if (!isReadable(error)) throw error;
    printError(`error: ${error.message}`, (text) => process.stderr.write(`${text}\n`));
    if (error.hint !== undefined) printError(error.hint, (text) => process.stderr.write(`${text}\n`));
    return USAGE;
  }
}

/** An error that was written for the reader: of usage, inventory, selection or configuration. */
const isReadable = (error: unknown): error is Error & { readonly hint?: string } =>
  error instanceof UsageError ||
  (error instanceof Error && 'hint' in error && typeof error.hint === 'string');

/** What is printed may quote what was typed: control characters never reach the terminal. */
function printError(text: string, write: (text: string) => void): void {
  write(text.replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g, '�'));
}
