import type { Bridge, Interface, Ovs } from '../ovs.ts';
import type { Process } from '../processes.ts';

/** An interface with the bridge that it is on. */
export interface Attached extends Interface {
  readonly bridge: Bridge;
  readonly port: string;
}

/** Every interface of every bridge. */
export const attached = (ovs: Ovs): readonly Attached[] =>
  ovs.bridges.flatMap((bridge) =>
    bridge.ports.flatMap((port) => port.interfaces.map((netdev) => ({ ...netdev, bridge, port: port.name }))),
  );

/** ovn-controller(8): external_ids:ovn-bridge, br-int by default. */
export const integrationBridgeName = (ovs: Ovs): string =>
  ovs.openVSwitch.externalIds.get('ovn-bridge') ?? 'br-int';

export const integrationBridge = (ovs: Ovs): Bridge | undefined =>
  ovs.bridges.find(({ name }) => name === integrationBridgeName(ovs));

/** The bridge to the outside, and what tells that it is the one. */
export interface ExternalBridge {
  readonly name: string;
  /** Undefined where no bridge has this name. */
  readonly bridge: Bridge | undefined;
  readonly ground: string;
}

/**
 * The documents give the external bridge many names (brp0 in seed A L121, br-ex in seed S, breth0, br-ovn, ovsbr1), so
 * it is found by what points to it: the expectation, OVN's bridge mapping, the gateway interface, the patch port, the uplink.
 */
export function externalBridge(ovs: Ovs, expected?: string): ExternalBridge | undefined {
  const byName = (name: string, ground: string): ExternalBridge => ({
    name,
    bridge: ovs.bridges.find((bridge) => bridge.name === name),
    ground,
  });
  if (expected !== undefined) return byName(expected, `external-bridge=${expected} is expected`);
  const mapped = mappedBridge(ovs);
  if (mapped !== undefined) {
    return byName(mapped, `external_ids:ovn-bridge-mappings=${ids(ovs).get('ovn-bridge-mappings')}`);
  }
  const gateway = ids(ovs).get('ovn-gw-interface');
  const holder = gateway === undefined ? undefined : bridgeHolding(ovs, gateway);
  if (holder !== undefined) return byName(holder.name, `external_ids:ovn-gw-interface=${gateway}`);
  const patch = attached(ovs).find(
    ({ bridge, type, name }) =>
      type === 'patch' && bridge.name !== integrationBridgeName(ovs) && name.endsWith('-to-br-int'),
  );
  if (patch !== undefined) return byName(patch.bridge.name, `its port ${patch.name}`);
  const others = ovs.bridges.filter(({ name }) => name !== integrationBridgeName(ovs));
  const withUplink = others.find(({ ports }) => ports.some(({ name }) => name === 'p0'));
  if (withUplink !== undefined) return byName(withUplink.name, 'its port p0');
  const named = others.find(({ name }) => DOCUMENTED.includes(name));
  if (named !== undefined) return byName(named.name, 'its name is one that the documents give it');
  const [only, second] = others;
  return only && second === undefined ? byName(only.name, 'it is the only bridge of its kind') : undefined;
}

const DOCUMENTED = ['brp0', 'br-ex', 'br-ext', 'breth0', 'br-ovn', 'br-dpu', 'ovsbr1'];

const ids = (ovs: Ovs): ReadonlyMap<string, string> => ovs.openVSwitch.externalIds;

/** OVN-Kubernetes calls the physical network of the gateway `physnet`. */
function mappedBridge(ovs: Ovs): string | undefined {
  const mappings = (ids(ovs).get('ovn-bridge-mappings') ?? '')
    .split(',')
    .map((pair) => pair.trim().split(':'))
    .filter(([network, bridge]) => network && bridge);
  return (mappings.find(([network]) => network === 'physnet') ?? mappings[0])?.[1];
}

/** The bridge of this name, or the one that has a port or interface of this name. */
export const bridgeHolding = (ovs: Ovs, name: string): Bridge | undefined =>
  ovs.bridges.find((bridge) => bridge.name === name) ??
  attached(ovs).find((netdev) => netdev.name === name || netdev.port === name)?.bridge;

/** This bridge and those that patch ports join to it, the integration bridge left out: DPF puts br-sfc between. */
export function joinedBridges(ovs: Ovs, start: Bridge): readonly Bridge[] {
  const joined = new Set([start]);
  for (const bridge of joined) {
    for (const netdev of attached(ovs)) {
      const peer = netdev.options.get('peer');
      if (netdev.bridge !== bridge || peer === undefined) continue;
      const other = attached(ovs).find(({ name }) => name === peer)?.bridge;
      if (other !== undefined && other.name !== integrationBridgeName(ovs)) joined.add(other);
    }
  }
  return [...joined];
}

/** The patch port on the integration bridge and its peer on another bridge. */
export function patchPairs(ovs: Ovs): readonly { readonly inner: Attached; readonly outer: Attached }[] {
  const all = attached(ovs).filter(({ type }) => type === 'patch');
  return all
    .filter(({ bridge }) => bridge.name === integrationBridgeName(ovs))
    .flatMap((inner) => {
      const outer = all.find(({ name }) => name === inner.options.get('peer'));
      return outer === undefined ? [] : [{ inner, outer }];
    });
}

/** What the patch ports to the outside are named after: the host's node, before it another network's name where it is its port. */
export const patchLabels = (ovs: Ovs): readonly { readonly port: string; readonly label: string }[] =>
  patchPairs(ovs).flatMap(({ outer }) => {
    const label = new RegExp(`^patch-${escaped(outer.bridge.name)}_(.+)-to-br-int$`).exec(outer.name)?.[1];
    return label === undefined ? [] : [{ port: outer.name, label }];
  });

const escaped = (text: string): string => text.replace(/[^\w]/g, '\\$&');

const TUNNELS = ['geneve', 'vxlan', 'gre', 'stt'];

/** The tunnels that ovn-controller made: OVN-Kubernetes' hybrid overlay and others' tunnels are not on its bridge. */
export const tunnels = (ovs: Ovs): readonly Attached[] =>
  attached(ovs).filter(
    ({ bridge, type }) => bridge.name === integrationBridgeName(ovs) && TUNNELS.includes(type),
  );

/** Comma separated since OVN 24.03, which takes several. */
export const encapIps = (ovs: Ovs): readonly string[] =>
  (ids(ovs).get('ovn-encap-ip') ?? '')
    .split(',')
    .map((ip) => ip.trim())
    .filter((ip) => ip !== '');

/** OVN-Kubernetes has come to this node: it runs, ovn-controller does, or a setting is there that it alone writes. */
export const showsOvnKubernetes = (ovs: Ovs, processes: readonly Process[]): boolean =>
  runsOvnKubernetes(processes) || ids(ovs).has('ovn-remote');

/** ovnkube or ovn-controller has a process here. */
export const runsOvnKubernetes = (processes: readonly Process[]): boolean =>
  processes.some(({ name }) => name === 'ovnkube' || name === 'ovn-controller');

/** OVN works on this node's Open vSwitch: it is a DPU, or the settings of a chassis are there. */
export const servesOvn = (ovs: Ovs, role: string): boolean =>
  role === 'dpu' || ids(ovs).has('ovn-remote') || integrationBridge(ovs) !== undefined;
