import { hostname } from 'node:os';
import type { Inventory, InventoryNode } from '../inventory/node.ts';
import type { RunRequest } from '../runner/run.ts';
import type { Suite } from '../suites/index.ts';
import { passphraseFrom } from '../transports/ssh/passphrase.ts';
import { clustersOf, parseNodeAccess } from './clusters.ts';
import { SOURCE_TIMEOUT } from './limits.ts';
import type { RunFlags } from './run.ts';
import { catalogueWithoutCluster, chosenChecks, findSuite, passiveCatalogue } from './suite.ts';
import { parseTarget } from './target.ts';
import { UsageError } from './usage-error.ts';
import { parseCount, parseDuration, parseRole, parseSettings, parseTimeout, words } from './values.ts';
import { VERSION } from './version.ts';

/** One source that hangs leaves the others this part of the node's time. */
const SHARE = 1 / 2;

/** A run as the command line asks for it. */
export interface Request extends Omit<RunRequest, 'listen' | 'signal' | 'onGathered'> {
  /** What an importer of the inventory had to assume; people should see it. */
  readonly notes: readonly string[];
}

/** What the words of the command line ask for. Throws readable errors only. */
export async function runRequest(suiteName: string, flags: RunFlags): Promise<Request> {
  const suite = await findSuite(suiteName);
  const timeout = parseTimeout(flags.timeout);
  for (const [option, file] of [
    ['--ssh-config', flags.sshConfig],
    ['--identity', flags.identity],
  ] as const)
    await mustBeReadable(option, file);
  for (const { kubeconfig, via } of clustersOf(flags))
    if (via === undefined) await mustBeReadable('--kubeconfig', kubeconfig);
  const nodes = await nodesOf(flags, suite);
  return {
    tool: { name: 'dpu-doctor', version: VERSION },
    suiteName: suite.name,
    simulation: suite.simulation,
    ...nodes,
    checks: await checksFor(nodes, suite, words('--select', flags.select), words('--skip', flags.skip)),
    set: { from: '--set', values: parseSettings(flags.set) },
    suite: { from: `suite ${suite.name}`, values: suite.expect },
    timeout,
    sourceTimeout: Math.min(SOURCE_TIMEOUT, timeout * SHARE),
    wait: parseDuration(flags.wait),
    concurrency: parseCount(flags.concurrency),
    ssh: {
      ...(flags.sshConfig === undefined ? {} : { configFile: flags.sshConfig }),
      ...(flags.identity === undefined ? {} : { identityFile: flags.identity }),
      ...(flags.knownHosts === undefined ? {} : { knownHostsFile: flags.knownHosts }),
      ...(flags.acceptAnyHostKey === true ? { insecure: 'accept-any-host-key' as const } : {}),
      passphrase: passphraseFrom(process.env, { input: process.stdin, output: process.stderr }),
    },
  };
}

/** The checks that are chosen. Where all are, for nodes of which nothing is known yet, no check says what to ask them. */
async function checksFor(
  { nodes, clusters = [] }: Pick<Request, 'nodes' | 'clusters'>,
  suite: Suite,
  select: readonly string[],
  skip: readonly string[],
): Promise<Request['checks']> {
  const isPlain = [suite.select, suite.skip, select, skip].every((names) => names.length === 0);
  if (isPlain && !suite.active && nodes.every(({ role }) => role === undefined))
    return clusters.length === 0 ? catalogueWithoutCluster : passiveCatalogue;
  return chosenChecks(suite, select, skip);
}

/** A file that was named for this run and can't be read is told before any node is asked. */
async function mustBeReadable(option: string, file: string | undefined): Promise<void> {
  if (file === undefined) return;
  try {
    const { access, constants } = await import('node:fs/promises');
    await access(file, constants.R_OK);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why =
      code === 'ENOENT'
        ? 'does not exist'
        : code === 'EACCES'
          ? 'may not be read'
          : `can't be read: ${message}`;
    throw new UsageError(
      `${option} ${file}: the file ${why}`,
      'Look at it: ls -l, and give the path of a file.',
    );
  }
}

type Targets = Pick<Request, 'nodes' | 'clusters' | 'nodeAccess' | 'foundRole' | 'notes'>;

/** The clusters that are named, and the nodes of the inventory and of the targets; this machine where nothing is named. */
async function nodesOf(flags: RunFlags, suite: Suite): Promise<Targets> {
  const role = flags.role === undefined ? undefined : parseRole(flags.role);
  const targets = words('--target', flags.target).map((target) => parseTarget(target, role));
  const named = clustersOf(flags);
  const found = {
    nodeAccess: parseNodeAccess(flags.nodeAccess ?? 'none'),
    ...(role === undefined ? {} : { foundRole: role }),
  };
  if (flags.inventory === undefined && targets.length === 0 && named.length > 0)
    return { nodes: [], clusters: named, ...found, notes: [] };
  if (flags.inventory === undefined && targets.length === 0) {
    // As kubectl does it, which also finds the service account of a pod.
    if (suite.ofCluster) return { nodes: [], clusters: [{}], ...found, notes: [] };
    const here: InventoryNode = { name: hostname(), access: { kind: 'local' } };
    return { nodes: [role === undefined ? here : { ...here, role }], notes: [] };
  }
  const listed = flags.inventory === undefined ? undefined : await readInventory(flags.inventory);
  const nodes = [
    ...(listed?.nodes ?? []).map((node) => (role === undefined ? node : { role, ...node })),
    ...targets,
  ];
  const names = nodes.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    throw new UsageError(
      `the node ${twice} is named twice`,
      'Name every node once, by --target or in the inventory.',
    );
  }
  const clusters = [...(listed?.clusters ?? []), ...named];
  return { nodes, clusters, ...found, notes: listed?.notes ?? [] };
}

async function readInventory(source: string): Promise<Inventory> {
  const { loadInventory } = await import('../inventory/load.ts');
  return loadInventory(source);
}
