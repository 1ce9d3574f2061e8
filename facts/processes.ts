import { defineFact, FactError, type FactFailure, succeeded } from './fact.ts';
import type { RootCommand } from './source.ts';
import { shell } from './sources.ts';

/** A process that carries pod networking, in the node's own network namespace. */
export interface Process {
  readonly pid: number;
  /** Kernel's name of it, 15 characters at most. */
  readonly name: string;
  readonly args: readonly string[];
  /** Only the settings of OVN-Kubernetes and the device plugin; other variables may be secret and stay on the node. */
  readonly environment: ReadonlyMap<string, string>;
  /** The environment could be read: an absent variable is absent, not hidden. */
  readonly environmentReadable: boolean;
  /** Seconds after the node's boot, to a hundredth. */
  readonly startedAfterBoot: number | undefined;
  /** Z zombie, T stopped, D uninterruptible …; see proc(5). */
  readonly state: string;
  /** Of ovnkube: the configuration file that it reads. */
  readonly configuration?: ConfigurationFile;
}

/** The settings of a configuration file that concern a node; its other lines may be secret and stay on the node. */
export interface ConfigurationFile {
  /** As the process sees it: in a container, the container's path. */
  readonly path: string;
  /** Section headers and settings, as they stand in the file. */
  readonly lines: readonly string[];
  /** Why it could not be read, in the words of the system. */
  readonly unreadable?: string;
}

const NAMES = [
  'ovs-vswitchd',
  'ovsdb-server',
  'ovn-controller',
  'ovn-northd',
  'ovnkube',
  'kubelet',
  'kube-apiserver',
  'kube-proxy',
  'libvirtd',
  'virtqemud',
];

/** Where OVN-Kubernetes looks for its configuration file when not told (go-controller/pkg/config/config.go). */
export const CONFIG_FILE = '/etc/openvswitch/ovn_k8s.conf';

const SETTINGS = String.raw`/^[[:space:]]*\[/s/^/setting /p; /^[[:space:]]*(mode|interface|mgmt-port-netdev|mgmt-port-dp-resource-name|enable-network-segmentation|mtu|single-node|transport)[[:space:]]*=/I{s/^/setting /;p;}`;

/**
 * A sed command that prints the section headers and a node's settings of an OVN-Kubernetes configuration file, each
 * behind the word `setting`, which tells them from what sed and sudo complain of.
 */
export const PRINT_SETTINGS = `sed -nE '${SETTINGS}'`;

/** What is run as root to print the settings of a file. */
export const settingsAsRoot = (file: string): RootCommand => ['sed', '-nE', SETTINGS, file];

/*
 * Another network namespace's processes show in /proc too, where containers or testbeds run on the machine. State and
 * arguments come last, of all processes at once: for each of its own, two programs would have to be started, and a
 * shell reads a file byte by byte, which takes it longer.
 */
const SCRIPT = `for t in head sed tr; do command -v $t >/dev/null || echo "lacking $t"; done
set --
e='s/\\n/ /g; 1{h;s/.*/readable/p;g;}; /^(OVNKUBE_[A-Z0-9_]*|OVN_[A-Z0-9_]*|DPU_[A-Z0-9_]*|K8S_NODE[A-Z_]*|PCIDEVICE_[^=]*)=/s/^/env /p'
for p in /proc/[0-9]*; do
  c=
  IFS= read -r c < "$p/comm" || continue
  case $c in ${NAMES.map((name) => name.slice(0, 15)).join('|')}) ;; *) continue ;; esac
  if [ -e "$p/ns/net" ] && ! [ "$p/ns/net" -ef /proc/self/ns/net ]; then continue; fi
  printf 'process %s %s\\n' "\${p#/proc/}" "$c"
  set -- "$@" "$p/stat" "$p/cmdline"
  case $c in ovnkube) ;; *) continue ;; esac
  f=
  while IFS= read -r l || [ -n "$l" ]; do
    case $l in *config-file*) f=named ;; esac
  done < "$p/cmdline"
  if [ "$f" ]; then
    f=$(tr '\\000' '\\n' < "$p/cmdline" | sed -nE 's/^--?config-file=//p; /^--?config-file$/{n;p;}')
  fi
  f=\${f:-${CONFIG_FILE}}
  printf 'config %s\\n' "$f"
  $as_root ${PRINT_SETTINGS} "$p/root$f" 2>&1
  if [ -r "$p/environ" ]; then
    sed -znE "$e" < "$p/environ"
  else
    $as_root cat "$p/environ" | sed -znE "$e"
  fi
done 2>/dev/null
[ $# = 0 ] || {
  echo files
  head -v -c 65536 "$@" 2>/dev/null | tr '\\000\\n' '\\n '
}
true`;

