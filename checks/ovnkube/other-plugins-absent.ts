import { apiEvidence } from '../../facts/cluster/fact.ts';
import { workloadName, workloads as workloadsFact } from '../../facts/cluster/workloads.ts';
import { isIdle } from '../../facts/derived/cluster/placement.ts';
import { defineClusterCheck, verdictOf } from '../define.ts';
import { noneFound, ovnWorkloads } from './common.ts';

/** DaemonSets of plugins that give pods their default network, as their own manifests and those of distributions call them. */
const PLUGINS =
  /^(?:kindnet|kube-flannel(?:-ds(?:-.*)?)?|(?:rke2-)?canal|calico-node|cilium|weave-net|antrea-agent|kube-router|kube-ovn-cni|aws-node)$/;

/** Containers by which they are known where the DaemonSet is called otherwise. */
const CONTAINERS = new Set(['kindnet-cni', 'kube-flannel', 'calico-node', 'cilium-agent', 'antrea-agent']);

export const otherPluginsAbsent = defineClusterCheck({
  id: 'ovnkube/other-plugins-absent',
  title: 'no other network plugin stands beside OVN-Kubernetes',
  description:
    "kubelet takes the first configuration in /etc/cni/net.d by name. Where another plugin writes one there, pods may get that plugin's network, and none of their traffic is offloaded.",
  severity: 'error',
  scope: 'cluster',
  tags: ['cluster', 'ovn-kubernetes'],
  covers: ['K13'],
  requires: ['workloads'],
  messages: {
    PRESENT: {
      text: '{workload} is a network plugin of its own',
      cause:
        'The cluster was made with a default network: kind needs disableDefaultCNI: true, other installers the like.',
      remedy:
        'kubectl -n {namespace} delete daemonset {name}; then remove its configuration from /etc/cni/net.d of the nodes and restart the pods that it served',
      source: 'seed K L66-77',
    },
  },
  docs: ['seed K L66-77', 'seed D L91'],
  judge({ facts: { workloads }, report }) {
    if (ovnWorkloads(workloads).length === 0) return noneFound(workloads);
    const seen = [
      apiEvidence(
        workloadsFact.lists.daemonSets,
        `${workloads.filter(({ kind }) => kind === 'DaemonSet').length} DaemonSets`,
      ),
    ];
    const findings = workloads
      .filter(
        (workload) =>
          workload.kind === 'DaemonSet' &&
          (PLUGINS.test(workload.name) || workload.containers.some(({ name }) => CONTAINERS.has(name))) &&
          !isIdle(workload),
      )
      .map((workload) => {
        const { namespace, name, desired, ready } = workload;
        const said = `${workloadName(workload)}: ${ready} of ${desired} pods ready`;
        return report('PRESENT', {
          subject: workloadName(workload),
          args: { workload: workloadName(workload), namespace, name },
          observed: said,
          expected: 'OVN-Kubernetes alone',
          evidence: [apiEvidence(workloadsFact.lists.daemonSets, said)],
        });
      });
    return verdictOf(findings, seen);
  },
});
