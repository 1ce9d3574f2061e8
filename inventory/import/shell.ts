import { InventoryError } from '../error.ts';

/** What a shell script assigns to a variable, read as text. */
export interface Assignment {
  /** One word for a scalar, several for an array; references to earlier variables are filled in. */
  readonly words: readonly string[];
  readonly line: number;
}

interface Value extends Assignment {
  /** Why it can't be told without running the script. */
  readonly problem: string | undefined;
}

const MAX_VALUE = 4096;
const MAX_WORDS = 10_000;

const FUNCTION = /^\s*(?:function\s+)?[\w-]+\s*\(\)/;
const ASSIGNMENT = /^\s*(?:(?:export|readonly|declare(?:\s+-\w+)*)\s+)?([A-Za-z_]\w*)(\+?)=(\(?)/;

/**
 * The top-level assignments of a shell script to the named variables. Nothing is run: `$NAME`, `${NAME}` and
 * `${NAME:-default}` refer to what the script has set before, and are read as text.
 *
 * @throws {InventoryError} where one of the named variables can't be told without running the script.
 */
export function readAssignments(
  file: string,
  text: string,
  wanted: readonly string[],
): ReadonlyMap<string, Assignment> {
  const values = new Map<string, Value>();
  let depth = 0;
  let number = 0;
  for (let at = 0; at < text.length; ) {
    const end = lineEnd(text, at);
    const line = text.slice(at, end);
    const [assigned, name = '', plus = '', parenthesis = ''] = ASSIGNMENT.exec(line) ?? [];
    const begin = at + (assigned?.length ?? 0);
    at = end + 1;
    number += 1;
    if (depth > 0 || FUNCTION.test(line)) depth = Math.max(0, depth + braces(line));
    else if (assigned === undefined) refuseElement(file, line, number, wanted);
    else {
      const isList = parenthesis !== '';
      const read = readWords(text.slice(begin, isList ? text.length : end), isList, values);
      const before = plus === '' ? undefined : values.get(name);
      values.set(name, {
        words: [...(before?.words ?? []), ...read.words].slice(0, MAX_WORDS + 1),
        problem: before?.problem ?? read.problem,
        line: number,
      });
      // A list may end lines below.
      const inside = text.slice(end, begin + read.length);
      number += inside.split('\n').length - 1;
      if (inside !== '') at = lineEnd(text, begin + read.length) + 1;
    }
  }
  return wantedOnly(file, values, wanted);
}

function lineEnd(text: string, from: number): number {
  const newline = text.indexOf('\n', from);
  return newline < 0 ? text.length : newline;
}

const braces = (line: string): number => {
  const bare = line.replace(/\$\{[^}]{0,200}\}/g, '').replace(/#.*$/, '');
  return (bare.match(/\{/g)?.length ?? 0) - (bare.match(/\}/g)?.length ?? 0);
};

function refuseElement(file: string, line: string, number: number, wanted: readonly string[]): void {
  const name = /^\s*([A-Za-z_]\w*)\[[^\]]*\]\+?=/.exec(line)?.[1];
  if (name !== undefined && wanted.includes(name)) {
    throw new InventoryError(
      `${file}:${number}: ${name}: an element is set by its number, which is not read`,
      `Write the whole list: ${name}=("first" "second")`,
    );
  }
}

function wantedOnly(
  file: string,
  values: ReadonlyMap<string, Value>,
  wanted: readonly string[],
): ReadonlyMap<string, Assignment> {
  const found = new Map<string, Assignment>();
  for (const name of wanted) {
    const value = values.get(name);
    if (value === undefined) continue;
    if (value.problem !== undefined) {
      throw new InventoryError(
        `${file}:${value.line}: ${name}: ${value.problem}`,
        'The script is read and never run: write the value itself there.',
      );
    }
    found.set(name, value);
  }
  return found;
}

