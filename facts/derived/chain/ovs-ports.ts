import { type Evidence, evidence } from '../../fact.ts';
import type { Ovs } from '../../ovs.ts';
import { type Attached, attached } from '../ovs-topology.ts';

/** The ports of Open vSwitch by what chains look for. */
export interface OvsPorts {
  readonly ovs: Ovs;
  readonly byName: ReadonlyMap<string, Attached>;
  readonly byIfaceId: ReadonlyMap<string, readonly Attached[]>;
}

export function ovsPorts(ovs: Ovs): OvsPorts {
  const all = attached(ovs);
  const withId = all.filter((port) => port.externalIds.has('iface-id'));
  return {
    ovs,
    byName: new Map(all.map((port) => [port.name, port])),
    byIfaceId: Map.groupBy(withId, (port) => port.externalIds.get('iface-id') ?? ''),
  };
}

export const ifaceIdOf = (port: Attached): string | undefined => port.externalIds.get('iface-id');

/** A port in the columns that tell whose it is. */
export function describePort({ name, externalIds, error, bridge, ofport }: Attached): Evidence {
  const ids = ['iface-id', 'iface-id-ver', 'sandbox']
    .flatMap((key) => (externalIds.has(key) ? `${key}=${externalIds.get(key)}` : []))
    .join(' ');
  const said = [`bridge ${bridge.name}`, ids, `ofport ${ofport ?? 'none'}`, error ? `error: ${error}` : ''];
  return evidence(`ovs-vsctl list Interface ${name}`, said.filter((part) => part !== '').join(' '));
}

/**
 * OVN-Kubernetes gives each pod's port its sandbox and the pod's UID (ConfigureOVS); the management ports, which have an
 * iface-id as well, have neither. A name of the form namespace_pod tells those that other software made.
 */
export function isPodPort(port: Attached): boolean {
  const id = ifaceIdOf(port);
  if (id === undefined) return false;
  if (port.externalIds.get('sandbox') || port.externalIds.get('iface-id-ver')) return true;
  const [, pod] = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?_([a-z0-9][a-z0-9.-]{0,252})$/.exec(id) ?? [];
  return pod !== undefined && !pod.startsWith('k8s-');
}
