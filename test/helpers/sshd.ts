import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
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
  const hostKey = makeKey();
  const userKey = makeKey();
  const hostKeyFile = writeKey(directory, 'host_key', hostKey);
  const identity = writeKey(directory, 'user_key', userKey);
  const authorized = join(directory, 'authorized_keys');
  writeFileSync(authorized, `${userKey.public}\n`, { mode: 0o600 });
  const knownHosts = join(directory, 'known_hosts');
  // Started by root, it wants this directory of its package.
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
  const config = (port: number): string =>
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
    ].join('\n');
  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    const file = join(directory, 'sshd_config');
    writeFileSync(file, config(port));
    writeFileSync(knownHosts, `[127.0.0.1]:${port} ${hostKey.public}\n`);
    const { child, log } = await listening(SSHD, file);
    if (child.exitCode === null) {
      // Its sessions are its children's children; they end with their connections.
      const stop = (): boolean => child.kill('SIGTERM');
      t.teardown(async () => {
        // It removes its own file from the directory that is removed next.
        if (stop()) await once(child, 'exit');
      });
      return { port, user: username, hostKey, knownHosts, identity, stop };
    }
    // Somebody may have taken the port since.
    if (attempt === 3 || !/address already in use/i.test(log)) throw new Error(`sshd did not start: ${log}`);
  }
}

/** Starts sshd and waits until it listens, or has ended. */
async function listening(sshd: string, config: string): Promise<{ child: ChildProcess; log: string }> {
  const child = spawn(sshd, ['-D', '-e', '-f', config], { stdio: ['ignore', 'ignore', 'pipe'] });
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => {
    log += chunk;
  });
  for (let attempt = 0; !/listening on/i.test(log) && child.exitCode === null; attempt++) {
    if (attempt > 3000) throw new Error(`sshd neither listens nor ends: ${log}`);
    await delay(20);
  }
  return { child, log };
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
