import { defineFact, json } from './fact.ts';
import * as read from './json.ts';
import { command } from './sources.ts';

/** A network device as rtnetlink shows it (`ip -j -d addr show`). */
export interface Link {
  readonly name: string;
  readonly index: number;
  /** Peer or lower device: an index in this namespace, or in the one that `linkNetnsid` names. */
  readonly linkIndex: number | undefined;
  /** The lower device's name where it is in this namespace. */
  readonly linkName: string | undefined;
  /** Id, in this namespace, of the namespace that holds the peer. */
  readonly linkNetnsid: number | undefined;
  /** IFF_ flags, such as UP and LOWER_UP. */
  readonly flags: readonly string[];
  readonly mtu: number;
  readonly operstate: string;
  readonly mac: string;
  /** The address that the hardware came with, where it is another one and iproute2 shows it (`permaddr`). */
  readonly permanentMac?: string | undefined;
  /** The bridge, bond or OVS datapath that it is enslaved to. */
  readonly master: string | undefined;
  /** rtnetlink's kind: veth, bridge, tun, openvswitch …; undefined for hardware. */
  readonly kind: string | undefined;
  readonly altnames: readonly string[];
  readonly vfs: readonly VfLine[];
  readonly addresses: readonly Address[];
  readonly parentDevice: string | undefined;
  /** Of a port of a bridge of Linux; undefined for others. */
  readonly bridgePort?: BridgePort | undefined;
}

/** How a bridge of Linux treats one of its ports. */
export interface BridgePort {
  /** forwarding, or disabled, blocking, listening, learning; empty where iproute2 does not tell. */
  readonly state: string;
  /** Nothing is forwarded between two isolated ports. */
  readonly isolated: boolean;
}

/** One of the `vf N` lines that `ip link` prints under a PF. */
export interface VfLine {
  readonly vf: number;
  readonly mac: string;
  /** auto, enable or disable; undefined where the driver does not tell. */
  readonly linkState?: string | undefined;
  /** Of the tag that the PF puts on and takes off; undefined for none. */
  readonly vlan?: number | undefined;
  /** What the VF sends with another MAC address than this line's is dropped. */
  readonly spoofChecking?: boolean | undefined;
}

export interface Address {
  readonly family: 'inet' | 'inet6';
  readonly address: string;
  readonly prefixLength: number;
  /** global, link, host … */
  readonly scope: string;
}

/** All network devices of the node's network namespace with their addresses and VF lines. */
export const links = defineFact({
  title: 'network devices',
  sources: { addr: command(['ip', '-j', '-d', 'addr', 'show']) },
  parse: ({ addr }): readonly Link[] =>
    read
      .records(json(addr))
      .filter((link) => read.text(link, 'ifname') !== '')
      .map(parseLink),
});

function parseLink(link: read.JsonRecord): Link {
  return {
    name: read.text(link, 'ifname'),
    index: read.number(link, 'ifindex') ?? 0,
    linkIndex: read.number(link, 'link_index'),
    linkName: read.optionalText(link, 'link'),
    linkNetnsid: read.number(link, 'link_netnsid'),
    flags: read.texts(link['flags']),
    mtu: read.number(link, 'mtu') ?? 0,
    operstate: read.text(link, 'operstate'),
    mac: read.text(link, 'address'),
    permanentMac: read.optionalText(link, 'permaddr'),
    master: read.optionalText(link, 'master'),
    kind: read.optionalText(read.record(link['linkinfo']), 'info_kind'),
    altnames: read.texts(link['altnames']),
    vfs: read.records(link['vfinfo_list']).map(parseVf),
    addresses: read.records(link['addr_info']).flatMap(parseAddress),
    parentDevice: read.optionalText(link, 'parentdev'),
    bridgePort: parseBridgePort(read.record(link['linkinfo'])),
  };
}

function parseBridgePort(info: read.JsonRecord): BridgePort | undefined {
  if (read.text(info, 'info_slave_kind') !== 'bridge') return undefined;
  const port = read.record(info['info_slave_data']);
  return { state: read.text(port, 'state'), isolated: port['isolated'] === true };
}

/** iproute2 before 5.1 has `mac` and `vlan` of its own, later ones `address` and a list of VLANs. */
function parseVf(vf: read.JsonRecord): VfLine {
  const [tag] = read.records(vf['vlan_list']);
  return {
    vf: read.number(vf, 'vf') ?? -1,
    mac: read.optionalText(vf, 'address') ?? read.text(vf, 'mac'),
    linkState: read.optionalText(vf, 'link_state'),
    vlan: read.number(tag ?? vf, 'vlan') || undefined,
    spoofChecking: typeof vf['spoofchk'] === 'boolean' ? vf['spoofchk'] : undefined,
  };
}

function parseAddress(info: read.JsonRecord): Address[] {
  const family = read.text(info, 'family');
  const address = read.optionalText(info, 'local');
  if (address === undefined || (family !== 'inet' && family !== 'inet6')) return [];
  return [
    { family, address, prefixLength: read.number(info, 'prefixlen') ?? 0, scope: read.text(info, 'scope') },
  ];
}
