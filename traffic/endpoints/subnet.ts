import { isIP } from 'node:net';

/**
 * The second address of a subnet such as 10.244.1.0/24 or fd00:10:244:2::/64; undefined where it is none. Pure and total.
 */
export function secondAddress(subnet: string): string | undefined {
  const [network = '', length = '', ...rest] = subnet.split('/');
  const family = isIP(network);
  const bits = family === 4 ? 32 : 128;
  if (family === 0 || rest.length > 0 || !/^\d{1,3}$/.test(length) || Number(length) > bits - 2)
    return undefined;
  const hostBits = BigInt(bits - Number(length));
  const value = family === 4 ? ofIPv4(network) : ofIPv6(network);
  const second = ((value >> hostBits) << hostBits) + 2n;
  return family === 4 ? toIPv4(second) : toIPv6(second);
}

const ofIPv4 = (address: string): bigint =>
  address.split('.').reduce((sum, octet) => sum * 256n + BigInt(octet), 0n);

const toIPv4 = (value: bigint): string =>
  [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 255n).join('.');

function ofIPv6(address: string): bigint {
  // The parser of URLs writes it out in hexadecimal groups, also one that ends in an IPv4 address.
  const plain = URL.parse(`http://[${address.split('%')[0]}]`)?.hostname.slice(1, -1) ?? '::';
  const [head = '', tail] = plain.split('::');
  const groups = (text = ''): string[] => text.split(':').filter((group) => group !== '');
  const [before, after] = [groups(head), groups(tail)];
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0');
  return [...before, ...zeros, ...after].reduce((sum, group) => sum * 65_536n + BigInt(`0x${group}`), 0n);
}

function toIPv6(value: bigint): string {
  const groups = Array.from({ length: 8 }, (_, index) =>
    ((value >> BigInt(112 - 16 * index)) & 65_535n).toString(16),
  );
  return URL.parse(`http://[${groups.join(':')}]`)?.hostname.slice(1, -1) ?? groups.join(':');
}
