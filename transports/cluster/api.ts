import type { ClusterRead } from '../../facts/cluster/fact.ts';
import { type Cluster, clusterOver, openCluster } from '../../kubernetes/cluster.ts';
import { KubernetesError } from '../../kubernetes/error.ts';
import type { SshOptions } from '../ssh/options.ts';
import type { ClusterAccess, ClusterTarget, ReadOutcome } from './access.ts';
import { isAnswer, readFailure } from './failure.ts';
import { readLogs } from './logs.ts';

/**
 * The way to a cluster: through the API that a kubeconfig describes, which loads the client library, or by kubectl.
 *
 * @throws {KubernetesError} where kubeconfig or credentials are unusable. The API is asked nothing yet.
 * @throws {TransportError} where kubectl is to run on a machine that can't be logged in to
 */
export async function connectCluster(
  target: ClusterTarget,
  signal: AbortSignal,
  ssh: SshOptions = {},
): Promise<ClusterAccess> {
  const cluster = await (byKubectl(target) ? overKubectl(target, signal, ssh) : direct(target, signal));
  return {
    name: target.name ?? cluster.name,
    uri: withoutCredentials(cluster.server),
    ask: (reads, options) => askAll(cluster, reads, options.signal),
    close: () => cluster.close(),
  };
}

/** Whether kubectl asks, rather than this process. */
export const byKubectl = ({ kubectl, via }: ClusterTarget): boolean =>
  kubectl !== undefined || via !== undefined;

function direct({ kubeconfig, context }: ClusterTarget, signal: AbortSignal): Promise<Cluster> {
  return openCluster({
    signal,
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    ...(context === undefined ? {} : { context }),
  });
}

async function overKubectl(target: ClusterTarget, signal: AbortSignal, ssh: SshOptions): Promise<Cluster> {
  const { openKubectl } = await import('./kubectl.ts');
  const { context, connection } = await openKubectl(target, ssh, signal);
  return clusterOver(context ?? target.via?.address ?? 'kubectl', connection);
}

function withoutCredentials(server: string): string {
  const url = URL.parse(server);
  if (url === null || (url.username === '' && url.password === '')) return server;
  url.username = '';
  url.password = '';
  return url.href;
}

async function askAll(
  cluster: Cluster,
  reads: readonly ClusterRead[],
  signal: AbortSignal,
): Promise<ReadonlyMap<ClusterRead, ReadOutcome>> {
  const plain = reads.filter(({ logs }) => logs === undefined);
  const outcomes = await Promise.all(plain.map((read) => askOne(cluster, read, signal)));
  const [first] = outcomes;
  // Where not one of them was answered, it is the cluster that can't be asked, and not each of its lists.
  if (
    first instanceof KubernetesError &&
    outcomes.every((one) => one instanceof KubernetesError && one.code !== 'forbidden')
  )
    throw outcomes.find((one) => one instanceof KubernetesError && !isAnswer(one)) ?? noApi(cluster, first);
  const answers = new Map(
    outcomes.map((outcome, index): [ClusterRead, ReadOutcome] => {
      const read = plain[index] as ClusterRead;
      return [
        read,
        outcome instanceof KubernetesError
          ? { ok: false, failure: readFailure(read, outcome) }
          : { ok: true, ...outcome },
      ];
    }),
  );
  for (const read of reads)
    if (read.logs !== undefined) answers.set(read, await readLogs(cluster, read.logs, answers, signal));
  return answers;
}

/** What answers knows not one of the paths that every API server has. */
const noApi = ({ server }: Cluster, { message, status }: KubernetesError): KubernetesError =>
  new KubernetesError(
    'unexpected',
    `${withoutCredentials(server)} is no API server: ${message}`,
    'is that address the API server, or something in front of it? Try: kubectl cluster-info',
    status,
  );

async function askOne(
  cluster: Cluster,
  { path, single, fieldSelector, optional }: ClusterRead,
  signal: AbortSignal,
): Promise<{ readonly objects: readonly unknown[]; readonly at?: number } | KubernetesError> {
  let first: number | undefined;
  const heard = (at: number): void => {
    // Of a list of several pages, all are as things were at the first.
    first ??= at;
  };
  try {
    const objects = single
      ? [await cluster.get(path, { signal, heard })]
      : (
          await cluster.list(path, {
            signal,
            heard,
            ...(fieldSelector === undefined ? {} : { fieldSelector }),
          })
        ).items;
    return first === undefined ? { objects } : { objects, at: first };
  } catch (error) {
    if (!(error instanceof KubernetesError)) throw error;
    const missing =
      optional && error.code === 'forbidden' ? await noSuchGroup(cluster, path, signal) : undefined;
    return missing ?? error;
  }
}

/**
 * Rights are looked at before the kind: where its definition is not installed, who may not list it is refused all the
 * same. Which groups of kinds there are everybody who is logged in may ask (ClusterRole system:discovery).
 */
async function noSuchGroup(
  cluster: Cluster,
  path: string,
  signal: AbortSignal,
): Promise<KubernetesError | undefined> {
  const group = /^\/apis\/[^/]+\/[^/]+(?=\/)/.exec(path)?.[0];
  if (group === undefined) return undefined;
  try {
    await cluster.get(group, { signal });
    return undefined;
  } catch (error) {
    return error instanceof KubernetesError && error.code === 'not-found' ? error : undefined;
  }
}
