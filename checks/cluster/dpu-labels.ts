import type { ClusterNode } from '../../facts/cluster/nodes.ts';
import { type Workload, workloadName } from '../../facts/cluster/workloads.ts';
import { asksFor } from '../../facts/derived/cluster/placement.ts';
import { labelEvidence, type NodeRole, ROLE_LABELS, rolesOf } from '../../facts/derived/cluster/roles.ts';
import type { ClusterNodeSubject } from '../../facts/derived/cluster/view.ts';
import { defineClusterCheck, notApplicable, verdictOf } from '../define.ts';

type Side = keyof typeof ROLE_LABELS;

export const dpuLabels = defineClusterCheck({
  id: 'cluster/dpu-labels',
  title: 'DPU hosts and DPUs are labelled as what they are',
  description:
    "OVN-Kubernetes' DaemonSets are placed by the labels k8s.ovn.org/dpu-host and k8s.ovn.org/dpu: a wrong one puts ovnkube on the node in the wrong mode, or in none.",
  severity: 'error',
  scope: 'cluster',
  tags: ['cluster'],
  covers: ['K58', 'K59', 'K65', 'K67'],
  requires: ['nodes', 'workloads', 'pods', 'leases'],
  messages: {
    BOTH_LABELS: {
      text: 'node {node} is labelled both {first} and {second}',
      cause: 'One of the two was put on the wrong node.',
      remedy:
        'Take the wrong one off: kubectl label node {node} {first}- or kubectl label node {node} {second}-',
    },
    LABEL_AGAINST_MODE: {
      text: 'node {node} is labelled {label}, and ovnkube runs there as the other side: {ground}',
      cause: 'The label or the place of the pod is wrong; a DaemonSet that goes by another label placed it.',
      remedy:
        'Look at both: kubectl get node {node} --show-labels; kubectl -A get pods --field-selector spec.nodeName={node}',
    },
    LABEL_AGAINST_ROLE: {
      text: 'node {node} is labelled {label}, and it is a {side}: {ground}',
      cause: 'The label was put on the wrong node, or the inventory names the wrong role.',
      remedy:
        'If the label is wrong: kubectl label node {node} {label}- {wanted}= ; if the role is, correct it in the inventory.',
    },
    UNLABELLED: {
      text: 'node {node} is a {side} without the label {label}: {ground}',
      cause: 'The node was never labelled, or lost its label when it was registered anew.',
      remedy: 'kubectl label node {node} {label}=',
    },
    OTHER_VALUE: {
      text: 'node {node} has {label}={value}, and {workload} is placed only where {label}={wanted}',
      cause: 'A nodeSelector compares the value too, and the documents give the label none.',
      remedy: 'kubectl label --overwrite node {node} {label}={wanted}',
    },
  },
  docs: ['seed K L410-415', 'seed K L432', 'seed K L439'],
  judge({ facts: { nodes, workloads, pods, leases }, subject, report }) {
    const roles = withGiven(rolesOf({ name: subject.name, nodes, workloads, pods, leases }), subject.nodes);
    const sides = roles.filter(
      ({ role, labelled }) => role === 'dpu' || role === 'dpu-host' || labelled.length > 0,
    );
    if (sides.length === 0)
      return notApplicable(
        `nothing makes one of the ${nodes.length} nodes a DPU or a DPU host`,
        nodes.slice(0, 1).map((node) => labelEvidence(node)),
      );
    const used = new Set(SIDES.filter((side) => isUsed(ROLE_LABELS[side], nodes, workloads)));
    const findings = sides.flatMap((one) => {
      const { node, object, role, ground, labelled, modes } = one;
      const about = { subject: node, nodes: [node], evidence: [labelEvidence(object)] };
      const [first, second] = labelled;
      if (first !== undefined && second !== undefined) {
        const args = { node, first: ROLE_LABELS[first], second: ROLE_LABELS[second] };
        return report('BOTH_LABELS', { ...about, args, observed: 'both labels', expected: 'one of them' });
      }
      if (first === undefined) {
        const side = role === 'dpu' || role === 'dpu-host' ? role : undefined;
        // Where nothing goes by the label, as on the DPUs of DPF, it is not missing.
        if (side === undefined || !used.has(side)) return [];
        const label = ROLE_LABELS[side];
        return report('UNLABELLED', {
          ...about,
          args: { node, side: NAMES[side], label, ground },
          observed: resembling(object) ?? 'no such label',
          expected: `${label}=`,
        });
      }
      const label = ROLE_LABELS[first];
      if ((role === 'dpu' || role === 'dpu-host') && role !== first)
        return report('LABEL_AGAINST_ROLE', {
          ...about,
          args: { node, label, side: NAMES[role], ground, wanted: ROLE_LABELS[role] },
          observed: label,
          expected: ROLE_LABELS[role],
        });
      // A DaemonSet that asks for this very label has the wrong mode, which is not the node's fault: ovnkube/node-mode.
      const other = modes.find(({ mode, workload }) => mode !== first && !asksFor(workload, label));
      if (other !== undefined)
        return report('LABEL_AGAINST_MODE', {
          ...about,
          args: { node, label, ground: other.ground },
          observed: `${label}, and ovnkube in mode ${other.mode}`,
          expected: `ovnkube in mode ${first}`,
        });
      const refused = refusing(one, first, workloads);
      return refused === undefined
        ? []
        : report('OTHER_VALUE', {
            ...about,
            args: {
              node,
              label,
              value: object.labels.get(label) ?? '',
              wanted: refused.nodeSelector.get(label) ?? '',
              workload: workloadName(refused),
            },
            observed: `${label}=${object.labels.get(label)}`,
            expected: `${label}=${refused.nodeSelector.get(label)}`,
          });
    });
    return verdictOf(
      findings,
      sides.map(({ object }) => labelEvidence(object)).slice(0, MOST_SHOWN),
      `${count(roles, 'dpu-host')} labelled ${ROLE_LABELS['dpu-host']}, ${count(roles, 'dpu')} labelled ${ROLE_LABELS.dpu}`,
    );
  },
});

