import type { Look } from './look.ts';
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
  if (label === 'fix') return text.split('\n').flatMap((line) => remedyLines(look, line, width));
  if (label === 'evidence') return fold(text, width);
  return wrap(text, width);
}

/**
 * Prose is wrapped; a command at the end of it gets a line of its own that is never broken, so that it can be copied
 * out of the terminal and run.
 */
function remedyLines(look: Look, line: string, width: number): string[] {
  const { prose, command } = splitCommand(line);
  return [...(prose === '' ? [] : wrap(prose, width)), ...(command === '' ? [] : [look.command(command)])];
}

/** A program's name and at least one argument that looks like one: an option, a path, an assignment, a number. */
const COMMAND = /^(?:sudo |[A-Z_]+=\S+ )*[a-z][a-z0-9._-]*(?: \S+)* (?:-{1,2}\w|\S*[/=:]\S|\S*\d)/;
/** Or one of the few that are whole without arguments. */
const BARE_COMMAND = /^(?:sudo )?(?:lspci|reboot|dmesg|lsmod|mount)$/;

function splitCommand(line: string): { readonly prose: string; readonly command: string } {
  const text = line.trim();
  const isCommand = (part: string): boolean => COMMAND.test(part) || BARE_COMMAND.test(part);
  const colon = text.lastIndexOf(': ');
  const tail = colon === -1 ? '' : text.slice(colon + 2).trim();
  if (tail !== '' && isCommand(tail)) return { prose: text.slice(0, colon + 1), command: tail };
  return /^[a-z]/.test(text) && !text.endsWith('.') && isCommand(text)
    ? { prose: '', command: text }
    : { prose: text, command: '' };
}

/** Names in one text, at most so many of them. */
export function someOf(names: readonly string[], most: number): string {
  const kept = names.slice(0, most);
  const left = names.length - kept.length;
  return kept.join(', ') + (left > 0 ? ` and ${left} more` : '');
}
