import { excerpt } from '../../facts/fact.ts';
import { quote } from '../quote.ts';
import { TransportError, type TransportErrorCode } from '../transport.ts';
import type { Attempts } from './authentication.ts';
import type { HostKey, HostKeyVerdict, KnownKeys } from './known-hosts.ts';
import type { Hop } from './route.ts';

/** How far a connection had come. */
export type Phase = 'tcp' | 'identification' | 'authentication';

/** The host and port, as messages have it. */
export const place = ({ host, port }: Hop): string =>
  host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;

const login = (hop: Hop): string => `${hop.user}@${place(hop)}`;

const seconds = (milliseconds: number): string => `${Math.max(1, Math.round(milliseconds / 1000))} s`;

const failure = (hop: Hop, code: TransportErrorCode, message: string, hint: string): TransportError =>
  new TransportError(code, message, [hint, ...hop.notes].join(' '));

/** The name or the network did not lead to a server. */
export function tcpError(hop: Hop, error: NodeJS.ErrnoException): TransportError {
  switch (error.code) {
    case 'ECONNREFUSED':
      return failure(
        hop,
        'refused',
        `${place(hop)} refused the connection: nothing listens there`,
        'Look whether the node runs sshd, and on which port: ss -tlnp.',
      );
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EAI_FAIL':
    case 'EAI_NODATA':
      return failure(
        hop,
        'unreachable',
        `the name ${hop.host} can't be resolved (${error.code})`,
        `Look whether it is spelt right: getent ahosts ${quote(hop.host)}.`,
      );
    default:
      return failure(
        hop,
        'unreachable',
        `${place(hop)} can't be reached: ${error.message}`,
        'Look whether the node is up, and for a firewall or a missing route in between.',
      );
  }
}

/** The connection did not come up in time. */
export function timeoutError(hop: Hop, phase: Phase, elapsed: number): TransportError {
  switch (phase) {
    case 'tcp':
      return failure(
        hop,
        'timeout',
        `${place(hop)} did not answer within ${seconds(elapsed)}`,
        'Look whether the node is up, and for a firewall that drops packets in between.',
      );
    case 'identification':
      return failure(
        hop,
        'timeout',
        `${place(hop)} accepted the connection and was not ready for a login within ${seconds(elapsed)}`,
        'Look whether sshd listens on this port, and whether the node is overloaded.',
      );
    case 'authentication':
      return failure(
        hop,
        'timeout',
        `the login ${login(hop)} was not answered within ${seconds(elapsed)}`,
        'Look whether the node is overloaded, or waits for a directory or name service.',
      );
  }
}

/** The connection came up and ended before the login. */
export function handshakeError(
  hop: Hop,
  phase: Phase,
  error: Error,
  said: string,
  attempts: Attempts,
): TransportError {
  if (phase === 'authentication') return authError(hop, error, attempts);
  if (said !== '' && !/^SSH-/m.test(said)) {
    return failure(
      hop,
      'unreachable',
      `${place(hop)} speaks no SSH: it said ${JSON.stringify(excerpt(said, 100))}`,
      'Look whether the port is right.',
    );
  }
  if (/no matching/i.test(error.message)) {
    return failure(
      hop,
      'unreachable',
      `${place(hop)} and dpu-doctor have no algorithm in common: ${error.message}`,
      'Allow curve25519-sha256, aes128-gcm@openssh.com and an ed25519, ECDSA or RSA host key in its sshd_config.',
    );
  }
  return failure(
    hop,
    'closed',
    `${place(hop)} ended the connection ${said === '' ? 'without a word' : 'before the login'}: ${error.message}`,
    'Look into the log of sshd: it drops connections over MaxStartups (lower --concurrency) and those it bans.',
  );
}

function authError(hop: Hop, error: Error, attempts: Attempts): TransportError {
  const tried = attempts.tried.length > 0 ? attempts.tried.join(', ') : 'no key';
  const problems = attempts.problems.length > 0 ? `; ${attempts.problems.join('; ')}` : '';
  const methods = attempts.methods.length > 0 ? ` The server takes ${attempts.methods.join(', ')}.` : '';
  if (attempts.locked) {
    return failure(
      hop,
      'key-unusable',
      `the login ${login(hop)} failed with ${tried}${problems}`,
      'Add the key to an agent (ssh-add FILE), or give its passphrase when asked or in DPU_DOCTOR_SSH_PASSPHRASE.',
    );
  }
  if (/authentication methods failed|too many authentication/i.test(error.message)) {
    return failure(
      hop,
      'auth-failed',
      `the login ${login(hop)} was refused with ${tried}${problems}`,
      `Give the right user and key (--identity FILE), and try them: ssh -p ${hop.port} ${quote(`${hop.user}@${hop.host}`)} true.${methods}`,
    );
  }
  return failure(
    hop,
    'auth-failed',
    `${place(hop)} ended the connection while ${hop.user} logged in: ${error.message} (tried ${tried}${problems})`,
    'Look into the log of sshd: it ends a login after MaxAuthTries keys, and those of users it does not allow.',
  );
}

