import { apiEvidence } from '../../facts/cluster/fact.ts';
import { nodes as nodesFact } from '../../facts/cluster/nodes.ts';
import { version as versionFact } from '../../facts/cluster/version.ts';
import { nodeNamed } from '../../facts/derived/cluster/by-node.ts';
import { ROLES } from '../../facts/derived/role.ts';
import { kubernetesRelease, oldestKubelet } from '../../facts/derived/versions.ts';
import { defineCheck, notApplicable, undetermined, verdictOf } from '../define.ts';
import { noSuchNode } from './node.ts';

export const kubeletVersion = defineCheck({
  id: 'resources/kubelet-version',
  title: 'kubelet is of a version that the API server supports',
  description:
    'A kubelet must not be newer than its API server, and may be three minor versions older (two before 1.25). Hosts and DPUs are often upgraded by different hands.',
  severity: 'error',
  scope: 'node',
  roles: ROLES,
  tags: ['cluster', 'versions'],
  covers: ['A36', 'A37', 'K16'],
  requires: [],
  requiresCluster: ['nodes', 'version'],
  messages: {
    NEWER: {
      text: 'kubelet {kubelet} on node {node} is newer than the API server, {server}',
      cause: 'The node was upgraded before the control plane, or was installed from newer packages.',
      remedy:
        'Upgrade the control plane first (kubeadm upgrade plan), or put an older kubelet on the node. See: kubectl get nodes -o wide',
      source: 'kubernetes.io/releases/version-skew-policy, "kubelet"',
    },
    TOO_OLD: {
      text: 'kubelet {kubelet} on node {node} is too old for the API server, {server}: {oldest} is the oldest that is supported',
      cause: 'The control plane was upgraded and the node was not.',
      remedy: 'Upgrade kubelet on {node}. See: kubectl get nodes -o wide',
      source: 'kubernetes.io/releases/version-skew-policy, "kubelet"',
    },
  },
  docs: ['seed A L139', 'seed A L151-161', 'https://kubernetes.io/releases/version-skew-policy/'],
  judge({ cluster: { nodes, version }, subject, report }) {
    const node = nodeNamed(nodes, subject.nodeName);
    if (node === undefined) return noSuchNode(subject, nodes);
    const seen = [
      apiEvidence(nodesFact.lists.nodes, `${node.name}: kubeletVersion ${node.kubelet || '(none)'}`),
      apiEvidence(versionFact.lists.version, `gitVersion ${version}`),
    ];
    if (node.kubelet === '') return notApplicable(`kubelet of ${node.name} has never reported`, seen);
    const kubelet = kubernetesRelease(node.kubelet);
    const server = kubernetesRelease(version);
    if (kubelet === undefined || server === undefined || kubelet.major !== server.major)
      return undetermined(
        `kubelet ${node.kubelet} and API server ${version} can't be compared`,
        'Compare the versions yourself: kubectl version; kubectl get nodes -o wide',
        seen,
      );
    const oldest = oldestKubelet(server, kubelet);
    const args = { node: node.name, kubelet: node.kubelet, server: version };
    const about = { subject: node.name, observed: node.kubelet, evidence: seen };
    const expected = `${oldest} to v${server.major}.${server.minor}`;
    if (kubelet.minor > server.minor) return verdictOf([report('NEWER', { ...about, args, expected })], seen);
    if (kubelet.minor < oldest.minor)
      return verdictOf(
        [report('TOO_OLD', { ...about, args: { ...args, oldest: String(oldest) }, expected })],
        seen,
      );
    return verdictOf([], seen, `${node.kubelet} with ${version}`);
  },
});
