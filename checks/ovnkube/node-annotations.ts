import { apiEvidence } from '../../facts/cluster/fact.ts';
import { nodes as nodesFact } from '../../facts/cluster/nodes.ts';
import type { Pod } from '../../facts/cluster/pods.ts';
import { parseSubnet } from '../../facts/derived/addresses.ts';
import { nodeNamed, podsOn } from '../../facts/derived/cluster/by-node.ts';
import { configuredNetworks, overlap } from '../../facts/derived/cluster/configured-networks.ts';
import {
  CHASSIS,
  GATEWAY,
  holders,
  isReadable,
  MANAGEMENT_PORT,
  type NodeAnnotation,
  ownOf,
  SUBNETS,
  subnetsOf,
} from '../../facts/derived/cluster/node-annotations.ts';
import { nodeContainers } from '../../facts/derived/cluster/ovnkube.ts';
import { owns } from '../../facts/derived/cluster/placement.ts';
import { defineCheck, notApplicable, undetermined, verdictOf } from '../define.ts';

/** Who writes it, and so what to look at where it is not there (OVN-Kubernetes, go-controller/pkg/util/node_annotations.go). */
const CODES = {
  [SUBNETS]: 'NO_SUBNET',
  [GATEWAY]: 'NO_GATEWAY',
  [CHASSIS]: 'NO_GATEWAY',
  [MANAGEMENT_PORT]: 'NO_MANAGEMENT_PORT',
} as const;

