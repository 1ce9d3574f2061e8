import type { DpuChainFacts } from '../../derived/chain/input.ts';
import { wayOut } from '../../derived/chain/way-out.ts';
import { isUplink } from '../../derived/dpu-ports.ts';
import { type Attached, encapIps, externalBridge, patchPairs, tunnels } from '../../derived/ovs-topology.ts';
import type { Ovs } from '../../ovs.ts';

/** What of an Open vSwitch the packets of all its pods pass. */
export interface Chassis {
  readonly target: string;
  readonly ovs: Ovs;
  /** The network device that leads to the wire; undefined where none is known. */
  readonly uplink: string | undefined;
  /** It is a port of a bridge to the outside. */
  readonly uplinkInBridge: boolean;
  /** The patch port of the integration bridge to the outside. */
  readonly patch: Attached | undefined;
  readonly encapIps: readonly string[];
  readonly tunnels: readonly Attached[];
}

export function chassisOf(target: string, ovs: Ovs, facts: DpuChainFacts, simulated: boolean): Chassis {
  const found = wayOut(ovs, facts, simulated).links.find(({ kind }) => kind === 'uplink');
  const inBridge = found?.state === 'found' || found?.state === 'broken';
  const outside = externalBridge(ovs)?.name;
  const patches = patchPairs(ovs);
  return {
    target,
    ovs,
    uplink: inBridge ? found.name : deviceToTheWire(facts),
    uplinkInBridge: inBridge,
    patch: (patches.find(({ outer }) => outer.bridge.name === outside) ?? patches[0])?.inner,
    encapIps: encapIps(ovs),
    tunnels: tunnels(ovs),
  };
}

/** An uplink that no bridge has is still where packets would have to leave. */
const deviceToTheWire = ({ netdevs }: DpuChainFacts): string | undefined =>
  netdevs.ok ? [...netdevs.value.values()].find((netdev) => isUplink(netdev.name, netdev))?.name : undefined;

/** The tunnel to another chassis, by an address that it names as its own. */
export const tunnelTo = (from: Chassis, to: Chassis): Attached | undefined =>
  from.tunnels.find(({ options }) => to.encapIps.includes(options.get('remote_ip') ?? ''));
