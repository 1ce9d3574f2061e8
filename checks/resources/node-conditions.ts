import { apiEvidence } from '../../facts/cluster/fact.ts';
import { nodes as nodesFact } from '../../facts/cluster/nodes.ts';
import { nodeNamed } from '../../facts/derived/cluster/by-node.ts';
import { ROLES } from '../../facts/derived/role.ts';
import { defineCheck, expectedGap, notApplicable, verdictOf } from '../define.ts';
import { noSuchNode } from './node.ts';

/** The conditions that kubelet and cloud providers know; of others, such as node-problem-detector's, nobody can say what is healthy. */
const HEALTHY_WHEN_FALSE = ['NetworkUnavailable', 'MemoryPressure', 'DiskPressure', 'PIDPressure'];

export const nodeConditions = defineCheck({
  id: 'resources/node-conditions',
  title: 'the node is short of nothing, its network is up, and it takes new pods',
  description:
    'A node can be Ready and still say that its network is not set up, or that memory, disk space or process ids run out: then pods are kept off it or evicted, ovnkube among them.',
  severity: 'error',
  scope: 'node',
  roles: ROLES,
  tags: ['cluster'],
  covers: ['A42', 'K55'],
  after: ['cluster/nodes-ready'],
  requires: [],
  requiresCluster: ['nodes'],
  messages: {
    NETWORK_UNAVAILABLE: {
      text: 'the network of node {node} is not set up: {said}',
      cause:
        'Whoever sets up routes for the node, such as a cloud provider, has not done so; no pod is scheduled there meanwhile.',
      remedy: 'kubectl describe node {node}; kubectl -n kube-system get pods -o wide',
    },
    CORDONED: {
      text: 'node {node} is cordoned: no new pod is given to it',
      cause: 'Somebody did so, mostly for maintenance, and has not taken it back: kubectl cordon, or drain.',
      remedy: 'When the node may have pods again: kubectl uncordon {node}',
      level: 'warn',
    },
    PRESSURE: {
      text: 'node {node} has {condition}: {said}',
      cause: 'Something on the node uses more than there is; kubelet evicts pods and takes no new ones.',
      remedy: 'kubectl describe node {node}; on the node: free -h; df -h; sysctl kernel.pid_max',
    },
  },
  docs: ['seed A L173-181', 'https://kubernetes.io/docs/reference/node/node-status/#condition'],
  judge({ cluster: { nodes }, subject, report }) {
    const node = nodeNamed(nodes, subject.nodeName);
    if (node === undefined) return noSuchNode(subject, nodes);
    const known = node.conditions.filter(({ type }) => HEALTHY_WHEN_FALSE.includes(type));
    const seen = [
      apiEvidence(
        nodesFact.lists.nodes,
        `${node.name}: ${known.map(({ type, status }) => `${type} ${status}`).join(', ') || 'no such condition'}`,
      ),
    ];
    if (known.length === 0) return notApplicable('kubelet has reported none of these conditions', seen);
    const isolated = subject.simulation === 'veth' && subject.role === 'dpu-host';
    if (isolated && node.ready?.status !== 'True')
      return expectedGap(
        `kubelet of ${node.name} is heard no more: in the veth topology the hosts are cut off from their cluster (seed K L396)`,
        seen,
      );
    const findings = known
      .filter(({ status }) => status !== 'False')
      .map(({ type, status, reason, message }) => {
        const said = [`${type} is ${status}`, reason, message].filter(Boolean).join(', ');
        const about = { subject: node.name, observed: said, expected: `${type} is False`, evidence: seen };
        return type === 'NetworkUnavailable'
          ? report('NETWORK_UNAVAILABLE', { ...about, args: { node: node.name, said } })
          : report('PRESSURE', { ...about, args: { node: node.name, condition: type, said } });
      });
    const cordoned = node.unschedulable
      ? [
          report('CORDONED', {
            subject: node.name,
            args: { node: node.name },
            observed: 'unschedulable: true',
            expected: 'not unschedulable',
            evidence: [apiEvidence(nodesFact.lists.nodes, `${node.name}: spec.unschedulable: true`)],
          }),
        ]
      : [];
    return verdictOf([...findings, ...cordoned], seen);
  },
});
