import { apiEvidence } from '../../facts/cluster/fact.ts';
import { nodes as nodesFact } from '../../facts/cluster/nodes.ts';
import { type Workload, workloadName, workloads as workloadsFact } from '../../facts/cluster/workloads.ts';
import { nodeNamed } from '../../facts/derived/cluster/by-node.ts';
import { fits, keptOffBy } from '../../facts/derived/cluster/placement.ts';
import type { Role } from '../../facts/derived/role.ts';
import { type AnyNodeCheck, defineCheck, expectedGap, notApplicable, pass, verdictOf } from '../define.ts';
import { onNode, podName } from './daemon-set.ts';
import { noSuchNode } from './node.ts';

/** What tells one DaemonSet's check from another's. */
interface Runs extends Pick<AnyNodeCheck, 'id' | 'title' | 'description' | 'tags' | 'covers' | 'docs'> {
  /** In the middle of a sentence. */
  readonly what: string;
  readonly sets: (workloads: readonly Workload[]) => readonly Workload[];
  /** On nodes that are no DPU hosts it need not be; a pod of it there has to run. */
  readonly alsoOn?: readonly Role[];
}

/** A check that a DaemonSet of a certain kind has a ready pod on a DPU host. */
export const runsOnHost = ({ what, sets: setsOf, alsoOn = [], ...text }: Runs): AnyNodeCheck =>
  defineCheck({
    ...text,
    severity: 'error',
    scope: 'node',
    roles: ['dpu-host', ...alsoOn],
    after: ['cluster/nodes-ready', 'cluster/dpu-labels', 'resources/daemon-sets'],
    requires: [],
    requiresCluster: ['nodes', 'pods', 'workloads'],
    messages: {
      NOT_PLACED: {
        text: '{what} has no pod on node {node}: {selects}; the taints of the node: {taints}',
        cause: "The DaemonSet does not select the node, or its pods do not tolerate the node's taints.",
        remedy:
          'kubectl get node {node} --show-labels; then give it the label that is asked for: kubectl label node {node} <label>=<value>',
      },
      MISSING: {
        text: '{workload} has no pod on node {node}, which it fits',
        cause: 'The DaemonSet controller does not run, or the pod was refused when it was made.',
        remedy: 'kubectl -n {namespace} describe daemonset {name}',
      },
      NOT_READY: {
        text: 'pod {pod} of {what} on node {node} is not ready: {said}',
        cause: 'The pod does not start, or it ended. Its events and its log say why.',
        remedy:
          'kubectl -n {namespace} describe pod {name}; kubectl -n {namespace} logs {name} --all-containers --previous',
      },
    },
    judge({ cluster: { nodes, pods, workloads }, subject, report }) {
      const node = nodeNamed(nodes, subject.nodeName);
      if (node === undefined) return noSuchNode(subject, nodes);
      const sets = setsOf(workloads);
      if (sets.length === 0)
        return notApplicable(`the cluster has no DaemonSet of ${what}`, [
          apiEvidence(workloadsFact.lists.daemonSets, `${workloads.length} DaemonSets and Deployments`),
        ]);
      const found = onNode(sets, pods, node.name);
      if (found.kind === 'ready') return pass([found.evidence]);
      if (subject.simulation === 'veth' && node.ready?.status !== 'True')
        return expectedGap(
          `${node.name} is cut off from its cluster, as hosts of the veth topology are (seed K L396)`,
          [found.evidence],
        );
      if (found.kind === 'not-ready') {
        const { pod, said, evidence } = found;
        const { namespace, name } = pod;
        const finding = report('NOT_READY', {
          subject: node.name,
          args: { what, node: node.name, pod: podName(pod), namespace, name, said },
          observed: said,
          expected: 'a ready pod',
          evidence: [evidence],
        });
        return verdictOf([finding], [evidence]);
      }
      const taints = node.taints.join(', ') || 'none';
      const seen = [found.evidence, apiEvidence(nodesFact.lists.nodes, `${node.name}: taints ${taints}`)];
      if (subject.role !== 'dpu-host') return notApplicable(`${what} has no pod on ${node.name}`, seen);
      const meant = sets.find((set) => fits(set, node) && keptOffBy(set, node).length === 0);
      if (meant !== undefined) {
        const { namespace, name } = meant;
        const args = { workload: workloadName(meant), node: node.name, namespace, name };
        const about = { subject: node.name, observed: 'no pod', expected: 'one pod', evidence: seen };
        return verdictOf([report('MISSING', { ...about, args })], seen);
      }
      const finding = report('NOT_PLACED', {
        subject: node.name,
        args: { what, node: node.name, selects: sets.map(selects).join('; '), taints },
        observed: 'no pod',
        expected: `a pod of ${sets.map(workloadName).join(' or ')}`,
        evidence: seen,
      });
      return verdictOf([finding], seen);
    },
  });

function selects(set: Workload): string {
  const labels = [...set.nodeSelector].map(([key, value]) => `${key}=${value}`);
  return labels.length === 0
    ? `${workloadName(set)} asks for no label by nodeSelector`
    : `${workloadName(set)} is placed where ${labels.join(', ')}`;
}
