import { apiEvidence } from '../../facts/cluster/fact.ts';
import { nodes as nodesFact } from '../../facts/cluster/nodes.ts';
import { ROLES, type Role } from '../../facts/derived/role.ts';
import { defineClusterCheck, notApplicable, verdictOf } from '../define.ts';

export const nodeRoles = defineClusterCheck({
  id: 'resources/node-roles',
  title: 'the cluster has a node of each role that is expected',
  description:
    'Where one cluster has them all, it has a control plane, a DPU host and its DPU, each as a node of its own. In other set-ups, hosts and DPUs are in clusters of their own.',
  severity: 'error',
  scope: 'cluster',
  tags: ['cluster'],
  covers: ['A10', 'A52', 'A53'],
  requires: ['nodes'],
  expects: ['cluster-roles'],
  messages: {
    NO_NODE: {
      text: 'the cluster has no node of the role {role}: {count} nodes, {roles}',
      cause: 'The node has not joined, or it is not labelled, so that it is taken for another.',
      remedy:
        'kubectl get nodes --show-labels; label it: kubectl label node <node> k8s.ovn.org/dpu-host= (k8s.ovn.org/dpu= on the DPU)',
      source: 'seed A L33-36',
    },
    UNKNOWN_ROLE: {
      text: 'cluster-roles has {role}, which is no role',
      cause: 'The expectation is mistyped.',
      remedy: 'Write it as --set cluster-roles=control-plane,dpu-host,dpu',
    },
  },
  docs: ['seed A L33-36'],
  judge({ facts: { nodes }, expected, subject, report }) {
    const wanted = expected['cluster-roles'];
    const byRole = Map.groupBy(subject.nodes, ({ role }) => role ?? 'of unknown role');
    const roles = [...byRole].map(([role, own]) => `${own.length} ${role}`).join(', ') || 'none';
    const seen = [
      apiEvidence(
        nodesFact.lists.nodes,
        subject.nodes
          .slice(0, 20)
          .map(({ node, role, roleGround }) => `${node}: ${role ?? 'role unknown'} (${roleGround})`)
          .join('; ') || `${nodes.length} nodes`,
      ),
    ];
    if (wanted === undefined || wanted.value.length === 0)
      return notApplicable('no roles are expected of the nodes of the cluster', seen);
    const findings = wanted.value.flatMap((role) => {
      const about = { subject: role, observed: roles, expected: `${role} (${wanted.from})`, evidence: seen };
      const known: Role | undefined = ROLES.find((one) => one === role);
      if (known === undefined) return report('UNKNOWN_ROLE', { ...about, args: { role } });
      return byRole.has(known)
        ? []
        : report('NO_NODE', { ...about, args: { role, count: nodes.length, roles } });
    });
    return verdictOf(findings, seen, roles);
  },
});
