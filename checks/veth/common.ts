import { vethPorts } from '../../facts/derived/veth.ts';
import { type Evidence, evidence } from '../../facts/fact.ts';
import type { Link } from '../../facts/links.ts';

export const LISTING = 'ip -j -d addr show';

/** What `ip link` says of a veth device's other end. */
export function describePeer(link: Link): string {
  const own = `${link.name} has ifindex ${link.index}`;
  if (link.linkNetnsid !== undefined)
    return `${own}, its peer ifindex ${link.linkIndex ?? 'unknown'} in namespace ${link.linkNetnsid}`;
  if (link.linkName !== undefined) return `${own}, its peer is ${link.linkName} in the same namespace`;
  return `${own}, no peer${link.kind === 'veth' ? '' : ` (${link.kind ?? 'no virtual device'})`}`;
}

export const peerEvidence = (node: string, link: Link): Evidence =>
  evidence(`${node}: ip -j -d link show ${link.name}`, describePeer(link));

/** Names in a row for evidence, or the word for none. */
export const row = (names: readonly string[], none = 'none'): string => names.join(' ') || none;

/** Of one of the kernel's tunnel modules: tunl0 and its like are in every namespace once it is loaded. */
const FALLBACK = /^(?:tunl|gre|gretap|erspan|sit|ip6tnl|ip6gre|ip_vti|ip6_vti)0$/;

/** What the host has besides VFs; ovs-system and tunnels such as genev_sys_6081 are of Open vSwitch. */
export const isFurther = ({ name, kind, flags }: Link): boolean =>
  !/^(?:eth\d+-\d+|ovn-k8s-mp\d+|pf|eth0)$/.test(name) &&
  !flags.includes('LOOPBACK') &&
  !FALLBACK.test(name) &&
  kind !== 'openvswitch' &&
  !/_sys_\d+$/.test(name);

/** It is joined to something outside of the node, and not by a VF, as a macvlan on one is. */
export const leadsPast = ({ kind, linkNetnsid, linkName }: Link, links: readonly Link[]): boolean =>
  kind === undefined ||
  ((kind === 'macvlan' || kind === 'ipvlan') &&
    !vethPorts(links, 'host').some(({ link }) => link.name === linkName)) ||
  (kind === 'veth' && linkNetnsid !== undefined);
