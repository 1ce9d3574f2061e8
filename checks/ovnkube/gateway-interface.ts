import { containerName, nodeContainers, settingOf } from '../../facts/derived/cluster/ovnkube.ts';
import { defineClusterCheck, notApplicable, verdictOf } from '../define.ts';
import { nodesOf, noneFound, ovnWorkloads, workloadEvidence } from './common.ts';

/** Seed G L13: then the gateway interface is the first network device of the management VF's PF. */
const DERIVE = 'derive-from-mgmt-port';

/** What the kernel takes for one (net/core/dev.c, dev_valid_name). */
const DEVICE_NAME = /^(?!\.{1,2}$)[^\s/:]{1,15}$/;

export const ovnkubeGatewayInterface = defineClusterCheck({
  id: 'ovnkube/gateway-interface',
  title: 'the gateway interface is a name, and derive-from-mgmt-port only where ovnkube resolves it',
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
    NO_NAME: {
      text: 'gateway interface {value} is neither derive-from-mgmt-port nor the name of a network device: {where}',
      cause:
        'It is mistyped: names of network devices have 15 characters at most, and neither blanks nor slashes. ovnkube ends at its start.',
      remedy:
        'kubectl -n {namespace} set env daemonset {name} -c {container} OVN_GATEWAY_OPTS=--gateway-interface={wanted}',
      source: 'seed G L49-50; Linux include/uapi/linux/if.h, IFNAMSIZ',
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
    const findings = given.flatMap((one, index) => {
      const { mode, setting, workload, container } = one;
      const { value } = setting;
      const where = containerName(one);
      const args = {
        mode: mode.value,
        where,
        value,
        namespace: workload.namespace,
        name: workload.name,
        container: container.name,
        wanted: mode.value === 'dpu-host' ? DERIVE : '<netdev>',
      };
      const about = {
        subject: where,
        args,
        observed: `${setting.said} in ${mode.value} mode`,
        evidence: seen.slice(index, index + 1),
        ...nodesOf(subject, mode.value),
      };
      if (value === DERIVE)
        return mode.value === 'dpu-host'
          ? []
          : report('NOT_RESOLVED', {
              ...about,
              expected: 'the name of a network device, or dpu-host mode',
            });
      // What a shell fills in is not known here.
      return value.includes('$') || DEVICE_NAME.test(value)
        ? []
        : report('NO_NAME', { ...about, expected: `${DERIVE}, or the name of a network device` });
    });
    return verdictOf(findings, seen);
  },
});
