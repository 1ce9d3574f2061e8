import { configMaps as configMapsFact } from '../../facts/cluster/config-maps.ts';
import { apiEvidence } from '../../facts/cluster/fact.ts';
import {
  networkAttachments as attachmentsFact,
  type NetworkAttachment,
} from '../../facts/cluster/network-attachments.ts';
import { pods as podsFact } from '../../facts/cluster/pods.ts';
import { DEFAULT_NETWORK, defaultNetwork } from '../../facts/derived/chain/annotations.ts';
import { devicePools } from '../../facts/derived/cluster/device-pools.ts';
import { managementSettings } from '../../facts/derived/cluster/management-port.ts';
import {
  attachmentConfig,
  attachmentName,
  bareResource,
  isOvnDefault,
  OVN_TYPE,
} from '../../facts/derived/cluster/vf-networks.ts';
import { defineClusterCheck, notApplicable, verdictOf } from '../define.ts';
import { poolText } from './device-plugin-config.ts';

export const networkAttachment = defineClusterCheck({
  id: 'resources/network-attachment',
  title: 'the default network of pods with VFs is defined, and names the resource of their pool',
  description:
    "By the NetworkAttachmentDefinition's annotation Multus knows which of the pod's devices is for OVN-Kubernetes. Where it names a resource that no pool has, or none, the CNI gets no VF.",
  severity: 'error',
  scope: 'cluster',
  tags: ['cluster', 'multus', 'device-plugin'],
  covers: ['A56', 'A59'],
  after: ['resources/device-plugin-config'],
  requires: ['configMaps', 'networkAttachments', 'nodes', 'pods', 'workloads'],
  messages: {
    NOT_FOUND: {
      text: '{asking} ask for the default network {network}, and there is no such NetworkAttachmentDefinition',
      cause: 'It was never made, or in another namespace: without one Multus looks in kube-system.',
      remedy: 'kubectl get network-attachment-definitions -A; then make it, or name the one that is meant.',
    },
    NONE: {
      text: 'no NetworkAttachmentDefinition has the default network of OVN-Kubernetes, and {resource} is there for its pods',
      cause: 'It was never made, so Multus hands no VF to OVN-Kubernetes.',
      remedy:
        'Make one of type ovn-k8s-cni-overlay with the annotation k8s.v1.cni.cncf.io/resourceName: {resource}',
    },
    NOT_READABLE: {
      text: 'error parsing Network Attachment Definition {network}: {why}',
      cause: 'spec.config is no configuration of CNI.',
      remedy: 'kubectl -n {namespace} edit network-attachment-definitions {name}',
      source: 'ovn-kubernetes go-controller/pkg/util/multi_network.go',
    },
    OTHER_TYPE: {
      text: 'NetworkAttachmentDefinition {network} is of type {type}, and {asking} ask for it as their default network on DPU hosts',
      cause: 'Their VFs are attached by another plugin than that of OVN-Kubernetes, past the DPU.',
      remedy:
        'kubectl -n {namespace} edit network-attachment-definitions {name}: type is ovn-k8s-cni-overlay',
    },
    NO_RESOURCE: {
      text: 'NetworkAttachmentDefinition {network} has no annotation k8s.v1.cni.cncf.io/resourceName',
      cause:
        'DeviceID must be set for Pod request with DPU: Multus hands no device on without the annotation.',
      remedy:
        'kubectl -n {namespace} annotate network-attachment-definitions {name} k8s.v1.cni.cncf.io/resourceName=<prefix/resource>',
      source: 'seed A L291-299; ovn-kubernetes go-controller/pkg/cni',
    },
    OTHER_PREFIX: {
      text: 'NetworkAttachmentDefinition {network} asks for {resource}, and the device plugin calls it {offered}',
      cause: 'The entry of the pool has no resourcePrefix, or another: the default is intel.com.',
      remedy:
        'Add "resourcePrefix": "{prefix}" to the entry: kubectl -n {poolNamespace} edit configmap {map}',
      source: 'seed A L330-348',
    },
    NO_PREFIX: {
      text: 'NetworkAttachmentDefinition {network} asks for {resource}, and the device plugin calls it {offered}',
      cause: "The annotation lacks the prefix, by which alone kubelet and Multus know the pool's devices.",
      remedy:
        'kubectl -n {namespace} annotate --overwrite network-attachment-definitions {name} k8s.v1.cni.cncf.io/resourceName={offered}',
      source: 'seed A L291-299',
    },
    UNKNOWN_RESOURCE: {
      text: 'NetworkAttachmentDefinition {network} asks for {resource}, which no device plugin offers: {offered}',
      cause: 'The name is misspelt, or the pool was renamed or removed.',
      remedy:
        'kubectl -n {namespace} annotate --overwrite network-attachment-definitions {name} k8s.v1.cni.cncf.io/resourceName=<prefix/resource>',
    },
  },
  docs: ['seed A L291-299', 'seed A L330-348'],
  judge({ facts: { configMaps, networkAttachments, nodes, pods, workloads }, subject, report }) {
    const { pools } = devicePools(configMaps, workloads);
    const hosts = new Set(subject.nodes.filter(({ role }) => role === 'dpu-host').map(({ node }) => node));
    const asked = new Map<string, { namespace: string; name: string; pods: number }>();
    for (const { node, phase, hostNetwork, annotations } of pods) {
      const network = defaultNetwork(annotations);
      if (network === undefined || hostNetwork || !(node === '' || hosts.has(node))) continue;
      if (phase === 'Succeeded' || phase === 'Failed') continue;
      const key = attachmentName(network);
      asked.set(key, { ...network, pods: (asked.get(key)?.pods ?? 0) + 1 });
    }
    const known = networkAttachments ?? [];
    const subjects = known
      .map((attachment) => ({ attachment, config: attachmentConfig(attachment) }))
      .filter(
        ({ attachment, config }) =>
          asked.has(attachmentName(attachment)) ||
          isOvnDefault(config) ||
          (!config.ok && attachment.config.includes(OVN_TYPE)),
      );
    const seen = [
      apiEvidence(
        attachmentsFact.lists.attachments,
        networkAttachments === undefined
          ? 'the kind is not installed'
          : subjects.map(({ attachment }) => attachmentText(attachment)).join('; ') ||
              `${known.length} NetworkAttachmentDefinitions, none with the default network of OVN-Kubernetes`,
      ),
      apiEvidence(configMapsFact.lists.configMaps, pools.map(poolText).join('; ') || 'no pool'),
    ];
    if (hosts.size === 0) return notApplicable('the cluster has no DPU hosts', seen);
    if (subjects.length === 0 && asked.size === 0 && pools.length === 0)
      return notApplicable('no pod asks for a default network of its own, and no pool of VFs is there', seen);
    const missing = [...asked.values()]
      .filter((one) => !known.some((attachment) => attachmentName(attachment) === attachmentName(one)))
      .map((one) => {
        const network = attachmentName(one);
        return report('NOT_FOUND', {
          subject: network,
          args: { network, asking: count(one.pods) },
          observed: 'no such object',
          expected: `NetworkAttachmentDefinition ${network}`,
          evidence: [
            apiEvidence(podsFact.lists.pods, `${count(one.pods)} with ${DEFAULT_NETWORK}: ${network}`),
            ...seen.slice(0, 1),
          ],
        });
      });
    const someHave = subjects.some(({ attachment }) => attachment.resourceName !== undefined);
    const offeredByNodes = new Set(nodes.flatMap(({ capacity }) => [...capacity.keys()]));
    const offered = pools.map(({ resource }) => resource);
    const reserved = managementSettings(workloads, configMaps, 'managementPortResource');
    const forPods = offered.find((resource) => !reserved.some(({ value }) => value === resource));
    const wrong = subjects.flatMap(({ attachment, config }) => {
      const { namespace, name, resourceName: resource } = attachment;
      const network = attachmentName(attachment);
      const asking = asked.get(network)?.pods ?? 0;
      const about = { subject: network, evidence: seen };
      const args = { network, namespace, name };
      if (!config.ok)
        return report('NOT_READABLE', {
          ...about,
          args: { ...args, why: config.why },
          observed: config.why,
          expected: 'a configuration of CNI',
        });
      if (config.type !== OVN_TYPE)
        return report('OTHER_TYPE', {
          ...about,
          args: { ...args, type: config.type, asking: count(asking) },
          observed: config.type,
          expected: OVN_TYPE,
        });
      if (resource === undefined)
        // One for hosts and one for other nodes may stand side by side.
        return asking === 0 && someHave
          ? []
          : report('NO_RESOURCE', {
              ...about,
              args,
              observed: 'no such annotation',
              expected: offered[0] ?? 'the resource of a pool of VFs',
            });
      if (offered.includes(resource)) return [];
      const namesake = pools.find((pool) => pool.name === bareResource(resource));
      if (namesake !== undefined) {
        const [map = ''] = namesake.from.split(' ', 1);
        const [poolNamespace = '', mapName = ''] = map.split('/', 2);
        const [prefix = ''] = resource.split('/', 1);
        if (!resource.includes('/'))
          return report('NO_PREFIX', {
            ...about,
            args: { ...args, resource, offered: namesake.resource },
            observed: resource,
            expected: namesake.resource,
          });
        return report('OTHER_PREFIX', {
          ...about,
          args: { ...args, resource, offered: namesake.resource, prefix, poolNamespace, map: mapName },
          observed: namesake.resource,
          expected: resource,
        });
      }
      // A plugin that is configured in another way tells only by the nodes' capacity.
      if (offeredByNodes.has(resource)) return [];
      return report('UNKNOWN_RESOURCE', {
        ...about,
        args: { ...args, resource, offered: offered.join(', ') || 'none is configured' },
        observed: offered.join(', ') || 'no pool',
        expected: resource,
      });
    });
    const none =
      subjects.length === 0 && missing.length === 0 && forPods !== undefined
        ? [
            report('NONE', {
              subject: subject.name,
              args: { resource: forPods },
              observed: `${known.length} NetworkAttachmentDefinitions`,
              expected: `one of type ${OVN_TYPE}`,
              evidence: seen,
            }),
          ]
        : [];
    return verdictOf([...missing, ...wrong, ...none], seen);
  },
});

const count = (pods: number): string => `${pods} pod${pods === 1 ? '' : 's'}`;

const attachmentText = (attachment: NetworkAttachment): string =>
  `${attachmentName(attachment)}: resourceName ${attachment.resourceName ?? '(none)'}, config ${attachment.config.trim().slice(0, 400)}`;
