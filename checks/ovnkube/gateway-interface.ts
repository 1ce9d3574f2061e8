import { containerName, nodeContainers, settingOf } from '../../facts/derived/cluster/ovnkube.ts';
import { defineClusterCheck, notApplicable, verdictOf } from '../define.ts';
import { nodesOf, noneFound, ovnWorkloads, workloadEvidence } from './common.ts';

/** Seed G L13: then the gateway interface is the first network device of the management VF's PF. */
const DERIVE = 'derive-from-mgmt-port';

export const ovnkubeGatewayInterface = defineClusterCheck({
  id: 'ovnkube/gateway-interface',
  title: 'derive-from-mgmt-port is given only where ovnkube resolves it',
  description:
    'Only in dpu-host mode the gateway interface is derived from the management port. In any other mode the words are taken for the name of a network device, and ovnkube ends at its start.',
  severity: 'error',
  scope: 'cluster',
  tags: ['cluster', 'ovn-kubernetes', 'configuration'],
  covers: ['G1', 'G9', 'G15', 'G29', 'G47'],
  after: ['ovnkube/node-mode'],
  requires: ['workloads', 'configMaps'],
  messages: {
    NOT_RESOLVED: {
      text: 'derive-from-mgmt-port is taken for the name of a network device in {mode} mode: {where}',
      cause: 'Only available in DPU host mode',
      remedy:
        'Name the device, or leave the option out: kubectl -n {namespace} set env daemonset {name} -c {container} OVN_GATEWAY_OPTS=--gateway-interface=<netdev>',
      source: 'seed G L194',
    },
  },
  docs: ['seed G L5', 'seed G L28', 'seed G L173', 'seed G L194'],
  judge({ facts: { workloads, configMaps }, subject, report }) {
    if (ovnWorkloads(workloads).length === 0) return noneFound(workloads);
    const given = nodeContainers(workloads, configMaps).flatMap((one) => {
      const setting = settingOf(one, 'gatewayInterface', configMaps);
      return setting === undefined || setting === 'unknown' || one.mode === undefined
        ? []
        : [{ ...one, mode: one.mode, setting }];
    });
    const seen = given.map(({ workload, container, mode, setting }) =>
      workloadEvidence(workload, `container ${container.name}: ${mode.said}; ${setting.said}`),
    );
    if (given.length === 0)
      return notApplicable(
        'no DaemonSet gives ovnkube a gateway interface: each node takes the one with its address',
      );
    const findings = given.flatMap((one, index) =>
      one.setting.value !== DERIVE || one.mode.value === 'dpu-host'
        ? []
        : report('NOT_RESOLVED', {
            subject: containerName(one),
            args: {
              mode: one.mode.value,
              where: containerName(one),
              namespace: one.workload.namespace,
              name: one.workload.name,
              container: one.container.name,
            },
            observed: `${one.setting.said} in ${one.mode.value} mode`,
            expected: 'the name of a network device, or dpu-host mode',
            evidence: seen.slice(index, index + 1),
            ...nodesOf(subject, one.mode.value),
          }),
    );
    return verdictOf(findings, seen);
  },
});
