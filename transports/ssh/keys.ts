import { readFile } from 'node:fs/promises';
import type { ParsedKey } from 'ssh2';
import { TransportError } from '../transport.ts';
import type { SshOptions } from './options.ts';
import type { IdentityFile } from './route.ts';
import { parseKey } from './ssh2.ts';

/** Private keys to log in with, and what became of those that can't be used. */
export interface Identities {
  readonly keys: readonly { readonly file: string; readonly key: ParsedKey }[];
  /** Encrypted ones, to be tried when all others have failed. */
  readonly encrypted: readonly { readonly file: string; readonly text: Buffer; readonly required: boolean }[];
  /** Public keys in the wire format: the keys that IdentitiesOnly leaves of the agent's. */
  readonly publicKeys: readonly Buffer[];
  readonly problems: readonly string[];
}

/** @throws {TransportError} where a required file can't be used. */
export async function readIdentities(files: readonly IdentityFile[]): Promise<Identities> {
  const keys: { file: string; key: ParsedKey }[] = [];
  const encrypted: { file: string; text: Buffer; required: boolean }[] = [];
  const publicKeys: Buffer[] = [];
  const problems: string[] = [];
  for (const { file, required } of files) {
    const text = await readFile(file).catch((error: NodeJS.ErrnoException) => error);
    if (!Buffer.isBuffer(text)) {
      if (required) throw unusable(file, text.code === 'ENOENT' ? 'it does not exist' : text.message);
      if (text.code !== 'ENOENT') problems.push(`${file} can't be read: ${text.message}`);
      continue;
    }
    const key = parseKey(text);
    if (!(key instanceof Error)) {
      publicKeys.push(key.getPublicSSH());
      if (key.isPrivateKey()) keys.push({ file, key });
    } else if (/encrypted/i.test(key.message)) {
      encrypted.push({ file, text, required });
      const publicKey = parseKey((await readFile(`${file}.pub`).catch(() => undefined)) ?? '');
      if (!(publicKey instanceof Error)) publicKeys.push(publicKey.getPublicSSH());
    } else if (required) {
      throw unusable(file, key.message);
    } else {
      problems.push(`${file} is no key that can be used: ${key.message}`);
    }
  }
  return { keys, encrypted, publicKeys, problems };
}

/** Decrypts a key with the passphrase that its owner gives; says why where that fails. */
export async function decrypt(
  { file, text }: Identities['encrypted'][number],
  passphrase: SshOptions['passphrase'],
): Promise<ParsedKey | string> {
  const given = await passphrase?.(file);
  if (given === undefined) return `${file} is encrypted and nobody gave its passphrase`;
  const key = parseKey(text, given);
  return key instanceof Error ? `${file} can't be decrypted with the passphrase given` : key;
}

const unusable = (file: string, reason: string): TransportError =>
  new TransportError(
    'key-unusable',
    `the private key ${file} can't be used: ${reason}`,
    'Give the private key that the node accepts, in the format that ssh-keygen writes.',
  );
