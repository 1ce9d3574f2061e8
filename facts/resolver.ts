import { defineFact } from './fact.ts';
import { existing, paths, shell } from './sources.ts';

/** How the node resolves names (resolv.conf(5), resolved.conf(5)). */
export interface Resolver {
  readonly nameservers: readonly string[];
  /** The DNSStubListener settings, the one that counts last; empty where nothing sets it, which means yes. */
  readonly stubListener: readonly { readonly file: string; readonly value: string }[];
  /** systemd-resolved has its runtime directory. */
  readonly resolvedRuns: boolean;
}

/* resolved.conf(5): the main file first, then the drop-ins of all directories in the order of their names. */
const SCRIPT = `for f in /etc/resolv.conf /usr/lib/systemd/resolved.conf /etc/systemd/resolved.conf \
  /usr/lib/systemd/resolved.conf.d/*.conf /run/systemd/resolved.conf.d/*.conf /etc/systemd/resolved.conf.d/*.conf; do
  [ -f "$f" ] && [ -r "$f" ] || continue
  while IFS= read -r l || [ -n "$l" ]; do
    case $l in nameserver*|DNSStubListener*) printf '%s\\t%s\\n' "$f" "$l" ;; esac
  done < "$f"
done
true`;

export const resolver = defineFact({
  title: 'name resolution',
  sources: {
    lines: shell('nameserver in /etc/resolv.conf, DNSStubListener in resolved.conf', SCRIPT, []),
    resolved: paths(existing('/run/systemd/resolve/stub-resolv.conf')),
  },
  parse({ lines, resolved }): Resolver {
    const pairs = lines.stdout
      .split('\n')
      .filter((line) => line.includes('\t'))
      .map((line) => ({ file: line.slice(0, line.indexOf('\t')), line: line.slice(line.indexOf('\t') + 1) }));
    return {
      nameservers: pairs.flatMap(({ file, line }) =>
        file === '/etc/resolv.conf' ? (/^nameserver\s+(\S+)/.exec(line)?.slice(1, 2) ?? []) : [],
      ),
      stubListener: inOrder(pairs).flatMap(({ file, line }) => {
        const value = /^DNSStubListener\s*=\s*(\S*)/.exec(line)?.[1];
        return value === undefined ? [] : [{ file, value }];
      }),
      resolvedRuns: resolved.length > 0,
    };
  },
});

const isDropIn = (file: string): boolean => file.includes('.conf.d/');

const baseName = (file: string): string => file.split('/').at(-1) ?? '';

const inOrder = <Item extends { readonly file: string }>(items: readonly Item[]): readonly Item[] => [
  ...items.filter(({ file }) => !isDropIn(file)),
  ...items
    .filter(({ file }) => isDropIn(file))
    .sort((a, b) => (baseName(a.file) < baseName(b.file) ? -1 : baseName(a.file) > baseName(b.file) ? 1 : 0)),
];
