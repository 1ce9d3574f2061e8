import { writeFile } from 'node:fs/promises';
import type { Credentials } from './certificates.ts';

/** How to reach an API server, and as whom. */
export interface Access {
  server: string;
  /** The certificate of the authority that the server's certificate is from. */
  authority: string;
  client: Credentials | { token: string };
}

/** Writes a kubeconfig with one cluster, one user and one context, all of them of this name. */
export async function writeKubeconfig(file: string, name: string, access: Access): Promise<void> {
  const { server, authority, client } = access;
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  const user =
    'token' in client
      ? { token: client.token }
      : { 'client-certificate-data': base64(client.certificate), 'client-key-data': base64(client.key) };
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    clusters: [{ name, cluster: { server, 'certificate-authority-data': base64(authority) } }],
    users: [{ name, user }],
    contexts: [{ name, context: { cluster: name, user: name } }],
  };
  // JSON is YAML too.
  await writeFile(file, `${JSON.stringify(config, null, 2)}\n`, { mode: 0o600 });
}
