import { Command } from 'commander';
import { VERSION } from './version.ts';

/** What an action gives back: the exit code. */
type ExitWith = (code: number) => void;

/** The command line: its words, options and help. What the commands do is imported when one of them runs. */
export function createProgram(exitWith: ExitWith): Command {
  const program = new Command('dpu-doctor')
    .description(
      'Diagnostics and conformance for Kubernetes clusters whose OVN-Kubernetes networking runs on DPUs.\n' +
        'Without a command it examines this machine. It changes nothing on the nodes it looks at.',
    )
    .version(VERSION)
    .helpCommand(false)
    .addHelpText('after', EXAMPLES);
  addRun(program, exitWith);
  addCatalogue(program, exitWith);
  addDemo(program, exitWith);
  return program;
}

/** An option that may be given several times. */
const several = (value: string, before: readonly string[]): readonly string[] => [...before, value];

function addRun(program: Command, exitWith: ExitWith): void {
  program
    .command('run', { isDefault: true })
    .description('examine this machine, or the nodes that --inventory and --target name')
    .argument('[suite]', 'which checks: dpu-doctor list --suites shows the suites', 'node')
    .option(
      '-i, --inventory <file>',
      'nodes from a YAML file, kind:NAME, variables.sh, a dpu-simulator or Ansible inventory',
    )
    .option(
      '-t, --target <target>',
      'a node: user@host[:port], docker:NAME, podman:NAME, recorded:FILE or local; several may be given',
      several,
      [],
    )
    .option(
      '--role <role>',
      'role of the targets, where it is not to be found out: dpu-host, dpu, control-plane, worker, hypervisor',
    )
    .option('-s, --select <names>', 'only these checks, by id, group or tag', several, [])
    .option('-x, --skip <names>', 'not these checks, by id, group or tag', several, [])
    .option(
      '--set <name=value>',
      'what to expect: dpu-doctor list --expectations shows the names',
      several,
      [],
    )
    .option('--wait <duration>', 'ask again for so long while something fails, such as 5m', '0s')
    .option('--timeout <duration>', 'for one node', '60s')
    .option('--concurrency <count>', 'how many nodes at a time', '16')
    .option(
      '-r, --report <format[=file]>',
      'human, junit or json, to a file or to standard output; several may be given',
      several,
      [],
    )
    .option('--json', 'the same as --report json')
    .option('-q, --quiet', 'only what is wrong, and the summary')
    .option('-v, --verbose', 'everything, with the evidence')
    .option('--no-color', 'no colours; NO_COLOR in the environment does the same')
    .option('--ssh-config <file>', "SSH configuration instead of ~/.ssh/config, as OpenSSH's -F")
    .option('--identity <file>', "private key, as OpenSSH's -i")
    .option('--known-hosts <file>', 'known hosts instead of ~/.ssh/known_hosts')
    .option('--accept-any-host-key', 'trust whatever answers: no protection against an impostor')
    .option(
      '--record <directory>',
      'write what each node said to DIRECTORY/<node>.json, to be examined again with recorded:FILE',
    )
    .addHelpText('after', RUN_EXAMPLES)
    .action(async (suite: string, flags: import('./run.ts').RunFlags) => {
      const { runCommand } = await import('./commands.ts');
      exitWith(await runCommand(suite, flags));
    });
}

function addCatalogue(program: Command, exitWith: ExitWith): void {
  program
    .command('list')
    .description('list the checks; or the suites, the expectations or the claims that the checks cover')
    .argument('[names...]', 'only these checks, by id, group or tag')
    .option('--suites', 'the suites instead')
    .option('--expectations', 'what --set may give, with the defaults')
    .option('--claims', 'the claims of the documents, and the checks that cover them')
    .action(async (names: string[], flags: import('./list.ts').ListFlags) => {
      const { listCommand } = await import('./commands.ts');
      exitWith(await listCommand(names, flags));
    });
  program
    .command('explain')
    .description('explain a check: what it looks at, its messages, their causes and what to do')
    .argument('<check>', 'id of the check, such as sriov/physfn-links')
    .action(async (id: string) => {
      const { explainCommand } = await import('./commands.ts');
      exitWith(await explainCommand(id));
    });
}

function addDemo(program: Command, exitWith: ExitWith): void {
  program
    .command('demo')
    .description('examine a recorded cluster with a few faults, where no DPU is at hand')
    .option(
      '-r, --report <format[=file]>',
      'human, junit or json, to a file or to standard output',
      several,
      [],
    )
    .option('-v, --verbose', 'everything, with the evidence')
    .option('--no-color', 'no colours')
    .action(async (flags: import('./demo.ts').DemoFlags) => {
      const { demoCommand } = await import('./commands.ts');
      exitWith(await demoCommand(flags));
    });
}

const EXIT_CODES = `
Exit codes:
  0    healthy: something was examined, nothing failed
  1    a check failed
  2    nothing failed, but something could not be determined, or nothing was examined
  3    wrong usage or configuration
  130  interrupted`;

const EXAMPLES = `
Examples:
  $ dpu-doctor                                   what is this machine, and is its DPU plumbing right?
  $ dpu-doctor run --target root@worker-1        the same for another node, over SSH
  $ dpu-doctor run -i nodes.yaml -r junit=out.xml -r human
  $ dpu-doctor explain gateway/pf-netdevs        what a check means and what to do when it fails
  $ dpu-doctor demo                              see a report, without any DPU
${EXIT_CODES}

dpu-doctor run --help shows the options of a run.`;

const RUN_EXAMPLES = `
Examples:
  $ dpu-doctor run gateway                       one suite, on this machine
  $ dpu-doctor run -t root@host-1 --role dpu-host --set num-vfs=8
  $ dpu-doctor run -i kind:dpu kind-veth         the nodes of a kind cluster
  $ dpu-doctor run -i nodes.yaml -x system --wait 5m --json
${EXIT_CODES}`;
