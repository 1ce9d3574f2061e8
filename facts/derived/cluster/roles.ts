import { apiEvidence } from '../../cluster/fact.ts';
import type { ClusterNode } from '../../cluster/nodes.ts';
import { nodes as nodesFact } from '../../cluster/nodes.ts';
import type { Role } from '../role.ts';
import { addressesOfDpu } from './addresses-of-dpu.ts';
import { modesByNode, type PlacedMode } from './node-mode.ts';
import { keepsFrom } from './placement.ts';
import type { ClusterView, Contradiction, MemberId } from './view.ts';

/** Labels that OVN-Kubernetes' DaemonSets go by (seed K L410-415). */
export const ROLE_LABELS = { 'dpu-host': 'k8s.ovn.org/dpu-host', dpu: 'k8s.ovn.org/dpu' } as const;

/**
 * Labels that OpenShift's network operator goes by in place of OVN-Kubernetes' own, by default whatever their value
 * (openshift/cluster-network-operator, pkg/network/ovn_kubernetes.go).
 */
export const OPENSHIFT_ROLE_LABELS = {
  'dpu-host': 'network.operator.openshift.io/dpu-host',
  dpu: 'network.operator.openshift.io/dpu',
} as const;

/**
 * DPF puts them on the node that a DPU is in the DPUs' cluster; their value is the host's name. The second is that of
 * older releases (NVIDIA/doca-platform, api/provisioning/v1alpha1/dpunode_types.go).
 */
export const DPF_HOST_LABELS = [
  'provisioning.dpu.nvidia.com/dpunode-name',
  'provisioning.dpu.nvidia.com/host',
] as const;

const SIDES = ['dpu-host', 'dpu'] as const;

export const CONTROL_PLANE_LABELS = [
  'node-role.kubernetes.io/control-plane',
  'node-role.kubernetes.io/master',
];

/** What a cluster tells of one node's role. */
export interface NodeRole extends MemberId {
  readonly object: ClusterNode;
  readonly role: Role | undefined;
  readonly ground: string;
  /** Of the DPU side or the host side: by its labels; both where it has both. */
  readonly labelled: readonly ('dpu' | 'dpu-host')[];
  /** By the DaemonSets' pods that stand on it. */
  readonly modes: readonly PlacedMode[];
}

/** The roles of a cluster's nodes: by their labels first, for OVN-Kubernetes goes by them. */
export function rolesOf(
  view: ClusterView,
  byDpf: ReadonlyMap<string, Told> = new Map(),
): readonly NodeRole[] {
  const modes = modesByNode(view.workloads, view.pods);
  const leased = new Set(view.leases.map(({ node }) => node));
  const roles = view.nodes.map((object): NodeRole => {
    const labelled = SIDES.filter((role) => object.labels.has(ROLE_LABELS[role]));
    // What keeps away from the label of its mode has the wrong mode, which tells nothing of the node: ovnkube/node-mode.
    const placed = (modes.get(object.name) ?? []).filter(
      ({ mode, workload }) => !keepsFrom(workload, ROLE_LABELS[mode]),
    );
    return {
      cluster: view.name,
      node: object.name,
      object,
      labelled,
      modes: placed,
      ...doubted(
        roleOf(object, labelled, placed, leased.has(object.name), byDpf.get(object.name)),
        view.unread ?? [],
      ),
    };
  });
  const served = addressesServed(roles);
  return roles.map((one) => (one.role === 'worker' ? { ...one, ...servingAt(one.object, served) } : one));
}

/** The addresses of DPUs that hosts have in their annotations, and which says so. */
const addressesServed = (roles: readonly NodeRole[]): ReadonlyMap<string, string> =>
  new Map(
    roles
      .filter(({ role }) => role === 'dpu-host')
      .flatMap(({ node, object }) =>
        [...addressesOfDpu(object)].map(([address, annotation]) => [
          address,
          `the annotation ${annotation} of node ${node} holds ${address}, an address of this node`,
        ]),
      ),
  );

