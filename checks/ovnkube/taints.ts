import type { ClusterNode } from '../../facts/cluster/nodes.ts';
import { workloadName } from '../../facts/cluster/workloads.ts';
import { fits, keptOffBy } from '../../facts/derived/cluster/placement.ts';
import type { Evidence } from '../../facts/fact.ts';
import { defineClusterCheck, notApplicable, verdictOf } from '../define.ts';
import { noneFound, ovnWorkloads, workloadEvidence } from './common.ts';

export const ovnkubeTaints = defineClusterCheck({
  id: 'ovnkube/taints',
  title: 'no taint keeps OVN-Kubernetes off the nodes that it is for',
  description:
    'A node without OVN-Kubernetes has no network: its DaemonSets must tolerate the taints of every node that their labels fit, and its Deployments those of one such node.',
  severity: 'error',
  scope: 'cluster',
  tags: ['cluster', 'ovn-kubernetes'],
  covers: ['K48'],
  after: ['ovnkube/placement'],
  requires: ['workloads', 'nodes'],
  messages: {
    KEPT_OFF: {
      text: '{workload} is kept off {node} by the taint {taint}',
      cause:
        'kubeadm taints control planes, and DPF nodes that it provisions; the workload tolerates no such taint.',
      remedy:
        'Take it off: kubectl taint nodes {node} {taint}- ; or tolerate it: kubectl -n {namespace} edit {kind} {name}',
      source: 'seed K L368-369',
    },
  },
  docs: ['seed K L367-369'],
  judge({ facts: { workloads, nodes }, report }) {
    const own = ovnWorkloads(workloads);
    if (own.length === 0) return noneFound(workloads);
    const placed = own.flatMap((workload) => {
      const on = nodes.filter((node) => fits(workload, node));
      return on.length === 0 ? [] : [{ workload, on }];
    });
    if (placed.length === 0) return notApplicable('nothing of OVN-Kubernetes fits any node');
    const seen = placed.map(({ workload, on }) =>
      workloadEvidence(workload, `${workload.tolerations.length} tolerations; fits ${on.length} nodes`),
    );
    const findings = placed.flatMap(({ workload, on }) => {
      const refused = on.flatMap((node) =>
        keptOffBy(workload, node)
          .slice(0, 1)
          .map((taint) => ({ node, taint })),
      );
      // A Deployment needs a node that takes it, and not all of them.
      if (workload.kind === 'Deployment' && refused.length < on.length) return [];
      const { namespace, kind, name } = workload;
      return refused.map(({ node, taint }) =>
        report('KEPT_OFF', {
          subject: node.name,
          args: {
            workload: workloadName(workload),
            node: node.name,
            taint,
            namespace,
            kind: kind.toLowerCase(),
            name,
          },
          observed: `taint ${taint}, which is not tolerated`,
          expected: 'no such taint, or a toleration of it',
          evidence: [taintEvidence(node)],
          nodes: [node.name],
        }),
      );
    });
    return verdictOf(findings, [...seen, ...nodes.slice(0, 20).map(taintEvidence)]);
  },
});

const taintEvidence = ({ name, taints }: ClusterNode): Evidence => ({
  source: `kubectl get node ${name} -o yaml`,
  said: `${name}: taints: ${taints.join(', ') || 'none'}`,
});
