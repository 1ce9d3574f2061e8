import { Command, Option } from 'commander';
import {
  addAccessOptions,
  addCheckOptions,
  addCleanupOptions,
  addNodeOptions,
  addOutputOptions,
  addSelection,
  addSshOptions,
  addTrafficOptions,
} from './options.ts';
import { didYouMean, UsageError } from './usage-error.ts';
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
    .showHelpAfterError('dpu-doctor --help shows the commands.')
    .addHelpText('after', EXAMPLES);
  addRun(program, exitWith);
  addCatalogue(program, exitWith);
  addInventory(program, exitWith);
  addPermissions(program, exitWith);
  addTopology(program, exitWith);
  addCleanup(program, exitWith);
  addDemo(program, exitWith);
  addHelpAndVersion(program);
  return program;
}

function addRun(program: Command, exitWith: ExitWith): void {
  const run = program
    .command('run', { isDefault: true })
    .description(
      'examine this machine, or the nodes and clusters that --inventory, --target and --kubeconfig name',
    )
    .argument('[suite]', 'which checks: dpu-doctor list --suites shows the suites', 'node')
    .showHelpAfterError('dpu-doctor run --help shows the options.')
    .addHelpText('after', RUN_EXAMPLES)
    .action(async (suite: string, flags: import('./run.ts').RunFlags) => {
      const { runCommand } = await import('./commands.ts');
      exitWith(await runCommand(suite, flags));
    });
  addNodeOptions(run);
  addCheckOptions(run);
  addTrafficOptions(run);
  addOutputOptions(run);
  addSshOptions(run);
}

function addCatalogue(program: Command, exitWith: ExitWith): void {
  program
    .command('list')
    .description('list the checks; or the suites, the expectations or the claims that the checks cover')
    .argument('[names...]', 'only these checks, by id, group or tag')
    .addOption(new Option('--suites', 'the suites instead').conflicts(['expectations', 'claims']))
    .addOption(new Option('--expectations', 'what --set may give, with the defaults').conflicts('claims'))
    .option('--claims', 'the claims of the documents, and the checks that cover them')
    .showHelpAfterError('dpu-doctor list --help shows the options.')
    .action(async (names: string[], flags: import('./list.ts').ListFlags) => {
      const { listCommand } = await import('./catalogue.ts');
      exitWith(await listCommand(names, flags));
    });
  program
    .command('explain')
    .description('explain a check: what it looks at, its messages, their causes and what to do')
    .argument('<check>', 'id of the check, such as sriov/physfn-links')
    .showHelpAfterError('Write dpu-doctor explain CHECK; dpu-doctor list shows the checks.')
    .action(async (id: string) => {
      const { explainCommand } = await import('./catalogue.ts');
      exitWith(await explainCommand(id));
    });
}

function addInventory(program: Command, exitWith: ExitWith): void {
  const inventory = program
    .command('inventory')
    .description('print which nodes clusters have, what they are and how that is known, as an inventory file')
    .showHelpAfterError('dpu-doctor inventory --help shows the options.')
    .action(async (flags: import('./inventory.ts').InventoryFlags) => {
      const { inventoryCommand } = await import('./inventory.ts');
      exitWith(await inventoryCommand(flags));
    });
  addAccessOptions(inventory);
  addSshOptions(inventory);
}

function addPermissions(program: Command, exitWith: ExitWith): void {
  const permissions = program
    .command('permissions')
    .description(
      'what a run needs to be allowed on nodes and by clusters, and the files that allow just that',
    )
    .argument('[suite]', 'for which checks', 'node')
    .option('--role <role>', 'on nodes of this role only')
    .option('--node-access <way>', 'exec: with what opens a channel to pods on the nodes', 'none')
    .addOption(new Option('--rbac', 'the ClusterRole only, for kubectl apply -f').conflicts('sudoers'))
    .option('--sudoers', 'the sudoers file only')
    .option('--user <name>', 'whom the sudoers file is for; %NAME is a group', 'dpu-doctor')
    .showHelpAfterError('dpu-doctor permissions --help shows the options.')
    .action(async (suite: string, flags: import('./permissions.ts').PermissionFlags) => {
      const { permissionsCommand } = await import('./catalogue.ts');
      exitWith(await permissionsCommand(suite, flags));
    });
  addSelection(permissions);
}

function addTopology(program: Command, exitWith: ExitWith): void {
  const topology = program
    .command('topology')
    .description('follow every VF from its pod to the wire, and show where the way is broken')
    .option('--json', 'the same as JSON')
    .addOption(new Option('-q, --quiet', 'only what is not whole').conflicts('verbose'))
    .option('-v, --verbose', 'every link with its ground and evidence')
    .option('--no-color', 'no colours; NO_COLOR in the environment does the same')
    .showHelpAfterError('dpu-doctor topology --help shows the options.')
    .action(async (flags: import('./topology.ts').TopologyFlags) => {
      const { topologyCommand } = await import('./topology.ts');
      exitWith(await topologyCommand(flags));
    });
  addAccessOptions(topology);
  addSshOptions(topology);
}

function addCleanup(program: Command, exitWith: ExitWith): void {
  const cleanup = program
    .command('cleanup')
    .description(
      'list what traffic runs that were killed have left in a cluster, and remove it once you agree',
    )
    .showHelpAfterError('dpu-doctor cleanup --help shows the options.')
    .addHelpText('after', CLEANUP_EXIT_CODES)
    .action(async (flags: import('./cleanup.ts').CleanupFlags) => {
      const { cleanupCommand } = await import('./cleanup.ts');
      exitWith(await cleanupCommand(flags));
    });
  addCleanupOptions(cleanup);
}

function addDemo(program: Command, exitWith: ExitWith): void {
  const demo = program
    .command('demo')
    .description('examine a recorded cluster with a few faults, where no DPU is at hand')
    .showHelpAfterError('dpu-doctor demo --help shows the options.')
    .action(async (flags: import('./demo.ts').DemoFlags) => {
      const { demoCommand } = await import('./commands.ts');
      exitWith(await demoCommand(flags));
    });
  addOutputOptions(demo);
}

/** What people type without looking it up. */
function addHelpAndVersion(program: Command): void {
  program
    .command('help')
    .description('the same as --help, of dpu-doctor or of a command')
    .argument('[command]')
    .action((name: string | undefined) => {
      const commands = program.commands.map((command) => command.name());
      const command = name === undefined ? program : program.commands.find((one) => one.name() === name);
      if (command === undefined)
        throw new UsageError(
          `no command is called '${name}'`,
          `${didYouMean(name, commands)}Commands: ${commands.join(', ')}.`,
        );
      command.outputHelp();
    });
  program
    .command('version')
    .description('the same as --version')
    .action(() => {
      process.stdout.write(`${VERSION}\n`);
    });
}

const EXIT_CODES = `
Exit codes:
  0    healthy: something was examined, nothing failed
  1    a check failed
  2    nothing failed, but something could not be determined, or nothing was examined
  3    wrong usage or configuration
  130  interrupted`;

const CLEANUP_EXIT_CODES = `
Exit codes:
  0    nothing is left
  1    something is left: it was not to be removed, or could not be
  2    a cluster could not be asked
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
  $ dpu-doctor run --kubeconfig admin.conf       a cluster, as its API tells of it
  $ dpu-doctor run traffic --kubeconfig admin.conf -i nodes.yaml
                                                 send traffic: where does it vanish?
  $ dpu-doctor run -i nodes.yaml -x system --wait 5m --json
${EXIT_CODES}`;
