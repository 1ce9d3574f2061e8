import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import ssh2, { type Connection, type ServerChannel } from 'ssh2';

/** A key pair: the private key as a file has it, and the public one as authorized_keys and known_hosts have it. */
export interface KeyPair {
  readonly private: string;
  readonly public: string;
}

/** ssh2 now and then writes a key that it can't read itself; such a one is thrown away. */
export function makeKey(passphrase?: string): KeyPair {
  for (;;) {
    const key =
      passphrase === undefined
        ? ssh2.utils.generateKeyPairSync('ed25519')
        : ssh2.utils.generateKeyPairSync('ed25519', { passphrase, cipher: 'aes256-ctr', rounds: 4 });
    const readable = [ssh2.utils.parseKey(key.private, passphrase), ssh2.utils.parseKey(key.public)];
    if (!readable.some((parsed) => parsed instanceof Error)) return key;
  }
}

/** Writes a private key as OpenSSH wants it, and gives the file's name. */
export function writeKey(directory: string, name: string, key: KeyPair): string {
  const file = join(directory, name);
  mkdirSync(directory, { recursive: true });
  writeFileSync(file, key.private, { mode: 0o600 });
  writeFileSync(`${file}.pub`, key.public);
  return file;
}

interface ServerOptions {
  readonly hostKeys?: readonly KeyPair[];
  readonly authorized: readonly KeyPair[];
  /** What is done with a command; a shell of this machine runs it otherwise. */
  readonly exec?: (command: string, channel: ServerChannel, connection: Connection) => void;
  /** Refuse every channel. */
  readonly refuseSessions?: boolean;
}

export interface TestServer {
  readonly port: number;
  readonly hostKeys: readonly KeyPair[];
  /** Logins so far. */
  readonly logins: () => number;
  /** Cuts all connections. */
  cut(): void;
}

/** An SSH server in this process, for machines without sshd and for servers that misbehave. */
export async function startServer(
  t: Pick<ExecutionContext, 'teardown'>,
  options: ServerOptions,
): Promise<TestServer> {
  const hostKeys = options.hostKeys ?? [makeKey()];
  const authorized = new Set(options.authorized.map((key) => publicBlob(key)));
  const connections = new Set<Connection>();
  let logins = 0;
  const server = new ssh2.Server({ hostKeys: hostKeys.map((key) => key.private) }, (connection) => {
    connections.add(connection);
    connection.on('error', () => {});
    connection.on('close', () => connections.delete(connection));
    connection.on('authentication', (context) => {
      if (context.method !== 'publickey') return context.reject(['publickey']);
      if (!authorized.has(context.key.data.toString('base64'))) return context.reject(['publickey']);
      if (context.signature !== undefined) logins++;
      context.accept();
    });
    connection.on('session', (accept, reject) => {
      if (options.refuseSessions) return reject();
      accept().on('exec', (acceptExec, _reject, info) => {
        (options.exec ?? runHere)(info.command, acceptExec(), connection);
      });
    });
    connection.on('tcpip', (_accept, reject) => reject());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = (): void => {
    for (const connection of connections) connection.end();
  };
  t.teardown(() => {
    cut();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, hostKeys, logins: () => logins, cut };
}

const publicBlob = (key: KeyPair): string => {
  const parsed = ssh2.utils.parseKey(key.public);
  if (parsed instanceof Error) throw parsed;
  return parsed.getPublicSSH().toString('base64');
};

/** As sshd does it: the login shell runs the command. */
function runHere(command: string, channel: ServerChannel): void {
  const child = spawn('/bin/sh', ['-c', command], { detached: true });
  channel.pipe(child.stdin);
  child.stdin.on('error', () => {});
  child.stdout.pipe(channel, { end: false });
  child.stderr.pipe(channel.stderr, { end: false });
  const kill = (): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
  };
  channel.on('signal', kill);
  channel.on('close', kill);
  channel.on('error', () => {});
  child.on('close', (code, signal) => {
    if (signal === null) channel.exit(code ?? 0);
    else channel.exit(signal.replace('SIG', ''));
    channel.end();
  });
}
