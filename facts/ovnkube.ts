import { defineFact, type Evidence, evidence } from './fact.ts';
import {
  CONFIG_FILE,
  type ConfigurationFile,
  configurationFile,
  PRINT_SETTINGS,
  type Process,
  processes,
  settingsAsRoot,
} from './processes.ts';
import { shell } from './sources.ts';

/** A value that OVN-Kubernetes was given, and where it stands. */
export interface Setting {
  readonly value: string;
  readonly evidence: Evidence;
}

/** The settings of OVN-Kubernetes on this node, as its process shows them, else as its configuration file says. */
export interface Ovnkube {
  /** Process id of the ovnkube that does the node's work; undefined where none runs. */
  readonly pid: number | undefined;
  /** The configuration file that counts, whether or not it could be read. */
  readonly configuration: ConfigurationFile | undefined;
  /** full, dpu or dpu-host; undefined where nothing says so, which OVN-Kubernetes takes for full. */
  readonly mode: Setting | undefined;
  /** Network device of the management port. */
  readonly managementPort: Setting | undefined;
  /** Device plugin resource of the management port. */
  readonly managementPortResource: Setting | undefined;
  readonly gatewayInterface: Setting | undefined;
  /** Networks other than the default one may be primary: then a management port resource is a must. */
  readonly networkSegmentation: boolean;
  /** The pod networks, as `10.244.0.0/16/24` with the prefix length of a node's part, separated by commas. */
  readonly clusterSubnets?: Setting | undefined;
  /** Of pods' network devices, in bytes; undefined where nothing says so, or no number. */
  readonly mtu: Setting | undefined;
  /** Packets between nodes have tunnel headers put around them: not on a cluster's only node, and not without overlay. */
  readonly tunnelled: boolean;
  /** The devices that the device plugin gave the container, by environment variable (PCIDEVICE_…). */
  readonly devices: ReadonlyMap<string, Setting>;
  /** An absent PCIDEVICE_ variable is absent, not hidden. */
  readonly environmentReadable: boolean;
}

/** What Go's strconv.ParseBool takes for true in arguments, and gcfg in the configuration file. */
const TRUE = /^(1|t|T|TRUE|true|True|yes|Yes|YES|on|On|ON)$/;

/** What sed says about a file that isn't there. */
const ABSENT = 'No such file or directory';

export const ovnkube = defineFact({
  title: 'settings of OVN-Kubernetes',
  sources: {
    ...processes.sources,
    file: shell(
      `settings in ${CONFIG_FILE}`,
      `if [ -e ${CONFIG_FILE} ]; then $as_root ${PRINT_SETTINGS} ${CONFIG_FILE} 2>&1; fi; true`,
      [`sed ${CONFIG_FILE}`],
      [settingsAsRoot(CONFIG_FILE)],
    ),
  },
  parse({ list, file }): Ovnkube {
    const process = nodeProcess(processes.parse({ list }));
    const lines = file.stdout.split('\n').filter((line) => line.trim() !== '');
    const ownFile = lines.length > 0 ? configurationFile(CONFIG_FILE, lines) : undefined;
    const configuration = process === undefined ? ownFile : process.configuration;
    const settings = readConfiguration(configuration);
    const find = ({ flag, variable, section, key }: SettingName): Setting | undefined =>
      argument(process, flag) ?? settings.get(`${section}.${key}`) ?? variableOf(process, variable);
    return {
      pid: process?.pid,
      configuration: configuration?.unreadable === ABSENT ? undefined : configuration,
      mode: find(NAMES.mode),
      managementPort: find(NAMES.managementPort),
      managementPortResource: find(NAMES.managementPortResource),
      gatewayInterface:
        find(NAMES.gatewayInterface) ?? gatewayOption(process?.environment.get('OVN_GATEWAY_OPTS')),
      networkSegmentation: TRUE.test(find(NAMES.networkSegmentation)?.value ?? ''),
      clusterSubnets: find(NAMES.clusterSubnets),
      mtu: number(find(NAMES.mtu)),
      tunnelled:
        !TRUE.test(find(NAMES.singleNode)?.value ?? '') && find(NAMES.transport)?.value !== 'no-overlay',
      devices: new Map(
        [...(process?.environment ?? [])]
          .filter(([name]) => name.startsWith('PCIDEVICE_') && !name.endsWith('_INFO'))
          .map(([name, value]) => [name, { value, evidence: inEnvironment(process, name, value) }]),
      ),
      environmentReadable: process?.environmentReadable ?? false,
    };
  },
});

const isOfNode = ({ args }: Process): boolean => args.some((arg) => /^--?init-node(=|$)/.test(arg));

/** The processes that do a node's work beside the one that counts, each with its mode. */
export const furtherOvnkubes = (
  all: readonly Process[],
  pid: number,
): readonly { readonly process: Process; readonly mode: string }[] =>
  all
    .filter((one) => one.name === 'ovnkube' && one.pid !== pid && !/^[ZX]/.test(one.state) && isOfNode(one))
    .map((process) => {
      const { flag, variable, section, key } = NAMES.mode;
      const inFile = readConfiguration(process.configuration).get(`${section}.${key}`)?.value;
      const mode = argument(process, flag)?.value ?? inFile ?? process.environment.get(variable);
      return { process, mode: mode || 'full' };
    });