/** The roles that an inventory gives count; where it gives none, what the cluster tells. */
const withGiven = (roles: readonly NodeRole[], given: readonly ClusterNodeSubject[]): readonly NodeRole[] => {
  const byName = new Map(given.map((one) => [one.node, one]));
  return roles.map((one) => {
    const { role, roleGround } = byName.get(one.node) ?? {};
    return role === undefined || role === one.role ? one : { ...one, role, ground: roleGround ?? one.ground };
  });
};

/** Labels that someone took for it, such as k8s.ovn.org/host-dpu. */
function resembling({ labels }: ClusterNode): string | undefined {
  const found = [...labels].filter(([key]) => /^k8s\.ovn\.org\/.*dpu/.test(key));
  return found.length === 0 ? undefined : found.map(([key, value]) => `${key}=${value}`).join(', ');
}

const NAMES = { 'dpu-host': 'DPU host', dpu: 'DPU' } as const;

const SIDES: readonly Side[] = ['dpu-host', 'dpu'];

const MOST_SHOWN = 20;

const count = (roles: readonly NodeRole[], side: Side): number =>
  roles.filter(({ labelled }) => labelled.includes(side)).length;

/** Whether the cluster goes by the label: a node has it, or a workload asks for it. */
const isUsed = (label: string, nodes: readonly ClusterNode[], workloads: readonly Workload[]): boolean =>
  nodes.some(({ labels }) => labels.has(label)) ||
  workloads.some(
    ({ nodeSelector, affinity }) =>
      nodeSelector.has(label) || JSON.stringify(affinity).includes(`"${label}"`),
  );

/** A DaemonSet that asks for another value of the label than the node has. */
const refusing = ({ object }: NodeRole, side: Side, workloads: readonly Workload[]): Workload | undefined =>
  workloads.find(({ kind, nodeSelector }) => {
    const wanted = nodeSelector.get(ROLE_LABELS[side]);
    return kind === 'DaemonSet' && wanted !== undefined && wanted !== object.labels.get(ROLE_LABELS[side]);
  });
