import type { ClusterEvent } from '../../facts/cluster/events.ts';
import { apiEvidence } from '../../facts/cluster/fact.ts';
import { type Pod, pods as podsFact } from '../../facts/cluster/pods.ts';
import { inSubnet, parseSubnet, versionOf } from '../../facts/derived/addresses.ts';
import {
  type Annotation,
  connectionDetails,
  connectionStatuses,
  DETAILS,
  STATUS,
} from '../../facts/derived/chain/annotations.ts';
import { nodeNamed, podsOn } from '../../facts/derived/cluster/by-node.ts';
import { subnetsOf } from '../../facts/derived/cluster/node-annotations.ts';
import {
  defaultAddresses,
  keepsAddress,
  POD_NETWORKS,
  podsByAddress,
} from '../../facts/derived/cluster/pod-addresses.ts';
import { hasNetwork, isAlive, networkResources, requestOf } from '../../facts/derived/cluster/vf-pods.ts';
import { defineCheck, notApplicable, verdictOf } from '../define.ts';
import { podName, stateOf } from './daemon-set.ts';

export const podsConnected = defineCheck({
  id: 'resources/pods-connected',
  title: "the DPU has connected every pod's VF",
  description:
    "The CNI on the host writes which VF a pod got, and ovnkube on the DPU answers when it has plugged the VF's representor. Until then the pod does not start, or has no network.",
  severity: 'error',
  scope: 'node',
  roles: ['dpu-host'],
  tags: ['cluster', 'ovn-kubernetes'],
  covers: ['A62'],
  after: ['cluster/nodes-ready', 'ovnkube/dpu-lease', 'ovnkube/node-annotations', 'resources/vf-requests'],
  requires: [],
  requiresCluster: ['events', 'networkAttachments', 'nodes', 'pods'],
  messages: {
    NOT_ASKED: {
      text: 'pod {pod} has no annotation k8s.ovn.org/dpu.connection-details: the CNI on the host has not told the DPU of its VF; {state}',
      cause:
        'Multus has not called OVN-Kubernetes, it was given no device, or ovnkube-node in mode dpu-host does not run.',
      remedy:
        'kubectl -n {namespace} describe pod {name}; kubectl -n ovn-kubernetes get pods -o wide --field-selector spec.nodeName={node}',
    },
    NO_ANSWER: {
      text: 'failed to get pod annotation: timed out waiting for annotations: pod {pod} has no k8s.ovn.org/dpu.connection-status for its network {network}; {state}',
      cause: 'ovnkube on the DPU has not answered: it does not run, or serves a node of another name.',
      remedy:
        'Look at ovnkube-node-dpu on the DPU: kubectl -n ovn-kubernetes get pods -o wide; on the DPU: sudo ovs-vsctl get Open_vSwitch . external-ids:host-k8s-nodename',
      source: 'ovn-kubernetes go-controller/pkg/cni',
    },
    FAILED: {
      text: 'DPU plumb failed: connection status of pod {pod} for its network {network} is {status}: {reason}',
      cause: 'ovnkube on the DPU did not find or could not plug the representor; its log says why.',
      remedy:
        'Look at the log of ovnkube-node-dpu on the DPU for the pod: kubectl -n ovn-kubernetes logs <ovnkube-node-dpu pod> --all-containers | grep {pod}',
      source: 'ovn-kubernetes go-controller/pkg/cni',
    },
    NO_ADDRESS: {
      text: 'pod {pod} has no annotation k8s.ovn.org/pod-networks: OVN-Kubernetes has given it no address; {state}',
      cause: 'The control plane of OVN-Kubernetes does not run, or the subnet of the node is used up.',
      remedy: 'kubectl -n ovn-kubernetes get pods -o wide; kubectl -n {namespace} describe pod {name}',
    },
    SAME_ADDRESS: {
      text: 'pods {pod} and {other} have one address, {address}',
      cause:
        'The annotations of one were copied from the other, or the control plane of OVN-Kubernetes has lost what it had given out. Packets for one come to the other.',
      remedy:
        'Have it made anew, so that it gets an address of its own: kubectl -n {namespace} delete pod {name}',
    },
    OTHER_SUBNET: {
      text: 'the address {address} of pod {pod} lies in no subnet of its node {node}: {subnets}',
      cause:
        'The annotation was copied from a pod of another node, or the node was given another subnet since. Other nodes send its packets elsewhere.',
      remedy:
        'Have it made anew, so that it gets an address of its node: kubectl -n {namespace} delete pod {name}',
    },
    UNREADABLE: {
      text: 'the annotation {annotation} of pod {pod} can not be read: {why}',
      cause: 'Something else than OVN-Kubernetes wrote it, or a release with another format.',
      remedy: 'kubectl -n {namespace} get pod {name} -o yaml',
    },
  },
  docs: ['seed A L371-391'],
  judge({ cluster: { events, networkAttachments, nodes, pods }, subject, report }) {
    const resources = [...networkResources(networkAttachments)];
    const alive = podsOn(pods, subject.nodeName ?? '').filter(isAlive);
    const withVf = alive.filter(
      (pod) => resources.some((resource) => requestOf(pod, resource) > 0) || pod.annotations.has(DETAILS),
    );
    // kubelet has the network set up when the volumes are there.
    const concerned = withVf.filter((pod) => pod.annotations.has(DETAILS) || !waitsForVolume(pod, events));
    const node = nodeNamed(nodes, subject.nodeName);
    const subnets = node === undefined ? [] : subnetsOf(node);
    const seen = [
      apiEvidence(
        podsFact.lists.pods,
        concerned.slice(0, MOST_SHOWN).map(podText).join('; ') ||
          `${alive.length} pods with a network of their own on ${subject.nodeName}, none with a VF`,
      ),
    ];
    if (concerned.length === 0)
      return notApplicable(
        withVf.length === 0
          ? 'no pod on this node has a VF as its network'
          : `${withVf.length} pods wait for volumes, and their networks after that`,
        seen,
      );
    const findings = concerned.flatMap((pod) => {
      const { namespace, name, annotations } = pod;
      const about = {
        subject: podName(pod),
        evidence: [apiEvidence(podsFact.lists.pods, podText(pod))],
      };
      const args = { pod: podName(pod), namespace, name, node: pod.node, state: stateOf(pod) };
      const details = connectionDetails(annotations);
      const statuses = connectionStatuses(annotations);
      const unreadable = (annotation: string, { why, said }: Unreadable) =>
        report('UNREADABLE', {
          ...about,
          args: { ...args, annotation, why },
          observed: said,
          expected: 'JSON as OVN-Kubernetes writes it',
        });
      if (details.kind === 'unreadable') return unreadable(DETAILS, details);
      if (statuses.kind === 'unreadable') return unreadable(STATUS, statuses);
      if (!annotations.has(POD_NETWORKS))
        return report('NO_ADDRESS', {
          ...about,
          args,
          observed: `no ${POD_NETWORKS}`,
          expected: `${POD_NETWORKS} with an address`,
        });
      const given = defaultAddresses(pod);
      if (given !== undefined && 'why' in given) {
        const value = annotations.get(POD_NETWORKS)?.slice(0, 200) ?? '';
        return unreadable(POD_NETWORKS, { kind: 'unreadable', why: given.why, said: value });
      }
      const address = (given?.addresses ?? []).find((one) => isDoubtful(one, pod, pods, subnets));
      if (address !== undefined) {
        const [other] = (podsByAddress(pods).get(address) ?? []).filter((one) => one !== pod);
        return other === undefined
          ? report('OTHER_SUBNET', {
              ...about,
              args: { ...args, address, subnets: subnets.join(', ') },
              observed: address,
              expected: `an address of ${subnets.join(' or ')}`,
            })
          : report('SAME_ADDRESS', {
              ...about,
              args: { ...args, address, other: podName(other) },
              observed: `${address} of ${podName(other)} and ${podName(pod)}`,
              expected: 'one pod for each address',
            });
      }
      if (details.kind === 'absent')
        return report('NOT_ASKED', {
          ...about,
          args,
          observed: `no ${DETAILS}`,
          expected: `${DETAILS} with the VF`,
        });
      return [...details.value.keys()].flatMap((network) => {
        const status = statuses.kind === 'read' ? statuses.value.get(network) : undefined;
        if (status === undefined)
          return report('NO_ANSWER', {
            ...about,
            args: { ...args, network },
            observed: `no ${STATUS} for ${network}`,
            expected: 'Ready',
          });
        return status.status === 'Ready'
          ? []
          : report('FAILED', {
              ...about,
              args: {
                ...args,
                network,
                status: status.status,
                reason: status.reason ?? 'no reason is given',
              },
              observed: status.status,
              expected: 'Ready',
            });
      });
    });
    return verdictOf(findings, seen, `${concerned.length} pods`);
  },
});

