import { wrap } from './width.ts';

/** Programs that remedies name. In the middle of a sentence only these tell where a command starts. */
const PROGRAMS = [
  'apt-get',
  'apt',
  'bfb-install',
  'cat',
  'chmod',
  'chown',
  'curl',
  'devlink',
  'dnf',
  'docker',
  'dpu-doctor',
  'echo',
  'ethtool',
  'grep',
  'helm',
  'hostnamectl',
  'ip',
  'journalctl',
  'kind',
  'kubectl',
  'ls',
  'lspci',
  'mkdir',
  'mlxconfig',
  'modprobe',
  'mst',
  'nmcli',
  'nsenter',
  'ov[ns]-[a-z]+',
  'ovn(?:kube)?-[a-z]+',
  'pip',
  'podman',
  'readlink',
  'sed',
  'ssh',
  'ssh-add',
  'ssh-keygen',
  'sudo',
  'swapoff',
  'sysctl',
  'systemctl',
  'tail',
  'tee',
  'virsh',
];

/** A command within a sentence: it ends where the sentence goes on. */
const IN_PROSE = new RegExp(
  `(?<=^|[ (])(?:[A-Z_]+=\\S+ )?(?:${PROGRAMS.join('|')}) [^,;()]+?(?=[,;)]|\\.? \\(|\\. |\\.?$|: | and | or | then )`,
  'g',
);

/** A program's name and at least one argument that looks like one: an option, a path, an assignment, a number. */
const COMMAND = /^(?:sudo |[A-Z_]+=\S+ )*[a-z][a-z0-9._-]*(?: \S+)* (?:-{1,2}\w|\S*[/=:]\S|\S*\d)/;
const KNOWN_COMMAND = new RegExp(`^(?:sudo )?(?:${PROGRAMS.join('|')})(?: [^,;()]*)?$`);

/** One line of a remedy, laid out. */
export interface RemedyLine {
  readonly text: string;
  readonly isCommand: boolean;
}

/**
 * A remedy that can be copied out of the terminal and run: a command at its end gets a line of its own that is never
 * broken, and prose breaks around the commands in it.
 */
export function remedyLines(remedy: string, width: number): readonly RemedyLine[] {
  return remedy.split('\n').flatMap((line) => {
    const { prose, command } = splitCommand(line.trim());
    return [
      ...(prose === '' ? [] : wrapAroundCommands(prose, width).map((text) => ({ text, isCommand: false }))),
      ...(command === '' ? [] : [{ text: command, isCommand: true }]),
    ];
  });
}

function splitCommand(text: string): { readonly prose: string; readonly command: string } {
  const colon = text.lastIndexOf(': ');
  const tail = colon === -1 ? '' : text.slice(colon + 2).trim();
  if (isCommand(tail)) return { prose: text.slice(0, colon + 1), command: tail };
  return !text.endsWith('.') && isCommand(text) ? { prose: '', command: text } : { prose: text, command: '' };
}

const isCommand = (text: string): boolean => COMMAND.test(text) || KNOWN_COMMAND.test(text);

const GLUE = '\u00a0';

const wrapAroundCommands = (prose: string, width: number): readonly string[] =>
  wrap(
    prose.replace(IN_PROSE, (command) => command.replaceAll(' ', GLUE)),
    width,
  ).map((line) => line.replaceAll(GLUE, ' '));
