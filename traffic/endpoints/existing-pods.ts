import { optionalText, record, records, text } from '../../facts/json.ts';
import type { TrafficProblem } from '../../facts/traffic/measurement.ts';
import type { Endpoint } from '../../facts/traffic/path.ts';
import { KubernetesError } from '../../kubernetes/error.ts';
import { connectCluster } from '../../transports/cluster/api.ts';
import type { TrafficCluster, TrafficInput } from '../input.ts';
import type { TrafficOptions } from '../options.ts';
import { problemOf } from '../problem.ts';

export interface ExistingPods {
  readonly endpoints: readonly Endpoint[];
  readonly problems: readonly TrafficProblem[];
}

/**
 * Pods that are there already, by namespace/name, or all of a namespace that have a label, by namespace/key=value. Those
 * that do not run, or run on a node that is none of the run's, are problems. Never rejects.
 */
export async function existingPods(
  input: TrafficInput,
  { pods, signal }: Pick<TrafficOptions, 'pods' | 'signal'>,
): Promise<ExistingPods> {
  const endpoints: Endpoint[] = [];
  const problems: TrafficProblem[] = [];
  const found = await Promise.all(input.clusters.map((cluster) => podsOf(cluster, pods, signal, problems)));
  for (const wanted of new Set(pods)) {
    const matches = found.flatMap(({ cluster, objects }) =>
      objects.filter((pod) => isMeant(pod, wanted)).map((pod) => ({ cluster, pod })),
    );
    if (matches.length === 0 && problems.length === 0) problems.push(missing(wanted));
    for (const { cluster, pod } of matches) {
      const endpoint = endpointOf(pod, cluster, input);
      if ('code' in endpoint) problems.push(endpoint);
      else endpoints.push(endpoint);
    }
  }
  return { endpoints: [...new Map(endpoints.map((one) => [one.name, one])).values()], problems };
}

type PodObject = Readonly<Record<string, unknown>>;

async function podsOf(
  cluster: TrafficCluster,
  wanted: readonly string[],
  signal: AbortSignal,
  problems: TrafficProblem[],
): Promise<{ readonly cluster: string; readonly objects: readonly PodObject[] }> {
  const namespaces = [...new Set(wanted.map((one) => one.split('/')[0] ?? ''))];
  const reads = namespaces.map((namespace) => ({
    path: `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods`,
  }));
  try {
    const access = await connectCluster(cluster.target, signal);
    try {
      const answers = [...(await access.ask(reads, { signal })).values()];
      for (const answer of answers) if (!answer.ok) problems.push(problemOf(answer.failure));
      return {
        cluster: cluster.name,
        objects: answers.flatMap((one) => (one.ok ? records(one.objects) : [])),
      };
    } finally {
      access.close();
    }
  } catch (error) {
    if (!(error instanceof KubernetesError)) throw error;
    problems.push({ code: error.code, message: error.message, hint: error.hint });
    return { cluster: cluster.name, objects: [] };
  }
}

function isMeant(pod: PodObject, wanted: string): boolean {
  const metadata = record(pod['metadata']);
  const [namespace, ...rest] = wanted.split('/');
  const which = rest.join('/');
  const equals = which.indexOf('=');
  if (text(metadata, 'namespace') !== namespace) return false;
  if (equals < 0) return text(metadata, 'name') === which;
  return record(metadata['labels'])[which.slice(0, equals)] === which.slice(equals + 1);
}

function endpointOf(pod: PodObject, cluster: string, { nodes }: TrafficInput): Endpoint | TrafficProblem {
  const [metadata, spec, status] = [record(pod['metadata']), record(pod['spec']), record(pod['status'])];
  const namespace = text(metadata, 'namespace');
  const name = text(metadata, 'name');
  const full = `${namespace}/${name}`;
  const node = nodes.find(
    (one) => one.node.kubernetes?.cluster === cluster && one.node.kubernetes.node === text(spec, 'nodeName'),
  )?.node;
  const addresses = records(status['podIPs']).flatMap((one) => optionalText(one, 'ip') ?? []);
  const all = addresses.length > 0 ? addresses : [text(status, 'podIP')].filter((one) => one !== '');
  const container = text(record(records(spec['containers'])[0]), 'name');
  const phase = text(status, 'phase') || 'in no phase';
  if (phase !== 'Running' || metadata['deletionTimestamp'] !== undefined || all.length === 0)
    return {
      code: 'pod-not-running',
      message: `pod ${full} can't be used: it is ${metadata['deletionTimestamp'] === undefined ? phase : 'being deleted'}${all.length === 0 ? ' and has no address' : ''}`,
      hint: `Look at it: kubectl describe pod -n ${namespace} ${name}`,
    };
  if (node === undefined)
    return {
      code: 'pod-elsewhere',
      message: `pod ${full} can't be used: its node, ${text(spec, 'nodeName')}, is none of those that are examined`,
      hint: 'Name the cluster and all its nodes, or leave the pod out.',
    };
  const hostNetwork = spec['hostNetwork'] === true;
  return {
    kind: 'pod',
    name: full,
    node: node.name,
    dpu: node.dpu,
    addresses: all.toSorted((one, other) => Number(one.includes(':')) - Number(other.includes(':'))),
    interface: hostNetwork ? undefined : 'eth0',
    mtu: undefined,
    hostNetwork,
    pod: { namespace, name, container },
  };
}

const missing = (wanted: string): TrafficProblem => ({
  code: 'pod-missing',
  message: `there is no pod ${wanted}`,
  hint: 'Name pods as NAMESPACE/NAME, or all that have a label as NAMESPACE/KEY=VALUE: kubectl get pods -A --show-labels',
});