type Unreadable = Extract<Annotation<unknown>, { kind: 'unreadable' }>;

/** Of pods with one address the first has it; the others are told of, and one outside of its node's subnets. */
function isDoubtful(address: string, pod: Pod, pods: readonly Pod[], subnets: readonly string[]): boolean {
  if (keepsAddress(pod)) return false;
  const holders = podsByAddress(pods).get(address) ?? [];
  if (holders.length > 1 && holders[0] !== pod) return true;
  const own = subnets
    .flatMap((text) => parseSubnet(text) ?? [])
    .filter(({ family }) => family === (versionOf(address) === 6 ? 'inet6' : 'inet'));
  return holders.length < 2 && own.length > 0 && !own.some((subnet) => inSubnet(address, subnet));
}

/** kubelet and the controller of volumes, of a pod whose volumes are not there (Kubernetes, pkg/kubelet/events). */
const OF_VOLUMES = ['FailedMount', 'FailedAttachVolume'];

const waitsForVolume = (pod: Pod, events: readonly ClusterEvent[]): boolean => {
  if (pod.phase !== 'Pending' || pod.uid === '' || hasNetwork(pod)) return false;
  const told = events.filter(({ about }) => about.kind === 'Pod' && about.uid === pod.uid);
  return (
    told.some(({ reason }) => OF_VOLUMES.includes(reason)) &&
    !told.some(({ reason }) => reason === 'FailedCreatePodSandBox')
  );
};

const MOST_SHOWN = 20;

const podText = (pod: Pod): string =>
  `${podName(pod)}: ${stateOf(pod)}, ${STATUS} ${pod.annotations.get(STATUS)?.slice(0, 200) ?? '(none)'}`;
