/** What stands between two literal parts: nothing, one word, or any text of the same line. */
type Gap = 'none' | 'word' | 'any';

interface Step {
  readonly gap: Gap;
  readonly literal: string;
}

/** A format made ready for the search. */
export interface Pattern {
  /** The longest literal part without quotes: where a message is wrapped in JSON, quotes are escaped. */
  readonly anchor: string;
  /** The parts before it, the nearest first, and those after it. */
  readonly before: readonly Step[];
  readonly after: readonly Step[];
}

/** %s, %d and %q stand for one word, %v, %+v and %w for any text. */
const VERB = /(%[sdq]|%\+?[vw])/;

export function patternOf(text: string): Pattern {
  const steps = stepsOf(text);
  const lengths = steps.map(({ literal }) => (/["'\\]/.test(literal) ? 0 : literal.length));
  const at = lengths.indexOf(Math.max(...lengths));
  const gapAfter = (index: number): Gap => steps[index + 1]?.gap ?? 'none';
  return {
    anchor: steps[at]?.literal ?? text,
    before: steps
      .slice(0, at)
      .map(({ literal }, index) => ({ literal, gap: gapAfter(index) }))
      .reverse(),
    after: steps.slice(at + 1),
  };
}

/** The literal parts, each with what is before it; quotes are parts of their own. */
function stepsOf(text: string): readonly Step[] {
  const steps: Step[] = [];
  let gap: Gap = 'none';
  for (const piece of text.split(VERB)) {
    if (VERB.test(piece)) {
      gap = gap === 'any' || /[vw]$/.test(piece) ? 'any' : 'word';
      continue;
    }
    for (const literal of piece.split(/(["'])/)) {
      if (literal === '') continue;
      steps.push({ gap, literal });
      gap = 'none';
    }
  }
  return steps;
}

/** Whether the parts before the anchor end the text. */
export function endsWith(text: string, steps: Pattern['before']): boolean {
  const said = unescaped(text);
  let end = said.length;
  for (const { gap, literal } of steps) {
    if (end < literal.length) return false;
    const at = gap === 'none' ? end - literal.length : said.lastIndexOf(literal, end - literal.length);
    if (at < 0 || !said.startsWith(literal, at)) return false;
    if (gap === 'word' && /\s/.test(said.slice(at + literal.length, end))) return false;
    end = at;
  }
  return true;
}

/** Whether the parts after the anchor begin the text. */
export const startsWith = (text: string, steps: Pattern['after']): boolean =>
  follows(unescaped(text), 0, steps, 0);

/** Of any text, so many ends are tried: a message that repeats its own words is not there. */
const MOST_ENDS = 8;

function follows(text: string, from: number, steps: Pattern['after'], index: number): boolean {
  const step = steps[index];
  if (step === undefined) return true;
  const { gap, literal } = step;
  if (gap === 'none')
    return text.startsWith(literal, from) && follows(text, from + literal.length, steps, index + 1);
  let at = text.indexOf(literal, from);
  for (let tried = 0; at >= 0 && tried < (gap === 'any' ? MOST_ENDS : 1); tried += 1) {
    const fits = gap === 'any' || !/\s/.test(text.slice(from, at));
    if (fits && follows(text, at + literal.length, steps, index + 1)) return true;
    at = text.indexOf(literal, at + 1);
  }
  return false;
}

/** Each wrapping in JSON puts another backslash before a quote. */
const unescaped = (text: string): string => text.replace(/\\{1,16}(?=["'])/g, '');
