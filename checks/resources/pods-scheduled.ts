import { apiEvidence } from '../../facts/cluster/fact.ts';
import { nodes as nodesFact } from '../../facts/cluster/nodes.ts';
import { pods as podsFact } from '../../facts/cluster/pods.ts';
import { devicePools } from '../../facts/derived/cluster/device-pools.ts';
import { bareResource } from '../../facts/derived/cluster/vf-networks.ts';
import { defaultAttachment, networkResources, requestOf } from '../../facts/derived/cluster/vf-pods.ts';
import { defineClusterCheck, notApplicable, verdictOf } from '../define.ts';
import { podName } from './daemon-set.ts';

export const podsScheduled = defineClusterCheck({
  id: 'resources/pods-scheduled',
  title: 'every pod that asks for a VF has found a node',
  description:
    'A pod that asks for more VFs than a node has left, or for a resource that no node has, stays Pending.',
  severity: 'error',
  scope: 'cluster',
  tags: ['cluster', 'device-plugin'],
  covers: ['A61', 'A62'],
  after: ['resources/network-attachment'],
  requires: ['configMaps', 'networkAttachments', 'nodes', 'pods', 'workloads'],
  messages: {
    NO_SUCH_RESOURCE: {
      text: 'pod {pod} asks for {resource}, which no node has: {said}',
      cause: 'The name is misspelt or has another prefix, or the device plugin has registered nowhere.',
      remedy:
        'kubectl get nodes -o custom-columns=NAME:.metadata.name,ALLOCATABLE:.status.allocatable; kubectl -n {namespace} describe pod {name}',
    },
    UNSCHEDULABLE: {
      text: 'pod {pod} asks for {resource} and finds no node: {said}',
      cause:
        'The VFs are used up on the nodes that it fits, or something else keeps it off them, as the scheduler says.',
      remedy:
        'kubectl -n {namespace} describe pod {name}; kubectl describe nodes | grep -A8 "Allocated resources"',
    },
  },
  docs: ['seed A L360-391'],
  judge({ facts: { configMaps, networkAttachments, nodes, pods, workloads }, report }) {
    const resources = [
      ...new Set([
        ...devicePools(configMaps, workloads).pools.map(({ resource }) => resource),
        ...networkResources(networkAttachments),
      ]),
    ];
    const bare = new Set(resources.map(bareResource));
    const prefixes = new Set(resources.map(prefixOf));
    const offered = new Set(nodes.flatMap(({ allocatable }) => [...allocatable.keys()]));
    // What is misspelt asks for a resource that nobody knows: by another prefix, by another name, or by that of no node.
    const means = (one: string): boolean =>
      resources.includes(one) ||
      bare.has(bareResource(one)) ||
      (prefixes.has(prefixOf(one)) && !offered.has(one));
    const asking = pods.flatMap((pod) => {
      const asked = [...pod.devices.keys()].filter((one) => requestOf(pod, one) > 0);
      const named = defaultAttachment(pod, networkAttachments)?.resourceName;
      const resource = asked.find(means) ?? named;
      return resource === undefined ? [] : [{ pod, resource }];
    });
    const unscheduled = asking.filter(
      ({ pod: { node, phase, conditions, deleting } }) =>
        node === '' &&
        phase === 'Pending' &&
        !deleting &&
        // Of a pod that it has not come to, the scheduler says nothing.
        !conditions.some(({ type, status }) => type === 'PodScheduled' && status === 'True'),
    );
    const seen = [
      apiEvidence(
        podsFact.lists.pods,
        `${asking.length} pods ask for ${resources.join(' or ') || 'no pool'}, ${unscheduled.length} of them found no node`,
      ),
    ];
    if (asking.length === 0) return notApplicable('no pod asks for a VF', seen);
    const findings = unscheduled.map(({ pod, resource }) => {
      const { namespace, name, conditions } = pod;
      const condition = conditions.find(({ type }) => type === 'PodScheduled');
      const said =
        [condition?.reason, condition?.message].filter(Boolean).join(': ') ||
        'kube-scheduler has said nothing of it, and may not run';
      const has = nodes
        .filter(({ allocatable }) => allocatable.has(resource))
        .slice(0, 10)
        .map((node) => `${node.name}: ${node.allocatable.get(resource)}`);
      return report(offered.has(resource) ? 'UNSCHEDULABLE' : 'NO_SUCH_RESOURCE', {
        subject: podName(pod),
        args: { pod: podName(pod), namespace, name, resource, said },
        observed: said,
        expected: 'a node',
        evidence: [
          apiEvidence(podsFact.lists.pods, `${podName(pod)}: ${said}`),
          apiEvidence(nodesFact.lists.nodes, `allocatable ${resource}: ${has.join(', ') || 'nowhere'}`),
        ],
      });
    });
    return verdictOf(findings, seen);
  },
});

const prefixOf = (resource: string): string => resource.split('/', 1)[0] ?? '';
