import { InventoryError } from '../error.ts';

/** What a shell script assigns to a variable, read as text. */
export interface Assignment {
  /** One word for a scalar, several for an array; references to earlier variables are filled in. */
  readonly words: readonly string[];
  readonly line: number;
}

const MAX_VALUE = 4096;
const MAX_WORDS = 10_000;

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
  const lines = text.split('\n');
  let depth = 0;
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at]?.replace(/\r$/, '') ?? '';
    if (depth > 0 || /^\s*(?:function\s+)?[\w-]+\s*\(\)/.test(line)) {
      depth = Math.max(0, depth + braces(line));
      continue;
    }
    const match = /^\s*(?:(?:export|readonly|declare(?:\s+-\w+)*)\s+)?([A-Za-z_]\w*)(\+?)=(\(?)(.*)$/.exec(
      line,
    );
    if (match === null) {
      refuseElement(file, line, at, wanted);
      continue;
    }
    const [, name = '', plus, parenthesis, rest = ''] = match;
    const start = at;
    let source = rest;
    if (parenthesis !== '') {
      while (!isClosed(source) && at + 1 < lines.length) {
        at += 1;
        source += `\n${lines[at]?.replace(/\r$/, '')}`;
      }
      if (!isClosed(source) && wanted.includes(name))
        throw new InventoryError(`${file}:${start + 1}: ${name}: the list does not end`, 'Close it with ).');
    }
    const value = readWords(source, parenthesis !== '', values);
    const before = plus === '' ? [] : (values.get(name)?.words ?? []);
    values.set(name, { ...value, words: [...before, ...value.words], line: start + 1 });
  }
  return wantedOnly(file, values, wanted);
}

interface Value extends Assignment {
  /** Why it can't be told without running the script. */
  readonly problem?: string;
}

const braces = (line: string): number => {
  const bare = line.replace(/\$\{[^}]*\}/g, '').replace(/#.*$/, '');
  return (bare.match(/\{/g)?.length ?? 0) - (bare.match(/\}/g)?.length ?? 0);
};

function refuseElement(file: string, line: string, at: number, wanted: readonly string[]): void {
  const name = /^\s*([A-Za-z_]\w*)\[[^\]]*\]\+?=/.exec(line)?.[1];
  if (name !== undefined && wanted.includes(name)) {
    throw new InventoryError(
      `${file}:${at + 1}: ${name}: an element is set by its number, which is not read`,
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

/** A double-quoted or single-quoted piece, a reference, a comment, blanks, an end of the list, or a plain piece. */
const TOKEN =
  /"(?<double>(?:[^"\\]|\\[\s\S])*)"|'(?<single>[^']*)'|(?<comment>(?<=^|\s)#.*)|(?<blank>\s+)|(?<end>\))|(?<plain>(?:\$\{[^}]*\}|\\[\s\S]|[^\s"'#)\\]|(?<=\S)#)+)|(?<broken>[\s\S])/gy;

const isClosed = (source: string): boolean => {
  for (const { groups } of source.matchAll(TOKEN)) if (groups?.['end'] !== undefined) return true;
  return false;
};

function readWords(source: string, isList: boolean, values: ReadonlyMap<string, Value>): Value {
  const words: string[] = [];
  let word: string | undefined;
  let problem: string | undefined;
  const add = (text: string): void => {
    word = (word ?? '') + text;
    if (word.length > MAX_VALUE) problem ??= 'it is too long';
  };
  const end = (): void => {
    if (word !== undefined) words.push(word);
    word = undefined;
  };
  for (const { groups = {} } of source.matchAll(TOKEN)) {
    const { double, single, plain, blank, broken } = groups;
    if (problem !== undefined || words.length > MAX_WORDS) break;
    if (single !== undefined) add(single);
    else if (double !== undefined || plain !== undefined) {
      const filled = fillIn(double ?? plain ?? '', values);
      problem ??= filled.problem;
      add(filled.text);
    } else if (blank !== undefined || groups['comment'] !== undefined) {
      end();
      // A scalar ends with its word; what follows is another command.
      if (!isList && words.length > 0) break;
    } else if (groups['end'] !== undefined) break;
    else if (broken !== undefined) problem ??= 'a quote is not closed';
  }
  end();
  if (words.length > MAX_WORDS) problem ??= `it has more than ${MAX_WORDS} words`;
  return { words, line: 0, ...(problem === undefined ? {} : { problem }) };
}

const REFERENCE =
  /\$\{(?<braced>\w+)(?::?-(?<fallback>[^}]*))?\}|\$(?<bare>[A-Za-z_]\w*)|(?<command>\$\(|`|\$\{|\$[^\w\s]|\$\d)|\\(?<escaped>[\s\S])/g;

function fillIn(
  text: string,
  values: ReadonlyMap<string, Value>,
): { readonly text: string; readonly problem: string | undefined } {
  let problem: string | undefined;
  const filled = text.replace(REFERENCE, (whole: string, ...rest: unknown[]) => {
    const groups = rest.at(-1) as Readonly<Record<string, string | undefined>>;
    if (groups['escaped'] !== undefined) return groups['escaped'];
    const name = groups['braced'] ?? groups['bare'];
    if (name === undefined) {
      problem ??= `it holds ${whole.startsWith('${') ? 'an expansion' : 'a command'} that only a shell can tell`;
      return '';
    }
    const value = values.get(name);
    if (value?.problem !== undefined) problem ??= `it refers to ${name}: ${value.problem}`;
    const fallback = groups['fallback']?.replace(/^(["'])(.*)\1$/, '$2');
    const [known] = value?.words ?? [];
    if (known !== undefined && known !== '') return known;
    if (fallback !== undefined) {
      if (fallback.includes('$') || fallback.includes('`'))
        problem ??= `the default of ${name} is not plain text`;
      return fallback;
    }
    problem ??= `it refers to ${name}, which the script does not set`;
    return '';
  });
  return { text: filled.slice(0, MAX_VALUE + 1), problem };
}
