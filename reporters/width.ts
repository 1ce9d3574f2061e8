/** How wide a text is in a terminal, and how it is broken into lines. All texts here are safe and uncoloured. */

const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f680}-\u{1f6ff}\u{1f900}-\u{1f9ff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}|\ufe0f/u;
const INVISIBLE = /^[\p{Mark}\p{Format}]+$/u;
const ASCII = /^[ -~]*$/;

/** Letters, punctuation, arrows, lines and signs that never join what stands before them. */
const SEPARATE = /^[ -~\u00a0-\u02ff\u2010-\u2027\u2030-\u205e\u2190-\u27bf]*$/;

let segmenter: Intl.Segmenter | undefined;

function graphemes(text: string): string[] {
  // Loading the rules of all languages takes longer than the whole of a report.
  if (SEPARATE.test(text)) return text.split('');
  segmenter ??= new Intl.Segmenter('en', { granularity: 'grapheme' });
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}

const graphemeWidth = (grapheme: string): number =>
  WIDE.test(grapheme) ? 2 : INVISIBLE.test(grapheme) ? 0 : 1;

/** Terminal columns. */
export const widthOf = (text: string): number =>
  ASCII.test(text) ? text.length : graphemes(text).reduce((sum, one) => sum + graphemeWidth(one), 0);

/** Fills up with spaces to the right; never cuts. */
export const padTo = (text: string, width: number): string =>
  text + ' '.repeat(Math.max(0, width - widthOf(text)));

/** Breaks prose at spaces. A word that is wider than the line stays whole: it may be a path or a name to copy. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const paragraph of text.split('\n')) {
    let line = '';
    for (const word of paragraph.split(' ')) {
      const longer = line === '' ? word : `${line} ${word}`;
      if (line !== '' && widthOf(longer) > width) {
        lines.push(line);
        line = word;
      } else line = longer;
    }
    lines.push(line);
  }
  return lines;
}

/** Wide enough for words: narrower ones are broken wherever they are full. */
const WORDY = 40;

/** The rest of a full line that is better begun on the next one: a word that the end of the line would cut. */
function cutWord(part: string, width: number, next: string): string {
  const start = part.lastIndexOf(' ') + 1;
  return width < WORDY || next === ' ' || start < part.length / 2 ? '' : part.slice(start);
}

/** Breaks output, whose spaces mean something, where the line is full, and rather between words; nothing is lost. */
export function fold(text: string, width: number): string[] {
  return text.split('\n').flatMap((line) => {
    if (widthOf(line) <= width) return [line];
    const lines: string[] = [];
    let part = '';
    let used = 0;
    for (const grapheme of graphemes(line)) {
      const wide = graphemeWidth(grapheme);
      if (used + wide > width && part !== '') {
        const word = cutWord(part, width, grapheme);
        lines.push(part.slice(0, part.length - word.length));
        part = word;
        used = widthOf(word);
      }
      part += grapheme;
      used += wide;
    }
    return [...lines, part];
  });
}

/** The start of a line, with an ellipsis where it was longer. */
export function cutTo(text: string, width: number, ellipsis: string): string {
  if (widthOf(text) <= width) return text;
  let kept = '';
  let used = widthOf(ellipsis);
  for (const grapheme of graphemes(text)) {
    used += graphemeWidth(grapheme);
    if (used > width) break;
    kept += grapheme;
  }
  return kept + ellipsis;
}
