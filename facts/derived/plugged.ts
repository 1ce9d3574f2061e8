import type { Ovs } from '../ovs.ts';
import { type Attached, attached, integrationBridgeName } from './ovs-topology.ts';

/** Why OVN has nothing to do with a port that is a pod's. */
export interface Unplugged {
  readonly code: 'NOT_BOUND' | 'OUTSIDE';
  readonly bridge: string;
  readonly why: string;
  readonly wanted: string;
}

/**
 * Finds out whether ovn-controller has bound a port: it sets external_ids:ovn-installed, since OVN 20.12, on ports of the
 * integration bridge whose iface-id is a logical port's (ovn-controller(8)). Where no port has it, nothing is told by its
 * absence. `outer` is the bridge to the outside; on other bridges, service chains and other networks have representors too.
 */
export function unpluggedIn(ovs: Ovs, outer: string | undefined): (port: Attached) => Unplugged | undefined {
  const inner = integrationBridgeName(ovs);
  const tells = attached(ovs).some(isInstalled);
  return (port) => {
    const bridge = port.bridge.name;
    const id = port.externalIds.get('iface-id');
    if (bridge !== inner)
      return id === undefined && bridge !== outer
        ? undefined
        : { code: 'OUTSIDE', bridge, why: `it is on ${bridge}`, wanted: `a port of ${inner}` };
    if (!tells || isInstalled(port)) return undefined;
    const why =
      id === undefined
        ? 'it has no iface-id'
        : `its iface-id is ${id}, and ovn-controller has not set ovn-installed`;
    return { code: 'NOT_BOUND', bridge, why, wanted: 'an iface-id, and ovn-installed=true' };
  };
}

const isInstalled = ({ externalIds }: Attached): boolean => externalIds.get('ovn-installed') === 'true';