interface SettingName {
  readonly flag: string;
  readonly variable: string;
  readonly section: string;
  readonly key: string;
}

/** The same setting as an argument, an environment variable of the start script and a line of the file (seed G L26-39, L177-182). */
const NAMES = {
  mode: { flag: 'ovnkube-node-mode', variable: 'OVNKUBE_NODE_MODE', section: 'ovnkubenode', key: 'mode' },
  managementPort: {
    flag: 'ovnkube-node-mgmt-port-netdev',
    variable: 'OVNKUBE_NODE_MGMT_PORT_NETDEV',
    section: 'ovnkubenode',
    key: 'mgmt-port-netdev',
  },
  managementPortResource: {
    flag: 'ovnkube-node-mgmt-port-dp-resource-name',
    variable: 'OVNKUBE_NODE_MGMT_PORT_DP_RESOURCE_NAME',
    section: 'ovnkubenode',
    key: 'mgmt-port-dp-resource-name',
  },
  gatewayInterface: {
    flag: 'gateway-interface',
    variable: 'OVN_GATEWAY_INTERFACE',
    section: 'gateway',
    key: 'interface',
  },
  networkSegmentation: {
    flag: 'enable-network-segmentation',
    variable: 'OVN_NETWORK_SEGMENTATION_ENABLE',
    section: 'ovnkubernetesfeature',
    key: 'enable-network-segmentation',
  },
  clusterSubnets: {
    flag: 'cluster-subnets',
    variable: 'OVN_NET_CIDR',
    section: 'default',
    key: 'cluster-subnets',
  },
  mtu: { flag: 'mtu', variable: 'OVN_MTU', section: 'default', key: 'mtu' },
  singleNode: { flag: 'single-node', variable: '', section: 'gateway', key: 'single-node' },
  transport: { flag: 'transport', variable: 'OVN_TRANSPORT', section: 'default', key: 'transport' },
} satisfies Record<string, SettingName>;

const number = (setting: Setting | undefined): Setting | undefined =>
  /^\d{2,5}$/.test(setting?.value ?? '') ? setting : undefined;

/**
 * The ovnkube that does a node's work. On a DPU, one in full mode may run beside the one in dpu mode (domain: the
 * DaemonSet ovnkube-node excludes DPU hosts only), and the control plane's run with other --init flags.
 */
function nodeProcess(all: readonly Process[]): Process | undefined {
  const running = all.filter(({ name, state }) => name === 'ovnkube' && state !== 'Z');
  const ofNode = running.filter(isOfNode);
  const candidates = ofNode.length > 0 ? ofNode : running.filter((one) => argument(one, NAMES.mode.flag));
  return (
    candidates.find((one) => {
      const mode = argument(one, NAMES.mode.flag)?.value ?? one.environment.get(NAMES.mode.variable);
      return mode !== undefined && mode !== 'full';
    }) ?? candidates[0]
  );
}

/** The value of an argument, as --flag=value, --flag value, or a bare --flag, which means true. The last one counts. */
export function argument(process: Process | undefined, flag: string): Setting | undefined {
  let found: Setting | undefined;
  process?.args.forEach((arg, index) => {
    const [, name, value] = /^--?([^=]+)(?:=(.*))?$/s.exec(arg) ?? [];
    if (name !== flag) return;
    const next = process.args[index + 1];
    const given = value ?? (next === undefined || next.startsWith('-') ? 'true' : next);
    const said = value === undefined && given === next ? `${arg} ${next}` : arg;
    found =
      given === ''
        ? undefined
        : { value: given, evidence: evidence(`/proc/${process.pid}/cmdline (ovnkube)`, said) };
  });
  return found;
}

function variableOf(process: Process | undefined, name: string): Setting | undefined {
  const value = process?.environment.get(name);
  return value ? { value, evidence: inEnvironment(process, name, value) } : undefined;
}

const inEnvironment = (process: Process | undefined, name: string, value: string): Evidence =>
  evidence(`/proc/${process?.pid}/environ (ovnkube)`, `${name}=${value}`);

/** Seed G L28 as the DaemonSet hands it to the start script. */
function gatewayOption(options: string | undefined): Setting | undefined {
  const value = /(?:^|[\s"'])--?gateway-interface[= ]["']?([^\s"']+)/.exec(options ?? '')?.[1];
  return value
    ? { value, evidence: evidence('environment of ovnkube', `OVN_GATEWAY_OPTS=${options}`) }
    : undefined;
}

/** Settings by lower-case section and key, as OVN-Kubernetes' parser (gcfg) takes them. */
function readConfiguration(file: ConfigurationFile | undefined): ReadonlyMap<string, Setting> {
  const settings = new Map<string, Setting>();
  let section = '';
  for (const line of file?.lines ?? []) {
    const header = /^\s*\[\s*([^\]\s"]+)/.exec(line)?.[1];
    if (header !== undefined) section = header.toLowerCase();
    const [, key, raw] = /^\s*([\w-]+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (key === undefined || raw === undefined || file === undefined) continue;
    const value = /^"([^"]*)"/.exec(raw)?.[1] ?? raw.replace(/\s*[;#].*$/, '');
    if (value !== '')
      settings.set(`${section}.${key.toLowerCase()}`, {
        value,
        evidence: evidence(file.path, `[${section}] ${line.trim()}`),
      });
  }
  return settings;
}
