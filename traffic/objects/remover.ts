import type { WritableCluster } from '../../kubernetes/write.ts';
import type { ClusterTarget } from '../../transports/cluster/access.ts';
import { quote } from '../../transports/quote.ts';
import { namespaceOf } from './identity.ts';
import { persist } from './patience.ts';
import type { MadePods, ObjectOptions } from './pods.ts';
import { findOwnNamespace, removeRun } from './remove.ts';

/** In milliseconds, and for each pod. */
const PATIENCE = 60_000;
const PATIENCE_EACH = 50;

/** The command that removes what a run has left. */
export function removalCommand({ kubeconfig, context }: ClusterTarget, run?: string): string {
  return [
    'dpu-doctor cleanup',
    ...(run === undefined ? [] : ['--run', run]),
    ...(kubeconfig === undefined ? [] : ['--kubeconfig', quote(kubeconfig)]),
    ...(context === undefined ? [] : ['--context', quote(context)]),
  ].join(' ');
}

/** How a run removes what it has made, once however often it is asked. */
export function remover(
  cluster: WritableCluster,
  target: ClusterTarget,
  count: number,
  { runId, keepOnFailure, progress }: Pick<ObjectOptions, 'runId' | 'keepOnFailure' | 'progress'>,
): MadePods['remove'] {
  const namespace = namespaceOf(runId);
  const command = removalCommand(target, runId);
  const patience = PATIENCE + PATIENCE_EACH * count;
  const removed = async (failed: boolean): Promise<readonly string[]> => {
    if (failed && keepOnFailure)
      return [
        `namespace ${namespace} of cluster ${cluster.name} is kept as asked for; to remove it: ${command}`,
      ];
    progress(
      `removing the namespace ${namespace} of cluster ${cluster.name}; if this is ended before: ${command}`,
    );
    const why = await remaining(cluster, namespace, patience);
    return why === undefined
      ? []
      : [
          `namespace ${namespace} of cluster ${cluster.name} is still there: ${why}; to remove it: ${command}`,
        ];
  };
  let work: Promise<readonly string[]> | undefined;
  return ({ failed }) => {
    work ??= removed(failed).finally(() => cluster.close());
    return work;
  };
}

/** Why the namespace is still there after all was done; undefined where it is gone. */
async function remaining(
  cluster: WritableCluster,
  name: string,
  patience: number,
): Promise<string | undefined> {
  const signal = new AbortController().signal;
  try {
    const found = await persist(performance.now() + patience, () => findOwnNamespace(cluster, name, signal));
    return found && (await removeRun(cluster, found, { foreign: false, patience }));
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
