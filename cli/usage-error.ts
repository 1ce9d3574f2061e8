/** Wrong usage or configuration: ends the command with exit code 3, a message and what to do. Never a stack trace. */
export class UsageError extends Error {
  readonly hint: string | undefined;

  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}
