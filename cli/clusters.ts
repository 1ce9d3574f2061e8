import type { NodeAccess } from '../inventory/discover.ts';
import type { ClusterTarget } from '../transports/cluster/access.ts';
import { didYouMean, UsageError } from './usage-error.ts';
import { words } from './values.ts';

export interface ClusterFlags {
  readonly kubeconfig?: readonly string[];
  readonly context?: readonly string[];
  readonly nodeAccess?: string;
}

/**
 * The clusters that the options name. Contexts are those of the one kubeconfig, or of kubectl's where none is named;
 * several kubeconfigs have their current contexts examined, or as many contexts as there are of them, in their order.
 */
export function clustersOf(flags: ClusterFlags): readonly ClusterTarget[] {
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

const WAYS: readonly NodeAccess[] = ['none', 'ssh'];

export function parseNodeAccess(text: string): NodeAccess {
  const way = WAYS.find((candidate) => candidate === text);
  if (way !== undefined) return way;
  throw new UsageError(
    `--node-access ${text}: no way to nodes is called so`,
    `${didYouMean(text, WAYS)}Write none or ssh.`,
  );
}