/* What is bounded here is bounded so that no text makes the search start over and over. */
const TOKEN =
  /"(?<double>(?:[^"\\]|\\[\s\S])*)"|'(?<single>[^']*)'|(?<comment>(?<=^|\s)#.*)|(?<blank>\s+)|(?<end>\))|(?<plain>(?:\$\{[^}]{0,200}\}|\\[\s\S]|[^\s"'#)\\]|(?<=\S)#)+)|(?<broken>[\s\S])/gy;

interface Words {
  readonly words: readonly string[];
  readonly problem: string | undefined;
  /** How much of the source they take. */
  readonly length: number;
}

/** The words at the start of the source: one of a scalar, of a list those up to its end. */
function readWords(source: string, isList: boolean, values: ReadonlyMap<string, Value>): Words {
  const words: string[] = [];
  let word: string | undefined;
  let problem: string | undefined = isList ? 'the list does not end' : undefined;
  let trouble: string | undefined;
  let length = source.length;
  const add = (text: string, failure?: string): void => {
    word = `${word ?? ''}${text}`;
    const tooLong = word.length > MAX_VALUE || words.length > MAX_WORDS;
    trouble ??= failure ?? (tooLong ? 'it is too long' : undefined);
  };
  for (const { groups = {}, index, 0: token } of source.matchAll(TOKEN)) {
    const { double, single, plain, blank, comment, end, broken } = groups;
    length = index + token.length;
    if (broken !== undefined) trouble ??= 'a quote is not closed';
    if (end !== undefined) problem = undefined;
    if (broken !== undefined || end !== undefined) break;
    if (single !== undefined) add(single);
    if (trouble === undefined && (double !== undefined || plain !== undefined)) {
      const filled = fillIn(double ?? plain ?? '', values);
      add(filled.text, filled.problem);
    }
    if (blank === undefined && comment === undefined) continue;
    if (word !== undefined) words.push(word);
    word = undefined;
    // A scalar ends with its word; what follows is another command.
    if (!isList) break;
  }
  if (word !== undefined) words.push(word);
  return { words, problem: trouble ?? problem, length };
}

const REFERENCE =
  /\$\{(?<braced>\w{1,100})(?::?-(?<fallback>[^}]{0,200}))?\}|\$(?<bare>[A-Za-z_]\w{0,100})|(?<command>\$\(|`|\$\{|\$[^\w\s]|\$\d)|\\(?<escaped>[\s\S])/g;

interface Filled {
  readonly text: string;
  readonly problem: string | undefined;
}

function fillIn(text: string, values: ReadonlyMap<string, Value>): Filled {
  let problem: string | undefined;
  let room = MAX_VALUE;
  const filled = text.slice(0, MAX_VALUE + 1).replace(REFERENCE, (whole: string, ...rest: unknown[]) => {
    if (room < 0) return '';
    const groups = rest.at(-1) as Readonly<Record<string, string | undefined>>;
    if (groups['escaped'] !== undefined) return groups['escaped'];
    const name = groups['braced'] ?? groups['bare'];
    if (name === undefined) {
      problem ??= `it holds ${whole === '${' ? 'an expansion' : 'a command'} that only a shell can tell`;
      return '';
    }
    const referred = reference(name, groups['fallback'], values.get(name));
    problem ??= referred.problem;
    room -= referred.text.length;
    return referred.text;
  });
  return { text: room < 0 ? filled.padEnd(MAX_VALUE + 1) : filled, problem };
}

function reference(name: string, fallback: string | undefined, value: Value | undefined): Filled {
  const [text = ''] = value?.words ?? [];
  if (value?.problem !== undefined) return { text, problem: `it refers to ${name}: ${value.problem}` };
  if (text !== '') return { text, problem: undefined };
  if (fallback === undefined) return { text, problem: `it refers to ${name}, which the script does not set` };
  const problem = /[$`]/.test(fallback) ? `the default of ${name} is not plain text` : undefined;
  return { text: fallback.replace(/^(["'])(.*)\1$/, '$2'), problem };
}
