import type { Evidence } from '../../facts/fact.ts';
import type { TrafficProblem } from '../../facts/traffic/measurement.ts';
import type { Endpoint } from '../../facts/traffic/path.ts';
import { KubernetesError } from '../../kubernetes/error.ts';
import { openWritableCluster, type WritableCluster } from '../../kubernetes/write.ts';
import { byKubectl } from '../../transports/cluster/api.ts';
import type { TrafficCluster } from '../input.ts';
import { type Created, createNamespace, createObjects } from './create.ts';
import { podEvidence } from './evidence.ts';
import { namespaceOf, selectorOf } from './identity.ts';
import { CONTAINER, namespaceManifest } from './manifests.ts';
import { notReady } from './not-ready.ts';
import { planPods } from './plan.ts';
import type { MadePods, MakePods, ObjectOptions } from './pods.ts';
import { waitUntilReady } from './ready.ts';
import { removalCommand, remover } from './remover.ts';
import { madeService } from './service.ts';
import { eventsIn, isReady, type PodState, podStates, warnings } from './state.ts';

/** In milliseconds. */
const SETUP_TIMEOUT = 120_000;

export const makePods: MakePods = async (input, wanted, options) => {
  const namespace = namespaceOf(options.runId);
  const { planned, problems } = planPods(input, wanted);
  const nothing = (...further: readonly TrafficProblem[]): MadePods => ({
    namespace,
    endpoints: [],
    services: [],
    problems: [...problems, ...further],
    evidence: async () => new Map(),
    remove: async () => [],
  });
  if (planned.length === 0 || options.signal.aborted) return nothing();
  let cluster: WritableCluster;
  try {
    cluster = await open(input, options.signal);
  } catch (error) {
    return nothing(problemOf(error, `no pods can be made in cluster ${input.name}`));
  }
  const made = {
    namespace,
    evidence: (endpoints: readonly Endpoint[]) => evidenceOf(cluster, endpoints, options),
    remove: remover(cluster, input.target, planned.length, options),
  };
  try {
    await createNamespace(cluster, namespaceManifest(options.runId));
  } catch (error) {
    const problem = problemOf(error, `the namespace ${namespace} could not be made in cluster ${input.name}`);
    // Without an answer it may be there all the same.
    if (error instanceof KubernetesError && error.status === undefined)
      return { ...nothing(problem), ...made };
    cluster.close();
    return nothing(problem);
  }
  options.progress(
    `made the namespace ${namespace} in cluster ${input.name}; should this run be killed, remove it with: ${removalCommand(input.target, options.runId)}`,
  );
  const created = await createObjects(cluster, planned, options);
  const ready = await awaited(cluster, created, options);
  return { ...made, ...ready, problems: [...problems, ...created.problems, ...ready.problems] };
};

function open({ target, name }: TrafficCluster, signal: AbortSignal): Promise<WritableCluster> {
  const { kubeconfig, context } = target;
  if (byKubectl(target))
    throw new KubernetesError(
      'kubeconfig-missing',
      `cluster ${name} is asked by kubectl, through which no pods are made`,
      'Name its kubeconfig with --kubeconfig, without --kubectl and --via, or use pods that exist.',
    );
  return openWritableCluster({
    signal,
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    ...(context === undefined ? {} : { context }),
  });
}

type Ready = Pick<MadePods, 'endpoints' | 'services' | 'problems'>;

/** What becomes of the pods. */
async function awaited(
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
  name: `${pod.namespace}/${pod.name}`,
  ...{ node, dpu, addresses, hostNetwork },
  // Runtimes call the interface of the default network so (CRI); what a node calls its own is not known here.
  interface: hostNetwork ? undefined : 'eth0',
  mtu: undefined,
  pod: { namespace: pod.namespace, name: pod.name, container: CONTAINER },
});

/** In milliseconds: evidence must not hold up the removal. */
const EVIDENCE_TIMEOUT = 15_000;

async function evidenceOf(
  cluster: WritableCluster,
  endpoints: readonly Endpoint[],
  { runId }: ObjectOptions,
): Promise<ReadonlyMap<string, readonly Evidence[]>> {
  const namespace = namespaceOf(runId);
  const own = endpoints.filter(({ pod }) => pod?.namespace === namespace);
  if (own.length === 0) return new Map();
  const signal = AbortSignal.timeout(EVIDENCE_TIMEOUT);
  try {
    const [states, events] = await Promise.all([
      podStates(cluster, namespace, selectorOf(runId), signal),
      eventsIn(cluster, namespace, signal).catch(() => []),
    ]);
    return new Map(
      states
        .map((state) => [`${namespace}/${state.pod.name}`, state] as const)
        .filter(([name]) => own.some((endpoint) => endpoint.name === name))
        .map(([name, state]) => [name, podEvidence(state, events)]),
    );
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    const source = `kubectl -n ${namespace} describe pods`;
    return new Map(own.map(({ name }) => [name, [{ source, said: `could not be read: ${said}` }]]));
  }
}

function problemOf(error: unknown, what: string): TrafficProblem {
  if (!(error instanceof KubernetesError)) throw error;
  const { code, message, hint } = error;
  return { code, message: `${what}: ${message}`, ...(hint === '' ? {} : { hint }) };
}
