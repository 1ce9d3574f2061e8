import { type Evidence, evidence, type Outcome } from '../../fact.ts';
import type { Link } from '../../links.ts';
import type { Netdev } from '../../netdevs.ts';
import type { Bridge, Ovs } from '../../ovs.ts';
import {
  isFunctionRepresentor,
  isHostPfRepresentor,
  isSimulatedRepresentor,
  isUplink,
} from '../dpu-ports.ts';
import {
  type Attached,
  attached,
  externalBridge,
  integrationBridgeName,
  joinedBridges,
  tunnels,
} from '../ovs-topology.ts';
import { broken, type ChainLink, found, missing, NOT_KNOWN, unknown } from './chain.ts';
import type { DpuChainFacts } from './input.ts';
import { describePort, ifaceIdOf } from './ovs-ports.ts';
import { troubleOf } from './port-link.ts';

/** The way of a DPU from the integration bridge to the wire. It is the same for all its pods. */
export interface WayOut {
  readonly links: readonly ChainLink[];
  /** Of the network device of the uplink: equal to a representor's where one eswitch holds both. */
  readonly switchId: string | undefined;
}

export function wayOut(ovs: Ovs, facts: DpuChainFacts, simulated: boolean): WayOut {
  const outside = externalBridge(ovs);
  const uplink = uplinkLink(ovs, outside?.bridge, facts, simulated);
  return {
    links: [patchLink(ovs, outside?.bridge?.name), ...tunnelLinks(ovs), uplink.link],
    switchId: uplink.switchId,
  };
}

/** The bridge that a port is on. Of ports with an iface-id, ovn-controller binds those of the integration bridge alone. */
export function bridgeLink(port: Attached | undefined, ovs: Ovs): ChainLink {
  const wanted = integrationBridgeName(ovs);
  if (port === undefined) return unknown('bridge', wanted, 'there is no port to look for its bridge');
  const { name } = port.bridge;
  const shown = [evidence(`ovs-vsctl iface-to-br ${port.name}`, name)];
  return name === wanted || ifaceIdOf(port) === undefined
    ? found('bridge', name, `${port.name} is its port`, shown)
    : broken('bridge', name, `${port.name} is on it, and ovn-controller looks at ${wanted} alone`, shown);
}

function patchLink(ovs: Ovs, outside: string | undefined): ChainLink {
  const inner = integrationBridgeName(ovs);
  const all = new Map(attached(ovs).map((port) => [port.name, port]));
  const patches = [...all.values()].filter(({ type, bridge }) => type === 'patch' && bridge.name === inner);
  const ends = patches.map((patch) => ({ patch, peer: all.get(patch.options.get('peer') ?? '') }));
  const through = ends.find(({ peer }) => peer !== undefined && peer.bridge.name === outside) ?? ends[0];
  if (through === undefined)
    return missing(
      'patch',
      `patch port of ${inner}`,
      `${inner} has no patch port to a bridge to the outside`,
      [portsOf(ovs, inner)],
    );
  const { patch, peer } = through;
  const wanted = patch.options.get('peer') ?? 'no peer';
  if (peer === undefined)
    return broken('patch', patch.name, `its peer ${wanted} does not exist`, [describePatch(patch)]);
  const shown = [describePatch(patch), describePatch(peer)];
  if (peer.options.get('peer') !== patch.name)
    return broken('patch', patch.name, `its peer ${peer.name} names another peer`, shown);
  return found('patch', patch.name, `it leads to ${peer.bridge.name}`, shown);
}

const describePatch = ({ name, options }: Attached): Evidence =>
  evidence(`ovs-vsctl get Interface ${name} options:peer`, options.get('peer') ?? 'none');

const MOST_TUNNELS = 8;

