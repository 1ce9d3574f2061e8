/** An entry of pfNames or rootDevices of the SR-IOV device plugin, such as `enp2s0f0np0#1-2,5`. */
export interface FunctionSelector {
  readonly text: string;
  /** Name or PCI address of the PF; the plugin tries it as a regular expression, too. */
  readonly pf: string;
  /** Numbers of VFs, both ends included; undefined where it takes every VF. */
  readonly ranges: readonly VfRange[] | undefined;
  /** Why the plugin can't use it, in its own words where it has any (pkg/resources/deviceSelectors.go). */
  readonly fault: string | undefined;
}

export type VfRange = readonly [first: number, last: number];

/** Reads `pf`, `pf#0`, `pf#1-7` and `pf#0,2-3`. Total: what can't be read has a fault, and selects nothing. */
export function parseFunctionSelector(text: string): FunctionSelector {
  const [pf = '', range, ...more] = text.split('#');
  const failed = (why: string): FunctionSelector => ({
    text,
    pf,
    ranges: [],
    fault: `Failed to parse ${text} PF (name|address) selector, ${why}`,
  });
  if (pf === '') return failed('it names no PF');
  if (range === undefined) return { text, pf, ranges: undefined, fault: undefined };
  if (more.length > 0) return failed('probably incorrect separator character usage');
  const ranges: VfRange[] = [];
  for (const entry of range.split(',')) {
    const [first = '', last = first, ...rest] = entry.split('-');
    if (rest.length > 0) return failed('probably incorrect range character usage');
    if (!NUMBER.test(first))
      return failed(entry.includes('-') ? 'start range is incorrect' : 'index is incorrect');
    if (!NUMBER.test(last)) return failed('end range is incorrect');
    if (Number(last) < Number(first)) return failed(`the range ${entry} ends before it begins`);
    ranges.push([Number(first), Number(last)]);
  }
  return { text, pf, ranges, fault: undefined };
}

const NUMBER = /^\d{1,9}$/;

export const takesVf = ({ ranges }: FunctionSelector, vf: number): boolean =>
  ranges === undefined || ranges.some(([first, last]) => first <= vf && vf <= last);

/** How many VFs it takes at most; undefined where the number of VFs alone limits it. */
export function vfCount({ ranges }: FunctionSelector): number | undefined {
  if (ranges === undefined) return undefined;
  let count = 0;
  let next = 0;
  for (const [first, last] of ranges.toSorted(([a], [b]) => a - b)) {
    count += Math.max(0, last - Math.max(first, next) + 1);
    next = Math.max(next, last + 1);
  }
  return count;
}
