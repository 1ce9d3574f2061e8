import type { TrafficProblem } from '../../facts/traffic/measurement.ts';
import type { Endpoint } from '../../facts/traffic/path.ts';
import { KubernetesError } from '../../kubernetes/error.ts';
import { openWritableCluster, type WritableCluster } from '../../kubernetes/write.ts';
import { byKubectl } from '../../transports/cluster/api.ts';
import type { TrafficCluster } from '../input.ts';
import { awaited } from './awaited.ts';
import { createNamespace, createObjects } from './create.ts';
import { evidenceOf } from './evidence.ts';
import { namespaceOf } from './identity.ts';
import { namespaceManifest } from './manifests.ts';
import { isLost } from './patience.ts';
import { planPods } from './plan.ts';
import type { MadePods, MakePods } from './pods.ts';
import { problemOf } from './problem.ts';
import { removalCommand, remover } from './remover.ts';

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
    // Without a plain answer it may be there all the same.
    const refused = error instanceof KubernetesError && error.status !== undefined && !isLost(error);
    if (!refused) return { ...nothing(problem), ...made };
    cluster.close();
    return nothing(problem);
  }
  options.progress(
    `made the namespace ${namespace} in cluster ${input.name}; should this run be killed, remove it with: ${removalCommand(input.target, options.runId)}`,
  );
  try {
    const created = await createObjects(cluster, planned, options);
    const ready = await awaited(cluster, created, options);
    return { ...made, ...ready, problems: [...problems, ...created.problems, ...ready.problems] };
  } catch (error) {
    // Whatever it was, what is there must be removed.
    return { ...nothing(problemOf(error, `the pods in ${namespace} could not be made`)), ...made };
  }
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
