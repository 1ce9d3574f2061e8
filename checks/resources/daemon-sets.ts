import { apiEvidence } from '../../facts/cluster/fact.ts';
import { networkAttachments as attachmentsFact } from '../../facts/cluster/network-attachments.ts';
import { deviceCount } from '../../facts/cluster/quantity.ts';
import { type Workload, workloadName, workloads as workloadsFact } from '../../facts/cluster/workloads.ts';
import { devicePools } from '../../facts/derived/cluster/device-pools.ts';
import { devicePluginSets, multusSets } from '../../facts/derived/cluster/network-workloads.ts';
import { defineClusterCheck, notApplicable, verdictOf } from '../define.ts';

export const daemonSets = defineClusterCheck({
  id: 'resources/daemon-sets',
  title: 'Multus and the device plugin are deployed, as they are specified now',
  description:
    'The device plugin hands VFs to pods and Multus tells OVN-Kubernetes which one. A DaemonSet whose pods are of an older specification may be ready and still not do what is asked of it.',
  severity: 'error',
  scope: 'cluster',
  tags: ['cluster', 'device-plugin', 'multus'],
  covers: ['A3', 'A4', 'A55', 'A60'],
  requires: ['configMaps', 'networkAttachments', 'nodes', 'workloads'],
  messages: {
    NO_MULTUS: {
      text: 'no Multus is deployed: {asked}',
      cause:
        'Without Multus nobody reads NetworkAttachmentDefinitions, and no pod is given a VF as its network.',
      remedy:
        'Install it: kubectl apply -f https://raw.githubusercontent.com/k8snetworkplumbingwg/multus-cni/master/deployments/multus-daemonset-thick.yml',
    },
    NO_DEVICE_PLUGIN: {
      text: 'no SR-IOV device plugin is deployed: {asked}',
      cause: 'Without the device plugin nodes have no VFs to give, and pods that ask for them stay Pending.',
      remedy:
        'Install it: kubectl apply -f https://raw.githubusercontent.com/k8snetworkplumbingwg/sriov-network-device-plugin/master/deployments/sriovdp-daemonset.yaml',
    },
    NOT_OBSERVED: {
      text: '{workload} was changed, and its controller has not seen that: generation {generation}, observed {observed}',
      cause:
        'kube-controller-manager does not run or is behind; what is ready is of the older specification.',
      remedy: 'kubectl -n kube-system get pods -l component=kube-controller-manager -o wide',
    },
    OLD_PODS: {
      text: 'of the {desired} pods of {workload}, {updated} are as it is specified now',
      cause: 'The rollout is under way or stuck, or the update strategy is OnDelete.',
      remedy: 'kubectl -n {namespace} rollout status {kind} {name}',
      level: 'warn',
    },
  },
  docs: ['seed A L286', 'seed A L355'],
  judge({ facts: { configMaps, networkAttachments, nodes, workloads }, subject, report }) {
    const { pools, sources } = devicePools(configMaps, workloads);
    const hosts = subject.nodes.filter(({ role }) => role === 'dpu-host');
    const named = (networkAttachments ?? []).filter(({ resourceName }) => resourceName !== undefined);
    const multus = multusSets(workloads);
    const plugins = devicePluginSets(workloads);
    const seen = [
      apiEvidence(
        workloadsFact.lists.daemonSets,
        [...multus, ...plugins].map(stateOf).join('; ') || 'no Multus and no SR-IOV device plugin',
      ),
      apiEvidence(
        attachmentsFact.lists.attachments,
        networkAttachments === undefined
          ? 'the kind is not installed'
          : `${networkAttachments.length} NetworkAttachmentDefinitions, ${named.length} with a resourceName`,
      ),
    ];
    const asked =
      named[0] !== undefined
        ? `NetworkAttachmentDefinition ${named[0].namespace}/${named[0].name} asks for ${named[0].resourceName}`
        : sources[0] !== undefined
          ? `ConfigMap ${sources[0]} configures pools`
          : undefined;
    if (asked === undefined && multus.length === 0 && plugins.length === 0)
      return notApplicable(
        `nothing in the cluster hands VFs to pods: no NetworkAttachmentDefinition with a resourceName, no pool, no device plugin (${hosts.length} DPU hosts)`,
        seen,
      );
    const offered = new Set([...pools.map(({ resource }) => resource), ...nodes.flatMap(withDevices)]);
    const elsewhere = named.every(({ resourceName = '' }) => offered.has(resourceName)) && pools.length === 0;
    const about = { subject: subject.name, evidence: seen };
    const findings = [
      ...(multus.length === 0 && (asked !== undefined || plugins.length > 0)
        ? [
            report('NO_MULTUS', {
              ...about,
              args: { asked: asked ?? `${plugins.map(workloadName).join(', ')} offers devices` },
              observed: 'no DaemonSet of Multus',
              expected: 'a DaemonSet of Multus',
            }),
          ]
        : []),
      // A plugin that is not known by its name may offer what is asked for.
      ...(plugins.length === 0 && asked !== undefined && !elsewhere
        ? [
            report('NO_DEVICE_PLUGIN', {
              ...about,
              args: { asked },
              observed: 'no DaemonSet of a device plugin',
              expected: 'a DaemonSet of the SR-IOV device plugin',
            }),
          ]
        : []),
      ...[...multus, ...plugins].flatMap((set) => {
        const { namespace, name, kind, generation, observedGeneration, desired, updated } = set;
        const workload = workloadName(set);
        const of = { subject: workload, observed: stateOf(set), evidence: seen };
        if (observedGeneration < generation)
          return report('NOT_OBSERVED', {
            ...of,
            args: { workload, generation, observed: observedGeneration },
            expected: `observedGeneration ${generation}`,
          });
        return updated < desired - nodes.filter(({ ready }) => ready?.status !== 'True').length
          ? report('OLD_PODS', {
              ...of,
              args: { workload, namespace, name, kind: kind.toLowerCase(), desired, updated },
              expected: `${desired} updated`,
            })
          : [];
      }),
    ];
    return verdictOf(findings, seen);
  },
});

const withDevices = ({ capacity }: { readonly capacity: ReadonlyMap<string, string> }): readonly string[] =>
  [...capacity]
    .filter(([name, amount]) => name.includes('/') && deviceCount(amount) > 0)
    .map(([name]) => name);

const stateOf = (set: Workload): string =>
  `${workloadName(set)}: generation ${set.generation}, observed ${set.observedGeneration}; ${set.desired} desired, ${set.updated} updated, ${set.ready} ready`;
