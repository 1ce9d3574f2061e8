import { configMaps as configMapsFact } from '../../facts/cluster/config-maps.ts';
import { apiEvidence } from '../../facts/cluster/fact.ts';
import { workloadName, workloads as workloadsFact } from '../../facts/cluster/workloads.ts';
import { type DevicePool, devicePools, type PoolFault } from '../../facts/derived/cluster/device-pools.ts';
import { mountedConfigurations } from '../../facts/derived/cluster/network-workloads.ts';
import { defineClusterCheck, notApplicable, verdictOf } from '../define.ts';

export const devicePluginConfig = defineClusterCheck({
  id: 'resources/device-plugin-config',
  title: 'the device plugin can use its configuration',
  description:
    'The device plugin ends when its configuration is no JSON or a name is not valid, and passes over selectors that it can not parse: then nodes have no VFs to give, or fewer.',
  severity: 'error',
  scope: 'cluster',
  tags: ['cluster', 'device-plugin'],
  covers: ['A59'],
  requires: ['configMaps', 'workloads'],
  messages: {
    NO_MAP: {
      text: '{workload} has no configuration: {why}',
      cause:
        'The ConfigMap was never made, or deleted. What the plugin has read it goes by until it is next started; then it ends, and its node offers no VFs.',
      remedy:
        'See what is there: kubectl -n {namespace} get configmaps; then make it with a key config.json that has the pools in its resourceList.',
      source: 'seed A L330-348',
    },
    NOT_JSON: {
      text: 'error unmarshalling raw bytes of ConfigMap {from}: {why}',
      cause: 'The text is no JSON, often for a comma too many or a comment.',
      remedy: 'kubectl -n {namespace} edit configmap {map}; then restart the pods of the device plugin.',
      source: 'sriov-network-device-plugin cmd/sriovdp/manager.go',
    },
    NO_LIST: {
      text: 'ConfigMap {from} configures no pool: {why}',
      cause: 'The key resourceList is missing, misspelt, or no list of objects.',
      remedy: 'kubectl -n {namespace} edit configmap {map}; then restart the pods of the device plugin.',
    },
    BAD_NAME: {
      text: 'resource name "{entry}" contains invalid characters',
      cause: 'The name takes letters, digits and _, and the prefix is a key of its own: resourcePrefix.',
      remedy: 'kubectl -n {namespace} edit configmap {map}; then restart the pods of the device plugin.',
      source: 'sriov-network-device-plugin cmd/sriovdp/manager.go',
    },
    DUPLICATE: {
      text: 'resource name "{entry}" already exists',
      cause: 'Two entries of one configuration have the same name and prefix.',
      remedy:
        'Make one entry with two selectors of them, or rename one: kubectl -n {namespace} edit configmap {map}',
      source: 'sriov-network-device-plugin cmd/sriovdp/manager.go',
    },
    BAD_TYPE: {
      text: 'unsupported deviceType:  "{why}"',
      cause: 'The plugin knows netDevice, accelerator and auxNetDevice, written so, and ends at any other.',
      remedy: 'kubectl -n {namespace} edit configmap {map}; then restart the pods of the device plugin.',
      source: 'sriov-network-device-plugin cmd/sriovdp/manager.go',
    },
    NO_SELECTOR: {
      text: 'unable to get SelectorObj from selectors list of the pool {entry} in ConfigMap {from}: {why}',
      cause:
        'Each selector is a list of texts, as in ["15b3"]; the plugin passes over a pool of which it is not.',
      remedy: 'kubectl -n {namespace} edit configmap {map}; then restart the pods of the device plugin.',
      source: 'sriov-network-device-plugin cmd/sriovdp/manager.go',
    },
    SELECTOR: {
      text: 'the pool {entry} in ConfigMap {from} can not be filled: {why}',
      cause: 'The plugin takes pf, pf#0, pf#1-7 and pf#0,2-3, without blanks.',
      remedy: 'kubectl -n {namespace} edit configmap {map}; then restart the pods of the device plugin.',
      source: 'sriov-network-device-plugin pkg/resources/deviceSelectors.go',
    },
  },
  docs: ['seed A L330-348'],
  judge({ facts: { configMaps, workloads }, report }) {
    const { sources, pools, faults } = devicePools(configMaps, workloads);
    const seen = [
      apiEvidence(
        configMapsFact.lists.configMaps,
        [...pools.map(poolText), ...(pools.length === 0 ? sources : [])].join('; ') ||
          'no configuration of an SR-IOV device plugin',
      ),
    ];
    const lacking = mountedConfigurations(workloads).flatMap(({ workload, known, maps }) => {
      const { namespace } = workload;
      const [map] = maps.filter((name) => !sources.some((one) => one.startsWith(`${namespace}/${name} `)));
      // What it mounts in other ways may hold a configuration, too.
      if (map === undefined && (known || sources.length > 0)) return [];
      const isThere = configMaps.some((one) => one.namespace === namespace && one.name === map);
      const why =
        map === undefined
          ? `no ConfigMap has pools, and it mounts nothing else`
          : isThere
            ? `ConfigMap ${namespace}/${map} has no key config.json`
            : `there is no ConfigMap ${namespace}/${map}, which it mounts`;
      return report('NO_MAP', {
        subject: workloadName(workload),
        args: { workload: workloadName(workload), namespace, why },
        observed: why,
        expected: 'a ConfigMap with pools',
        evidence: [
          ...seen,
          apiEvidence(
            workloadsFact.lists.daemonSets,
            `${workloadName(workload)}: volumes ${workload.volumes.join(', ') || 'none'}`,
          ),
        ],
      });
    });
    if (sources.length === 0 && lacking.length === 0)
      return notApplicable('no ConfigMap configures an SR-IOV device plugin', seen);
    const findings = faults.map((fault) => {
      const { from, entry } = fault;
      const [map = '', key = ''] = from.split(' ', 2);
      const [namespace = '', name = ''] = map.split('/', 2);
      const why = 'why' in fault ? fault.why : '';
      return report(CODES[fault.kind], {
        subject: entry,
        args: { from, entry, why, namespace, map: name },
        observed: why || entry,
        expected: EXPECTED[fault.kind],
        evidence: [apiEvidence(configMapsFact.lists.configMaps, `${map}, key ${key}: ${why || entry}`)],
      });
    });
    return verdictOf([...lacking, ...findings], seen, `${pools.length} pools`);
  },
});

