import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';

export interface Keys {
  /** The client's private key, as a file for ssh -i. */
  identityFile: string;
  clientPublic: string;
  host: string;
  hostPublic: string;
}

/** New keys for each machine: nothing secret is in an image. */
export async function makeKeys(directory: string, name: string): Promise<Keys> {
  const identityFile = join(directory, 'id_ed25519');
  const hostFile = join(directory, 'host_ed25519');
  for (const [file, comment] of [
    [identityFile, 'dpu-doctor-lab'],
    [hostFile, `root@${name}`],
  ] as const)
    await execa('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', comment, '-f', file]);
  return {
    identityFile,
    clientPublic: await readFile(`${identityFile}.pub`, 'utf8'),
    host: await readFile(hostFile, 'utf8'),
    hostPublic: await readFile(`${hostFile}.pub`, 'utf8'),
  };
}
