import type { ConfigMap } from '../../cluster/config-maps.ts';
import type { ContainerTemplate } from '../../cluster/containers.ts';
import { type Workload, workloadName } from '../../cluster/workloads.ts';
import { OPERATOR_START, operatorMode } from './node-mode.ts';

/** The modes of ovnkube (OVN-Kubernetes, go-controller/pkg/config/config.go). */
export const NODE_MODES = ['full', 'dpu', 'dpu-host'] as const;

/** The same setting as an argument, as a variable of the start script and as a line of the configuration file. */
interface SettingName {
  readonly flag: string;
  /** Absent where the start script knows none. */
  readonly variable?: string;
  /** `section.key` in lower case. */
  readonly key: string;
}

/** OVN-Kubernetes, dist/images/ovnkube.sh and go-controller/pkg/config/config.go. */
export const SETTING_NAMES = {
  mode: { flag: 'ovnkube-node-mode', variable: 'OVNKUBE_NODE_MODE', key: 'ovnkubenode.mode' },
  managementPort: {
    flag: 'ovnkube-node-mgmt-port-netdev',
    variable: 'OVNKUBE_NODE_MGMT_PORT_NETDEV',
    key: 'ovnkubenode.mgmt-port-netdev',
  },
  managementPortResource: {
    flag: 'ovnkube-node-mgmt-port-dp-resource-name',
    variable: 'OVNKUBE_NODE_MGMT_PORT_DP_RESOURCE_NAME',
    key: 'ovnkubenode.mgmt-port-dp-resource-name',
  },
  gatewayInterface: {
    flag: 'gateway-interface',
    variable: 'OVN_GATEWAY_INTERFACE',
    key: 'gateway.interface',
  },
  networkSegmentation: {
    flag: 'enable-network-segmentation',
    variable: 'OVN_NETWORK_SEGMENTATION_ENABLE',
    key: 'ovnkubernetesfeature.enable-network-segmentation',
  },
  hybridOverlay: {
    flag: 'enable-hybrid-overlay',
    variable: 'OVN_HYBRID_OVERLAY_ENABLE',
    key: 'hybridoverlay.enabled',
  },
  leaseRenewInterval: {
    flag: 'dpu-node-lease-renew-interval',
    key: 'ovnkubenode.dpu-node-lease-renew-interval',
  },
  leaseDuration: {
    flag: 'dpu-node-lease-duration',
    key: 'ovnkubenode.dpu-node-lease-duration',
  },
} as const satisfies Record<string, SettingName>;

/** A value, and the words that give it, such as `OVNKUBE_NODE_MODE=dpu`. */
export interface Told {
  readonly value: string;
  readonly said: string;
}

/** A container that does a node's work: the one whose mode counts. */
export interface NodeContainer {
  readonly workload: Workload;
  readonly container: ContainerTemplate;
  /** `full` where nothing is said, as the start script has it; undefined where it is filled in elsewhere. */
  readonly mode: Told | undefined;
}

