import { type ClusterEvent, events as eventsFact } from '../../facts/cluster/events.ts';
import { type Pod, pods as podsFact } from '../../facts/cluster/pods.ts';
import { record, records, text } from '../../facts/json.ts';
import type { WritableCluster } from '../../kubernetes/write.ts';
import { podPath } from './manifests.ts';

/** A pod of a run, as the API shows it. */
export interface PodState {
  readonly pod: Pod;
  /** Those of IPv4 first. */
  readonly addresses: readonly string[];
  /** Its annotations of networks may tell more than the parsed pod. */
  readonly object: unknown;
}

/** The pods of a namespace that these labels choose. */
export async function podStates(
  cluster: WritableCluster,
  namespace: string,
  labelSelector: string,
  signal: AbortSignal,
): Promise<readonly PodState[]> {
  const { items } = await cluster.list(podPath(namespace), { signal, labelSelector });
  return items.flatMap((object) => podsFact.parse({ pods: [object] }, {}).map((pod) => stateOf(pod, object)));
}

function stateOf(pod: Pod, object: unknown): PodState {
  const status = record(record(object)['status']);
  const listed = records(status['podIPs']).map((entry) => text(entry, 'ip'));
  const all = [...new Set([text(status, 'podIP'), ...listed])].filter((address) => address !== '');
  const isV6 = (address: string): boolean => address.includes(':');
  return {
    pod,
    object,
    addresses: [...all.filter((address) => !isV6(address)), ...all.filter(isV6)],
  };
}

export const isReady = ({ pod, addresses }: PodState): boolean =>
  !pod.deleting &&
  addresses.length > 0 &&
  pod.conditions.some(({ type, status }) => type === 'Ready' && status === 'True');

export const hasEnded = ({ pod }: PodState): boolean => pod.phase === 'Failed' || pod.phase === 'Succeeded';

/** The events of a namespace as they are, in the order of the API. */
export async function eventsIn(
  cluster: WritableCluster,
  namespace: string,
  signal: AbortSignal,
): Promise<readonly unknown[]> {
  return (await cluster.list(`/api/v1/namespaces/${namespace}/events`, { signal })).items;
}

/** Those that warn. */
export const warnings = (events: readonly unknown[]): readonly ClusterEvent[] =>
  eventsFact.parse({ events }, {});
