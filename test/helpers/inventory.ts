import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { InventoryError, readInventory } from '../../inventory/load.ts';
import { temporaryDirectory } from './temporary.ts';

/** A file with this content, in a directory of the test's own. */
export function fileWith(t: ExecutionContext, content: string | Uint8Array, name = 'inventory.yaml'): string {
  const file = join(temporaryDirectory(t), name);
  writeFileSync(file, content);
  return file;
}

/** Asserts that the inventory is refused, with this message and with a hint. */
export async function refused(t: ExecutionContext, text: string, message: RegExp): Promise<InventoryError> {
  const error = await t.throwsAsync(readInventory('inv.yaml', text), { instanceOf: InventoryError });
  t.regex(error.message, message);
  t.notRegex(error.message, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
  t.true(error.hint.length > 0);
  return error;
}
