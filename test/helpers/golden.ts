import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { ExecutionContext } from 'ava';

const FOLDER = resolve(import.meta.dirname, '../golden');

/** Holds a text against a file in test/golden. `GOLDEN=write npm test` writes it anew: look at the difference in git. */
export function matchesGolden(t: ExecutionContext, name: string, text: string): void {
  const file = resolve(FOLDER, name);
  if (process.env['GOLDEN'] === 'write') writeFileSync(file, text);
  t.is(text, readFileSync(file, 'utf8'));
}