/** The server's key is not the one that is known. */
export function hostKeyError(
  hop: Hop,
  known: KnownKeys,
  { type, fingerprint }: HostKey,
  verdict: HostKeyVerdict,
  jump: Hop | undefined,
): TransportError {
  const name = hop.hostKeyAlias ?? hop.host;
  const entry = hop.port === 22 ? name : `[${name}]:${hop.port}`;
  const file = hop.knownHostsFiles[0] ?? '~/.ssh/known_hosts';
  if (verdict.kind === 'changed') {
    return failure(
      hop,
      'host-key-changed',
      `the host key of ${place(hop)} has changed: it shows ${type} ${fingerprint}, and ${verdict.place} has another`,
      `Somebody may stand in between, or the node was installed anew. If it was, forget the old key: ssh-keygen -f ${quote(fileOf(verdict.place))} -R ${quote(entry)}.`,
    );
  }
  if (verdict.kind === 'revoked') {
    return failure(
      hop,
      'host-key-changed',
      `the host key of ${place(hop)} is revoked: ${type} ${fingerprint} is marked @revoked in ${verdict.place}`,
      'Do not log in: whoever shows this key may not be the node. Ask whoever revoked it.',
    );
  }
  const others = [...new Set(known.keys.map((key) => key.type))];
  const other = others.length > 0 ? ` (only ${others.join(', ')} is known of it)` : '';
  const authority =
    known.authorities.length > 0
      ? ` Certificates of host keys (@cert-authority, ${known.authorities.join(', ')}) are not supported.`
      : '';
  const add =
    jump === undefined
      ? `ssh-keyscan -p ${hop.port} -t ${keyscanType(type)} ${quote(hop.host)} >> ${quote(file)}`
      : `ssh -o UserKnownHostsFile=${quote(file)} -J ${quote(`${jump.user}@${place(jump)}`)} -p ${hop.port} ${quote(`${hop.user}@${hop.host}`)} true`;
  return failure(
    hop,
    'host-key-unknown',
    `the host key of ${place(hop)} is not known: ${type} ${fingerprint}${other}`,
    `Compare it with the node's own (there: ssh-keygen -lf /etc/ssh/ssh_host_${keyscanType(type)}_key.pub), then add it: ${add}.${authority}`,
  );
}

const keyscanType = (type: string): string =>
  type.startsWith('ecdsa') ? 'ecdsa' : type === 'ssh-rsa' ? 'rsa' : 'ed25519';

const fileOf = (fileAndLine: string): string => fileAndLine.replace(/:\d+$/, '');

/** The server, or a jump host, opened no channel. */
export function channelError(hop: Hop, error: Error & { reason?: unknown }, jump?: Hop): TransportError {
  if (jump === undefined) {
    return failure(
      hop,
      'channel-refused',
      `${place(hop)} accepted the login of ${hop.user} and let it run nothing: ${error.message}`,
      'Look at MaxSessions, ForceCommand and restrictions of the key in sshd_config and authorized_keys.',
    );
  }
  // SSH_OPEN_ADMINISTRATIVELY_PROHIBITED of RFC 4254, section 5.1.
  const prohibited = error.reason === 1;
  return failure(
    hop,
    prohibited ? 'channel-refused' : /refused/i.test(error.message) ? 'refused' : 'unreachable',
    `the jump host ${place(jump)} did not connect to ${place(hop)}: ${error.message}`,
    prohibited
      ? 'Allow it there: AllowTcpForwarding and PermitOpen in sshd_config.'
      : `Try it from the jump host: ssh -p ${hop.port} ${quote(`${hop.user}@${hop.host}`)} true.`,
  );
}

/** The connection broke while a command ran. */
export const closedError = (hop: Hop): TransportError =>
  failure(
    hop,
    'closed',
    `the connection to ${place(hop)} was cut before the command was done`,
    'Look whether the node was restarted, and for an out-of-memory kill of sshd; then try again.',
  );
