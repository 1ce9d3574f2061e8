import type {
  AttributesSource,
  CommandSource,
  EachSource,
  FilesSource,
  LinksSource,
  PathsSource,
  RootCommand,
  ShellSource,
} from './source.ts';

/** Short ways to write a {@link Source} down. */
export const command = <const O extends object = object>(
  argv: readonly string[],
  options?: O,
): CommandSource & O => ({ kind: 'command', argv, ...options }) as CommandSource & O;

/** `{name}`, `{parent}` and `{path}` in the arguments stand for parts of the path at hand. */
export const commandForEach = <const O extends object = object>(
  globs: readonly string[],
  argv: readonly string[],
  options?: O,
): EachSource & O => ({ kind: 'each', globs, argv, ...options }) as EachSource & O;

export const attributes = (...globs: readonly string[]): AttributesSource => ({ kind: 'attributes', globs });

export const files = (...globs: readonly string[]): FilesSource => ({ kind: 'files', globs });

/** A small text file, read by the shell itself: a process for it would cost more than the lines. */
export const smallFile = (path: string): ShellSource =>
  shell(`cat ${path}`, `while IFS= read -r l || [ -n "$l" ]; do printf '%s\\n' "$l"; done < ${path}`, []);

export const linkTargets = (...globs: readonly string[]): LinksSource => ({ kind: 'links', globs });

export const paths = (...globs: readonly string[]): PathsSource => ({ kind: 'paths', globs });

/** A path without wildcards as a pattern: {@link paths} gives it only where it exists. */
export const existing = (path: string): string => path.replace(/[^/]$/, '[$&]');

/** `asRoot` has every command that the script calls `$as_root` for. */
export const shell = (
  title: string,
  script: string,
  runs: readonly string[],
  asRoot: readonly RootCommand[] = [],
): ShellSource => ({
  kind: 'shell',
  title,
  script,
  runs,
  root: asRoot.length > 0,
  asRoot,
});
