import { type Command, Option } from 'commander';
import { DEFAULT_FLAGS } from './limits.ts';
import { UsageError } from './usage-error.ts';

/** An option that may be given several times. */
const several = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

/** An option whose second value would take the place of the first without a word. */
const once =
  (option: string, hint: string) =>
  (value: string, before?: string): string => {
    if (before !== undefined) throw new UsageError(`${option} is given twice: ${before} and ${value}`, hint);
    return value;
  };

/** Which nodes and clusters to ask, and how. */
export function addAccessOptions(command: Command): void {
  command
    .optionsGroup('Nodes:')
    .option(
      '-i, --inventory <file>',
      'nodes from a YAML file, kind:NAME, variables.sh, a dpu-simulator or Ansible inventory',
      once('--inventory', 'Examine one after the other, or put their nodes into one file.'),
    )
    .option(
      '-t, --target <target>',
      'a node: user@host[:port], docker:NAME, podman:NAME, recorded:FILE or local; several may be given',
      several,
    )
    .option(
      '--kubeconfig <file>',
      'a cluster, whose API is asked and whose nodes are examined; several may be given',
      several,
    )
    .option('--context <name>', "a context of the kubeconfig, or of kubectl's; several may be given", several)
    .option(
      '--kubectl [program]',
      'ask clusters by kubectl get --raw, for credentials that only kubectl has; PROGRAM is kubectl unless given',
    )
    .option(
      '--via <target>',
      'user@host[:port] where kubectl runs and has its kubeconfig, such as a control-plane node; by SSH',
    )
    .option(
      '--node-access <way>',
      'how to get to nodes that only a cluster names: none, ssh to their InternalIP, or exec in their OVN-Kubernetes pods',
      DEFAULT_FLAGS.nodeAccess,
    )
    .option(
      '--role <role>',
      'what the nodes are, where it is not to be found out, and those of clusters that tell no role of them: dpu-host, dpu, control-plane, worker, hypervisor',
      once('--role', 'It goes for all nodes of the run; an inventory gives each node its own.'),
    )
    .option('--timeout <duration>', 'for one node or cluster', DEFAULT_FLAGS.timeout)
    .option('--concurrency <count>', 'how many nodes or clusters at a time', DEFAULT_FLAGS.concurrency);
}

/** Which nodes to examine. */
export function addNodeOptions(command: Command): void {
  addAccessOptions(command);
  command
    .option(
      '--wait <duration>',
      'ask again for so long while something fails, such as 5m',
      DEFAULT_FLAGS.wait,
    )
    .option(
      '--record <directory>',
      'write what each node said to DIRECTORY/<node>.json, to be examined again with recorded:FILE; what clusters said is not recorded',
    );
}

/** What to look at. */
export function addSelection(command: Command): void {
  command
    .optionsGroup('Checks:')
    .option('-s, --select <names>', 'only these checks, by id, group or tag; several may be given', several)
    .option('-x, --skip <names>', 'not these checks, by id, group or tag; several may be given', several);
}

/** What to look at, and what to expect. */
export function addCheckOptions(command: Command): void {
  addSelection(command);
  command.option(
    '--set <name=value>',
    'what to expect, such as num-vfs=8: dpu-doctor list --expectations shows the names',
    several,
  );
}

/** What traffic to send, in a run that sends any. */
export function addTrafficOptions(command: Command): void {
  command
    .optionsGroup('Traffic (suites traffic and conformance):')
    .option(
      '--paths <choice>',
      'between which nodes: all pairs, a ring, or a sample that grows with the nodes, not their square (default: sample)',
    )
    .option('--packets <count>', 'of each ping (default: 5)')
    .option('--image <image>', 'of the pods that are made; sh, ping and nc are needed (default: alpine:3)')
    .option(
      '--pod <namespace/name>',
      'use this pod, or all with NAMESPACE/LABEL=VALUE, and make none; several may be given',
      several,
    )
    .option('--keep-on-failure', 'leave pods that were made where something failed');
}

/** Where the reports go, and what they look like. */
export function addOutputOptions(command: Command): void {
  command
    .optionsGroup('Reports:')
    .option(
      '-r, --report <format[=file]>',
      'human, json, junit, junit-jenkins or junit-extended, to a file or to standard output; several may be given',
      several,
    )
    .option('--json', 'the same as --report json')
    .addOption(new Option('-q, --quiet', 'only what is wrong, and the summary').conflicts('verbose'))
    .option('-v, --verbose', 'everything, with the evidence')
    .option('--no-color', 'no colours; NO_COLOR in the environment does the same');
}

/** How to log in. */
export function addSshOptions(command: Command): void {
  command
    .optionsGroup('SSH:')
    .option('--ssh-config <file>', "configuration instead of ~/.ssh/config, as OpenSSH's -F")
    .option('--identity <file>', "private key, as OpenSSH's -i")
    .option('--known-hosts <file>', 'known hosts instead of ~/.ssh/known_hosts')
    .option('--accept-any-host-key', 'trust whatever answers: no protection against an impostor');
}

/** Of which cluster what runs have left is removed, and how. */
export function addCleanupOptions(command: Command): void {
  command
    .option('--kubeconfig <file>', "a cluster, other than kubectl's; several may be given", several)
    .option('--context <name>', "a context of the kubeconfig, or of kubectl's; several may be given", several)
    .option('--run <id>', 'only what this run has left')
    .option('-y, --yes', 'do not ask; needed where there is no terminal')
    .option('--foreign', 'remove the namespace of a run also where others have put something into it');
}
