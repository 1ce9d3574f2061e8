import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { must } from './run.ts';

export interface SshFiles {
  identityFile: string;
  knownHostsFile: string;
  sshConfigFile: string;
}

/** The accounts of every node besides root; both accept the lab's key. */
export const USERS = { operator: 1001, sre: 1002 } as const;

export function sshFiles(stateDir: string): SshFiles {
  return {
    identityFile: path.join(stateDir, 'id_ed25519'),
    knownHostsFile: path.join(stateDir, 'known_hosts'),
    sshConfigFile: path.join(stateDir, 'ssh_config'),
  };
}

export async function makeKey(file: string, comment: string): Promise<string> {
  await mkdir(path.dirname(file), { recursive: true });
  await must(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', comment, '-f', file]);
  return (await readFile(`${file}.pub`, 'utf8')).trim();
}

export interface SshHost {
  name: string;
  address: string;
  port: number;
  hostKey: string;
}

export async function writeSshFiles(files: SshFiles, hosts: readonly SshHost[]): Promise<void> {
  const known = hosts.map(({ address, port, hostKey }) => {
    const [type, key] = hostKey.split(' ');
    return `${port === 22 ? address : `[${address}]:${port}`} ${type} ${key}\n`;
  });
  const config = hosts.map(({ name, address, port }) =>
    [
      `Host ${name}`,
      `  HostName ${address}`,
      `  Port ${port}`,
      '  User root',
      `  IdentityFile ${files.identityFile}`,
      '  IdentitiesOnly yes',
      `  UserKnownHostsFile ${files.knownHostsFile}`,
      '  StrictHostKeyChecking yes',
      '  KexAlgorithms curve25519-sha256',
      '',
    ].join('\n'),
  );
  await writeFile(files.knownHostsFile, known.join(''));
  await writeFile(files.sshConfigFile, config.join('\n'));
}

/** listen is undefined where sshd is started once for each connection. */
export function sshdConfig(listen: string | undefined): string {
  return [
    'Port 22',
    ...(listen === undefined ? [] : [`ListenAddress ${listen}`]),
    'HostKey /etc/ssh/ssh_host_ed25519_key',
    'AuthorizedKeysFile /etc/ssh/authorized_keys',
    'PermitRootLogin prohibit-password',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'UsePAM no',
    'UseDNS no',
    // OpenSSH's default key exchange costs ten times as much.
    'KexAlgorithms curve25519-sha256',
    'MaxStartups 200:30:400',
    'PrintMotd no',
    'PidFile /run/sshd.pid',
    'Subsystem sftp internal-sftp',
    '',
  ].join('\n');
}
