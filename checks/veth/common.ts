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