/** A DPU that lost its label runs no ovnkube, and its host still has the tunnels and the gateway there. */
function servingAt({ internalAddresses }: ClusterNode, served: ReadonlyMap<string, string>): Partial<Told> {
  const [ground] = internalAddresses.flatMap((address) => served.get(address) ?? []);
  return ground === undefined ? {} : { role: 'dpu', ground };
}

/** A node is taken for a worker because of what it lacks: that it is lacking has to be known. */
const doubted = (told: Told, unread: readonly string[]): Told =>
  told.role === 'worker' && unread.length > 0
    ? { ...told, ground: `${told.ground}; but these could not be read: ${unread.join(', ')}` }
    : told;

/** A role, and what tells it. */
export interface Told {
  readonly role: Role | undefined;
  readonly ground: string;
}

function roleOf(
  { name, labels, kernel }: ClusterNode,
  labelled: NodeRole['labelled'],
  modes: readonly PlacedMode[],
  leased: boolean,
  byDpf: Told | undefined,
): Told {
  const [label, second] = labelled;
  if (label !== undefined && second === undefined)
    return { role: label, ground: `the node's label ${ROLE_LABELS[label]}` };
  const [mode] = modes;
  if (mode !== undefined && modes.every((other) => other.mode === mode.mode))
    return { role: mode.mode, ground: mode.ground };
  if (second !== undefined)
    return {
      role: undefined,
      ground: `the node is labelled ${ROLE_LABELS['dpu-host']} and ${ROLE_LABELS.dpu}`,
    };
  const operator = SIDES.filter((side) => labels.has(OPENSHIFT_ROLE_LABELS[side]));
  if (operator.length > 0)
    return {
      role: operator.length === 1 ? operator[0] : undefined,
      ground: `the node's label ${operator.map((side) => OPENSHIFT_ROLE_LABELS[side]).join(' and ')}`,
    };
  const ofDpf = DPF_HOST_LABELS.find((key) => labels.has(key));
  if (ofDpf !== undefined) return { role: 'dpu', ground: `the node's label ${ofDpf}` };
  if (byDpf !== undefined) return byDpf;
  if (leased)
    return { role: 'dpu-host', ground: `the lease ovn-dpu-${name} says that a DPU serves this node` };
  if (/bluefield/i.test(kernel)) return { role: 'dpu', ground: `the node's kernel is ${kernel}` };
  const controlPlane = CONTROL_PLANE_LABELS.find((key) => labels.has(key));
  if (controlPlane !== undefined)
    return { role: 'control-plane', ground: `the node's label ${controlPlane}` };
  return {
    role: 'worker',
    ground: 'a node without labels, pods or a lease that make it a DPU, a DPU host or a control plane',
  };
}

/** Labels of both sides on one node, and labels of one side where ovnkube runs as the other. */
export function roleContradictions(roles: readonly NodeRole[]): readonly Contradiction[] {
  return roles.flatMap(({ cluster, node, object, labelled, modes }): Contradiction[] => {
    const about = [{ cluster, node }];
    const seen = [labelEvidence(object)];
    const signs = labelled.map((label) => `label ${ROLE_LABELS[label]}`);
    if (labelled.length > 1) return [{ kind: 'two-labels', about, signs, evidence: seen }];
    const other = modes.find(({ mode }) => labelled.length > 0 && !labelled.includes(mode));
    return other === undefined
      ? []
      : [{ kind: 'label-against-mode', about, signs: [...signs, other.ground], evidence: seen }];
  });
}

/** A node's labels, as far as they tell roles. */
export function labelEvidence({ name, labels }: ClusterNode) {
  const told = [
    ...Object.values(ROLE_LABELS),
    ...Object.values(OPENSHIFT_ROLE_LABELS),
    ...DPF_HOST_LABELS,
    ...CONTROL_PLANE_LABELS,
  ].filter((key) => labels.has(key));
  const said = told.map((key) => `${key}=${labels.get(key)}`).join(', ');
  return apiEvidence(nodesFact.lists.nodes, `${name}: ${said || 'no label that tells a role'}`);
}
