import { apiEvidence } from '../../facts/cluster/fact.ts';
import { nodes as nodesFact } from '../../facts/cluster/nodes.ts';
import { simulatedNode, vethSettingOf } from '../../facts/derived/cluster/node-mode.ts';
import { containerName, nodeContainers } from '../../facts/derived/cluster/ovnkube.ts';
import { defineClusterCheck, notApplicable, verdictOf } from '../define.ts';
import { noneFound, ovnWorkloads, workloadEvidence } from './common.ts';

export const ovnkubeSimulation = defineClusterCheck({
  id: 'ovnkube/simulation',
  title: 'ovnkube is told where veth pairs stand for VFs',
  description:
    'In the veth topology and in dpu-simulator nothing is hardware, and ovnkube must be told so: otherwise it looks for VFs and representors that are none. Whatever asks for hardware is skipped there as simulated.',
  severity: 'error',
  scope: 'cluster',
  tags: ['cluster', 'ovn-kubernetes', 'configuration'],
  covers: ['K62'],
  after: ['ovnkube/node-mode'],
  requires: ['workloads', 'configMaps', 'nodes'],
  messages: {
    NOT_TOLD: {
      text: '{where} runs ovnkube in dpu mode and is not told that veth pairs stand for representors: {ground}',
      cause:
        'The setting is in one manifest and not in the other, or under a name that this release does not know.',
      remedy:
        'kubectl -n {namespace} set env daemonset {name} -c {container} OVN_SIMULATE_DPU=true; the veth guide: DPU_REPRESENTOR_MODE=veth',
      source: 'seed K L426; ovn-kubernetes dist/images/ovnkube.sh',
    },
  },
  docs: ['seed K L424-430', 'https://github.com/ovn-kubernetes/dpu-simulator'],
  judge({ facts: { workloads, configMaps, nodes }, report }) {
    if (ovnWorkloads(workloads).length === 0) return noneFound(workloads);
    const sides = nodeContainers(workloads, configMaps).filter(
      ({ mode }) => mode?.value === 'dpu' || mode?.value === 'dpu-host',
    );
    const told = sides.map((one) => ({ ...one, setting: vethSettingOf(one.workload) }));
    const setting = told.find((one) => one.setting !== undefined);
    const [node] = nodes.flatMap((one) => {
      const sign = simulatedNode(one);
      return sign === undefined ? [] : [{ name: one.name, sign }];
    });
    const ground = setting ? `${setting.setting}` : node && `node ${node.name} has ${node.sign}`;
    const seen = [
      ...told.map(({ workload, setting: own }) =>
        workloadEvidence(workload, own ?? 'no word of veth pairs or simulation'),
      ),
      ...(node === undefined ? [] : [apiEvidence(nodesFact.lists.nodes, `${node.name}: ${node.sign}`)]),
    ];
    if (ground === undefined)
      return notApplicable('nothing tells that VFs and representors are simulated here', seen);
    const dpus = told.filter(({ mode }) => mode?.value === 'dpu');
    if (dpus.length === 0)
      return notApplicable(
        `simulated: ${ground}; no DaemonSet of this cluster runs ovnkube in dpu mode`,
        seen,
      );
    const findings = dpus
      .filter((one) => one.setting === undefined)
      .map((one) =>
        report('NOT_TOLD', {
          subject: containerName(one),
          args: {
            where: containerName(one),
            ground,
            namespace: one.workload.namespace,
            name: one.workload.name,
            container: one.container.name,
          },
          observed: 'no such setting',
          expected: 'OVN_SIMULATE_DPU=true, --simulate-dpu, or DPU_REPRESENTOR_MODE=veth',
          evidence: [workloadEvidence(one.workload, 'no word of veth pairs or simulation')],
        }),
      );
    return verdictOf(findings, seen, `simulated: ${ground}`);
  },
});
