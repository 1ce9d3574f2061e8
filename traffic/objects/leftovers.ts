import { namedObjects } from '../../facts/cluster/objects.ts';
import { KubernetesError } from '../../kubernetes/error.ts';
import type { WritableCluster } from '../../kubernetes/write.ts';
import { type Content, contentOf } from './content.ts';
import { type OwnObject, ownNamespace, runningMaker, selectorOf } from './identity.ts';

/** What one run has left. */
export interface Leftover {
  readonly namespace: OwnObject;
  /** What is in it, or why that is not known. */
  readonly content: Content | { readonly unknown: string };
  /** The process that has made it still runs on this machine: nothing is left of it yet. */
  readonly runningAs: number | undefined;
}

export interface Leftovers {
  readonly runs: readonly Leftover[];
  /** What carries the label of a run's objects and is none of them, one line for each. */
  readonly others: readonly string[];
}

/**
 * What runs have left in a cluster: of all, or of one.
 *
 * @throws {KubernetesError}
 */
export async function findLeftovers(
  cluster: WritableCluster,
  run: string | undefined,
  signal: AbortSignal,
): Promise<Leftovers> {
  const labelSelector = selectorOf(run);
  const [namespaces, pods, services] = await Promise.all(
    ['namespaces', 'pods', 'services'].map(async (resource) => {
      const { items } = await cluster.list(`/api/v1/${resource}`, { signal, labelSelector });
      return items;
    }),
  );
  const own = (namespaces ?? []).flatMap((object) => ownNamespace(object) ?? []);
  const names = new Set(own.map(({ name }) => name));
  const labelled = [
    ...namedObjects(namespaces ?? []).map(({ id }) => ({ what: `namespace ${id.name}`, within: id.name })),
    ...[
      { kind: 'pod', items: pods },
      { kind: 'service', items: services },
    ].flatMap(({ kind, items = [] }) =>
      namedObjects(items).map(({ id }) => ({
        what: `${kind} ${id.namespace}/${id.name}`,
        within: id.namespace,
      })),
    ),
  ];
  return {
    runs: await Promise.all(
      own.map(async (namespace) => ({
        namespace,
        content: await contentIn(cluster, namespace, signal),
        runningAs: runningMaker(namespace),
      })),
    ),
    others: labelled
      .filter(({ within }) => !names.has(within))
      .map(({ what }) => `${what} has the label ${selectorOf()}, but no run has made it`),
  };
}

async function contentIn(
  cluster: WritableCluster,
  { name, run }: OwnObject,
  signal: AbortSignal,
): Promise<Leftover['content']> {
  try {
    return await contentOf(cluster, name, run, signal);
  } catch (error) {
    if (!(error instanceof KubernetesError)) throw error;
    return { unknown: error.message };
  }
}
