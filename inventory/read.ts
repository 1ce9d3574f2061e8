import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { InventoryError } from './error.ts';

/** No inventory of nodes is longer, in bytes. */
export const MAX_INVENTORY_BYTES = 4 * 1024 * 1024;

const WHY: Readonly<Record<string, readonly [string, string]>> = {
  ENOENT: ['does not exist', 'Give the path of an inventory file, or kind:NAME for a kind cluster.'],
  EACCES: ['may not be read', 'Look at its permissions: ls -l'],
  EISDIR: ['is a directory', 'Give a file inside of it.'],
  ENOTDIR: ['does not exist', 'A part of the path is no directory.'],
  ELOOP: ['is a symbolic link that leads to itself', 'Look at it: ls -l'],
};

/**
 * The text of an inventory file.
 *
 * @throws {InventoryError} where it is missing, unreadable, no regular file, too long, empty or not UTF-8.
 */
export async function readInventoryFile(file: string): Promise<string> {
  const bytes = await readBytes(file);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new InventoryError(`${file} is not UTF-8 text`, 'Save it as UTF-8, or give another file.');
  }
  if (text.trim() === '')
    throw new InventoryError(`${file} is empty`, 'Name the nodes in it; docs/inventory.md shows how.');
  return text;
}

async function readBytes(file: string): Promise<Buffer> {
  try {
    // Opening a pipe that nobody writes to would wait for ever without O_NONBLOCK.
    await using handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
    const stat = await handle.stat();
    if (stat.isDirectory()) throw Object.assign(new Error(), { code: 'EISDIR' });
    if (!stat.isFile())
      throw new InventoryError(`${file} is not a regular file`, 'Write the inventory to a file first.');
    const buffer = Buffer.alloc(Math.min(stat.size, MAX_INVENTORY_BYTES) + 1);
    const length = await fill(handle, buffer);
    if (stat.size > MAX_INVENTORY_BYTES) {
      const size = `${Math.ceil(stat.size / 1024 / 1024)} MiB`;
      throw new InventoryError(
        `${file} has ${size}; an inventory has ${MAX_INVENTORY_BYTES / 1024 / 1024} MiB at most`,
        'Is it another file? Otherwise split it and examine the parts one after another.',
      );
    }
    return buffer.subarray(0, length);
  } catch (error) {
    if (error instanceof InventoryError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    const [what, hint] = WHY[code ?? ''] ?? [`can't be read: ${message}`, 'Give another file.'];
    throw new InventoryError(`${file} ${what}`, hint);
  }
}

async function fill(
  handle: { read(buffer: Buffer, offset: number): Promise<{ bytesRead: number }> },
  buffer: Buffer,
): Promise<number> {
  let length = 0;
  while (length < buffer.length) {
    const { bytesRead } = await handle.read(buffer, length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return length;
}
