import {
  containerName,
  NODE_MODES,
  type NodeContainer,
  nodeContainers,
} from '../../facts/derived/cluster/ovnkube.ts';
import { asksFor, keepsFrom } from '../../facts/derived/cluster/placement.ts';
import { OPENSHIFT_ROLE_LABELS, ROLE_LABELS } from '../../facts/derived/cluster/roles.ts';
import { defineClusterCheck, notApplicable, verdictOf } from '../define.ts';
import { nodesOf, noneFound, ovnWorkloads, workloadEvidence } from './common.ts';

export const ovnkubeNodeMode = defineClusterCheck({
  id: 'ovnkube/node-mode',
  title: 'each DaemonSet runs ovnkube in the mode of the nodes that it is for',
  description:
    'A DaemonSet that is placed by the label of DPU hosts or of DPUs must tell ovnkube that mode: in another one it would set up a gateway of its own, or look for representors where there are none.',
  severity: 'error',
  scope: 'cluster',
  tags: ['cluster', 'ovn-kubernetes', 'configuration'],
  covers: ['A11', 'A15', 'A17', 'G25', 'G27', 'K61', 'K65', 'K66', 'K67'],
  requires: ['workloads', 'configMaps'],
  messages: {
    UNKNOWN_MODE: {
      text: 'unexpected ovnkube-node-mode: {mode}. supported modes: [full dpu dpu-host]',
      cause: 'OVN-Kubernetes knows no such mode and ends at its start.',
      remedy: 'kubectl -n {namespace} set env daemonset {name} -c {container} OVNKUBE_NODE_MODE={wanted}',
      source: 'ovn-kubernetes go-controller/pkg/config/config.go',
    },
    OTHER_SIDE: {
      text: '{where} keeps away from nodes with the label {label}, and runs ovnkube in {mode} mode',
      cause:
        'Where it is placed there is no node that this mode is for: the setting is of another DaemonSet.',
      remedy: 'kubectl -n {namespace} set env daemonset {name} -c {container} OVNKUBE_NODE_MODE-',
      source: 'seed A L47, seed K L425 and L437',
    },
    WRONG_MODE: {
      text: '{where} is placed by {label}, and runs ovnkube in {mode} mode',
      cause:
        'Must be used in DPU host mode (`--ovnkube-node-mode=dpu-host`) on a DPU host, in dpu mode on a DPU.',
      remedy: 'kubectl -n {namespace} set env daemonset {name} -c {container} OVNKUBE_NODE_MODE={wanted}',
      source: 'seed G L86, seed K L425 and L437',
    },
  },
  docs: ['seed G L81-86', 'seed K L425-439', 'seed A L47-59'],
  judge({ facts: { workloads, configMaps }, subject, report }) {
    if (ovnWorkloads(workloads).length === 0) return noneFound(workloads);
    const found = nodeContainers(workloads, configMaps);
    const known = found.flatMap((one) => (one.mode === undefined ? [] : [{ ...one, mode: one.mode }]));
    const seen = found.map((one) => workloadEvidence(one.workload, saidOf(one)));
    if (known.length === 0)
      return notApplicable('no DaemonSet shows in which mode it runs ovnkube on nodes', seen);
    const findings = known.flatMap((one) => {
      const { workload, container, mode } = one;
      const side = sideOf(one);
      const supported = NODE_MODES.some((name) => name === mode.value);
      const avoided = side === undefined ? avoidedBy(one) : undefined;
      if (supported && avoided === undefined && (side === undefined || side === mode.value)) return [];
      const args = {
        where: containerName(one),
        namespace: workload.namespace,
        name: workload.name,
        container: container.name,
        mode: mode.value,
        wanted: side ?? 'full',
        label: avoided ?? (side === undefined ? 'no label of DPUs' : ROLE_LABELS[side]),
      };
      const code = avoided === undefined ? 'WRONG_MODE' : 'OTHER_SIDE';
      return report(supported ? code : 'UNKNOWN_MODE', {
        subject: args.where,
        args,
        observed: mode.said,
        expected:
          avoided === undefined
            ? `OVNKUBE_NODE_MODE=${side ?? NODE_MODES.join(', ')}`
            : 'no OVNKUBE_NODE_MODE, or full',
        evidence: [workloadEvidence(workload, saidOf(one))],
        ...nodesOf(subject, side),
      });
    });
    return verdictOf(findings, seen);
  },
});

/** Of whose label the DaemonSet's placement is made. */
const sideOf = ({ workload }: NodeContainer): 'dpu' | 'dpu-host' | undefined =>
  (['dpu-host', 'dpu'] as const).find((side) =>
    [ROLE_LABELS[side], OPENSHIFT_ROLE_LABELS[side]].some((label) => asksFor(workload, label)),
  );

/** The label of its mode's side, where it keeps away from that. */
const avoidedBy = ({ workload, mode }: NodeContainer): string | undefined =>
  (['dpu-host', 'dpu'] as const)
    .filter((side) => side === mode?.value)
    .flatMap((side) => [ROLE_LABELS[side], OPENSHIFT_ROLE_LABELS[side]])
    .find((label) => keepsFrom(workload, label));

function saidOf({ workload, container, mode }: NodeContainer): string {
  const selector = [...workload.nodeSelector].map(([key, value]) => `${key}=${value}`).join(', ');
  const told = mode?.said ?? 'a mode that is filled in elsewhere';
  return `container ${container.name}: ${told}; nodeSelector: ${selector || 'none'}`;
}
