import { globSync, readFileSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { TransportError } from '../transport.ts';
import { matchesList } from './pattern.ts';

/** What OpenSSH's configuration says of one host; the first value of a keyword wins (ssh_config(5)). */
export interface HostConfig {
  /** The arguments of a keyword, given in lower case; of the keywords that add up, those of every line. */
  get(keyword: string): readonly string[];
  /** `FILE:LINE` of every Match block: they are not evaluated. */
  readonly matchBlocks: readonly string[];
}

/** Keywords whose lines add up. */
const ADDING = new Set(['identityfile']);

const MAX_INCLUDE_DEPTH = 16;

/** A configuration file, and whether it must be there. */
export interface ConfigFile {
  readonly file: string;
  readonly required: boolean;
  /** Where relative names in Include lines begin. */
  readonly base: string;
}

/**
 * Reads what the files say of a host, as it was named by the user.
 *
 * @throws {TransportError} where a required file can't be read, or a file includes itself.
 */
export function readHostConfig(files: readonly ConfigFile[], host: string, home: string): HostConfig {
  const values = new Map<string, string[]>();
  const matchBlocks: string[] = [];
  const read = (text: string, file: string, base: string, outer: boolean, depth: number): void => {
    let active = outer;
    text.split('\n').forEach((line, index) => {
      const [keyword, args] = parseLine(line);
      if (keyword === 'host') active = outer && matchesList(host, args);
      else if (keyword === 'match') {
        active = outer && args.length === 1 && args[0]?.toLowerCase() === 'all';
        if (args[0]?.toLowerCase() !== 'all') matchBlocks.push(`${file}:${index + 1}`);
      } else if (!active) return;
      else if (keyword === 'include') {
        for (const included of args.flatMap((pattern) => expandInclude(pattern, base, home)))
          include(included, base, active, depth + 1);
      } else if (args.length > 0) {
        const known = values.get(keyword);
        if (known === undefined) values.set(keyword, [...args]);
        else if (ADDING.has(keyword)) known.push(...args);
      }
    });
  };
  const include = (file: string, base: string, active: boolean, depth: number): void => {
    if (depth > MAX_INCLUDE_DEPTH) throw unreadable(file, 'it is included too deeply');
    const text = readText(file);
    if (typeof text === 'string') read(text, file, base, active, depth);
  };
  for (const { file, required, base } of files) {
    const text = readText(file);
    if (typeof text === 'string') read(text, file, base, true, 0);
    else if (required) throw unreadable(file, text.message);
  }
  return { get: (keyword) => values.get(keyword) ?? [], matchBlocks };
}

const unreadable = (file: string, reason: string): TransportError =>
  new TransportError(
    'configuration',
    `the SSH configuration ${file} can't be read: ${reason}`,
    'Give a file that OpenSSH takes: ssh -F FILE HOST.',
  );

/** The text of a file, or why it can't be had. */
function readText(file: string): string | Error {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

function expandInclude(pattern: string, base: string, home: string): string[] {
  const path = expandHome(pattern, home);
  const absolute = isAbsolute(path) ? path : join(base, path);
  return /[*?[]/.test(absolute) ? globSync(absolute).sort() : [absolute];
}

export const expandHome = (path: string, home: string): string =>
  path === '~' || path.startsWith('~/') ? join(home, path.slice(1)) : path;

/** The files that OpenSSH reads by default, or the one that takes their place. */
export const configFiles = (file: string | undefined, home: string): readonly ConfigFile[] =>
  file === undefined
    ? [
        { file: join(home, '.ssh/config'), required: false, base: join(home, '.ssh') },
        { file: '/etc/ssh/ssh_config', required: false, base: '/etc/ssh' },
      ]
    : [{ file, required: true, base: dirname(file) }];

/** The keyword in lower case, and its arguments; both may be quoted, and a `=` may stand between them. */
function parseLine(line: string): [keyword: string, args: string[]] {
  const match = /^\s*([A-Za-z][A-Za-z0-9]*)(?:\s*=\s*|\s+)(.*)$/.exec(line);
  if (match === null) return ['', []];
  const args: string[] = [];
  for (const [word] of (match[2] ?? '').matchAll(/"(?:[^"\\]|\\.)*"?|[^\s"]+/g)) {
    if (word.startsWith('#')) break;
    args.push(word.startsWith('"') ? word.replace(/^"|"$/g, '').replace(/\\(["\\])/g, '$1') : word);
  }
  return [(match[1] ?? '').toLowerCase(), args];
}
