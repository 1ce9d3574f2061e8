import { generateKeyPairSync } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type Authority, authorityOf, type Credentials, createAuthority } from './certificates.ts';

export const pkiFile = (directory: string, name: string): string => path.join(directory, 'pki', name);

/** Makes the lab's authority and the key that service account tokens are signed with. */
export async function makeAuthority(directory: string): Promise<Authority> {
  const authority = createAuthority();
  await writeCredentials(directory, 'ca', authority);
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  await write(
    directory,
    'service-account.key',
    privateKey.export({ type: 'sec1', format: 'pem' }).toString(),
  );
  await write(directory, 'service-account.pub', publicKey.export({ type: 'spki', format: 'pem' }).toString());
  return authority;
}

/** Puts them where programs read them: NAME.crt and NAME.key. */
export async function writeCredentials(
  directory: string,
  name: string,
  credentials: Credentials,
): Promise<void> {
  await write(directory, `${name}.crt`, credentials.certificate);
  await write(directory, `${name}.key`, credentials.key);
}

export async function readCredentials(directory: string, name: string): Promise<Credentials> {
  const read = (file: string) => readFile(pkiFile(directory, file), 'utf8');
  return { certificate: await read(`${name}.crt`), key: await read(`${name}.key`) };
}

export const readAuthority = async (directory: string): Promise<Authority> =>
  authorityOf(await readCredentials(directory, 'ca'));

const write = (directory: string, name: string, content: string): Promise<void> =>
  writeFile(pkiFile(directory, name), content, { mode: 0o600 });
