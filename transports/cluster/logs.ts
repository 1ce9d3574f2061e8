import type { ClusterRead, LogAnswer, LogRead } from '../../facts/cluster/fact.ts';
import type { Cluster } from '../../kubernetes/cluster.ts';
import { KubernetesError } from '../../kubernetes/error.ts';
import type { ReadOutcome } from './access.ts';

/** Of one log: the API server asks the node's kubelet, which may not answer. In milliseconds. */
const PATIENCE = 5000;

/** The ends of the logs that are chosen from a list that was read before. Never rejects. */
export async function readLogs(
  cluster: Cluster,
  { of, choose }: NonNullable<ClusterRead['logs']>,
  answers: ReadonlyMap<ClusterRead, ReadOutcome>,
  signal: AbortSignal,
): Promise<ReadOutcome> {
  const listed = answers.get(of);
  if (!listed?.ok)
    return {
      ok: false,
      failure: {
        code: 'unreachable',
        message: 'which containers fail is not known, so that no log was read',
      },
    };
  return {
    ok: true,
    objects: await Promise.all(choose(listed.objects).map((read) => readLog(cluster, read, signal))),
  };
}

async function readLog(cluster: Cluster, read: LogRead, signal: AbortSignal): Promise<LogAnswer> {
  try {
    const text = await cluster.text(logPath(read), { signal, timeout: PATIENCE, attempts: 1 });
    return { ...read, text };
  } catch (error) {
    if (!(error instanceof KubernetesError)) throw error;
    return { ...read, failure: failureOf(error) };
  }
}

const failureOf = ({ code, message }: KubernetesError): NonNullable<LogAnswer['failure']> =>
  code === 'forbidden'
    ? {
        code: 'permission',
        message: 'may not get pods/log: the user of the kubeconfig needs the verb get on pods/log',
      }
    : { code: code === 'not-found' ? 'not-found' : 'unreachable', message };

/** The last lines alone, and never more than a megabyte of them. */
export function logPath({ namespace, pod, container, previous }: LogRead): string {
  const query = new URLSearchParams({
    container,
    tailLines: '200',
    limitBytes: '1048576',
    ...(previous ? { previous: 'true' } : {}),
  });
  return `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/log?${query}`;
}
