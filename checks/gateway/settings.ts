import {
  type Derivation,
  type DerivationFacts,
  deriveGateway,
  type ManagementPort,
  RENAMED_MANAGEMENT_PORT,
} from '../../facts/derived/gateway.ts';
import { type Evidence, evidence } from '../../facts/fact.ts';
import type { Ovnkube, Setting } from '../../facts/ovnkube.ts';
import type { ExpectationOf } from '../../suites/expectations.ts';
import { type Judgement, undetermined } from '../define.ts';

/** The expectations that stand in for what a node does not show. */
export const SETTINGS = [
  'gateway-interface',
  'management-port',
  'management-port-resource',
  'ovnkube-node-mode',
] as const;

type ExpectedSettings = { readonly [Name in (typeof SETTINGS)[number]]: ExpectationOf<Name> };

/** What OVN-Kubernetes is given on this node. */
export interface Settings {
  readonly mode: Setting | undefined;
  readonly managementPort: Setting | undefined;
  readonly managementPortResource: Setting | undefined;
  readonly gatewayInterface: Setting | undefined;
}

/** Seed G L13: then the gateway interface is the first network device of the management VF's PF. */
export const DERIVE = 'derive-from-mgmt-port';

/** The settings as the node shows them; where it can't, as the inventory or --set says. */
export function settingsOf(ovnkube: Ovnkube, expected: ExpectedSettings): Settings {
  const told = ovnkube.pid !== undefined && ovnkube.configuration?.unreadable === undefined;
  const choose = (shown: Setting | undefined, name: keyof ExpectedSettings): Setting | undefined =>
    shown ?? (told ? undefined : fromExpectation(name, expected[name]));
  return {
    mode: choose(ovnkube.mode, 'ovnkube-node-mode') ?? (told ? DEFAULT_MODE : undefined),
    managementPort: choose(ovnkube.managementPort, 'management-port'),
    managementPortResource: choose(ovnkube.managementPortResource, 'management-port-resource'),
    gatewayInterface: choose(ovnkube.gatewayInterface, 'gateway-interface'),
  };
}

const DEFAULT_MODE: Setting = {
  value: 'full',
  evidence: evidence('arguments and configuration file of ovnkube', 'no mode, which means full'),
};

const fromExpectation = (name: string, expectation: ExpectationOf<'management-port'>): Setting | undefined =>
  expectation && {
    value: expectation.value,
    evidence: evidence(expectation.from, `${name}=${expectation.value}`),
  };

/** Where the configuration file can't be read, a setting that no argument tells may stand there, or not. */
export const fileUnreadable = ({ configuration }: Ovnkube): Judgement | undefined =>
  configuration?.unreadable === undefined
    ? undefined
    : undetermined(
        `no argument of ovnkube tells it, and its configuration file ${configuration.path} can't be read`,
        'Log in as root, or allow sed in sudoers with NOPASSWD.',
        [evidence(configuration.path, configuration.unreadable)],
      );

/** Why the last steps of derive-from-mgmt-port are not judged, though the management port is known. */
export const notDerived = ({ pid }: Ovnkube): string =>
  pid === undefined
    ? 'no ovnkube runs here that says whether the gateway interface is derived. Say it with --set gateway-interface=derive-from-mgmt-port'
    : 'the gateway interface is not derived from the management port here';

/** The evidence of the settings that are known. */
export const evidenceOf = (settings: Settings): readonly Evidence[] =>
  Object.values<Setting | undefined>({ ...settings }).flatMap((setting) => setting?.evidence ?? []);

/** The name of the environment variable in which the device plugin hands over the devices of a resource. */
export const variableOf = (resource: string): string =>
  `PCIDEVICE_${resource.toUpperCase().replaceAll(/[./]/g, '_')}`;

/** The management port and what is derived from it, or why there is nothing to look at. */
export type Trace =
  | {
      readonly kind: 'traced';
      /** As it was given. */
      readonly port: string;
      readonly derivation: Derivation;
      /** derive-from-mgmt-port is in force. */
      readonly derives: boolean;
      readonly evidence: readonly Evidence[];
    }
  | { readonly kind: 'none'; readonly why: string; readonly evidence: readonly Evidence[] };

/** Follows the management port of a node in dpu-host mode. */
export function trace(
  facts: DerivationFacts & { readonly ovnkube: Ovnkube },
  expected: ExpectedSettings,
): Trace {
  const settings = settingsOf(facts.ovnkube, expected);
  const said = evidenceOf(settings);
  if (settings.mode !== undefined && settings.mode.value !== 'dpu-host') {
    return {
      kind: 'none',
      why: `OVN-Kubernetes runs in ${settings.mode.value} mode, not in dpu-host mode`,
      evidence: said,
    };
  }
  const found = managementPortOf(settings, facts);
  if (found === undefined) {
    return {
      kind: 'none',
      why: 'nothing tells the management port: no ovnkube runs here that names one, and there is no ovn-k8s-mp0. Say it with --set management-port=<netdev>',
      evidence: said,
    };
  }
  return {
    kind: 'traced',
    port: 'device' in found.port ? found.port.device : found.port.netdev,
    derivation: deriveGateway(found.port, facts),
    derives: settings.gatewayInterface?.value === DERIVE,
    evidence: [...said, ...found.evidence],
  };
}

/** Seed G L186: the resource has priority over the network device. OVN-Kubernetes passes a resource without devices over. */
function managementPortOf(
  { managementPort, managementPortResource }: Settings,
  { links, ovnkube, pci }: DerivationFacts & { readonly ovnkube: Ovnkube },
): { readonly port: ManagementPort; readonly evidence: readonly Evidence[] } | undefined {
  if (managementPortResource !== undefined) {
    const given = ovnkube.devices.get(variableOf(managementPortResource.value));
    const devices = given?.value.split(',').map((device) => device.trim()) ?? [];
    const device =
      devices.find((one) => pci.functions.get(one)?.netdevs.includes(RENAMED_MANAGEMENT_PORT)) ?? devices[0];
    if (given !== undefined && device) return { port: { device }, evidence: [given.evidence] };
  }
  if (managementPort !== undefined) return { port: { netdev: managementPort.value }, evidence: [] };
  if (!links.some((link) => link.name === RENAMED_MANAGEMENT_PORT)) return undefined;
  return {
    port: { netdev: RENAMED_MANAGEMENT_PORT },
    evidence: [evidence('ip -j -d addr show', RENAMED_MANAGEMENT_PORT)],
  };
}
