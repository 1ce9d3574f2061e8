import { createInterface } from 'node:readline/promises';
import { KubernetesError, type KubernetesErrorCode } from '../kubernetes/error.ts';
import { openWritableCluster, type WritableCluster } from '../kubernetes/write.ts';
import { safeLine } from '../reporters/safe-text.ts';
import { EXIT } from '../runner/report.ts';
import { itemName } from '../traffic/objects/content.ts';
import { findLeftovers, type Leftover } from '../traffic/objects/leftovers.ts';
import { removeRun } from '../traffic/objects/remove.ts';
import { clustersOf } from './clusters.ts';
import { onInterrupt } from './interrupt.ts';
import { UsageError } from './usage-error.ts';

export interface CleanupFlags {
  readonly kubeconfig?: readonly string[];
  readonly context?: readonly string[];
  readonly run?: string;
  readonly yes?: boolean;
  readonly foreign?: boolean;
}

/** The cluster was not named as it should be. */
const CONFIGURATION: readonly KubernetesErrorCode[] = [
  'kubeconfig-missing',
  'kubeconfig-unusable',
  'no-context',
];

/** For one run's removal, in milliseconds. */
const PATIENCE = 60_000;

/** Lists what traffic runs have left in clusters, and removes it once that is allowed; gives the exit code. */
export async function cleanupCommand(flags: CleanupFlags): Promise<number> {
  if (flags.run !== undefined && !/^[a-z0-9](?:[a-z0-9-]{0,50}[a-z0-9])?$/.test(flags.run))
    throw new UsageError(
      `--run ${flags.run}: no run has such an id`,
      'dpu-doctor cleanup lists the runs that have left something.',
    );
  const named = clustersOf(flags);
  const interrupt = onInterrupt();
  const codes: number[] = [];
  try {
    // One after the other, so that nobody is asked about two at a time.
    for (const { kubeconfig, context } of named.length === 0 ? [{}] : named)
      codes.push(
        await cleanCluster(
          {
            ...(kubeconfig === undefined ? {} : { kubeconfig }),
            ...(context === undefined ? {} : { context }),
          },
          flags,
          interrupt.signal,
        ),
      );
  } finally {
    interrupt.end();
  }
  if (interrupt.signal.aborted) return EXIT.interrupted;
  return [EXIT.usage, EXIT.failed, EXIT.undetermined].find((code) => codes.includes(code)) ?? EXIT.healthy;
}

async function cleanCluster(
  target: { readonly kubeconfig?: string; readonly context?: string },
  flags: CleanupFlags,
  signal: AbortSignal,
): Promise<number> {
  let cluster: WritableCluster | undefined;
  try {
    cluster = await openWritableCluster({ signal, ...target });
    return await clean(cluster, flags, signal);
  } catch (error) {
    if (!(error instanceof KubernetesError)) throw error;
    complain(`${cluster === undefined ? '' : `cluster ${cluster.name}: `}${error.message}`);
    if (error.hint !== '') complain(`  ${error.hint}`);
    return CONFIGURATION.includes(error.code) ? EXIT.usage : EXIT.undetermined;
  } finally {
    cluster?.close();
  }
}

async function clean(cluster: WritableCluster, flags: CleanupFlags, signal: AbortSignal): Promise<number> {
  const { runs, others } = await findLeftovers(cluster, flags.run, signal);
  for (const other of others) say(`not touched: ${other}`);
  const left = runs.filter(({ runningAs }) => runningAs === undefined || flags.run !== undefined);
  for (const run of runs) if (!left.includes(run)) say(`not touched: ${underWay(run)}`);
  if (left.length === 0) {
    const of = flags.run === undefined ? 'traffic runs' : `run ${flags.run}`;
    say(`cluster ${cluster.name}: nothing is left of ${of}`);
    return EXIT.healthy;
  }
  say(`cluster ${cluster.name}: left by traffic runs:`);
  for (const run of left) for (const line of described(run)) say(`  ${line}`);
  if (!flags.yes && !(await agreed(left.length, signal))) return EXIT.failed;
  let code: number = EXIT.healthy;
  for (const { namespace } of left) {
    if (signal.aborted) return EXIT.failed;
    const why = await removeRun(cluster, namespace, { foreign: flags.foreign ?? false, patience: PATIENCE });
    if (why === undefined) {
      say(`removed: namespace ${namespace.name}`);
      continue;
    }
    code = EXIT.failed;
    complain(`not removed: namespace ${namespace.name}: ${why}`);
    if (why.startsWith('others have')) complain('  --foreign removes it with all that is in it.');
  }
  return code;
}

const underWay = ({ namespace, runningAs }: Leftover): string =>
  `namespace ${namespace.name}: its run is still under way here as process ${runningAs}; --run ${namespace.run} removes it all the same`;

function described({ namespace, content, runningAs }: Leftover): readonly string[] {
  const age = ageOf(Date.now() - Date.parse(namespace.madeAt));
  const running = runningAs === undefined ? '' : `, which still runs`;
  const head = `namespace ${namespace.name}, ${age}, by ${namespace.madeBy}${running}`;
  if ('unknown' in content) return [head, `  what is in it is not known: ${content.unknown}`];
  return [
    head,
    ...content.own.map((item) => `  ${itemName(item)}`),
    ...content.foreign.map((item) => `  ${itemName(item)}, put there by others`),
  ];
}

function ageOf(milliseconds: number): string {
  const minutes = Math.floor(milliseconds / 60_000);
  if (!(minutes >= 0)) return "made at a time that can't be told";
  if (minutes < 1) return 'made less than a minute ago';
  if (minutes < 120) return `made ${minutes} min ago`;
  return minutes < 2880
    ? `made ${Math.floor(minutes / 60)} h ago`
    : `made ${Math.floor(minutes / 1440)} days ago`;
}

/** Asks on a terminal; without one the answer is no. */
async function agreed(count: number, signal: AbortSignal): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stdout.isTTY) {
    complain('Nothing was removed: there is no terminal to ask on. --yes removes it without asking.');
    return false;
  }
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    const what = count === 1 ? 'this namespace' : `these ${count} namespaces`;
    const answer = await terminal.question(`Remove ${what} with all that is in it? [y/N] `, { signal });
    return /^y(es)?$/i.test(answer.trim());
  } catch (error) {
    if (signal.aborted || (error as Error).name === 'AbortError') return false;
    throw error;
  } finally {
    terminal.close();
  }
}

const say = (line: string): void => void process.stdout.write(`${indented(line)}\n`);
const complain = (line: string): void => void process.stderr.write(`${indented(line)}\n`);

/** Names and messages come from a cluster. */
const indented = (line: string): string => `${/^ */.exec(line)?.[0] ?? ''}${safeLine(line)}`;
