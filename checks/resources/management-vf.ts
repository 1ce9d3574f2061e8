import { configMaps as configMapsFact } from '../../facts/cluster/config-maps.ts';
import { apiEvidence } from '../../facts/cluster/fact.ts';
import { nodes as nodesFact } from '../../facts/cluster/nodes.ts';
import { workloads as workloadsFact } from '../../facts/cluster/workloads.ts';
import { nodeNamed } from '../../facts/derived/cluster/by-node.ts';
import { type DevicePool, devicePools, poolsOf } from '../../facts/derived/cluster/device-pools.ts';
import { managementSettings, managementVf } from '../../facts/derived/cluster/management-port.ts';
import { selectedBy } from '../../facts/derived/cluster/management-selection.ts';
import { fits } from '../../facts/derived/cluster/placement.ts';
import { defineCheck, notApplicable, undetermined, verdictOf } from '../define.ts';
import { poolText } from './device-plugin-config.ts';
import { noSuchNode } from './node.ts';

export const managementVfKeptOut = defineCheck({
  id: 'resources/management-vf',
  title: "the management port's VF is in no pool for pods",
  description:
    "The host's own traffic with its pods goes through the management port. Where its VF is in a pool, a pod may be given it, and the host loses its network.",
  severity: 'error',
  scope: 'node',
  roles: ['dpu-host'],
  tags: ['cluster', 'device-plugin'],
  covers: ['A58', 'A59'],
  after: ['resources/device-plugin-config'],
  requires: [],
  requiresCluster: ['configMaps', 'nodes', 'workloads'],
  messages: {
    IN_POOL: {
      text: "VF {vf} is node {node}'s management port, and the pool {resource} takes it: {selector}",
      cause:
        'The selector has no range of VFs, or one that begins too early: VF 0 is to be left out, since it is the management port.',
      remedy:
        'Leave it out, as in <pf>#1-2: kubectl -n {namespace} edit configmap {map}; then restart the pods of the device plugin.',
      source: 'seed A L323-348',
    },
    TOLD_IN_POOL: {
      text: 'ovnkube on the hosts is told {netdev} as management port, and the pool {resource} takes that VF: {selector}',
      cause:
        'The setting was changed, or is of another host. What is the management port now stays it until the VFs are made anew; then ovnkube and the device plugin want one VF.',
      remedy:
        'Put the VF there that the pool leaves out: kubectl -n <namespace> set env daemonset <name> OVNKUBE_NODE_MGMT_PORT_NETDEV=<netdev>; or leave this one out: kubectl -n {namespace} edit configmap {map}',
      source: 'seed A L244-249 and L323-348',
    },
  },
  docs: ['seed A L323-348'],
  judge({ cluster: { configMaps, nodes, workloads }, subject, report }) {
    const node = nodeNamed(nodes, subject.nodeName);
    if (node === undefined) return noSuchNode(subject, nodes);
    // Hosts with other network devices have DaemonSets of their own.
    const here = workloads.filter((workload) => fits(workload, node));
    const reserved = managementSettings(here, configMaps, 'managementPortResource');
    const all = poolsOf(devicePools(configMaps, workloads), node.name);
    // Where the management port is itself taken from a pool, this pool is no pool for pods.
    const pools = all.filter(
      ({ resource, deviceType }) =>
        deviceType === 'netDevice' && !reserved.some(({ value }) => value === resource),
    );
    const management = managementVf(node);
    const netdev = managementSettings(here, configMaps, 'managementPort')[0];
    const seen = [
      apiEvidence(nodesFact.lists.nodes, management?.said ?? `${node.name}: no k8s.ovn.org/node-mgmt-port`),
      apiEvidence(configMapsFact.lists.configMaps, pools.map(poolText).join('; ') || 'no pool for pods'),
      ...[netdev, ...reserved].flatMap((told) =>
        told === undefined ? [] : apiEvidence(workloadsFact.lists.daemonSets, told.said),
      ),
    ];
    if (pools.length === 0)
      return notApplicable(
        all.length === 0
          ? 'no ConfigMap configures pools of network devices for this node'
          : 'the only pools are those that the management port is taken from',
        seen,
      );
    const takenBy = (pool: DevicePool) => selectedBy(pool, management, netdev?.value, all);
    // The plugin gives a VF to the first entry that selects it, and to no other.
    const isHeldBefore = (pool: DevicePool): boolean =>
      all
        .slice(0, all.indexOf(pool))
        .some((before) => before.from === pool.from && takenBy(before).kind === 'taken');
    const verdicts = pools
      .filter((pool) => !isHeldBefore(pool))
      .map((pool) => ({ pool, taken: takenBy(pool) }));
    const argsOf = ({ resource, from }: DevicePool, selector: string) => {
      const [map = ''] = from.split(' ', 1);
      const [namespace = '', name = ''] = map.split('/', 2);
      return { resource, selector, namespace, map: name };
    };
    const findings = verdicts.flatMap(({ pool, taken }) => {
      if (taken.kind !== 'taken') return [];
      const vf = taken.vf;
      return report('IN_POOL', {
        subject: pool.resource,
        args: { vf, node: node.name, ...argsOf(pool, taken.by) },
        observed: taken.by,
        expected: `a selector without VF ${vf}`,
        evidence: seen,
      });
    });
    // What ovnkube noted at its start comes first; of what it is told since, the next start will tell.
    const told = pools.flatMap((pool) => {
      const taken = selectedBy(pool, undefined, netdev?.value, all);
      return findings.length > 0 || netdev === undefined || taken.kind !== 'taken' || isHeldBefore(pool)
        ? []
        : report('TOLD_IN_POOL', {
            subject: pool.resource,
            args: { netdev: netdev.value, ...argsOf(pool, taken.by) },
            observed: netdev.said,
            expected: 'a VF that no pool takes',
            evidence: seen,
          });
    });
    const open = verdicts.find(({ taken }) => taken.kind === 'unknown');
    if (findings.length + told.length === 0 && open?.taken.kind === 'unknown')
      return undetermined(
        `whether the pool ${open.pool.resource} takes the management port's VF does not show: ${open.taken.why}`,
        'On the host: ls -l /sys/class/net/ovn-k8s-mp0/device /sys/bus/pci/devices/*/virtfn*',
        seen,
      );
    return verdictOf([...findings, ...told], seen);
  },
});
