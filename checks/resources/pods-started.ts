import type { ClusterEvent } from '../../facts/cluster/events.ts';
import { events as eventsFact } from '../../facts/cluster/events.ts';
import { apiEvidence } from '../../facts/cluster/fact.ts';
import { pods as podsFact } from '../../facts/cluster/pods.ts';
import { DETAILS } from '../../facts/derived/chain/annotations.ts';
import { oncePer, podsOn } from '../../facts/derived/cluster/by-node.ts';
import { hasNetwork, isAlive, networkResources, requestOf } from '../../facts/derived/cluster/vf-pods.ts';
import { defineCheck, notApplicable, verdictOf } from '../define.ts';
import { podName, stateOf } from './daemon-set.ts';

/** kubelet, for a pod whose network could not be set up (pkg/kubelet/events, FailedCreatePodSandBox). */
const REASON = 'FailedCreatePodSandBox';

export const podsStarted = defineCheck({
  id: 'resources/pods-started',
  title: 'no pod with a VF waits for a network that can not be set up',
  description:
    'kubelet has the network of a pod set up before it starts a container: by Multus, and by OVN-Kubernetes on host and DPU. Where that fails it tries again for ever, and the pod stays in ContainerCreating.',
  severity: 'error',
  scope: 'node',
  roles: ['dpu-host'],
  tags: ['cluster', 'ovn-kubernetes', 'multus'],
  covers: ['A62'],
  after: [
    'cluster/nodes-ready',
    'ovnkube/pods-ready',
    'ovnkube/dpu-lease',
    'resources/multus',
    'resources/vf-requests',
    'resources/pods-connected',
  ],
  requires: [],
  requiresCluster: ['events', 'networkAttachments', 'pods'],
  messages: {
    NO_SANDBOX: {
      text: 'the network of pod {pod} can not be set up: {said}',
      cause:
        'The end of the message says who could not and why: Multus, OVN-Kubernetes on the host or on the DPU, or the VF itself.',
      remedy:
        'kubectl -n {namespace} describe pod {name}; then the logs of Multus and of ovnkube on node {node}, and on its DPU',
    },
  },
  docs: ['seed A L371-391'],
  judge({ cluster: { events, networkAttachments, pods }, subject, report }) {
    const resources = [...networkResources(networkAttachments)];
    const concerned = podsOn(pods, subject.nodeName ?? '')
      .filter(isAlive)
      .filter((pod) => resources.some((one) => requestOf(pod, one) > 0) || pod.annotations.has(DETAILS));
    const seen = [
      apiEvidence(
        podsFact.lists.pods,
        `${concerned.length} pods with VFs on ${subject.nodeName}: ${concerned
          .slice(0, MOST_SHOWN)
          .map((pod) => `${podName(pod)} ${stateOf(pod)}`)
          .join('; ')}`,
      ),
    ];
    if (concerned.length === 0) return notApplicable('no pod on this node has a VF as its network', seen);
    const findings = concerned
      .filter((pod) => pod.phase === 'Pending' && !hasNetwork(pod))
      .flatMap((pod) => {
        const said = refusals(events).get(pod.uid);
        if (said === undefined) return [];
        const { namespace, name, node } = pod;
        return report('NO_SANDBOX', {
          subject: podName(pod),
          args: { pod: podName(pod), namespace, name, node, said: endOf(said) },
          observed: stateOf(pod),
          expected: 'Running',
          evidence: [...seen, apiEvidence(eventsFact.lists.events, `${REASON}: ${said}`)],
        });
      });
    return verdictOf(findings, seen, `${concerned.length} pods`);
  },
});

const MOST_SHOWN = 20;

/** By the uid of the pod; of an earlier pod of this name nothing counts. */
const refusals = oncePer(
  (events: readonly ClusterEvent[]) =>
    new Map(
      events
        .filter(({ reason, about }) => reason === REASON && about.kind === 'Pod' && about.uid !== '')
        .map(({ about, message }) => [about.uid, message] as const),
    ),
);

const LONGEST = 300;

/** Each that passes it on puts its own words in front. */
const endOf = (text: string): string => (text.length <= LONGEST ? text : `… ${text.slice(-LONGEST)}`);
