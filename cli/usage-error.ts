import { nearest } from '../suites/nearest.ts';

/** Exit code of wrong usage or configuration. */
export const USAGE = 3;

/** Wrong usage or configuration: ends the command with exit code 3, a message and what to do. Never a stack trace. */
export class UsageError extends Error {
  readonly hint: string | undefined;

  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}

/** `Did you mean 'list'? `, to be followed by where all names are; empty where no candidate is near. */
export function didYouMean(word: string | undefined, candidates: readonly string[]): string {
  const suggestion = word === undefined ? undefined : nearest(word, candidates);
  return suggestion === undefined ? '' : `Did you mean '${suggestion}'? `;
}
