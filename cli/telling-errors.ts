import { USAGE, UsageError } from './usage-error.ts';

/** Does the work and gives its exit code; what it throws for the reader is told, and is an error of usage. */
export async function tellingErrors(work: () => Promise<number>): Promise<number> {
  // A reader such as head may go away before all is said.
  process.stdout.on('error', () => undefined);
  try {
    return await work();
  } catch (error) {
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
export function printError(text: string, write: (text: string) => void): void {
  write(text.replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g, '�'));
}
