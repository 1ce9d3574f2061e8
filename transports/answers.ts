import {
  type AttributesAnswer,
  type CommandAnswer,
  type EachAnswer,
  type FilesAnswer,
  MAX_FILE_BYTES,
  type Source,
} from '../facts/source.ts';

/** One answer to a source as it came over the wire, or out of a recording. */
export interface Part {
  /** Empty where the source has one answer only. */
  readonly path: string;
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

type AnyAnswer =
  | CommandAnswer
  | readonly EachAnswer[]
  | AttributesAnswer
  | FilesAnswer
  | ReadonlyMap<string, string>
  | readonly string[];

/** Gives a source's parts the shape that its fact's parse expects. */
export function readAnswer(source: Source, parts: readonly Part[]): AnyAnswer {
  const first = parts[0] ?? { path: '', exitCode: 0, stdout: '', stderr: '' };
  switch (source.kind) {
    case 'command':
      return { command: source.argv.join(' '), ...output(first) };
    case 'shell':
      return { command: source.title, ...output(first) };
    case 'each':
      return parts.map((part) => ({
        command: commandFor(source.argv, part.path),
        path: part.path,
        ...output(part),
      }));
    case 'attributes':
      return attributes(first.stdout);
    case 'files':
      return files(parts);
    case 'links':
      return links(first.stdout);
    case 'paths':
      return first.stdout.split('\n').filter((path) => path !== '');
  }
}

const output = ({ exitCode, stdout, stderr }: Part): Omit<Part, 'path'> => ({ exitCode, stdout, stderr });

const commandFor = (argv: readonly string[], path: string): string => {
  const segments = path.split('/');
  const name = segments.at(-1) ?? '';
  const parent = segments.at(-2) ?? '';
  return argv
    .join(' ')
    .replaceAll('{name}', () => name)
    .replaceAll('{parent}', () => parent)
    .replaceAll('{path}', () => path);
};

function attributes(text: string): AttributesAnswer {
  const values = new Map<string, string>();
  const unreadable: string[] = [];
  for (const line of text.split('\n')) {
    const tab = line.indexOf('\t');
    if (line.startsWith('=') && tab > 0) values.set(line.slice(1, tab), line.slice(tab + 1).trim());
    else if (line.startsWith('!')) unreadable.push(line.slice(1));
  }
  return { values, unreadable };
}

function files(parts: readonly Part[]): FilesAnswer {
  const texts = new Map<string, string>();
  const unreadable = new Map<string, string>();
  for (const { path, exitCode, stdout, stderr } of parts) {
    if (exitCode !== 0) unreadable.set(path, stderr.trim());
    else if (Buffer.byteLength(stdout) > MAX_FILE_BYTES)
      unreadable.set(path, `larger than ${MAX_FILE_BYTES} bytes`);
    else texts.set(path, stdout);
  }
  return { texts, unreadable };
}

function links(text: string): ReadonlyMap<string, string> {
  const targets = new Map<string, string>();
  for (const line of text.split('\n')) {
    if (!line.startsWith('l')) continue;
    const path = line.indexOf(' /');
    const arrow = line.indexOf(' -> ', path);
    if (path > 0 && arrow > 0)
      targets.set(unescapeName(line.slice(path + 1, arrow)), unescapeName(line.slice(arrow + 4)));
  }
  return targets;
}

const ESCAPES: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

/** A name as `ls` writes it with QUOTING_STYLE=escape: blanks and all that is not ASCII stand after a backslash. */
function unescapeName(name: string): string {
  if (!name.includes('\\')) return name;
  const bytes = name.replace(/\\([0-7]{3}|.)/g, (_, code: string) =>
    code.length === 3 ? String.fromCharCode(Number.parseInt(code, 8)) : (ESCAPES[code] ?? code),
  );
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
