import {
  containerName,
  type NodeContainer,
  nodeContainers,
  settingOf,
  type Told,
} from '../../facts/derived/cluster/ovnkube.ts';
import { defineClusterCheck, notApplicable, verdictOf } from '../define.ts';
import { nodesOf, noneFound, ovnWorkloads, workloadEvidence } from './common.ts';

const HOW = 'kubectl -n {namespace} set env daemonset {name} -c {container}';

export const ovnkubeManagementPort = defineClusterCheck({
  id: 'ovnkube/management-port',
  title: 'each DaemonSet gives ovnkube a management port where its mode wants one, and once',
  description:
    'In dpu-host mode the management port is a VF that OVN-Kubernetes has to be told; in dpu mode it must not be told one.',
  severity: 'error',
  scope: 'cluster',
  tags: ['cluster', 'ovn-kubernetes', 'configuration'],
  covers: ['A49', 'G14', 'G28', 'G42', 'G43', 'G44'],
  after: ['ovnkube/node-mode'],
  requires: ['workloads', 'configMaps'],
  messages: {
    NOT_PROVIDED: {
      text: 'ovnkube-node-mgmt-port-netdev or ovnkube-node-mgmt-port-dp-resource-name must be provided',
      cause: 'Management port netdev must be specified (`--ovnkube-node-mgmt-port-netdev`)',
      remedy: `${HOW} OVNKUBE_NODE_MGMT_PORT_NETDEV=<netdev>`,
      source: 'ovn-kubernetes go-controller/pkg/config/config.go; seed G L87',
    },
    PROVIDED: {
      text: 'ovnkube-node-mgmt-port-netdev or ovnkube-node-mgmt-port-dp-resource-name must not be provided',
      cause: "In dpu mode the management port's representor is found from the host's annotation.",
      remedy: `${HOW} OVNKUBE_NODE_MGMT_PORT_NETDEV- OVNKUBE_NODE_MGMT_PORT_DP_RESOURCE_NAME-`,
      source: 'ovn-kubernetes go-controller/pkg/config/config.go',
    },
    RESOURCE_WANTED: {
      text: 'ovnkube-node-mgmt-port-dp-resource-name must be provided on dpu-host mode if network segmentation is enabled',
      cause: 'Each primary network has a management port of its own, which only a resource can provide.',
      remedy: `${HOW} OVNKUBE_NODE_MGMT_PORT_DP_RESOURCE_NAME=<resource>`,
      source: 'ovn-kubernetes go-controller/pkg/config/config.go',
    },
    BOTH: {
      text: 'both {netdev} and the resource {resource} are given as management port: the resource counts',
      cause: 'OVNKUBE_NODE_MGMT_PORT_DP_RESOURCE_NAME has priority over OVNKUBE_NODE_MGMT_PORT_NETDEV',
      remedy: `Leave one of them out: ${HOW} OVNKUBE_NODE_MGMT_PORT_NETDEV-`,
      source: 'seed G L186',
      level: 'warn',
    },
  },
  docs: ['seed G L84-88', 'seed G L171-186', 'seed A L244'],
  judge({ facts: { workloads, configMaps }, subject, report }) {
    if (ovnWorkloads(workloads).length === 0) return noneFound(workloads);
    const asked = nodeContainers(workloads, configMaps)
      .filter(({ mode }) => mode?.value === 'dpu' || mode?.value === 'dpu-host')
      .map((one) => ({
        one,
        netdev: settingOf(one, 'managementPort', configMaps),
        resource: settingOf(one, 'managementPortResource', configMaps),
        segmentation: settingOf(one, 'networkSegmentation', configMaps),
      }));
    if (asked.length === 0)
      return notApplicable(
        'no DaemonSet runs ovnkube in dpu or dpu-host mode: in full mode it is a matter of choice',
      );
    // What is filled in elsewhere is given, whatever it is.
    const seen = asked.map(({ one, netdev, resource }) =>
      workloadEvidence(one.workload, `${modeSaid(one)}; ${saidOf(netdev, resource)}`),
    );
    const findings = asked.flatMap(({ one, netdev, resource, segmentation }, index) => {
      const { workload, container, mode } = one;
      const code = problemOf(mode?.value ?? '', netdev, resource, segmentation);
      if (code === undefined) return [];
      return report(code, {
        subject: containerName(one),
        args: {
          namespace: workload.namespace,
          name: workload.name,
          container: container.name,
          netdev: shownOf(netdev),
          resource: shownOf(resource),
        },
        observed: saidOf(netdev, resource),
        expected: EXPECTED[code],
        evidence: seen.slice(index, index + 1),
        ...nodesOf(subject, mode?.value),
      });
    });
    return verdictOf(findings, seen);
  },
});

type Setting = Told | 'unknown' | undefined;

const EXPECTED = {
  PROVIDED: 'neither in dpu mode',
  NOT_PROVIDED: 'one of them in dpu-host mode',
  RESOURCE_WANTED: 'a resource',
  BOTH: 'one of them',
} as const;

/** The rules of OVN-Kubernetes' buildOvnKubeNodeConfig, in its order. */
function problemOf(
  mode: string,
  netdev: Setting,
  resource: Setting,
  segmentation: Setting,
): keyof typeof EXPECTED | undefined {
  if (mode === 'dpu') return netdev || resource ? 'PROVIDED' : undefined;
  if (!netdev && !resource) return 'NOT_PROVIDED';
  if (!resource && shownOf(segmentation) === 'true') return 'RESOURCE_WANTED';
  return netdev && resource ? 'BOTH' : undefined;
}

const shownOf = (setting: Setting): string =>
  setting === undefined ? '' : setting === 'unknown' ? 'filled in elsewhere' : setting.value;

const saidOf = (netdev: Setting, resource: Setting): string =>
  `netdev ${shownOf(netdev) || 'not given'}, resource ${shownOf(resource) || 'not given'}`;

const modeSaid = ({ container, mode }: NodeContainer): string =>
  `container ${container.name}: ${mode?.said ?? 'no mode'}`;
