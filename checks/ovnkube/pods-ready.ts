import { apiEvidence } from '../../facts/cluster/fact.ts';
import { type Pod, pods as podsFact } from '../../facts/cluster/pods.ts';
import type { Workload } from '../../facts/cluster/workloads.ts';
import { isOvnKubernetes } from '../../facts/derived/cluster/ovnkube.ts';
import { fits, owns } from '../../facts/derived/cluster/placement.ts';
import { ROLES } from '../../facts/derived/role.ts';
import { defineCheck, expectedGap, notApplicable, verdictOf } from '../define.ts';

export const ovnkubePodsReady = defineCheck({
  id: 'ovnkube/pods-ready',
  title: 'the pods of OVN-Kubernetes on the node run, with all containers ready',
  description:
    "A node's network is only as good as its pods of OVN-Kubernetes. On the hosts of the veth topology, which are cut off, they stay Pending.",
  severity: 'error',
  scope: 'node',
  roles: ROLES,
  tags: ['cluster', 'ovn-kubernetes'],
  covers: ['A12', 'A13', 'A18', 'A54', 'G25', 'K51', 'K52', 'K53', 'K56', 'K57'],
  after: [
    'cluster/nodes-ready',
    'ovnkube/management-port',
    'ovnkube/gateway-interface',
    'ovnkube/mode-settings',
    'ovnkube/rollout',
  ],
  requires: [],
  requiresCluster: ['nodes', 'pods', 'workloads'],
  messages: {
    NOT_READY: {
      text: 'pod {pod} on {node} is not ready: {why}',
      cause:
        'A container waits, has ended or fails its readiness probe; what it said last is in its log and in the events of the pod.',
      remedy:
        'kubectl -n {namespace} describe pod {name}; kubectl -n {namespace} logs {name} --all-containers --previous',
    },
    MISSING: {
      text: '{workload} has no pod on {node}, which it fits',
      cause: 'The DaemonSet controller does not run, or the pod was refused when it was made.',
      remedy: 'kubectl -n {namespace} describe daemonset {name}',
    },
  },
  docs: ['seed K L396-402', 'seed A L275-280', 'seed G L81'],
  judge({ cluster: { nodes, pods, workloads }, subject, report }) {
    const node = nodes.find(({ name }) => name === subject.nodeName);
    const own = workloads.filter(isOvnKubernetes);
    if (node === undefined || own.length === 0)
      return notApplicable('OVN-Kubernetes is not among the DaemonSets and Deployments of the cluster');
    const here = onNode(pods, node.name).filter((pod) =>
      own.some((one) => owns(one, pod) && !isReplaced(one, pod, pods)),
    );
    const missing = own.filter(
      (one) => one.kind === 'DaemonSet' && fits(one, node) && !here.some((pod) => owns(one, pod)),
    );
    const list = podsFact.lists.pods;
    const seen = here.map((pod) =>
      apiEvidence(list, `${pod.namespace}/${pod.name} on ${node.name}: ${saidOf(pod)}`),
    );
    if (here.length === 0 && missing.length === 0)
      return notApplicable(`nothing of OVN-Kubernetes is placed on ${node.name}`, seen);
    const unready = here.filter((pod) => !isReady(pod));
    if (
      unready.length > 0 &&
      subject.simulation === 'veth' &&
      subject.role === 'dpu-host' &&
      node.ready?.status !== 'True'
    )
      return expectedGap(
        `${unready.map(({ name }) => name).join(', ')} on ${node.name}: in the veth topology the hosts are cut off, and their pods of OVN-Kubernetes stay Pending (seed K L402)`,
        seen,
      );
    const findings = [
      ...unready.map((pod) => {
        const name = `${pod.namespace}/${pod.name}`;
        return report('NOT_READY', {
          subject: name,
          args: { pod: name, node: node.name, why: whyNot(pod), namespace: pod.namespace, name: pod.name },
          observed: saidOf(pod),
          expected: 'Running, all containers ready',
          evidence: [apiEvidence(list, `${name} on ${node.name}: ${whyNot(pod)}`)],
        });
      }),
      ...missing.map(({ kind, namespace, name }) =>
        report('MISSING', {
          subject: name,
          args: { workload: `${kind} ${namespace}/${name}`, node: node.name, namespace, name },
          observed: 'no pod',
          expected: 'one pod',
          evidence: [apiEvidence(list, `no pod of ${namespace}/${name} on ${node.name}`)],
        }),
      ),
    ];
    return verdictOf(findings, seen);
  },
});

/** Of tens of thousands of pods, those of each node: sorted once, and not for each of thousands of nodes. */
const SORTED = new WeakMap<readonly Pod[], ReadonlyMap<string, readonly Pod[]>>();

function onNode(pods: readonly Pod[], node: string): readonly Pod[] {
  const sorted =
    SORTED.get(pods) ??
    Map.groupBy(
      pods.filter(({ deleting }) => !deleting),
      ({ node: given, meantFor }) => given || meantFor,
    );
  SORTED.set(pods, sorted);
  return sorted.get(node) ?? [];
}

const hasEnded = ({ phase }: Pod): boolean => phase === 'Failed' || phase === 'Succeeded';

/** Pods of a Deployment that were evicted, or ended when their node was shut down, stay beside those in their place. */
const isReplaced = (workload: Workload, pod: Pod, pods: readonly Pod[]): boolean =>
  workload.kind === 'Deployment' &&
  hasEnded(pod) &&
  pods.filter((other) => owns(workload, other) && !hasEnded(other) && !other.deleting).length >=
    workload.desired;

const isReady = ({ phase, conditions }: Pod): boolean =>
  phase === 'Running' && conditions.some(({ type, status }) => type === 'Ready' && status === 'True');

const saidOf = ({ phase, containers }: Pod): string =>
  `${phase}, ${containers.filter(({ ready }) => ready).length} of ${containers.length} containers ready`;

function whyNot(pod: Pod): string {
  // One that has done its work is not ready, either; of one that goes on beside the others, it is what the pod waits for.
  const waiting = pod.containers.filter(
    ({ ready, init, state }) => !ready && !(init && /^(?:$|terminated: Completed)/.test(state)),
  );
  const told = waiting.map(({ name, state, message, lastTermination: last }) =>
    [
      `container ${name} ${state || 'has no state'}`,
      message,
      last && `before: ${[last.reason, last.message].filter(Boolean).join(', ')}`,
    ]
      .filter(Boolean)
      .join(', '),
  );
  const unmet = (name: string): string | undefined =>
    pod.conditions.find(({ type, status }) => type === name && status === 'False')?.message;
  // Of the containers kubelet says no more than they say themselves; of a readiness gate nobody else does.
  const ready = told.length === 0 ? unmet('Ready') : undefined;
  const parts = [pod.phase, pod.reason, pod.message, unmet('PodScheduled'), ready, ...told].filter(Boolean);
  return parts.join('; ').slice(0, 500);
}
