import { BlockList, isIP } from 'node:net';
import type { Address, Link } from '../links.ts';

/** The IP address lies in the subnet of an interface's address. */
export function inSubnet(ip: string, { address, prefixLength, family }: Omit<Address, 'scope'>): boolean {
  if (isIP(ip) === 0 || isIP(address) === 0 || isIP(ip) !== isIP(address)) return false;
  const subnet = new BlockList();
  const type = family === 'inet' ? 'ipv4' : 'ipv6';
  if (prefixLength < 0 || prefixLength > (type === 'ipv4' ? 32 : 128)) return false;
  subnet.addSubnet(address, prefixLength, type);
  return subnet.check(ip, type);
}

/** `192.168.40.0/22` as a subnet; undefined where it is none. */
export function parseSubnet(text: string): Omit<Address, 'scope'> | undefined {
  const [address = '', length = ''] = text.split('/');
  const version = isIP(address);
  if (version === 0 || !/^\d{1,3}$/.test(length)) return undefined;
  return { address, prefixLength: Number(length), family: version === 4 ? 'inet' : 'inet6' };
}

/** The addresses that others can reach: not of the loopback, not link-local. */
export const globalAddresses = (link: Link | undefined): readonly Address[] =>
  (link?.addresses ?? []).filter(({ scope }) => scope === 'global');

/** The network device that has this address, in whatever way an IPv6 address is written. */
export const holderOf = (links: readonly Link[], ip: string): Link | undefined =>
  links.find(({ addresses }) => addresses.some(({ address }) => isSameAddress(address, ip)));

/** An IPv6 address may be written in several ways. */
export function isSameAddress(one: string, other: string): boolean {
  if (one === other || isIP(one) !== 6 || isIP(other) !== 6) return one === other;
  return inSubnet(one, { address: other, prefixLength: 128, family: 'inet6' });
}
