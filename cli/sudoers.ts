import type { RootCommand } from '../facts/source.ts';
import { type Permissions, sendsTraffic } from '../runner/permissions.ts';

/*
 * A wildcard of sudoers matches blanks too, and so further arguments (sudoers(5), "Wildcards in command arguments"):
 * whoever may run `sed … *` may run anything. So there is none: what a node says stands as classes of single characters.
 */

/** The sudoers file with which this user may run as root what dpu-doctor runs so, and nothing else. */
export function sudoersFile(permissions: Permissions, user: string): string {
  const { sources } = permissions;
  const groups = sources.filter(({ asRoot }) => asRoot.length > 0);
  const { plain = [], mighty = [] } = Object.groupBy(
    groups.flatMap(({ asRoot }) => asRoot),
    (command) => (isMighty(command) ? 'mighty' : 'plain'),
  );
  const rule = (line: string) => `${user} ALL=(root) NOPASSWD: ${line}`;
  return [
    '# What dpu-doctor runs as root on a node where the login is not root, each with its exact arguments.',
    '# Install it as /etc/sudoers.d/dpu-doctor with mode 0440, after a look by: visudo -c -f FILE',
    ...(sendsTraffic(permissions)
      ? [
          '# What follows packets and proves offload is not in it: its arguments hang on what is sent. With this file alone',
          '# traffic is sent between pods, and where it vanishes can not be told; a login as root can.',
        ]
      : []),
    ...(groups.length === 0 ? ['# The chosen checks need no root.'] : []),
    ...(plain.some(({ 1: file }) => file === '/proc/<pid>/environ')
      ? ["# cat /proc/<pid>/environ shows any process's environment, and what is secret in it."]
      : []),
    '',
    ...linesOf(plain).map(rule),
    ...(mighty.length === 0
      ? []
      : [
          '',
          '# Where Open vSwitch runs in a container and the node has no ovs-vsctl, dpu-doctor runs that of the container.',
          '# Whoever may do this can bring a program of his own in the place of it: it is as much as root, and left out.',
          '# Without it, what Open vSwitch knows can not be had there but with a login as root.',
          ...linesOf(mighty).map((line) => `# ${rule(line)}`),
        ]),
    '',
  ].join('\n');
}

const isMighty = ([program]: RootCommand): boolean => program === 'chroot';

const linesOf = (commands: readonly RootCommand[]): readonly string[] => [
  ...new Set(commands.flatMap(patterns)),
];

/** /proc/sys/kernel/pid_max is 4194304 at most (proc(5)). */
const PID_DIGITS = 7;
const digits = (most: number): readonly string[] =>
  Array.from({ length: most }, (_, less) => '[0-9]'.repeat(less + 1));

const HEX = '[0-9a-f]';
/** What may stand for each placeholder of a {@link RootCommand}. */
const PLACEHOLDERS: Readonly<Record<string, readonly string[]>> = {
  '<pid>': digits(PID_DIGITS),
  '<number>': digits(4),
  '<pci>': [`${HEX.repeat(4)}\\:${HEX.repeat(2)}\\:${HEX.repeat(2)}.[0-7]`],
};

/** The command as sudoers(5) wants it; one for each number of digits that a placeholder may have. */
function patterns([program = '', ...args]: RootCommand): readonly string[] {
  const [placeholder] = args.join(' ').match(/<pid>|<number>|<pci>/) ?? [];
  const values = placeholder === undefined ? [''] : (PLACEHOLDERS[placeholder] ?? []);
  const words = (value: string) =>
    args.map((word) =>
      word
        .split(placeholder ?? '\0')
        .map(literal)
        .join(value),
    );
  // Programs lie in /usr/bin or /usr/sbin, to which /bin and /sbin are links.
  return values.map((value) => [`/usr/*bin/${program}`, ...words(value)].join(' '));
}

/**
 * A text that matches nothing but itself. What ends an argument for sudoers is escaped once, what fnmatch(3) would take
 * for a wildcard too, and a backslash for both. A line can't hold a newline: any control character may stand there.
 */
const literal = (text: string): string =>
  text.replace(/[\\*?[\]!^:,=# ]|[\u0000-\u001f\u007f]/g, (character) => {
    if (character < ' ' || character === '\u007f') return '[[\\:cntrl\\:]]';
    return character === '\\' ? '\\\\\\\\' : `\\${character}`;
  });
