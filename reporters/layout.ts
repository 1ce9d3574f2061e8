import type { Look } from './look.ts';
import { remedyLines } from './remedy.ts';
import { fold, padTo, wrap } from './width.ts';
import type { Section } from './words.ts';

const LABEL_WIDTH = 'observed  '.length;
/** Below this, text is no longer squeezed into the width: it would be one word to a line. */
const LEAST_TEXT = 24;

const room = (look: Look, indent: number): number => Math.max(LEAST_TEXT, look.width - indent);

/** Prose with a first line that may start further left than the others. */
export function paragraph(look: Look, text: string, first: string, indent: number): string[] {
  return wrap(text, room(look, indent)).map(
    (line, index) => (index === 0 ? first : ' '.repeat(indent)) + line,
  );
}

/** Sections as a table of two columns: labels, and texts that are wrapped in theirs. */
export function sectionLines(look: Look, sections: readonly Section[], indent: number): string[] {
  return sections.flatMap(({ label, text }) => {
    const lines = bodyLines(look, label, text, room(look, indent + LABEL_WIDTH));
    return lines.map((line, index) => {
      const name = padTo(index === 0 ? label : '', LABEL_WIDTH);
      return ' '.repeat(indent) + look.dim(name) + line;
    });
  });
}

function bodyLines(look: Look, label: Section['label'], text: string, width: number): string[] {
  if (label === 'fix')
    return remedyLines(text, width).map((line) => (line.isCommand ? look.command(line.text) : line.text));
  if (label === 'evidence') return fold(text, width);
  return wrap(text, width);
}

/** Names in one text, at most so many of them. */
export function someOf(names: readonly string[], most: number): string {
  const kept = names.slice(0, most);
  const left = names.length - kept.length;
  return kept.join(', ') + (left > 0 ? ` and ${left} more` : '');
}