const CODES = {
  'not-json': 'NOT_JSON',
  'no-list': 'NO_LIST',
  'bad-name': 'BAD_NAME',
  duplicate: 'DUPLICATE',
  selector: 'SELECTOR',
  'no-selector': 'NO_SELECTOR',
  'bad-type': 'BAD_TYPE',
  'nothing-selected': 'SELECTOR',
} as const satisfies Record<PoolFault['kind'], string>;

const EXPECTED: Record<PoolFault['kind'], string> = {
  'not-json': 'JSON',
  'no-list': 'a list of pools',
  'bad-name': 'letters, digits and _',
  duplicate: 'a name that stands once',
  selector: 'a selector that can be parsed',
  'no-selector': 'a list of texts',
  'bad-type': 'netDevice, accelerator or auxNetDevice',
  'nothing-selected': 'selectors',
};

/** `mellanox.com/mlnx_sriov_cx6 of kube-system/sriovdp-config config.json: enp2s0f0np0#1-2`. */
export const poolText = ({ resource, from, selectors }: DevicePool): string => {
  const devices = selectors.flatMap(({ pfNames, rootDevices, pciAddresses }) => [
    ...[...pfNames, ...rootDevices].map(({ text }) => text),
    ...pciAddresses,
  ]);
  return `${resource} of ${from}: ${devices.join(' ') || 'of any PF'}`;
};
