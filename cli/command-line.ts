import { CommanderError } from 'commander';
import type { NodeAccess } from '../transports/connect.ts';
import { createProgram } from './program.ts';
import { USAGE, UsageError } from './usage-error.ts';

/** Does what the arguments say and gives the exit code. `asked` is this machine, where it has been asked already. */
export async function runCommandLine(args: readonly string[], asked?: NodeAccess): Promise<number> {
  let code = 0;
  // A reader such as head may go away before all is said.
  process.stdout.on('error', () => undefined);
  const program = createProgram((given) => {
    code = given;
  }, asked);
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
