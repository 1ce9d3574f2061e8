/**
 * What a fact is read from, as data: the runner turns it into one shell script per node, `permissions` and the
 * documentation list it, and a recording stores the answer under the source's {@link sourceKey}.
 */
export type Source =
  | CommandSource
  | EachSource
  | AttributesSource
  | FilesSource
  | LinksSource
  | PathsSource
  | ShellSource;

interface Optional {
  /** The fact can be told without this source: its answer is then `undefined`. */
  readonly optional?: boolean;
}

/** One command, run once. */
export interface CommandSource extends Optional {
  readonly kind: 'command';
  readonly argv: readonly string[];
  /** Run through `sudo -n` where the login is not root. */
  readonly root?: boolean;
}

/** One command for each path that matches; `{name}`, `{parent}` and `{path}` in the arguments stand for it. */
export interface EachSource extends Optional {
  readonly kind: 'each';
  readonly globs: readonly string[];
  readonly argv: readonly string[];
  readonly root?: boolean;
}

/** The first line of every matching file: for sysfs and procfs, read by the shell itself, without a process. */
export interface AttributesSource extends Optional {
  readonly kind: 'attributes';
  readonly globs: readonly string[];
}

/** The whole content of every matching file, up to {@link MAX_FILE_BYTES}. */
export interface FilesSource extends Optional {
  readonly kind: 'files';
  readonly globs: readonly string[];
  readonly root?: boolean;
}

/** The targets of every matching symbolic link, as stored in the link. */
export interface LinksSource extends Optional {
  readonly kind: 'links';
  readonly globs: readonly string[];
}

/** The paths that match. */
export interface PathsSource extends Optional {
  readonly kind: 'paths';
  readonly globs: readonly string[];
}

/** A constant piece of POSIX shell, for what the other kinds can't say. Nothing from a node ever enters it. */
export interface ShellSource extends Optional {
  readonly kind: 'shell';
  readonly title: string;
  readonly script: string;
  /** The programs that it starts, for the list of commands run on a node. */
  readonly runs: readonly string[];
  /** It calls `$as_root` before a program that needs root. */
  readonly root?: boolean;
  /** What stands behind `$as_root`, one for each way in which it may be run. */
  readonly asRoot?: readonly RootCommand[];
}

/**
 * The words of a command that a shell source runs as root, for the sudoers file. What a node says stands in a word as
 * `<pid>` (a process), `<pci>` (an address such as 0000:03:00.0) or `<number>`.
 */
export type RootCommand = readonly string[];

/** A longer file is cut here and its fact says so. */
export const MAX_FILE_BYTES = 262_144;

/** What one command said. A non-zero exit code is data. */
export interface CommandAnswer {
  /** The command as one would type it. */
  readonly command: string;
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What one command said for one of the matching paths. */
export interface EachAnswer extends CommandAnswer {
  readonly path: string;
}

export interface AttributesAnswer {
  /** First lines by path, without the line end. */
  readonly values: ReadonlyMap<string, string>;
  /** Paths that exist but could not be read. */
  readonly unreadable: readonly string[];
}

export interface FilesAnswer {
  readonly texts: ReadonlyMap<string, string>;
  readonly unreadable: ReadonlyMap<string, string>;
}

/** The answer that a source of this kind gives. */
export type AnswerOf<S extends Source> = S extends { optional: true }
  ? RawAnswer<S> | undefined
  : RawAnswer<S>;

type RawAnswer<S extends Source> = S extends CommandSource | ShellSource
  ? CommandAnswer
  : S extends EachSource
    ? readonly EachAnswer[]
    : S extends AttributesSource
      ? AttributesAnswer
      : S extends FilesSource
        ? FilesAnswer
        : S extends LinksSource
          ? ReadonlyMap<string, string>
          : readonly string[];

/** Names a source by what it does; equal sources of different facts are asked once. */
export function sourceKey(source: Source): string {
  const root = 'root' in source && source.root ? 'root: ' : '';
  switch (source.kind) {
    case 'command':
      return `${root}${source.argv.join(' ')}`;
    case 'each':
      return `${root}${source.argv.join(' ')} for each ${source.globs.join(' ')}`;
    case 'shell':
      return `${root}${source.title}`;
    default:
      return `${root}${source.kind} ${source.globs.join(' ')}`;
  }
}
