import { type Evidence, evidence } from '../../facts/fact.ts';
import type { Interface, Ovs } from '../../facts/ovs.ts';

/** Why a check has nothing to look at. */
export const NO_OVS = 'no Open vSwitch runs on this node: /var/run/openvswitch/db.sock does not exist';

export const NO_OVN =
  'OVN does not use the Open vSwitch of this node: no external_ids:ovn-remote, no integration bridge';

/** What the record Open_vSwitch says for this key. */
export const externalId = (ovs: Ovs, key: string): Evidence =>
  evidence(
    `ovs-vsctl get Open_vSwitch . external_ids:${key}`,
    ovs.openVSwitch.externalIds.get(key) ?? 'no such key',
  );

/** What the record of an interface says in one of its columns. */
export const ofInterface = (netdev: Interface, column: 'error' | 'options' | 'type'): Evidence =>
  evidence(`ovs-vsctl get Interface ${netdev.name} ${column}`, columnText(netdev, column));

const columnText = (netdev: Interface, column: 'error' | 'options' | 'type'): string => {
  if (column !== 'options') return netdev[column] || '[]';
  return `{${[...netdev.options].map(([key, value]) => `${key}=${value}`).join(', ')}}`;
};

/** The ports of a bridge, as list-ports gives them. */
export const portsOf = (bridge: Ovs['bridges'][number]): Evidence =>
  evidence(`ovs-vsctl list-ports ${bridge.name}`, bridge.ports.map(({ name }) => name).join(' ') || 'none');

export const bridgesOf = (ovs: Ovs): Evidence =>
  evidence('ovs-vsctl list-br', ovs.bridges.map(({ name }) => name).join(' ') || 'none');
