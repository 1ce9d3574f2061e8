import { defineFact, evidence, excerpt, FactError } from './fact.ts';
import { smallFile } from './sources.ts';

/** A swap area that is on (proc(5), /proc/swaps). */
export interface Swap {
  readonly path: string;
  /** partition or file. */
  readonly type: string;
  /** KiB. */
  readonly size: number;
}

export const swaps = defineFact({
  title: 'swap areas',
  sources: { table: smallFile('/proc/swaps') },
  parse({ table }): readonly Swap[] {
    const [head = '', ...rows] = table.stdout.split('\n').filter((line) => line.trim() !== '');
    // A kernel without swap has no such file.
    if (/no such file/i.test(table.stderr) || /cannot open/i.test(table.stderr)) return [];
    if (!head.startsWith('Filename')) {
      throw new FactError({
        code: 'unparsable',
        message: '/proc/swaps was expected to start with its heading',
        evidence: evidence('/proc/swaps', excerpt(table.stdout || table.stderr)),
      });
    }
    return rows.map((row) => {
      const [path = '', type = '', size = ''] = row.trim().split(/\s+/);
      return { path, type, size: Number(size) };
    });
  },
});
