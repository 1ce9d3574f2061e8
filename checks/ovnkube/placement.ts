import { apiEvidence } from '../../facts/cluster/fact.ts';
import { nodes as nodesFact } from '../../facts/cluster/nodes.ts';
import { workloadName } from '../../facts/cluster/workloads.ts';
import { nodeContainers } from '../../facts/derived/cluster/ovnkube.ts';
import { fits } from '../../facts/derived/cluster/placement.ts';
import { labelEvidence, ROLE_LABELS, rolesOf } from '../../facts/derived/cluster/roles.ts';
import type { Evidence } from '../../facts/fact.ts';
import { defineClusterCheck, notApplicable, verdictOf } from '../define.ts';
import { noneFound, ovnWorkloads, workloadEvidence } from './common.ts';

export const ovnkubePlacement = defineClusterCheck({
  id: 'ovnkube/placement',
  title: 'the workloads of OVN-Kubernetes are placed on the nodes that they are for',
  description:
    'On a DPU host ovnkube runs in dpu-host mode alone, and nothing that brings Open vSwitch; on a DPU one runs in dpu mode. A second ovnkube in full mode beside it on a DPU is what the veth guide leaves there.',
  severity: 'error',
  scope: 'cluster',
  tags: ['cluster', 'ovn-kubernetes'],
  covers: ['A11', 'A14', 'A16', 'A47', 'A48', 'A51', 'K47', 'K49', 'K53', 'K58', 'K60', 'K65', 'K67'],
  after: ['cluster/dpu-labels', 'ovnkube/node-mode'],
  requires: ['workloads', 'configMaps', 'nodes', 'pods', 'leases'],
  messages: {
    NOT_EXCLUDED: {
      text: '{workload} is placed on the DPU host {node}: {why}',
      cause: 'Nothing in its placement keeps it away from nodes with the label k8s.ovn.org/dpu-host.',
      remedy:
        'Add a node affinity with k8s.ovn.org/dpu-host DoesNotExist, or a nodeSelector: kubectl -n {namespace} edit {kind} {name}',
      source: 'seed K L375, seed A L54',
    },
    WRONG_SIDE: {
      text: '{workload} runs ovnkube in {mode} mode and is placed on {node}, which is no {side}',
      cause: 'Its nodeSelector is missing, or fits more nodes than it is for.',
      remedy: 'Give it the nodeSelector {label}: kubectl -n {namespace} edit {kind} {name}',
      source: 'seed K L432 and L439',
    },
    NOT_PLACED: {
      text: 'no DaemonSet runs ovnkube in {mode} mode on {node}, which is a {side}: {ground}',
      cause: 'The DaemonSet of that side was not applied, or its placement does not fit the node.',
      remedy: 'kubectl -A get daemonsets -o wide; kubectl get node {node} --show-labels',
      source: 'seed K L418-439, seed A L259-264',
    },
    NOT_DEPLOYED: {
      text: 'OVN-Kubernetes is not deployed, and {count} nodes are labelled for it: {names}',
      cause:
        'Its manifests were not applied, or its namespace was deleted; without it the nodes have no network.',
      remedy: 'kubectl get namespaces; kubectl -A get daemonsets; then apply the manifests of the release',
      source: 'seed A L259-264',
    },
    NO_NODE: {
      text: '{workload} fits none of the {count} nodes',
      cause: 'No node has the labels that its nodeSelector or affinity asks for.',
      remedy: 'Compare: kubectl -n {namespace} get {kind} {name} -o yaml; kubectl get nodes --show-labels',
      source: 'seed K L367',
    },
  },
  docs: ['seed K L367-387', 'seed K L410-439', 'seed A L228-264'],
  judge({ facts: { workloads, configMaps, nodes, pods, leases }, subject, report }) {
    const own = ovnWorkloads(workloads);
    if (nodes.length === 0)
      return notApplicable('the cluster has no nodes', [apiEvidence(nodesFact.lists.nodes, 'no nodes')]);
    const roles = rolesOf({ name: subject.name, nodes, workloads, pods, leases });
    // Its own labels are for its DaemonSets: where nodes have them, it is missing, and not merely absent.
    if (own.length === 0) {
      const labelled = roles.filter((one) => one.labelled.length > 0).map(({ node }) => node);
      const none = noneFound(workloads);
      if (labelled.length === 0) return none;
      const finding = report('NOT_DEPLOYED', {
        subject: subject.name,
        args: { count: labelled.length, names: labelled.slice(0, 5).join(', ') },
        observed: `${workloads.length} DaemonSets and Deployments, none of OVN-Kubernetes`,
        expected: 'the DaemonSets of OVN-Kubernetes',
        evidence: [...none.evidence, ...roles.slice(0, 5).map(({ object }) => labelEvidence(object))],
      });
      return verdictOf([finding], none.evidence);
    }
    const runs = new Map(nodeContainers(workloads, configMaps).map((one) => [one.workload, one.mode?.value]));
    const placed = own.map((workload) => ({
      workload,
      on: roles.filter(({ object }) => fits(workload, object)),
      mode: runs.get(workload),
      bringsOvs: workload.containers.some(({ command, args }) =>
        [...command, ...args].some((word) => word === 'ovs-server'),
      ),
    }));
    const seen: Evidence[] = placed.map(({ workload, on }) =>
      workloadEvidence(
        workload,
        `fits ${
          on
            .map(({ node }) => node)
            .slice(0, 20)
            .join(', ') || 'no node'
        }`,
      ),
    );
    const ofWorkloads = placed.flatMap(({ workload, on, mode, bringsOvs }, index) => {
      const name = workloadName(workload);
      const common = {
        workload: name,
        namespace: workload.namespace,
        kind: workload.kind.toLowerCase(),
        name: workload.name,
      };
      const about = { subject: name, evidence: seen.slice(index, index + 1) };
      if (on.length === 0)
        return report('NO_NODE', {
          ...about,
          args: { ...common, count: nodes.length },
          observed: 'no node fits',
          expected: 'at least one node',
        });
      return on.flatMap(({ node, object, role }) => {
        const evidence = [...about.evidence, labelEvidence(object)];
        const why = bringsOvs
          ? 'it brings Open vSwitch, and packets are the business of the DPU'
          : mode === 'full'
            ? 'it runs ovnkube in full mode'
            : undefined;
        if (workload.kind === 'DaemonSet' && role === 'dpu-host' && why !== undefined)
          return report('NOT_EXCLUDED', {
            ...about,
            args: { ...common, node, why },
            observed: `fits ${node}`,
            expected: `not on ${node}`,
            evidence,
            nodes: [node],
          });
        if ((mode !== 'dpu' && mode !== 'dpu-host') || role === undefined || role === mode) return [];
        return report('WRONG_SIDE', {
          ...about,
          args: { ...common, mode, node, side: SIDE[mode], label: `${ROLE_LABELS[mode]}=` },
          observed: `${node} is a ${role}`,
          expected: `nodes with the label ${ROLE_LABELS[mode]}`,
          evidence,
          nodes: [node],
        });
      });
    });
    const covered = new Set(placed.flatMap(({ mode, on }) => on.map(({ node }) => `${mode} ${node}`)));
    const bare = roles.flatMap(({ node, object, role, ground }) => {
      if (role !== 'dpu' && role !== 'dpu-host') return [];
      if (covered.has(`${role} ${node}`)) return [];
      return report('NOT_PLACED', {
        subject: node,
        args: { mode: role, node, side: SIDE[role], ground },
        observed: `no DaemonSet in ${role} mode fits ${node}`,
        expected: `one DaemonSet in ${role} mode`,
        evidence: [labelEvidence(object)],
        nodes: [node],
      });
    });
    return verdictOf([...ofWorkloads, ...bare], seen);
  },
});

const SIDE = { dpu: 'DPU', 'dpu-host': 'DPU host' } as const;
