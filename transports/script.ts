import { MAX_FILE_BYTES, type Source } from '../facts/source.ts';
import { quote } from './quote.ts';

/*
 * One POSIX sh script asks a node for many sources. Each answer is framed on both output streams by lines that
 * start with a mark the run invents:
 *
 *   MARK H 812             the shell has started, in this process group
 *   MARK B 3 /sys/…        source 3 begins an answer (for this path, where it has one for each path)
 *   MARK E 3 0             … and ended with exit code 0
 *   MARK D 3               source 3 is done
 *   MARK Z                 the script is done
 *
 * Where one source ends and the next begins, the three are written at once: whoever reads wakes up at every write.
 * A path with a newline or a tab in it, with which a node could forge an answer about another path, is left out.
 *
 * A marker is preceded by a newline of its own, so an answer is kept to the byte. An answer without its E, a source
 * without its D or a script without its Z is an answer that was cut.
 */

const PRELUDE = `unset CDPATH ENV BASH_ENV
LC_ALL=C QUOTING_STYLE=literal PATH=\${PATH:+$PATH:}/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin
export LC_ALL QUOTING_STYLE PATH
as_root= user=
while read -r k r e o; do [ "$k" = Uid: ] && user=$e && break; done < /proc/$$/status
[ "$user" = 0 ] || ! command -v sudo >/dev/null 2>&1 || as_root='sudo -n --'
say() { printf "$@"; printf "$@" >&2; }
begin() { say '\\n%s B %s\\n' "$mark" "$*"; }
answered() { code=$?; say '\\n%s E %s %s\\n' "$mark" "$1" "$code"; }
done_with() { say '\\n%s D %s\\n' "$mark" "$1"; }
end() { code=$?; say '\\n%s E %s %s\\n\\n%s D %s\\n' "$mark" "$1" "$code" "$mark" "$1"; }
next() {
  code=$?
  say '\\n%s E %s %s\\n\\n%s D %s\\n\\n%s B %s\\n' "$mark" "$1" "$code" "$mark" "$1" "$mark" "$2"
}
nl='
' tab='\t'
read -r stat < /proc/$$/stat
set -- \${stat##*) }
plain() { case $1 in *["$nl$tab"]*) return 1; esac; }
attributes() {
  for p; do
    plain "$p" && [ -f "$p" ] || continue
    l=
    IFS= read -r l < "$p" || [ -r "$p" ] || { printf '!%s\\n' "$p"; continue; }
    printf '=%s\\t%s\\n' "$p" "$l"
  done 2>/dev/null
}
paths() {
  for p; do
    plain "$p" && { [ -e "$p" ] || [ -L "$p" ]; } || continue
    printf '%s\\n' "$p"
  done
}
`;

/** The script that asks for these sources, numbered by their place in the list. */
export function renderScript(sources: readonly Source[], mark: string): string {
  const asked = sources.map((source, number) =>
    render(source, number, sources[number - 1], sources[number + 1]),
  );
  // Wrapped in a function that the last line calls: a script that arrives in part runs nothing.
  return `main() {\nmark=${quote(mark)}\n${PRELUDE}say '\\n%s H %s\\n' "$mark" "$3"\n${asked.join('\n')}\nsay '\\n%s Z\\n' "$mark"\n}\nmain\n`;
}

function render(source: Source, number: number, before?: Source, after?: Source): string {
  const frame = (body: string): string => {
    const begin = hasOneAnswer(before) ? '' : `begin ${number}\n`;
    return `${begin}${body}\n${hasOneAnswer(after) ? `next ${number} ${number + 1}` : `end ${number}`}`;
  };
  switch (source.kind) {
    case 'command':
      return frame(`${asRoot(source.root)}${source.argv.map(quote).join(' ')} </dev/null`);
    case 'shell':
      return frame(`{ ${source.script}\n} </dev/null`);
    case 'attributes':
      return frame(`attributes ${globs(source.globs)}`);
    case 'links':
      return frame(`QUOTING_STYLE=escape ls -nd ${globs(source.globs)} 2>/dev/null; true`);
    case 'paths':
      return frame(`paths ${globs(source.globs)}`);
    case 'files':
      return forEach(
        source.globs,
        number,
        `${asRoot(source.root)}head -c ${MAX_FILE_BYTES + 1} "$p" </dev/null`,
      );
    case 'each':
      return forEach(
        source.globs,
        number,
        `${asRoot(source.root)}${source.argv.map(withPath).join(' ')} </dev/null`,
      );
  }
}

/** It has no answer for each of several paths. */
const hasOneAnswer = (source: Source | undefined): boolean =>
  source !== undefined && source.kind !== 'files' && source.kind !== 'each';

const asRoot = (root: boolean | undefined): string => (root ? '$as_root ' : '');

const forEach = (patterns: readonly string[], number: number, body: string): string =>
  `for p in ${globs(patterns)}; do plain "$p" && [ -e "$p" ] || continue; n=\${p##*/}; o=\${p%/*}; o=\${o##*/}; begin ${number} "$p"\n${body}\nanswered ${number}; done; done_with ${number}`;

/** Quotes an argument in which {name}, {parent} and {path} stand for parts of the path at hand. */
const withPath = (argument: string): string =>
  argument
    .split(/(\{name\}|\{parent\}|\{path\})/)
    .filter((part) => part !== '')
    .map((part) => ({ '{name}': '"$n"', '{parent}': '"$o"', '{path}': '"$p"' })[part] ?? quote(part))
    .join('');

/** What stands for several paths. A bracket with anything else in it than a few characters is no wildcard to us. */
const WILDCARD = /([*?]|\[[!^]?[A-Za-z0-9_.:-]+\])/;

/** Quotes all of a pattern but its wildcards. */
const globs = (patterns: readonly string[]): string =>
  patterns
    .map((pattern) =>
      pattern
        .split(WILDCARD)
        .map((part, index) => (index % 2 === 1 || part === '' ? part : quote(part)))
        .join(''),
    )
    .join(' ');

/** The script that ends what an earlier script has left running: the process group that its first marker named. */
export const renderKill = (processGroup: number): string => `kill -KILL -${processGroup}\n`;
