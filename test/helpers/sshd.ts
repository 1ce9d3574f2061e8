import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ExecutionContext } from 'ava';
import { type KeyPair, makeKey, writeKey } from './ssh-server.ts';

const SSHD = ['/usr/sbin/sshd', '/usr/local/sbin/sshd'].find(existsSync);

/** Why there is no real sshd for a test; undefined where there is one. */
export const noSshd: string | undefined =
  SSHD === undefined ? 'OpenSSH server is not installed (Debian: openssh-server)' : undefined;

export interface Sshd {
  readonly port: number;
  readonly user: string;
  readonly hostKey: KeyPair;
  readonly knownHosts: string;
  readonly identity: string;
  readonly stop: () => void;
}

/** OpenSSH's server on a port of the loopback interface, with keys and configuration of its own; it needs no root. */
export async function startSshd(
  t: Pick<ExecutionContext, 'teardown'>,
  directory: string,
  settings: readonly string[] = [],
): Promise<Sshd> {
  if (SSHD === undefined) throw new Error(noSshd);
  const { username } = userInfo();
  const port = await freePort();
  const hostKey = makeKey();
  const userKey = makeKey();
  const hostKeyFile = writeKey(directory, 'host_key', hostKey);
  const identity = writeKey(directory, 'user_key', userKey);
  const authorized = join(directory, 'authorized_keys');
  writeFileSync(authorized, `${userKey.public}\n`, { mode: 0o600 });
  const knownHosts = join(directory, 'known_hosts');
  writeFileSync(knownHosts, `[127.0.0.1]:${port} ${hostKey.public}\n`);
  const config = join(directory, 'sshd_config');
  writeFileSync(
    config,
    [
      // The first value of a keyword counts.
      ...settings,
      `ListenAddress 127.0.0.1:${port}`,
      `HostKey ${hostKeyFile}`,
      `AuthorizedKeysFile ${authorized}`,
      `PidFile ${join(directory, 'pid')}`,
      'StrictModes no',
      'UsePAM no',
      'PasswordAuthentication no',
      'KbdInteractiveAuthentication no',
      'PermitRootLogin yes',
      'MaxStartups 100',
      '',
    ].join('\n'),
  );
  // Started by root, it wants this directory of its package.
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
  const child = spawn(SSHD, ['-D', '-e', '-f', config], { stdio: ['ignore', 'ignore', 'pipe'] });
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => {
    log += chunk;
  });
  const stop = (): void => {
    // Its sessions are its children's children; they end with their connections.
    child.kill('SIGTERM');
  };
  t.teardown(stop);
  for (let attempt = 0; !/listening on/i.test(log); attempt++) {
    if (child.exitCode !== null || attempt > 3000) throw new Error(`sshd did not start: ${log}`);
    await delay(20);
  }
  return { port, user: username, hostKey, knownHosts, identity, stop };
}

/** A program that this machine may not have. */
export const hasProgram = (name: string): boolean =>
  spawnSync('sh', ['-c', `command -v "$1"`, 'sh', name]).status === 0;

export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