/** A cluster of one zone and one node has none, so none is no fault. */
function tunnelLinks(ovs: Ovs): readonly ChainLink[] {
  const all = tunnels(ovs);
  const [first] = all;
  if (first === undefined) return [];
  const faulty = all.filter((tunnel) => tunnel.error !== undefined);
  const remotes = all.map(({ options }) => options.get('remote_ip') ?? '?');
  const named =
    remotes.slice(0, MOST_TUNNELS).join(' ') +
    (remotes.length > MOST_TUNNELS ? ` and ${remotes.length - MOST_TUNNELS} more` : '');
  const name = `${first.type} to ${named}`;
  const [fault] = faulty;
  // One chassis that can't be reached is no fault of the ways to all the others.
  return fault !== undefined && faulty.length === all.length
    ? [
        broken(
          'tunnel',
          name,
          `${fault.name}: ${fault.error}`,
          faulty.slice(0, MOST_TUNNELS).map(describePort),
        ),
      ]
    : [
        found('tunnel', name, `tunnels of ${integrationBridgeName(ovs)}`, [
          evidence('ovs-vsctl list Interface', `remote_ip ${named}`),
        ]),
      ];
}

interface Uplink {
  readonly link: ChainLink;
  readonly switchId: string | undefined;
}

function uplinkLink(
  ovs: Ovs,
  outside: Bridge | undefined,
  { netdevs: all, links }: DpuChainFacts,
  simulated: boolean,
): Uplink {
  if (outside === undefined)
    return {
      link: missing('uplink', 'uplink', 'there is no bridge to the outside', [
        evidence('ovs-vsctl list-br', ovs.bridges.map(({ name }) => name).join(' ') || 'no bridge'),
      ]),
      switchId: undefined,
    };
  const netdevs: ReadonlyMap<string, Netdev> = all.ok ? all.value : new Map();
  const joined = joinedBridges(ovs, outside);
  const ports = attached(ovs).filter(({ bridge }) => joined.includes(bridge));
  const port = ports.find((one) => isWire(one, outside, netdevs, links, simulated));
  if (port === undefined) {
    const shown = joined.map(({ name }) => portsOf(ovs, name));
    const why = `no port of ${joined.map(({ name }) => name).join(' or ')} is an uplink`;
    return {
      // Without sysfs a port of another name than p0 is not told from a representor.
      link: all.ok
        ? missing('uplink', 'uplink', why, shown)
        : unknown('uplink', NOT_KNOWN, all.failure.message),
      switchId: undefined,
    };
  }
  const trouble = troubleOf(port);
  const link =
    trouble === undefined
      ? found('uplink', port.name, `it is a port of ${port.bridge.name}`, [describePort(port)])
      : broken('uplink', port.name, trouble, [describePort(port)]);
  return { link, switchId: netdevs.get(port.name)?.physSwitchId };
}

function isWire(
  { name, type }: Attached,
  outside: Bridge,
  netdevs: ReadonlyMap<string, Netdev>,
  links: Outcome<readonly Link[]>,
  simulated: boolean,
): boolean {
  if (type === 'internal' || type === 'patch') return false;
  const netdev = netdevs.get(name);
  if (isFunctionRepresentor(name, netdev) || isHostPfRepresentor(name, netdev)) return false;
  if (isUplink(name, netdev) || outside.externalIds.get('bridge-uplink') === name) return true;
  if (simulated) return netdevs.has(name) && !isSimulatedRepresentor(name);
  // A bond of both uplinks, or a VLAN on one, stands for what it is made of.
  const all = links.ok ? links.value : [];
  const lower = [
    ...all.filter(({ master }) => master === name).map((link) => link.name),
    ...all.flatMap((link) => (link.name === name ? (link.linkName ?? []) : [])),
  ];
  return lower.some((one) => isUplink(one, netdevs.get(one)));
}

const portsOf = (ovs: Ovs, bridge: string): Evidence =>
  evidence(
    `ovs-vsctl list-ports ${bridge}`,
    attached(ovs)
      .filter((port) => port.bridge.name === bridge && port.name !== bridge)
      .map(({ name }) => name)
      .join(' ') || 'no port',
  );
