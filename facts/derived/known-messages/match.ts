import type { KnownMessage } from './known-message.ts';
import { endsWith, type Pattern, patternOf, startsWith } from './pattern.ts';

/** A known message that a text holds. */
export interface KnownMatch {
  readonly message: KnownMessage;
  /** The last line that it stands in, or the part of it around the message; without control characters. */
  readonly line: string;
  /** In how many lines of the text it stands. */
  readonly count: number;
}

/** In characters. Of a longer text, such as a log, the end is looked at: it tells what is wrong now. */
const MOST_TEXT = 4 * 1024 * 1024;

/** In characters: how far from a message's longest words its other words may stand, in the same line. */
const REACH = 1000;

const LONGEST_LINE = 400;

/** Given the number of characters that a step looks at: tests hold the work against the length of the text by it. */
export type Meter = (characters: number) => void;

/**
 * Finds the known messages in a text. They come wrapped, so any part of a line may be one. The work grows with the
 * length of the text and no faster.
 */
export function matchMessages(
  text: string,
  messages: readonly KnownMessage[],
  meter: Meter = () => {},
): readonly KnownMatch[] {
  const end = text.slice(-MOST_TEXT);
  return messages.flatMap((message) => {
    const places = new Map<number, number>();
    for (const one of message.texts)
      for (const place of placesOf(end, prepared(one), meter)) places.set(place.end, place.at);
    const last = [...places.values()].reduce((latest, at) => Math.max(latest, at), -1);
    return last < 0 ? [] : [{ message, line: lineAt(end, last), count: places.size }];
  });
}

const patterns = new Map<string, Pattern>();

function prepared(text: string): Pattern {
  const known = patterns.get(text) ?? patternOf(text);
  patterns.set(text, known);
  return known;
}

interface Place {
  /** Where the anchor stands. */
  readonly at: number;
  /** The end of its line, or of what is looked at of a long one. */
  readonly end: number;
}

function placesOf(text: string, { anchor, before, after }: Pattern, meter: Meter): readonly Place[] {
  const places: Place[] = [];
  let from = 0;
  while (from < text.length) {
    const at = text.indexOf(anchor, from);
    meter((at < 0 ? text.length : at) - from);
    if (at < 0) break;
    from = at + anchor.length;
    const { start, end } = around(text, at, anchor.length);
    meter(end - start);
    if (!endsWith(text.slice(start, at), before) || !startsWith(text.slice(from, end), after)) continue;
    places.push({ at, end });
    from = end;
  }
  return places;
}

const LINE_END = /[\r\n]/;

/** The line that a place is in, as far as a message may reach. */
function around(text: string, at: number, length: number): { readonly start: number; readonly end: number } {
  const before = text.slice(Math.max(0, at - REACH), at);
  const after = text.slice(at + length, at + length + REACH);
  const own = before.split(LINE_END).at(-1) ?? '';
  const lineEnd = after.search(LINE_END);
  return { start: at - own.length, end: at + length + (lineEnd < 0 ? after.length : lineEnd) };
}

/** Controls, invisible characters, and what makes a text read in another order than it is written in. */
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]+/g;

function lineAt(text: string, at: number): string {
  const { start, end } = around(text, at, 0);
  const from = Math.max(start, at - LONGEST_LINE / 2);
  const to = Math.min(end, from + LONGEST_LINE);
  const part = text.slice(from, to).toWellFormed().replace(UNSAFE, ' ').trim();
  const isEnd = (place: number): boolean => LINE_END.test(text[place] ?? '\n');
  return `${isEnd(from - 1) ? '' : '… '}${part}${isEnd(to) ? '' : ' …'}`;
}
