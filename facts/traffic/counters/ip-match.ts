import { versionOf } from '../../derived/addresses.ts';

/** Whether an address matches what a flow shows of it: `10.0.0.1`, `10.0.0.0/255.255.255.252`, `fe80::/ffc0::`; undefined matches any. */
export function matchesAddress(shown: string | undefined, address: string): boolean {
  if (shown === undefined) return true;
  const [base = '', mask] = shown.split('/', 2);
  const [wanted, found] = [bytesOf(base), bytesOf(address)];
  const bits = mask === undefined ? wanted?.map(() => 255) : bytesOf(mask);
  if (wanted === undefined || found === undefined || bits === undefined) return false;
  if (wanted.length !== found.length || wanted.length !== bits.length) return false;
  return wanted.every((byte, at) => ((byte ^ (found[at] ?? 0)) & (bits[at] ?? 0)) === 0);
}

function bytesOf(address: string): readonly number[] | undefined {
  const version = versionOf(address);
  if (version === undefined || address.includes('%')) return undefined;
  return version === 4 ? address.split('.').map(Number) : bytesOfIpv6(address);
}

function bytesOfIpv6(address: string): readonly number[] {
  const [head = '', tail] = withoutDots(address).split('::', 2);
  const [before, after] = [groups(head), groups(tail ?? '')];
  const missing = Math.max(0, 8 - before.length - after.length);
  const all =
    tail === undefined ? before : [...before, ...Array.from({ length: missing }, () => 0), ...after];
  return all.flatMap((group) => [group >> 8, group & 255]);
}

/** The last 32 bits may be written as an IPv4 address (RFC 4291, section 2.2). */
const withoutDots = (address: string): string =>
  address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, ...parts: string[]) => {
    const [a = 0, b = 0, c = 0, d = 0] = parts.slice(0, 4).map(Number);
    return `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
  });

const groups = (text: string): number[] =>
  text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));
