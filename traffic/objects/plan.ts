import type { TrafficProblem } from '../../facts/traffic/measurement.ts';
import type { TrafficCluster } from '../input.ts';
import type { PlannedPod } from './create.ts';
import type { WantedPod } from './pods.ts';
import { vfNetworkOn } from './vf-network.ts';

export interface PodPlan {
  readonly planned: readonly PlannedPod[];
  /** Why there can be no pod on a node, told once for each node. */
  readonly problems: readonly TrafficProblem[];
}

/**
 * Which of the wanted pods are made, and with which VF. On a host with a DPU a pod without a VF would test nothing of
 * it, and say that it works. Pure.
 */
export function planPods({ facts }: Pick<TrafficCluster, 'facts'>, wanted: readonly WantedPod[]): PodPlan {
  const planned: PlannedPod[] = [];
  const problems = new Map<string, TrafficProblem>();
  const taken = new Map<string, number>();
  for (const pod of wanted) {
    if (pod.hostNetwork) {
      planned.push({ wanted: pod, vf: undefined });
      continue;
    }
    const outcome = vfNetworkOn(facts, pod.kubernetesNode);
    if (outcome.kind === 'vf') {
      const before = taken.get(pod.kubernetesNode) ?? 0;
      taken.set(pod.kubernetesNode, before + 1);
      if (before < outcome.network.free) planned.push({ wanted: pod, vf: outcome.network });
      else problems.set(pod.node, noneLeft(pod, outcome.network));
    } else if (pod.dpu === undefined && outcome.kind === 'none') {
      planned.push({ wanted: pod, vf: undefined });
    } else {
      problems.set(pod.node, noVf(pod, outcome));
    }
  }
  return { planned, problems: [...problems.values()] };
}

const noneLeft = (
  { node, kubernetesNode }: WantedPod,
  { resource, free }: { readonly resource: string; readonly free: number },
): TrafficProblem => ({
  code: 'no-vf-left',
  target: node,
  message: `not all pods can be made on ${node}: ${free} of its ${resource} are not taken by other pods`,
  hint: `See who has them: kubectl get pods -A --field-selector spec.nodeName=${kubernetesNode}; or test with pods that exist.`,
});

function noVf(
  { node }: WantedPod,
  outcome: Exclude<ReturnType<typeof vfNetworkOn>, { readonly kind: 'vf' }>,
): TrafficProblem {
  if (outcome.kind === 'none')
    return {
      code: 'no-vf',
      target: node,
      message: `no pod on ${node} can get a VF: ${outcome.why}`,
      hint: 'dpu-doctor run cluster tells what is wrong with the networks and the device plugin.',
    };
  const { code, message, hint } = outcome.failure;
  return {
    code,
    target: node,
    message: `by which network a pod on ${node} gets a VF is not known: ${message}`,
    ...(hint === undefined ? {} : { hint }),
  };
}
