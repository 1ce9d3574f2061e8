import { type Document, isMap, isNode, isScalar, LineCounter, type Pair, parseDocument } from 'yaml';
import { InventoryError } from './error.ts';

/** A YAML (or JSON) text and where each key of it stands. */
export interface Parsed {
  readonly value: unknown;
  /** `file:line` of the key at the path, or of the nearest one above it. */
  where(path: readonly (string | number)[]): string;
}

/** Each use of an anchor counts; more than this is a bomb. */
const MAX_ALIASES = 100;

/** @throws {InventoryError} with line and column where the text is malformed. */
export function parseYaml(file: string, text: string): Parsed {
  const lines = new LineCounter();
  try {
    const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, stringKeys: true });
    const [error] = document.errors;
    if (error !== undefined) {
      const { line, col } = lines.linePos(error.pos[0]);
      const message = error.message.replace(/\s+/g, ' ');
      throw new InventoryError(`${file}:${line}:${col}: malformed YAML: ${message}`, LOOK);
    }
    const value: unknown = document.toJS({ maxAliasCount: MAX_ALIASES });
    return { value, where: (path) => `${file}:${lines.linePos(offset(document, path)).line}` };
  } catch (error) {
    if (error instanceof InventoryError) throw error;
    // Too many aliases, or nested deeper than the stack is.
    const message = error instanceof Error ? error.message : String(error);
    throw new InventoryError(`${file}: unusable YAML: ${message}`, LOOK);
  }
}

const LOOK = 'Mend that place; docs/inventory.md shows an inventory.';

/** Where the innermost key of the path that exists begins. */
function offset(document: Document, path: readonly (string | number)[]): number {
  let node: unknown = document.contents;
  let found = isNode(node) ? (node.range?.[0] ?? 0) : 0;
  for (const part of path) {
    const pair: Pair | undefined = isMap(node)
      ? node.items.find(({ key }) => (isScalar(key) ? String(key.value) : key) === part)
      : undefined;
    const item: unknown = pair?.value ?? (isNode(node) && 'get' in node ? node.get(part, true) : undefined);
    const start: unknown = pair?.key ?? item;
    if (isNode(start)) found = start.range?.[0] ?? found;
    if (!isNode(item)) break;
    node = item;
  }
  return found;
}
