import { holderOf, versionOf } from '../../facts/derived/addresses.ts';
import { bridgeHolding } from '../../facts/derived/ovs-topology.ts';
import { tunnelTo } from '../../facts/traffic/hops/chassis.ts';
import type { Loss } from '../../facts/traffic/hops/loss.ts';
import type { KnownWay } from './known-way.ts';

/** Geneve's port of UDP (RFC 8926, section 3.3). */
const GENEVE = 6081;

/**
 * The packet of the tunnel as it comes in at a chassis where it arrives and nothing comes out of the tunnel: for
 * ofproto/trace, a bridge and a flow of OpenFlow. Undefined anywhere else.
 */
export function tunnelPacket(
  name: string,
  { chassis, links }: KnownWay,
  { lost, last }: Loss,
): readonly string[] | undefined {
  if (lost?.kind !== 'tunnel' || lost.counter !== 'rx' || lost.node !== name || last?.kind !== 'uplink')
    return undefined;
  const own = chassis.get(name);
  const other = [...chassis.values()].find(({ target }) => target !== name);
  const tunnel = own && other && tunnelTo(own, other);
  const remote = tunnel?.options.get('remote_ip') ?? '';
  const local = own?.encapIps.find((ip) => versionOf(ip) === versionOf(remote));
  if (tunnel?.type !== 'geneve' || own?.uplink === undefined || local === undefined) return undefined;
  const bridge = bridgeHolding(own.ovs, own.uplink)?.name;
  const mac = holderOf(links.get(name) ?? [], local)?.mac;
  if (bridge === undefined || mac === undefined) return undefined;
  const six = versionOf(local) === 6;
  const fields = [
    `in_port=${own.uplink}`,
    six ? 'udp6' : 'udp',
    `dl_dst=${mac}`,
    `${six ? 'ipv6' : 'nw'}_src=${remote}`,
    `${six ? 'ipv6' : 'nw'}_dst=${local}`,
    `udp_dst=${GENEVE}`,
  ];
  return [bridge, fields.join(',')];
}
