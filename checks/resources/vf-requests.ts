import { apiEvidence } from '../../facts/cluster/fact.ts';
import { networkAttachments as attachmentsFact } from '../../facts/cluster/network-attachments.ts';
import { type Pod, pods as podsFact } from '../../facts/cluster/pods.ts';
import { connectionDetails, DEFAULT_NETWORK, DETAILS } from '../../facts/derived/chain/annotations.ts';
import { podsOn } from '../../facts/derived/cluster/by-node.ts';
import { attachmentName } from '../../facts/derived/cluster/vf-networks.ts';
import {
  defaultAttachment,
  hasNetwork,
  isAlive,
  networkResources,
  requestOf,
} from '../../facts/derived/cluster/vf-pods.ts';
import { defineCheck, notApplicable, verdictOf } from '../define.ts';
import { podName, stateOf } from './daemon-set.ts';

export const vfRequests = defineCheck({
  id: 'resources/vf-requests',
  title: 'pods with a VF ask for its network, and pods of that network for a VF',
  description:
    'A pod needs both: the resource, by which it is given a VF, and the default network that hands this VF to OVN-Kubernetes.',
  severity: 'error',
  scope: 'node',
  roles: ['dpu-host'],
  tags: ['cluster', 'multus', 'device-plugin'],
  covers: ['A62'],
  after: ['resources/network-attachment'],
  requires: [],
  requiresCluster: ['networkAttachments', 'pods'],
  messages: {
    NO_DEVICE: {
      text: 'pod {pod} asks for the default network {network} and for no {resource}: DeviceID must be set for Pod request with DPU',
      cause: 'Its containers do not request the resource, and nothing, such as an injector, adds that.',
      remedy:
        'Give a container of the pod resources.requests and resources.limits with {resource}: 1; pods are made anew for that.',
      source: 'seed A L371-391; ovn-kubernetes go-controller/pkg/cni',
    },
    NO_VF: {
      text: 'unexpected configuration, pod request on dpu host. device ID must be provided: pod {pod} asks for no VF',
      cause:
        'On a DPU host a pod has its network through a VF or, in the network of the host, not at all: it can not start without one.',
      remedy:
        'Let it ask for {resource}: 1 and for the default network by v1.multus-cni.io/default-network: {network}; or keep it off DPU hosts: a node affinity with k8s.ovn.org/dpu-host DoesNotExist',
      source: 'ovn-kubernetes go-controller/pkg/cni',
    },
    NO_NETWORK: {
      text: 'pod {pod} asks for {resource} and not for the default network that hands it to OVN-Kubernetes, and no VF was handed over',
      cause: `Neither the pod has the annotation ${DEFAULT_NETWORK}, nor is the network that of Multus for all pods.`,
      remedy: 'Annotate the pod template: v1.multus-cni.io/default-network: {network}',
      source: 'seed A L371-391',
    },
  },
  docs: ['seed A L371-391'],
  judge({ cluster: { networkAttachments, pods }, subject, report }) {
    const resources = networkResources(networkAttachments);
    const alive = podsOn(pods, subject.nodeName ?? '').filter(isAlive);
    const attached = alive.map((pod) => ({
      pod,
      attachment: defaultAttachment(pod, networkAttachments),
      resource: [...resources].find((name) => requestOf(pod, name) > 0),
    }));
    const concerned = attached.filter(
      ({ pod, attachment, resource }) =>
        resource !== undefined || attachment?.resourceName !== undefined || isWithout(pod, resources),
    );
    const attachments = networkAttachments ?? [];
    const seen = [
      apiEvidence(
        podsFact.lists.pods,
        concerned
          .slice(0, MOST_SHOWN)
          .map(({ pod, attachment, resource }) => {
            const network = attachment && attachmentName(attachment);
            return `${podName(pod)}: default network ${network ?? '(none)'}, requests ${resource ?? 'no VF'}`;
          })
          .join('; ') ||
          `${alive.length} pods with a network of their own on ${subject.nodeName}, none with a VF`,
      ),
      apiEvidence(
        attachmentsFact.lists.attachments,
        [...resources].join(', ') || 'no resource is named by a network of OVN-Kubernetes',
      ),
    ];
    if (concerned.length === 0)
      return notApplicable('no pod on this node asks for a VF as its network', seen);
    const findings = concerned.flatMap(({ pod, attachment, resource }) => {
      const name = podName(pod);
      const about = { subject: name, evidence: seen };
      const wanted = attachment?.resourceName;
      if (attachment !== undefined && wanted !== undefined && requestOf(pod, wanted) === 0)
        return report('NO_DEVICE', {
          ...about,
          args: { pod: name, network: attachmentName(attachment), resource: wanted },
          observed: resource === undefined ? 'no VF is asked for' : `${resource} is asked for`,
          expected: `a request of ${wanted}`,
        });
      if (attachment === undefined && isWithout(pod, resources)) {
        const [any] = attachments.filter(({ resourceName = '' }) => resources.has(resourceName));
        return report('NO_VF', {
          ...about,
          args: {
            pod: name,
            resource: any?.resourceName ?? '<resource>',
            network: any === undefined ? '<network>' : attachmentName(any),
          },
          observed: `no VF is asked for; ${stateOf(pod)}`,
          expected: `a request of ${[...resources].join(' or ')}`,
        });
      }
      // Multus may have this network as everybody's; then the CNI has told the DPU of the VF.
      const isHandedOver = connectionDetails(pod.annotations).kind !== 'absent';
      if (attachment !== undefined || resource === undefined || isHandedOver) return [];
      const own = attachments.find(({ resourceName }) => resourceName === resource);
      return report('NO_NETWORK', {
        ...about,
        args: { pod: name, resource, network: own === undefined ? '<network>' : attachmentName(own) },
        observed: `no ${DEFAULT_NETWORK}`,
        expected: own === undefined ? 'the network of the resource' : attachmentName(own),
      });
    });
    return verdictOf(findings, seen, `${concerned.length} pods`);
  },
});

/** It waits for its network, and asks for no device that could be it, where devices are the network of pods. */
const isWithout = (pod: Pod, resources: ReadonlySet<string>): boolean =>
  resources.size > 0 &&
  pod.phase === 'Pending' &&
  pod.devices.size === 0 &&
  !pod.annotations.has(DETAILS) &&
  !hasNetwork(pod);

const MOST_SHOWN = 20;
