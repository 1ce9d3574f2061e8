import { CommanderError } from 'commander';
import { createProgram } from './program.ts';
import { printError, tellingErrors } from './telling-errors.ts';
import { USAGE } from './usage-error.ts';

/** Does what the arguments say and gives the exit code. */
export function runCommandLine(args: readonly string[]): Promise<number> {
  let code = 0;
  const program = createProgram((given) => {
    code = given;
  });
  for (const command of [program, ...program.commands])
    command.exitOverride().configureOutput({ outputError: printError });
  return tellingErrors(async () => {
    try {
      await program.parseAsync(args, { from: 'user' });
      return code;
    } catch (error) {
      if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE;
      throw error;
    }
  });
}
