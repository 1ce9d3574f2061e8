import { apiEvidence } from '../../facts/cluster/fact.ts';
import { nodes as nodesFact } from '../../facts/cluster/nodes.ts';
import { ROLES } from '../../facts/derived/role.ts';
import { defineCheck, expectedGap, pass, undetermined, verdictOf } from '../define.ts';

export const nodesReady = defineCheck({
  id: 'cluster/nodes-ready',
  title: 'the node is Ready',
  description:
    'A node that is not Ready gets no pods, and nothing that its cluster says of it is of now. The hosts of the veth topology are cut off from their cluster on purpose.',
  severity: 'error',
  scope: 'node',
  roles: ROLES,
  tags: ['cluster', 'liveness'],
  covers: ['K55'],
  requires: [],
  requiresCluster: ['nodes'],
  messages: {
    NOT_READY: {
      text: 'node {node} is not Ready: {reason}',
      cause:
        'kubelet does not run, can not reach the API server, or waits for something, such as the CNI plugin of OVN-Kubernetes.',
      remedy: 'kubectl describe node {node}; on the node: sudo systemctl status kubelet',
    },
  },
  docs: ['seed K L396', 'seed A L173'],
  judge({ cluster: { nodes }, subject, report }) {
    const node = nodes.find(({ name }) => name === subject.nodeName);
    if (node === undefined)
      return undetermined(
        `the cluster has no node ${subject.nodeName ?? subject.name} any more`,
        'Run it again.',
        [apiEvidence(nodesFact.lists.nodes, `${nodes.length} nodes`)],
      );
    const { ready } = node;
    const said =
      ready === undefined
        ? 'kubelet has reported no condition Ready'
        : [`Ready is ${ready.status}`, ready.reason, ready.message].filter(Boolean).join(', ');
    const seen = [apiEvidence(nodesFact.lists.nodes, `${node.name}: ${said}`)];
    if (ready?.status === 'True') return pass(seen);
    if (subject.simulation === 'veth' && subject.role === 'dpu-host')
      return expectedGap(
        `${node.name} is not Ready: in the veth topology the hosts are cut off from their cluster (seed K L396)`,
        seen,
      );
    const finding = report('NOT_READY', {
      subject: node.name,
      args: { node: node.name, reason: said },
      observed: said,
      expected: 'Ready is True',
      evidence: seen,
    });
    return verdictOf([finding], seen);
  },
});
