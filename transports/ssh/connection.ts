import { connect as connectTcp, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { CipherAlgorithm, Client, KexAlgorithm } from 'ssh2';
import type { TransportError } from '../transport.ts';
import { authentication } from './authentication.ts';
import { channelError, handshakeError, hostKeyError, type Phase, tcpError, timeoutError } from './errors.ts';
import {
  type HostKey,
  type HostKeyVerdict,
  hostKeyAlgorithms,
  judgeHostKey,
  lookupHost,
  readHostKey,
} from './known-hosts.ts';
import type { SshOptions } from './options.ts';
import type { Hop } from './route.ts';
import { Client as SshClient } from './ssh2.ts';

/** A login on a node, by way of its jump hosts. */
export interface Connection {
  readonly client: Client;
  /** Resolves when it has ended, from either side. */
  readonly closed: Promise<void>;
  close(): void;
}

const KEX: KexAlgorithm[] = [
  'curve25519-sha256',
  'curve25519-sha256@libssh.org',
  'ecdh-sha2-nistp256',
  'ecdh-sha2-nistp384',
  'ecdh-sha2-nistp521',
  'diffie-hellman-group-exchange-sha256',
  'diffie-hellman-group14-sha256',
  'diffie-hellman-group16-sha512',
  'diffie-hellman-group18-sha512',
];

const CIPHERS: CipherAlgorithm[] = [
  'aes128-gcm@openssh.com',
  'aes256-gcm@openssh.com',
  'chacha20-poly1305@openssh.com',
  'aes128-ctr',
  'aes192-ctr',
  'aes256-ctr',
];

/** @throws {TransportError} */
export async function openConnection(
  route: readonly Hop[],
  options: SshOptions,
  signal: AbortSignal,
): Promise<Connection> {
  const clients: Client[] = [];
  const close = (): void => {
    for (const client of clients.toReversed()) client.destroy();
  };
  try {
    let through: { readonly client: Client; readonly hop: Hop } | undefined;
    for (const hop of route) {
      const timer = new Stopwatch(hop, signal);
      try {
        const stream: Duplex =
          through === undefined
            ? await openTcp(hop, timer)
            : await openForward(through.client, through.hop, hop, timer);
        const client = await login(stream, hop, options, timer, through?.hop);
        clients.push(client);
        through = { client, hop };
      } finally {
        timer.stop();
      }
    }
    if (through === undefined) throw new TypeError('a route has at least one host');
    const { client } = through;
    const closed = new Promise<void>((resolve) => {
      client.once('close', () => resolve());
    });
    return { client, closed, close };
  } catch (error) {
    close();
    throw error;
  }
}

/** Ends a connection that takes too long to come up, and knows what it was waiting for. */
class Stopwatch {
  phase: Phase = 'tcp';
  readonly failed: Promise<never>;
  readonly #started = Date.now();
  readonly #signal: AbortSignal;
  readonly #hop: Hop;
  #timer: NodeJS.Timeout | undefined;
  #fail: (error: TransportError) => void = () => {};
  readonly #abort = (): void => this.#fail(timeoutError(this.#hop, this.phase, Date.now() - this.#started));

  constructor(hop: Hop, signal: AbortSignal) {
    this.#hop = hop;
    this.#signal = signal;
    this.failed = new Promise((_, reject) => {
      this.#fail = reject;
    });
    this.failed.catch(() => {});
    signal.addEventListener('abort', this.#abort, { once: true });
    if (signal.aborted) this.#abort();
    this.resume();
  }

  /** Time runs again. */
  resume(): void {
    this.#timer = setTimeout(this.#abort, this.#hop.connectTimeout);
  }

  /** No time runs while somebody is asked for a passphrase. */
  pause(): void {
    clearTimeout(this.#timer);
  }

  stop(): void {
    this.pause();
    this.#signal.removeEventListener('abort', this.#abort);
  }
}

async function openTcp(hop: Hop, timer: Stopwatch): Promise<Socket> {
  // ssh2 leaves Nagle's algorithm on, which makes a handshake take four times as long.
  const socket = connectTcp({ host: hop.host, port: hop.port, noDelay: true });
  const connected = new Promise<Socket>((resolve, reject) => {
    socket.once('connect', () => resolve(socket));
    socket.once('error', (error) => reject(tcpError(hop, error)));
  });
  try {
    return await Promise.race([connected, timer.failed]);
  } catch (error) {
    connected.catch(() => {});
    socket.on('error', () => {});
    socket.destroy();
    throw error;
  }
}

async function openForward(client: Client, jump: Hop, hop: Hop, timer: Stopwatch): Promise<Duplex> {
  const opened = new Promise<Duplex>((resolve, reject) => {
    client.forwardOut('127.0.0.1', 0, hop.host, hop.port, (error, stream) => {
      if (error === undefined) resolve(stream);
      else reject(channelError(hop, error, jump));
    });
  });
  opened.catch(() => {});
  return Promise.race([opened, timer.failed]);
}

async function login(
  stream: Duplex,
  hop: Hop,
  options: SshOptions,
  timer: Stopwatch,
  jump: Hop | undefined,
): Promise<Client> {
  const known = lookupHost(hop.knownHostsFiles, hop.hostKeyAlias ?? hop.host, hop.port);
  const attempts = await authentication(hop, options, timer).catch((error: unknown) => {
    stream.destroy();
    throw error;
  });
  const client = new SshClient();
  let refused: { readonly verdict: HostKeyVerdict; readonly key: HostKey } | undefined;
  let said = '';
  const listen = (chunk: Buffer): void => {
    if (said.length < 256) said += chunk.toString('latin1', 0, 256);
  };
  // ssh2 begins to listen a little later than it connects; what anybody heard before that would be lost to it.
  const listenAlong = (event: string | symbol): void => {
    if (event === 'data') stream.off('newListener', listenAlong).on('data', listen);
  };
  const loggedIn = new Promise<Client>((resolve, reject) => {
    const fail = (error: Error & { level?: string }): void => {
      // The agent is one way to log in; the others are still tried.
      if (error.level === 'agent') attempts.note(`the agent: ${error.message}`);
      else if (refused !== undefined) reject(hostKeyError(hop, known, refused.key, refused.verdict, jump));
      else reject(handshakeError(hop, timer.phase, error, said, attempts));
    };
    client.on('error', fail);
    client.on('close', () => fail(new Error('the connection was closed')));
    client.on('handshake', () => {
      timer.phase = 'authentication';
    });
    client.once('ready', () => resolve(client));
  });
  loggedIn.catch(() => {});
  timer.phase = 'identification';
  try {
    stream.on('newListener', listenAlong);
    client.connect({
      sock: stream,
      username: hop.user,
      readyTimeout: 0,
      authHandler: attempts.next,
      algorithms: {
        // The cheapest first; the rest for old servers. OpenSSH's sntrup761 costs ten times as much, and ssh2 lacks it.
        kex: KEX,
        cipher: CIPHERS,
        compress: ['none'],
        serverHostKey: hostKeyAlgorithms(known),
      },
      hostVerifier: (wire: Buffer) => {
        const key = readHostKey(wire);
        const verdict = judgeHostKey(known, key);
        if (verdict.kind === 'known' || options.insecure === 'accept-any-host-key') return true;
        refused = { verdict, key };
        return false;
      },
    });
    return await Promise.race([loggedIn, timer.failed]);
  } catch (error) {
    client.destroy();
    stream.destroy();
    throw error;
  } finally {
    stream.off('newListener', listenAlong).off('data', listen);
  }
}
