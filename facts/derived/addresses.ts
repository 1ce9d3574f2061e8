import { BlockList, isIPv4, SocketAddress } from 'node:net';
import type { Address, Link } from '../links.ts';

/**
 * Which IP an address is of; undefined where it is none. Node's isIPv6 compiles a regular expression at its first call
 * that takes longer than all else that a run does with addresses.
 */
export function versionOf(address: string): 4 | 6 | undefined {
  if (isIPv4(address)) return 4;
  if (!/^[0-9A-Fa-f:.]+(?:%[0-9A-Za-z.:-]+)?$/.test(address)) return undefined;
  try {
    new SocketAddress({ address, family: 'ipv6' });
    return 6;
  } catch {
    return undefined;
  }
}

/** The IP address lies in the subnet of an interface's address. */
export function inSubnet(ip: string, { address, prefixLength, family }: Omit<Address, 'scope'>): boolean {
  if (versionOf(ip) === undefined || versionOf(ip) !== versionOf(address)) return false;
  const subnet = new BlockList();
  const type = family === 'inet' ? 'ipv4' : 'ipv6';
  if (prefixLength < 0 || prefixLength > (type === 'ipv4' ? 32 : 128)) return false;
  subnet.addSubnet(address, prefixLength, type);
  return subnet.check(ip, type);
}

/** An IPv4 address that no machine of the subnet can have, and what it is there (RFC 919, RFC 950; of /31 and /32 all are machines'). */
export function reservedIn(
  ip: string,
  { address, prefixLength }: Omit<Address, 'scope'>,
): 'network' | 'broadcast' | undefined {
  if (!isIPv4(ip) || !isIPv4(address) || prefixLength > 30) return undefined;
  const mask = prefixLength === 0 ? 0 : (~0 << (32 - prefixLength)) >>> 0;
  const network = (bitsOf(address) & mask) >>> 0;
  if (bitsOf(ip) === network) return 'network';
  return bitsOf(ip) === (network | ~mask) >>> 0 ? 'broadcast' : undefined;
}

const bitsOf = (ipv4: string): number =>
  ipv4.split('.').reduce((bits, byte) => ((bits << 8) | Number(byte)) >>> 0, 0);

/** `192.168.40.0/22` as a subnet; undefined where it is none. */
export function parseSubnet(text: string): Omit<Address, 'scope'> | undefined {
  const [address = '', length = ''] = text.split('/');
  const version = versionOf(address);
  if (version === undefined || !/^\d{1,3}$/.test(length)) return undefined;
  return { address, prefixLength: Number(length), family: version === 4 ? 'inet' : 'inet6' };
}

const LOOPBACK = [
  { address: '127.0.0.0', prefixLength: 8, family: 'inet' },
  { address: '::1', prefixLength: 128, family: 'inet6' },
] as const;

/** An address by which every machine reaches itself. */
export const isLoopback = (ip: string): boolean => LOOPBACK.some((subnet) => inSubnet(ip, subnet));

/** The addresses that others can reach: not of the loopback, not link-local. */
export const globalAddresses = (link: Link | undefined): readonly Address[] =>
  (link?.addresses ?? []).filter(({ scope }) => scope === 'global');

/** The network device that has this address, in whatever way an IPv6 address is written. */
export const holderOf = (links: readonly Link[], ip: string): Link | undefined =>
  links.find(({ addresses }) => addresses.some(({ address }) => isSameAddress(address, ip)));

/** An IPv6 address may be written in several ways. */
export function isSameAddress(one: string, other: string): boolean {
  if (one === other || versionOf(one) !== 6 || versionOf(other) !== 6) return one === other;
  return inSubnet(one, { address: other, prefixLength: 128, family: 'inet6' });
}