export const nodeAnnotationsWhole = defineCheck({
  id: 'ovnkube/node-annotations',
  title: 'the node has its subnet, its chassis and its gateway in the annotations of OVN-Kubernetes',
  description:
    "The parts of OVN-Kubernetes tell each other of a node by its annotations: the control plane its subnet, ovnkube its chassis and gateway, which of a DPU host are its DPU's, and a DPU host which VF is its management port. Who lacks one waits for it, or ends.",
  severity: 'error',
  scope: 'node',
  roles: ['dpu-host', 'worker', 'control-plane'],
  tags: ['cluster', 'ovn-kubernetes'],
  covers: [],
  after: [
    'cluster/nodes-ready',
    'cluster/dpu-labels',
    'ovnkube/pods-ready',
    'ovnkube/dpu-lease',
    'ovnkube/configuration',
  ],
  requires: [],
  requiresCluster: ['nodes', 'pods', 'workloads', 'configMaps'],
  messages: {
    NO_SUBNET: {
      text: '{annotation} annotation not found for node "{node}"',
      cause:
        'The control plane of OVN-Kubernetes gives each node a part of the pod network: it does not run, has no part left, or somebody took the annotation away.',
      remedy:
        'kubectl get node {node} -o yaml; then the log of ovnkube-control-plane (ovnkube-master in older releases)',
    },
    NO_GATEWAY: {
      text: '{annotation} annotation not found for node "{node}"',
      cause:
        'ovnkube writes it when it starts, for a DPU host that of the DPU: the DPU serves another host, could not reach the API server of this one, or somebody took the annotation away.',
      remedy:
        'Restart ovnkube, for a DPU host on its DPU; there: sudo ovs-vsctl get Open_vSwitch . external_ids:host-k8s-nodename',
    },
    NO_MANAGEMENT_PORT: {
      text: '{annotation} annotation not found for node "{node}"',
      cause:
        'ovnkube on the host writes it when it starts, for the DPU to find the representor by: somebody took the annotation away, and ovnkube on the DPU ends when it is next started.',
      remedy: 'Restart ovnkube on the host: kubectl -A get pods --field-selector spec.nodeName={node}',
    },
    UNREADABLE: {
      text: 'failed to unmarshal {annotation} annotation for node "{node}": {value}',
      cause: 'Something else than OVN-Kubernetes wrote it.',
      remedy:
        'Take it away, and restart ovnkube on the node and on its DPU: kubectl annotate node {node} {annotation}-',
    },
    TWICE: {
      text: 'node {node} has the {what} {value}, and so has {other}',
      cause:
        "A subnet belongs to one node: the annotation was copied. A chassis does, too: Open vSwitch's system-id was cloned with the system of a DPU, or an annotation is of a DPU that serves another host now.",
      remedy:
        'kubectl get nodes -o yaml | grep -E "^    name:|{annotation}"; on each DPU: sudo ovs-vsctl get Open_vSwitch . external_ids:system-id',
    },
    OUTSIDE: {
      text: 'the subnet {value} of node {node} lies in none of the pod networks: {networks}',
      cause: 'net_cidr was changed after the cluster was built; nodes keep the subnets that they were given.',
      remedy: 'Put back what it was: kubectl -n {namespace} edit configmap ovn-config',
    },
  },
  docs: ['OVN-Kubernetes docs/features/hardware-offload/dpu-support.md'],
  judge({ cluster: { nodes, pods, workloads, configMaps }, subject, report }) {
    const node = nodeNamed(nodes, subject.nodeName);
    if (node === undefined)
      return undetermined(
        `the cluster has no node ${subject.nodeName ?? subject.name} any more`,
        'Run it again.',
        [apiEvidence(nodesFact.lists.nodes, `${nodes.length} nodes`)],
      );
    // While it starts, it may not have come to it yet.
    const here = podsOn(pods, node.name).filter((pod) => !pod.deleting && isReady(pod));
    const runs = nodeContainers(workloads, configMaps).find(
      ({ workload, mode }) =>
        (mode?.value === 'full' || mode?.value === 'dpu-host') && here.some((pod) => owns(workload, pod)),
    );
    const wanted: readonly NodeAnnotation[] = [
      SUBNETS,
      CHASSIS,
      GATEWAY,
      ...(runs?.mode?.value === 'dpu-host' ? ([MANAGEMENT_PORT] as const) : []),
    ];
    const seen = [
      apiEvidence(
        nodesFact.lists.nodes,
        `${node.name}: ${wanted.map((name) => `${name} ${node.annotations.get(name)?.slice(0, 200) ?? '(none)'}`).join('; ')}`,
      ),
    ];
    if (runs === undefined)
      return notApplicable(`no ovnkube in full or dpu-host mode is on ${node.name}`, seen);
    const about = { subject: node.name, evidence: seen };
    const missing = wanted.filter((name) => !node.annotations.has(name));
    const [first] = missing;
    // Of what one writer has not written it is enough to say the first.
    if (first !== undefined)
      return verdictOf(
        [
          report(CODES[first], {
            ...about,
            args: { annotation: first, node: node.name },
            observed: `no ${first}`,
            expected: first,
          }),
        ],
        seen,
      );
    const unread = wanted.find((name) => !isReadable(node, name));
    if (unread !== undefined) {
      const value = node.annotations.get(unread)?.slice(0, 200) ?? '';
      const args = { annotation: unread, node: node.name, value };
      return verdictOf(
        [report('UNREADABLE', { ...about, args, observed: value, expected: 'as OVN-Kubernetes writes it' })],
        seen,
      );
    }
    const twice = ownOf(node).flatMap(({ annotation, what, value }) => {
      const [holder] = holders(nodes).get(`${annotation} ${value}`) ?? [];
      // Told of once: on the later one of both.
      return holder === undefined || holder === node.name
        ? []
        : report('TWICE', {
            ...about,
            args: { node: node.name, what, value, other: holder, annotation },
            observed: `${value} on ${holder} and ${node.name}`,
            expected: 'one node',
          });
    });
    const { namespace } = runs.workload;
    const told =
      configMaps
        .find((map) => map.name === 'ovn-config' && map.namespace === namespace)
        ?.data.get('net_cidr') ?? '';
    const networks = configuredNetworks('net_cidr', told).flatMap(({ subnet }) => subnet ?? []);
    const outside = subnetsOf(node).filter((text) => {
      const subnet = parseSubnet(text);
      const own = networks.filter(({ family }) => family === subnet?.family);
      return subnet !== undefined && own.length > 0 && !own.some((one) => overlap(one, subnet));
    });
    return verdictOf(
      [
        ...twice,
        ...outside.map((value) =>
          report('OUTSIDE', {
            ...about,
            args: { node: node.name, value, networks: told, namespace },
            observed: value,
            expected: `a part of ${told}`,
          }),
        ),
      ],
      seen,
    );
  },
});

const isReady = ({ phase, conditions }: Pod): boolean =>
  phase === 'Running' && conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
