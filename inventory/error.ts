/** An inventory that can't be used. The message names file, line and key, the hint says what to do. */
export class InventoryError extends Error {
  override readonly name = 'InventoryError';
  readonly hint: string;

  constructor(message: string, hint: string) {
    super(message);
    this.hint = hint;
  }
}

/** One thing that is wrong in an inventory: `file:line: key: what`. */
export interface Problem {
  readonly message: string;
  readonly hint: string;
}

const SHOWN = 10;

/** Throws where there is a problem; the reader sees them all, up to a screenful. */
export function refuse(problems: readonly Problem[]): void {
  const [first] = problems;
  if (first === undefined) return;
  const lines = problems.slice(0, SHOWN).map(({ message }) => message);
  if (problems.length > SHOWN) lines.push(`… and ${problems.length - SHOWN} more problems`);
  throw new InventoryError(lines.join('\n'), first.hint);
}

const QUOTED_LENGTH = 60;

/** A value as it may be shown in a message: on one line, without control characters, and not endless. */
export function quoted(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping';
  const text = JSON.stringify(value) ?? String(value);
  return text.length <= QUOTED_LENGTH ? text : `${text.slice(0, QUOTED_LENGTH)}…`;
}