const PROGRAM = /(?:^|[\s/"'])ovnkube(?:\.sh|-[a-z-]+)?(?:["'\s]|$)/;
const NODE_WORK = new RegExp(
  `(?:^|[\\s/"'])(?:ovn-node|ovnkube-controller-with-node|${OPERATOR_START})(?:["'\\s]|$)|--init-node`,
);

const commandLine = ({ command, args }: ContainerTemplate): string => [...command, ...args].join(' ');

/** Whether a workload is of OVN-Kubernetes: by what it runs, or where that does not show, by its name. */
export const isOvnKubernetes = ({ name, containers }: Workload): boolean =>
  /(?:^|-)(?:ovnkube-[a-z-]+|ovs-node)$/.test(name) ||
  containers.some((container) => PROGRAM.test(commandLine(container)));

/** The DaemonSets that run ovnkube on nodes, by the container that does a node's work. */
export const nodeContainers = (
  workloads: readonly Workload[],
  configMaps: readonly ConfigMap[],
): readonly NodeContainer[] =>
  workloads.flatMap((workload) => {
    if (workload.kind !== 'DaemonSet' || !isOvnKubernetes(workload)) return [];
    const container =
      workload.containers.find((one) => NODE_WORK.test(commandLine(one))) ??
      workload.containers.find(({ environment }) => environment.has(SETTING_NAMES.mode.variable));
    if (container === undefined) return [];
    const mode = settingOf({ workload, container }, 'mode', configMaps);
    return [{ workload, container, mode: mode === 'unknown' ? undefined : (mode ?? UNSAID) }];
  });

const UNSAID: Told = { value: 'full', said: 'no OVNKUBE_NODE_MODE' };

/**
 * A setting by OVN-Kubernetes' own rules: an argument, which the start script makes of a variable, comes before the
 * configuration file. Undefined where nobody gives it; `unknown` where it is filled in by what does not show here.
 */
export function settingOf(
  { workload, container }: Pick<NodeContainer, 'workload' | 'container'>,
  name: keyof typeof SETTING_NAMES,
  configMaps: readonly ConfigMap[],
): Told | 'unknown' | undefined {
  const { flag, variable, key }: SettingName = SETTING_NAMES[name];
  const own =
    argumentOf(container, flag) ??
    (variable === undefined
      ? undefined
      : environmentOf(container, variable, workload.namespace, configMaps)) ??
    (name === 'gatewayInterface' ? gatewayOption(container) : undefined) ??
    (name === 'mode' ? operatorMode(container) : undefined);
  if (own !== undefined) return own;
  const file = configMaps.find(
    (map) => map.namespace === workload.namespace && map.name === 'ovnkube-config',
  );
  const line = fileLines(file?.data.get('ovnkube.conf') ?? '').get(key);
  return line === undefined
    ? undefined
    : { value: line, said: `${key}=${line} in ConfigMap ${workload.namespace}/ovnkube-config` };
}

/** The last `--flag=value` or `--flag value`, also inside of a script; a bare flag means true. */
function argumentOf(container: ContainerTemplate, flag: string): Told | 'unknown' | undefined {
  const words = commandLine(container)
    .split(/\s+/)
    .map((word) => word.replaceAll(/["'\\]/g, ''));
  let found: Told | 'unknown' | undefined;
  for (const [index, word] of words.entries()) {
    const [, option, given] = /^--?([\w-]+)(?:=(.*))?$/s.exec(word) ?? [];
    if (option !== flag) continue;
    const next = words[index + 1] ?? '';
    const value = given ?? (next === '' || next.startsWith('-') ? 'true' : next);
    if (value === '') found = undefined;
    else found = value.includes('$') ? 'unknown' : { value, said: `--${flag}=${value}` };
  }
  return found;
}

/** What a variable of a container holds: told there, or by a ConfigMap that is known. An empty one is none. */
export function environmentOf(
  { environment, environmentFrom = [] }: ContainerTemplate,
  variable: string,
  namespace: string,
  configMaps: readonly ConfigMap[],
): Told | 'unknown' | undefined {
  const entry = environment.get(variable);
  if (entry === undefined) return fromWhole(environmentFrom, variable, namespace, configMaps);
  if (entry.kind === 'value')
    return entry.value === '' ? undefined : { value: entry.value, said: `${variable}=${entry.value}` };
  const reference = referenceOf(entry.from);
  if (reference === undefined) return 'unknown';
  const map = configMaps.find((one) => one.namespace === namespace && one.name === reference.map);
  const value = map?.data.get(reference.key);
  if (value === undefined) return 'unknown';
  return value === ''
    ? undefined
    : { value, said: `${variable}=${value} (ConfigMap ${namespace}/${reference.map}, ${reference.key})` };
}

/** Of several ConfigMaps that are taken whole, the last one counts; of those that were not kept nobody knows the keys. */
function fromWhole(
  sources: readonly string[],
  variable: string,
  namespace: string,
  configMaps: readonly ConfigMap[],
): Told | 'unknown' | undefined {
  for (const source of sources.toReversed()) {
    const map = configMaps.find((one) => one.namespace === namespace && source === `configMap ${one.name}`);
    if (map === undefined) return 'unknown';
    const value = map.data.get(variable);
    if (value) return { value, said: `${variable}=${value} (ConfigMap ${namespace}/${map.name})` };
  }
  return undefined;
}

/** The ConfigMap and key that a variable is read from. */
export function referenceOf(from: string): { readonly map: string; readonly key: string } | undefined {
  const [, map, key] = /^configMap (\S+) key (.+)$/s.exec(from) ?? [];
  return map === undefined || key === undefined ? undefined : { map, key };
}

function gatewayOption({ environment }: ContainerTemplate): Told | 'unknown' | undefined {
  const entry = environment.get('OVN_GATEWAY_OPTS');
  if (entry === undefined) return undefined;
  if (entry.kind === 'from') return 'unknown';
  const value = /(?:^|[\s"'])--gateway-interface[= ]["']?([^\s"']+)/.exec(entry.value)?.[1];
  return value === undefined ? undefined : { value, said: `OVN_GATEWAY_OPTS=${entry.value}` };
}

/** Values by lower-case section and key, as OVN-Kubernetes' parser (gcfg) takes them. */
function fileLines(file: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  let section = '';
  for (const line of file.split('\n')) {
    section = /^\s*\[\s*([^\]\s"]+)/.exec(line)?.[1]?.toLowerCase() ?? section;
    const [, key, raw = ''] = /^\s*([\w-]+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    const value = /^"([^"]*)"/.exec(raw)?.[1] ?? raw.replace(/\s*[;#].*$/, '');
    if (key !== undefined && value !== '') found.set(`${section}.${key.toLowerCase()}`, value);
  }
  return found;
}

/** `DaemonSet ovn-kubernetes/ovnkube-node, container ovnkube-node`. */
export const containerName = ({
  workload,
  container,
}: Pick<NodeContainer, 'workload' | 'container'>): string =>
  `${workloadName(workload)}, container ${container.name}`;
