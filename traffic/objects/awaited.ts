import type { Endpoint } from '../../facts/traffic/path.ts';
import type { WritableCluster } from '../../kubernetes/write.ts';
import type { Created } from './create.ts';
import { namespaceOf, selectorOf } from './identity.ts';
import { CONTAINER } from './manifests.ts';
import { notReady } from './not-ready.ts';
import type { MadePods, ObjectOptions } from './pods.ts';
import { problemOf } from './problem.ts';
import { waitUntilReady } from './ready.ts';
import { madeService } from './service.ts';
import { eventsIn, isReady, type PodState, warnings } from './state.ts';

/** In milliseconds. */
const SETUP_TIMEOUT = 120_000;

export type Ready = Pick<MadePods, 'endpoints' | 'services' | 'problems'>;

/** Waits for the pods, and tells what became of them. Never rejects. */
export async function awaited(
  cluster: WritableCluster,
  { pods, services }: Created,
  options: ObjectOptions,
): Promise<Ready> {
  const { runId, signal, setupTimeout = SETUP_TIMEOUT, progress } = options;
  const namespace = namespaceOf(runId);
  const nothing = { endpoints: [], services: [] };
  if (pods.length === 0) return { ...nothing, problems: [] };
  progress(`waiting for ${pods.length} pods to become ready`);
  const names = pods.map(({ name }) => name);
  const labelSelector = selectorOf(runId);
  try {
    const states = await waitUntilReady(cluster, {
      ...{ namespace, labelSelector, names, signal },
      timeout: setupTimeout,
    });
    // Of a run that is interrupted nobody asks why they were not ready yet.
    if (signal.aborted) return { ...nothing, problems: [] };
    const endpoints = pods.flatMap((wanted): Endpoint[] => {
      const state = states.get(wanted.name);
      return state !== undefined && isReady(state) ? [endpointOf(state, wanted)] : [];
    });
    const unready = pods
      .map((wanted) => ({ wanted, namespace, state: states.get(wanted.name) }))
      .filter(({ state }) => state === undefined || !isReady(state));
    const events = unready.length === 0 ? [] : await eventsIn(cluster, namespace, signal).catch(() => []);
    return {
      endpoints,
      services: endpoints.flatMap(
        (endpoint) => madeService(services.get(endpoint.pod?.name ?? ''), endpoint) ?? [],
      ),
      problems: notReady(unready, warnings(events), Math.round(setupTimeout / 1000)),
    };
  } catch (error) {
    if (signal.aborted) return { ...nothing, problems: [] };
    return {
      ...nothing,
      problems: [problemOf(error, `whether the pods in ${namespace} are ready can't be told`)],
    };
  }
}

const endpointOf = (
  { pod, addresses }: PodState,
  { node, dpu, hostNetwork }: Pick<Endpoint, 'node' | 'dpu' | 'hostNetwork'>,
): Endpoint => ({
  kind: 'pod',
  // Without the namespace, which each run has of its own: results of one path have one name in all runs.
  name: pod.name,
  ...{ node, dpu, addresses, hostNetwork },
  // Runtimes call the interface of the default network so (CRI); what a node calls its own is not known here.
  interface: hostNetwork ? undefined : 'eth0',
  mtu: undefined,
  pod: { namespace: pod.namespace, name: pod.name, container: CONTAINER },
});