/** Processes of OVS, OVN, OVN-Kubernetes, Kubernetes and libvirt, from /proc. */
export const processes = defineFact({
  title: 'processes',
  sources: {
    list: shell(
      'OVS, OVN and Kubernetes processes in /proc',
      SCRIPT,
      ['head', 'tr', 'sed', 'cat /proc/<pid>/environ', 'sed /proc/<pid>/root/<config-file>'],
      // Another configuration file, which ovnkube's arguments may name, is for the reader to add.
      [settingsAsRoot(`/proc/<pid>/root${CONFIG_FILE}`), ['cat', '/proc/<pid>/environ']],
    ),
  },
  parse({ list }): readonly Process[] {
    // sed ends variables as it finds them ended, by zeros.
    const said = succeeded(list).replaceAll('\0', '\n');
    const lacking = /^lacking (\w+)$/m.exec(said.split(/^process /m, 1)[0] ?? '')?.[1];
    if (lacking !== undefined) throw new FactError(missing(lacking));
    const [heads = '', ...rest] = said.split(/^files\n/m);
    const blocks = heads.split(/^process /m).slice(1);
    const files = filesOf(rest.join(''), blocks);
    return blocks.map((block, index) => parseProcess(block.split('\n'), files[index]));
  },
});

/** Without them the arguments and settings don't show, which is not the same as that there are none. */
const missing = (program: string): FactFailure => ({
  code: 'missing-program',
  message: `${program} is not installed on the node`,
  hint: `Install ${program}, or leave out the checks that need it.`,
});

/** What the files of a process say; undefined where one could not be read. */
interface ProcessFiles {
  readonly stat: string | undefined;
  readonly cmdline: string | undefined;
}

/**
 * The files of each process in turn. `head` writes `==> FILE <==` above each file and an empty line below it; `tr` has
 * made blanks of line ends, and line ends of the zeros behind the arguments.
 */
function filesOf(text: string, blocks: readonly string[]): readonly ProcessFiles[] {
  const names = blocks.flatMap((block) =>
    ['stat', 'cmdline'].map((name) => `==> /proc/${block.split(' ')[0]}/${name} <== `),
  );
  const starts: (readonly [start: number, end: number] | undefined)[] = [];
  let from = 0;
  for (const heading of names) {
    const at = text.indexOf(heading, from);
    starts.push(at < 0 ? undefined : [at, at + heading.length]);
    if (at >= 0) from = at + heading.length;
  }
  const said = starts.map((own, index) => {
    if (own === undefined) return undefined;
    const next = starts.slice(index + 1).find((other) => other !== undefined);
    return text.slice(own[1], next?.[0]).replace(next === undefined ? /\n$/ : /\n? $/, '');
  });
  return blocks.map((_, index) => ({ stat: said[2 * index], cmdline: said[2 * index + 1] }));
}

/** The kernel shows times to user space in hundredths of a second (USER_HZ, proc(5)). */
const TICKS_PER_SECOND = 100;

function parseProcess(
  [head = '', ...lines]: readonly string[],
  { stat = '', cmdline = '' }: ProcessFiles = { stat: undefined, cmdline: undefined },
): Process {
  const [pid = '', name = ''] = head.split(' ');
  const values = (label: string): string[] => behind(label, lines);
  const config = values('config')[0];
  // The name in parentheses may hold blanks; the fields after it don't.
  const fields = stat
    .trim()
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ');
  const started = Number(fields[19]) / TICKS_PER_SECOND;
  return {
    pid: Number(pid),
    name,
    args: (cmdline === '' ? [] : cmdline.split('\n')).map((argument, index, args) =>
      hideSecret(argument, args[index - 1]),
    ),
    environment: new Map(
      values('env').map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
    ),
    environmentReadable: lines.includes('readable'),
    startedAfterBoot: Number.isFinite(started) ? started : undefined,
    state: fields[0] ?? '',
    ...(config === undefined ? {} : { configuration: configurationFile(config, lines) }),
  };
}

const behind = (label: string, lines: readonly string[]): string[] =>
  lines.filter((line) => line.startsWith(`${label} `)).map((line) => line.slice(label.length + 1));

/** What {@link PRINT_SETTINGS} said about a file: its lines, or why it could not be read. */
export function configurationFile(path: string, lines: readonly string[]): ConfigurationFile {
  const refused = lines.find((line) => /^(sed|sudo): /.test(line));
  return refused === undefined
    ? { path, lines: behind('setting', lines) }
    : { path, lines: [], unreadable: refused.slice(refused.lastIndexOf(': ') + 2) };
}

/** `--token=…`, or what follows `--token`. */
function hideSecret(argument: string, before = ''): string {
  if (!argument.startsWith('-') && SECRET.test(before) && !before.includes('=')) return '<hidden>';
  const equals = argument.indexOf('=');
  return equals > 0 && SECRET.test(argument.slice(0, equals))
    ? `${argument.slice(0, equals)}=<hidden>`
    : argument;
}

const SECRET = /^--?[\w-]*(?:token|secret|password|private-key|privkey)[\w-]*$/i;
