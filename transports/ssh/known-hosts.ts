import { createHash, createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { ServerHostKeyAlgorithm } from 'ssh2';
import { matchesList } from './pattern.ts';

/** A line of a known_hosts file (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT). */
interface KnownHost {
  readonly place: string;
  readonly marker: string | undefined;
  /** Host names, patterns, or one hashed name. */
  readonly names: string;
  /** ssh-ed25519, ecdsa-sha2-nistp256, ssh-rsa … */
  readonly type: string;
  readonly key: string;
}

/** A key that a server offers. */
export interface HostKey {
  readonly type: string;
  /** In base64. */
  readonly key: string;
  /** As OpenSSH prints it: `SHA256:` and 43 characters. */
  readonly fingerprint: string;
}

/** What the files know of a host's keys. */
export interface KnownKeys {
  /** Of the host, by the very name and port. */
  readonly keys: readonly KnownHost[];
  /** Of the host at another port: they can confirm a key and never contradict one, as in OpenSSH. */
  readonly ofOtherPort: readonly KnownHost[];
  readonly revoked: readonly KnownHost[];
  /** `FILE:LINE` of certificate authorities for this host: host certificates are not supported. */
  readonly authorities: readonly string[];
}

export type HostKeyVerdict =
  | { readonly kind: 'known'; readonly place: string }
  | { readonly kind: 'unknown' }
  /** The files know another key of this type. */
  | { readonly kind: 'changed'; readonly place: string }
  | { readonly kind: 'revoked'; readonly place: string };

/** Reads what known_hosts files say of a host. Files that are not there know nothing. */
export function lookupHost(files: readonly string[], host: string, port: number): KnownKeys {
  const name = host.toLowerCase();
  const exact = port === 22 ? name : `[${name}]:${port}`;
  const lines = files.flatMap(readLines);
  const about = (wanted: string): KnownHost[] => lines.filter(({ names }) => matchesNames(wanted, names));
  const found = about(exact);
  return {
    keys: found.filter(({ marker }) => marker === undefined),
    ofOtherPort: port === 22 ? [] : about(name).filter(({ marker }) => marker === undefined),
    revoked: found.filter(({ marker }) => marker === '@revoked'),
    authorities: found.filter(({ marker }) => marker === '@cert-authority').map(({ place }) => place),
  };
}

export function judgeHostKey(known: KnownKeys, offered: HostKey): HostKeyVerdict {
  const same = ({ key, type }: KnownHost): boolean => type === offered.type && key === offered.key;
  const revoked = known.revoked.find(same);
  if (revoked !== undefined) return { kind: 'revoked', place: revoked.place };
  const match = known.keys.find(same) ?? known.ofOtherPort.find(same);
  if (match !== undefined) return { kind: 'known', place: match.place };
  const other = known.keys.find(({ type }) => type === offered.type);
  return other === undefined ? { kind: 'unknown' } : { kind: 'changed', place: other.place };
}

/** The key that a server sent in the SSH wire format. */
export function readHostKey(wire: Buffer): HostKey {
  const length = wire.length >= 4 ? wire.readUInt32BE(0) : 0;
  return {
    type: wire.toString('latin1', 4, 4 + length),
    key: wire.toString('base64'),
    fingerprint: `SHA256:${createHash('sha256').update(wire).digest('base64').replace(/=+$/, '')}`,
  };
}

/** The signature algorithms of a key type. */
const ALGORITHMS = new Map<string, readonly ServerHostKeyAlgorithm[]>([
  ['ssh-ed25519', ['ssh-ed25519']],
  ['ecdsa-sha2-nistp256', ['ecdsa-sha2-nistp256']],
  ['ecdsa-sha2-nistp384', ['ecdsa-sha2-nistp384']],
  ['ecdsa-sha2-nistp521', ['ecdsa-sha2-nistp521']],
  ['ssh-rsa', ['rsa-sha2-512', 'rsa-sha2-256']],
]);

/**
 * The host key algorithms to ask for, those of known keys first: a server that has several keys then shows the one
 * that can be verified, and a known key is not called changed because another type was offered.
 */
export function hostKeyAlgorithms(known: KnownKeys): ServerHostKeyAlgorithm[] {
  const types = [...known.keys, ...known.ofOtherPort].map(({ type }) => type);
  const order = [...types.filter((type) => ALGORITHMS.has(type)), ...ALGORITHMS.keys()];
  return [...new Set(order)].flatMap((type) => ALGORITHMS.get(type) ?? []);
}

function matchesNames(name: string, names: string): boolean {
  const hashed = /^\|1\|([^|]+)\|([^|]+)$/.exec(names);
  if (hashed === null) return matchesList(name, names.toLowerCase().split(','));
  const [, salt = '', hash] = hashed;
  return createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest('base64') === hash;
}

function readLines(file: string): KnownHost[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return [];
  }
  return text.split('\n').flatMap((line, index) => {
    const fields = line.trim().split(/\s+/);
    const marker = fields[0]?.startsWith('@') ? fields.shift() : undefined;
    const [names, type, key] = fields;
    if (names === undefined || type === undefined || key === undefined || names.startsWith('#')) return [];
    return [{ place: `${file}:${index + 1}`, marker, names, type, key }];
  });
}
