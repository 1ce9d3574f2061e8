import type { ContainerTemplate } from '../../facts/cluster/containers.ts';
import { containerName, nodeContainers } from '../../facts/derived/cluster/ovnkube.ts';
import { defineClusterCheck, notApplicable, verdictOf } from '../define.ts';
import { noneFound, ovnWorkloads, workloadEvidence } from './common.ts';

export const ovnkubeNodeName = defineClusterCheck({
  id: 'ovnkube/node-name',
  title: 'each DaemonSet tells ovnkube the name of the node that its pod is on',
  description:
    'The start script takes the name from K8S_NODE, or as the veth guide has it on DPUs from K8S_NODE_DPU; a fixed one would make all nodes of the DaemonSet speak for one. On a DPU, host-k8s-nodename in Open vSwitch comes before either, and newer manifests give neither there.',
  severity: 'error',
  scope: 'cluster',
  tags: ['cluster', 'ovn-kubernetes', 'configuration'],
  covers: ['K63'],
  requires: ['workloads', 'configMaps'],
  messages: {
    NOT_GIVEN: {
      text: '{where} is not told the name of its node',
      cause: 'Neither K8S_NODE nor K8S_NODE_DPU is in its environment.',
      remedy:
        'Add K8S_NODE with valueFrom.fieldRef.fieldPath spec.nodeName: kubectl -n {namespace} edit daemonset {name}',
      source: 'seed K L427',
    },
    FIXED: {
      text: '{where} takes {variable} from {from}, and not from spec.nodeName',
      cause: 'Each pod of a DaemonSet is on a node of its own, and all would go by one name.',
      remedy:
        'Give {variable} valueFrom.fieldRef.fieldPath spec.nodeName: kubectl -n {namespace} edit daemonset {name}',
      source: 'seed K L427',
    },
  },
  docs: ['seed K L427', 'seed K L449'],
  judge({ facts: { workloads, configMaps }, report }) {
    if (ovnWorkloads(workloads).length === 0) return noneFound(workloads);
    // Other programs, such as those of distributions, may tell the name in their own ways.
    const asked = nodeContainers(workloads, configMaps).filter(({ container: { command, args } }) =>
      [...command, ...args].some((word) => word.includes('ovnkube.sh')),
    );
    if (asked.length === 0) return notApplicable('no DaemonSet starts ovnkube by its start script');
    const seen = asked.map(({ workload, container }) =>
      workloadEvidence(workload, `container ${container.name}: ${saidOf(container)}`),
    );
    const findings = asked.flatMap((one, index) => {
      const { workload, container } = one;
      const given = givenName(container);
      if (given?.from === 'field spec.nodeName') return [];
      // There the start script takes it from Open vSwitch in every release; ovs/host-node-name looks at that.
      if (given === undefined && one.mode?.value === 'dpu') return [];
      const where = containerName(one);
      const common = { namespace: workload.namespace, name: workload.name, where };
      const about = {
        subject: where,
        observed: saidOf(container),
        expected: 'K8S_NODE from field spec.nodeName',
        evidence: seen.slice(index, index + 1),
      };
      return given === undefined
        ? report('NOT_GIVEN', { ...about, args: common })
        : report('FIXED', { ...about, args: { ...common, ...given } });
    });
    return verdictOf(findings, seen);
  },
});

function givenName({ environment }: ContainerTemplate) {
  for (const variable of ['K8S_NODE', 'K8S_NODE_DPU']) {
    const entry = environment.get(variable);
    if (entry !== undefined)
      return { variable, from: entry.kind === 'from' ? entry.from : `the value ${entry.value}` };
  }
  return undefined;
}

function saidOf(container: ContainerTemplate): string {
  const given = givenName(container);
  return given === undefined ? 'no K8S_NODE, no K8S_NODE_DPU' : `${given.variable} from ${given.from}`;
}
