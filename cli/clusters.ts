import { NODE_ACCESS, type NodeAccess } from '../inventory/discover.ts';
import { SUITES } from '../suites/index.ts';
import type { ClusterTarget } from '../transports/cluster/access.ts';
import { parseDestination } from '../transports/ssh/destination.ts';
import { didYouMean, UsageError } from './usage-error.ts';
import { words } from './values.ts';

export interface ClusterFlags {
  readonly kubeconfig?: readonly string[];
  readonly context?: readonly string[];
  readonly nodeAccess?: string;
  readonly inventory?: string;
  /** True where the option names no program. */
  readonly kubectl?: string | true;
  readonly via?: string;
}

/**
 * The clusters that the options name. Contexts are those of the one kubeconfig, or of kubectl's where none is named;
 * several kubeconfigs have their current contexts examined, or as many contexts as there are of them, in their order.
 */
export function clustersOf(flags: ClusterFlags): readonly ClusterTarget[] {
  const way = wayOf(flags);
  const named = namedClusters(flags);
  if (way === undefined) return named;
  // Without a name, the cluster that kubectl there talks to.
  return (named.length === 0 ? [{}] : named).map((target) => ({ ...target, ...way }));
}

/** How kubectl asks; undefined where it does not. */
function wayOf(flags: ClusterFlags): Pick<ClusterTarget, 'kubectl' | 'via'> | undefined {
  const { kubectl, via, inventory, kubeconfig, context } = flags;
  if (kubectl === undefined && via === undefined) return undefined;
  if (inventory !== undefined && kubeconfig === undefined && context === undefined)
    throw new UsageError(
      '--kubectl and --via are for clusters that --kubeconfig or --context names',
      'In an inventory, write the keys kubectl and via beside the name of the cluster.',
    );
  if (flags.nodeAccess === 'exec')
    throw new UsageError(
      '--node-access exec needs a kubeconfig here: it is no way for --kubectl and --via',
      'Leave them out, or give --node-access ssh.',
    );
  if (SUITES.some(({ name }) => name === kubectl))
    throw new UsageError(
      `--kubectl ${kubectl}: that is a suite, and no program`,
      `Write ${kubectl} --kubectl, or --kubectl=PROGRAM.`,
    );
  if (kubectl === '')
    throw new UsageError('--kubectl names no program', 'Write --kubectl, or --kubectl PATH.');
  const destination = via === undefined ? undefined : parseDestination(via);
  if (via !== undefined && destination === undefined)
    throw new UsageError(`--via ${via}: that is no machine`, 'Write user@host or user@host:2222.');
  return {
    kubectl: typeof kubectl === 'string' ? kubectl : 'kubectl',
    ...(destination === undefined ? {} : { via: destination }),
  };
}

function namedClusters(flags: ClusterFlags): readonly ClusterTarget[] {
  const files = named('--kubeconfig', flags.kubeconfig);
  const contexts = words('--context', flags.context);
  if (contexts.length === 0) return files.map((kubeconfig) => ({ kubeconfig }));
  const [only] = files;
  if (files.length <= 1)
    return contexts.map((context) => (only === undefined ? { context } : { kubeconfig: only, context }));
  if (files.length === contexts.length)
    return files.map((kubeconfig, index) => ({ kubeconfig, context: contexts[index] ?? '' }));
  throw new UsageError(
    `--kubeconfig names ${files.length} files and --context ${contexts.length} contexts: which is whose can't be told`,
    'Give one --context for each --kubeconfig, in the same order, or several of one --kubeconfig.',
  );
}

/** Files may have commas in their names. */
function named(option: string, values: readonly string[] = []): readonly string[] {
  if (values.some((value) => value.trim() === ''))
    throw new UsageError(`${option} names nothing`, `Write what it is to name, or leave ${option} out.`);
  return values;
}

const WAYS: readonly NodeAccess[] = NODE_ACCESS;

export function parseNodeAccess(text: string): NodeAccess {
  const way = WAYS.find((candidate) => candidate === text);
  if (way !== undefined) return way;
  throw new UsageError(
    `--node-access ${text}: no way to nodes is called so`,
    `${didYouMean(text, WAYS)}Write none, ssh or exec.`,
  );
}
