/**
 * The one place that makes text fit to be shown. What comes from a node may hold anything: sequences that steer the
 * terminal, characters that XML forbids, overrides that make a text read backwards.
 */

const OSC = '(?:\\u001b\\]|\\u009d)[^\\u0000-\\u001f\\u0080-\\u009f]*(?:\\u0007|\\u001b\\\\|\\u009c)';
const STRING =
  '(?:\\u001b[PX^_]|[\\u0090\\u0098\\u009e\\u009f])[^\\u0000-\\u001f\\u0080-\\u009f]*(?:\\u001b\\\\|\\u009c)';
const CSI = '(?:\\u001b\\[|\\u009b)[0-?]*[ -/]*[@-~]';
const ESCAPE = '\\u001b[ -/]*[0-~]';

/** Terminal sequences (ECMA-48). Strings end within their line, lest an open one swallow the rest of the text. */
const SEQUENCES = new RegExp([OSC, STRING, CSI, ESCAPE].join('|'), 'g');

/**
 * What never reaches an output: C0 and C1 controls but tab and line feed, line and paragraph separators, bidirectional
 * controls, invisible characters that can hide or imitate, and code points that are no characters.
 */
const UNSAFE =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufdd0-\ufdef\ufeff\ufff9-\ufffb\u{e0000}-\u{e0fff}]|[\p{Noncharacter_Code_Point}]/gu;

const LINE_ENDS = /\r\n?|[\v\f\u0085\u2028\u2029]/g;

const PLAIN = /^[ -~]*$/;

/** Several lines, each safe: `\n` between them and nothing else that is not printable. Tabs become spaces. */
export function safeBlock(text: string): string {
  if (PLAIN.test(text)) return text.trimEnd();
  return text
    .replace(SEQUENCES, '')
    .replace(LINE_ENDS, '\n')
    .toWellFormed()
    .replace(UNSAFE, '')
    .replaceAll('\t', '  ')
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

/** One safe line: line ends and runs of white space become one space. */
export const safeLine = (text: string): string => safeBlock(text).replace(/\s+/g, ' ').trim();

export interface Caps {
  readonly lines?: number;
  readonly characters?: number;
}

/** The start of a text, and a last line or word that says how much is left out. */
export function capped(text: string, { lines, characters }: Caps): string {
  const all = text.split('\n');
  const fewer =
    lines !== undefined && all.length > lines
      ? `${all.slice(0, lines).join('\n')}\n… ${more(all.length - lines, 'line')}`
      : text;
  if (characters === undefined || fewer.length <= characters) return fewer;
  // A pair of surrogates is never cut in two.
  const kept = fewer.slice(0, characters).replace(/[\ud800-\udbff]$/, '');
  return `${kept} … ${more(text.length - kept.length, 'character')}`;
}

const more = (count: number, what: string): string => `${count} more ${what}${count === 1 ? '' : 's'}`;

/** JSON that holds no control or bidirectional character as such, yet parses to the same data. */
export const escapeJson = (json: string): string =>
  json.replace(UNSAFE, (match) =>
    [...Array(match.length).keys()].map((index) => unicodeEscape(match.charCodeAt(index))).join(''),
  );

const unicodeEscape = (unit: number): string => `\\u${unit.toString(16).padStart(4, '0')}`;
