import type { Look } from './look.ts';

/** A part of a tree: its own lines, made for the columns that are left, and what hangs on it. */
export interface Branch {
  readonly lines: (width: number) => readonly string[];
  readonly branches: readonly Branch[];
}

export const branch = (lines: Branch['lines'], branches: readonly Branch[] = []): Branch => ({
  lines,
  branches,
});

/** Columns for text however deep the tree: less would be one word to a line. */
const LEAST_TEXT = 24;

/** Each three columns wide: what stands before a branch, before the last one, and before the lines below each of them. */
const LINES = { other: '├─ ', last: '└─ ', below: '│  ', belowLast: '   ' };
const ASCII_LINES = { other: '|- ', last: '`- ', below: '|  ', belowLast: '   ' };

/** Draws branches below each other. The texts come as they are: wrapped, safe and coloured by whoever made them. */
export function treeLines(
  look: Pick<Look, 'width' | 'dim'>,
  unicode: boolean,
  branches: readonly Branch[],
): string[] {
  const drawing = unicode ? LINES : ASCII_LINES;
  const draw = (all: readonly Branch[], before: string): string[] =>
    all.flatMap(({ lines, branches: own }, index) => {
      const isLast = index === all.length - 1;
      const first = before + (isLast ? drawing.last : drawing.other);
      const rest = before + (isLast ? drawing.belowLast : drawing.below);
      const text = lines(Math.max(LEAST_TEXT, look.width - first.length));
      // A blank line that nobody sees is no line.
      return [
        ...text.map((line, at) => `${look.dim(at === 0 ? first : rest)}${line}`.trimEnd()),
        ...draw(own, rest),
      ];
    });
  return draw(branches, '');
}
