import { configMaps as configMapsFact } from '../../facts/cluster/config-maps.ts';
import { apiEvidence } from '../../facts/cluster/fact.ts';
import { nodes as nodesFact } from '../../facts/cluster/nodes.ts';
import { type Pod, pods as podsFact } from '../../facts/cluster/pods.ts';
import { deviceCount } from '../../facts/cluster/quantity.ts';
import { nodeNamed, oncePer, podsOn } from '../../facts/derived/cluster/by-node.ts';
import { type DevicePool, devicePools, poolsOf } from '../../facts/derived/cluster/device-pools.ts';
import { vfCount } from '../../facts/derived/cluster/function-selector.ts';
import { managementSettings } from '../../facts/derived/cluster/management-port.ts';
import { isAlive, networkResources, requestOf } from '../../facts/derived/cluster/vf-pods.ts';
import { defineCheck, expectedGap, notApplicable, verdictOf } from '../define.ts';
import { podName } from './daemon-set.ts';
import { poolText } from './device-plugin-config.ts';
import { noSuchNode } from './node.ts';

export const poolDevices = defineCheck({
  id: 'resources/pool-devices',
  title: 'the node offers the VFs that the device plugin is told to select',
  description:
    'Capacity is what the device plugin found, allocatable what of it is healthy. Pods that ask for more than there is stay Pending, and a pod that holds a VF which is gone has lost its network.',
  severity: 'error',
  scope: 'node',
  roles: ['dpu-host'],
  tags: ['cluster', 'device-plugin'],
  covers: ['A61', 'G45', 'D27'],
  after: [
    'cluster/nodes-ready',
    'resources/device-plugin-config',
    'resources/network-attachment',
    'resources/device-plugin',
    'resources/management-vf',
  ],
  requires: [],
  requiresCluster: ['configMaps', 'networkAttachments', 'nodes', 'pods', 'workloads'],
  messages: {
    NONE: {
      text: 'no devices in device pool, skipping creating resource server for {name}: node {node} offers no {resource}',
      cause:
        'No VF fits the selectors: none was made, they are bound to another driver, the PF has another name, the host uses them, or a pool that is configured before has them. Or the plugin has not registered at kubelet.',
      remedy:
        'kubectl describe node {node}; the log of the device plugin on the node; on the node: cat /sys/class/net/*/device/sriov_numvfs; lspci -nnk | grep -A3 -i "virtual function"',
      source: 'sriov-network-device-plugin cmd/sriovdp/manager.go',
    },
    UNHEALTHY: {
      text: 'of the {capacity} devices {resource} of node {node}, {allocatable} are allocatable',
      cause: 'The device plugin reports the others as unhealthy, or it has left and kubelet waits for it.',
      remedy: 'kubectl describe node {node}; look at the log of the device plugin on the node.',
    },
    FEWER: {
      text: 'node {node} offers {capacity} devices {resource}, and the selectors name {selected} VFs',
      cause:
        'The PF has fewer VFs than the range ends at, some do not fit the other selectors, or a pool that is configured before has them.',
      remedy:
        'On the node: cat /sys/class/net/<pf>/device/sriov_numvfs; ls -l /sys/class/net/<pf>/device/virtfn*/driver',
      level: 'warn',
    },
    MORE: {
      text: 'node {node} offers {capacity} devices {resource}, and the selectors name {selected} VFs',
      cause:
        'The configuration was changed, and the device plugin has not read it: it does so when it starts.',
      remedy: 'Restart the pod of the device plugin on {node}: kubectl -n <namespace> delete pod <pod>',
      level: 'warn',
    },
    OVERCOMMITTED: {
      text: 'pods on node {node} hold {held} devices {resource}, and {allocatable} are there: {pods}',
      cause: 'VFs went away under running pods, as when the DPU or the PF is set up anew.',
      remedy: 'Make the pods anew, so that they get VFs that exist: kubectl -n <namespace> delete pod <pod>',
    },
  },
  docs: ['seed A L355-364'],
  judge({ cluster: { configMaps, networkAttachments, nodes, pods, workloads }, subject, report }) {
    const node = nodeNamed(nodes, subject.nodeName);
    if (node === undefined) return noSuchNode(subject, nodes);
    const pools = poolsOf(devicePools(configMaps, workloads), node.name);
    const resources = new Set([
      ...pools.map(({ resource }) => resource),
      ...networkResources(networkAttachments),
    ]);
    const said = [...resources].map(
      (resource) =>
        `${resource}: capacity ${node.capacity.get(resource) ?? '(none)'}, allocatable ${node.allocatable.get(resource) ?? '(none)'}`,
    );
    const seen = [
      apiEvidence(
        nodesFact.lists.nodes,
        `${node.name}: ${said.join('; ') || 'no resource is expected of it'}`,
      ),
      apiEvidence(configMapsFact.lists.configMaps, pools.map(poolText).join('; ') || 'no pool'),
    ];
    if (resources.size === 0)
      return notApplicable(
        'no pool is configured, and no NetworkAttachmentDefinition names a resource',
        seen,
      );
    if (subject.simulation === 'veth' && node.ready?.status !== 'True')
      return expectedGap(
        `${node.name} is cut off from its cluster, as hosts of the veth topology are (seed K L396)`,
        seen,
      );
    const alive = podsOn(pods, node.name).filter(isAlive);
    const isThere = (resource: string): boolean => deviceCount(node.capacity.get(resource)) > 0;
    // One configuration may be for nodes with other devices, too: nobody misses what nobody asks for.
    const asked = new Set([
      ...(networkAttachments ?? []).flatMap(({ resourceName }) => resourceName ?? []),
      ...managementSettings(workloads, configMaps, 'managementPortResource').map(({ value }) => value),
      ...requested(pods),
    ]);
    const due = [...resources].filter(
      (resource) => isThere(resource) || asked.has(resource) || ![...resources].some(isThere),
    );
    const findings = due.flatMap((resource) => {
      const capacity = deviceCount(node.capacity.get(resource));
      const allocatable = deviceCount(node.allocatable.get(resource));
      const own = pools.filter((pool) => pool.resource === resource);
      const name = own[0]?.name ?? resource;
      const about = { subject: resource, evidence: seen };
      const args = { node: node.name, resource, capacity, allocatable, name };
      if (capacity === 0)
        return report('NONE', {
          ...about,
          args,
          observed: node.capacity.has(resource) ? 'capacity 0' : 'no such resource',
          expected: 'one device or more',
        });
      const holders = alive.filter((pod) => requestOf(pod, resource) > 0);
      const held = holders.reduce((sum, pod) => sum + requestOf(pod, resource), 0);
      const wrong = [];
      if (allocatable < capacity)
        wrong.push(
          report('UNHEALTHY', {
            ...about,
            args,
            observed: `${allocatable} allocatable`,
            expected: `${capacity} allocatable`,
          }),
        );
      if (held > allocatable)
        wrong.push(
          report('OVERCOMMITTED', {
            ...about,
            args: { ...args, held, pods: holders.slice(0, 5).map(podName).join(', ') },
            observed: `${held} held`,
            expected: `${allocatable} at most`,
            evidence: [
              ...seen,
              apiEvidence(
                podsFact.lists.pods,
                holders
                  .slice(0, 20)
                  .map((pod) => `${podName(pod)}: ${requestOf(pod, resource)}`)
                  .join('; '),
              ),
            ],
          }),
        );
      const selected = selectedVfs(own);
      if (selected === undefined || selected.most === capacity) return wrong;
      const of = {
        ...about,
        args: { ...args, selected: selected.most },
        observed: `${capacity} devices`,
        expected: `${selected.most} devices`,
      };
      if (capacity > selected.most) return [...wrong, report('MORE', of)];
      // Of VFs that have gone or are not healthy enough was said.
      return selected.exact && wrong.length === 0 ? [report('FEWER', of)] : wrong;
    });
    return verdictOf(findings, seen, said.join('; '));
  },
});

/** Every resource that any pod of the cluster asks for. */
const requested = oncePer(
  (pods: readonly Pod[]): ReadonlySet<string> => new Set(pods.flatMap(({ devices }) => [...devices.keys()])),
);

/**
 * How many VFs the selectors name, where each of them names a range; exactly so many are there where they name one PF:
 * of several, some may be those of other nodes.
 */
function selectedVfs(pools: readonly DevicePool[]): { most: number; exact: boolean } | undefined {
  const selectors = pools.flatMap((pool) => pool.selectors);
  const functions = selectors.flatMap(({ pfNames, rootDevices }) =>
    pfNames.length > 0 ? pfNames : rootDevices,
  );
  const counts = functions.map(vfCount);
  if (selectors.length === 0 || counts.length < selectors.length || counts.includes(undefined))
    return undefined;
  // What is no plain name or address is a regular expression, and may fit several PFs.
  const isPlain = functions.every(({ pf }) => /^[\w:.-]+$/.test(pf) && !/\.[*+?]/.test(pf));
  if (!isPlain) return undefined;
  return { most: counts.reduce<number>((sum, one) => sum + (one ?? 0), 0), exact: functions.length === 1 };
}
