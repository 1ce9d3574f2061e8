import { homedir, hostname, userInfo } from 'node:os';
import type { SshSettings } from '../access.ts';
import { TransportError } from '../transport.ts';
import { configFiles, expandHome, type HostConfig, readHostConfig } from './config.ts';
import type { SshOptions } from './options.ts';

/** One host on the way to a node: a jump host, or the node itself. All that OpenSSH's configuration has to say is in. */
export interface Hop {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** The name that known_hosts files have for it. */
  readonly hostKeyAlias: string | undefined;
  readonly identityFiles: readonly IdentityFile[];
  /** Of the agent's keys only those that identityFiles name. */
  readonly identitiesOnly: boolean;
  /** The agent's socket. */
  readonly agent: string | undefined;
  readonly knownHostsFiles: readonly string[];
  /** For the way up to the login, in milliseconds. */
  readonly connectTimeout: number;
  /** What the configuration asks for and we do not do, for the hint of an error. */
  readonly notes: readonly string[];
}

export interface IdentityFile {
  readonly file: string;
  /** Named by the user for this very purpose: it is an error where it can't be used. */
  readonly required: boolean;
}

const DEFAULT_IDENTITIES = ['~/.ssh/id_ed25519', '~/.ssh/id_ecdsa', '~/.ssh/id_rsa'];
const DEFAULT_KNOWN_HOSTS = ['~/.ssh/known_hosts', '~/.ssh/known_hosts2'];
const GLOBAL_KNOWN_HOSTS = ['/etc/ssh/ssh_known_hosts', '/etc/ssh/ssh_known_hosts2'];
const DEFAULT_CONNECT_TIMEOUT = 15_000;
const MAX_HOPS = 8;

/**
 * The hosts on the way to a node, the first one to connect to first, the node last.
 *
 * @throws {TransportError} where names can't be used, or the configuration asks for a way that is not supported.
 */
export function routeTo(settings: SshSettings, options: SshOptions): readonly Hop[] {
  const home = options.env?.['HOME'] ?? homedir();
  return routeOf(settings, options, home, 0);
}

function routeOf(settings: SshSettings, options: SshOptions, home: string, depth: number): Hop[] {
  if (depth > MAX_HOPS) {
    throw new TransportError(
      'configuration',
      `the way to ${settings.address} takes more than ${MAX_HOPS} jump hosts`,
      'Look for jump hosts that need each other: ProxyJump in the SSH configuration.',
    );
  }
  const config = readHostConfig(configFiles(options.configFile, home), settings.address, home);
  const hop = makeHop(settings, options, config, home);
  const jumps = parseJumps(settings.proxyJump ?? config.get('proxyjump').join(','));
  const last = jumps.pop();
  // A pattern that matches the jump host too must not send it to itself.
  const itself =
    last !== undefined &&
    [settings.address, hop.host].includes(last.address) &&
    (last.port ?? hop.port) === hop.port;
  if (itself) return [hop];
  if (last === undefined) {
    refuseProxyCommand(settings, config);
    return [hop];
  }
  const shared = settings.knownHostsFile === undefined ? {} : { knownHostsFile: settings.knownHostsFile };
  // The jump hosts before it are its own way there; without any, its own configuration may name some.
  const before = jumps.map(formatJump).join(',');
  const way = { ...last, ...shared, ...(before !== '' && { proxyJump: before }) };
  return [...routeOf(way, options, home, depth + 1), hop];
}

function makeHop(settings: SshSettings, options: SshOptions, config: HostConfig, home: string): Hop {
  const first = (keyword: string): string | undefined => config.get(keyword)[0];
  const env = options.env ?? process.env;
  const local = userInfo().username;
  const user = settings.user ?? first('user') ?? local;
  const host = checkHost(
    (first('hostname') ?? settings.address).replace(/%([h%])/g, (_, token) =>
      token === 'h' ? settings.address : '%',
    ),
  );
  const port = settings.port ?? checkPort(first('port') ?? '22', settings.address);
  checkUser(user, settings.address);

  const tokens: Readonly<Record<string, string>> = {
    '%': '%',
    d: home,
    h: host,
    n: settings.address,
    p: String(port),
    r: user,
    u: local,
    L: hostname().split('.')[0] ?? '',
    l: hostname(),
  };
  const expand = (path: string): string =>
    expandHome(path, home)
      .replace(/\$\{(\w+)\}/g, (_, name: string) => env[name] ?? '')
      .replace(/%(.)/g, (token, letter: string) => tokens[letter] ?? token);

  const named = [settings.identityFile, options.identityFile].filter((file) => file !== undefined);
  const configured = config.get('identityfile').filter((file) => file !== 'none');
  const defaults = named.length === 0 && config.get('identityfile').length === 0 ? DEFAULT_IDENTITIES : [];
  const identityFiles = [
    ...named.map((file) => ({ file: expand(file), required: true })),
    ...[...configured, ...defaults].map((file) => ({ file: expand(file), required: false })),
  ];
  const knownHosts = settings.knownHostsFile ?? options.knownHostsFile;
  const userFiles = config.get('userknownhostsfile');
  const globalFiles = config.get('globalknownhostsfile');
  const knownHostsFiles =
    knownHosts === undefined
      ? [
          ...(userFiles.length > 0 ? userFiles : DEFAULT_KNOWN_HOSTS),
          ...(globalFiles.length > 0 ? globalFiles : GLOBAL_KNOWN_HOSTS),
        ]
      : [knownHosts];
  const timeout = Number(first('connecttimeout'));
  return {
    host,
    port,
    user,
    hostKeyAlias: first('hostkeyalias'),
    identityFiles,
    identitiesOnly: first('identitiesonly')?.toLowerCase() === 'yes',
    agent: agentSocket(first('identityagent'), env, expand),
    knownHostsFiles: knownHostsFiles.filter((file) => file !== 'none').map(expand),
    connectTimeout: options.connectTimeout ?? (timeout > 0 ? timeout * 1000 : DEFAULT_CONNECT_TIMEOUT),
    notes: notes(config),
  };
}

function agentSocket(
  configured: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
  expand: (path: string) => string,
): string | undefined {
  if (configured === 'none') return undefined;
  const socket = configured === undefined || configured === 'SSH_AUTH_SOCK' ? '$SSH_AUTH_SOCK' : configured;
  return (
    (socket.startsWith('$') && !socket.startsWith('${') ? env[socket.slice(1)] : expand(socket)) || undefined
  );
}

function notes(config: HostConfig): string[] {
  const strict = config.get('stricthostkeychecking')[0]?.toLowerCase();
  return [
    ...(config.matchBlocks.length > 0
      ? [`Match blocks are not evaluated (${config.matchBlocks.join(', ')}).`]
      : []),
    ...(strict !== undefined && ['no', 'off', 'accept-new'].includes(strict)
      ? [
          `StrictHostKeyChecking ${strict} in the SSH configuration is not followed, only --accept-any-host-key is.`,
        ]
      : []),
  ];
}

function refuseProxyCommand(settings: SshSettings, config: HostConfig): void {
  const proxyCommand = config.get('proxycommand').join(' ');
  if (proxyCommand === '' || proxyCommand === 'none' || settings.proxyJump === 'none') return;
  throw new TransportError(
    'configuration',
    `the SSH configuration gives ${settings.address} a ProxyCommand, which is not supported`,
    'Use ProxyJump for it, in the SSH configuration or the inventory.',
  );
}

type Jump = Pick<SshSettings, 'address' | 'port' | 'user'>;

/** `[user@]host[:port]` or an `ssh://` address, several with commas. */
function parseJumps(text: string): Jump[] {
  if (text === '' || text.toLowerCase() === 'none') return [];
  return text.split(',').map((jump) => {
    const match =
      /^(?:ssh:\/\/)?(?:([^@]*)@)?(\[[^\]]+\]|[^:]+|[^[\]]*:[^[\]]*:[^[\]]*?)(?::(\d+))?\/?$/.exec(
        jump.trim(),
      );
    const address = match?.[2]?.replace(/^\[|\]$/g, '');
    if (match === null || address === undefined) {
      throw new TransportError(
        'configuration',
        `${JSON.stringify(jump)} names no jump host`,
        'Write it as user@host:port, several with commas.',
      );
    }
    return {
      address,
      ...(match[1] && { user: match[1] }),
      ...(match[3] !== undefined && { port: checkPort(match[3], address) }),
    };
  });
}

const formatJump = ({ address, port, user }: Jump): string =>
  `${user === undefined ? '' : `${user}@`}[${address}]${port === undefined ? '' : `:${port}`}`;

/** Names that no resolver knows, or that would be options of a program in a pasted command. */
function checkHost(host: string): string {
  if (/^[\p{L}\p{N}_:.%-]{1,253}$/u.test(host) && !host.startsWith('-')) return host;
  throw new TransportError(
    'configuration',
    `${JSON.stringify(host)} is no host name or address`,
    'Give a name or address of letters, digits, dots, colons and hyphens.',
  );
}

function checkUser(user: string, address: string): void {
  if (/^[^\s\p{Cc}'"`$;&|<>(){}\\-][^\s\p{Cc}'"`$;&|<>(){}]{0,255}\$?$/u.test(user)) return;
  throw new TransportError(
    'configuration',
    `${JSON.stringify(user)} is no user name to log in to ${address} with`,
    'Give a user name without white space and characters that a shell reads.',
  );
}

function checkPort(text: string, address: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  throw new TransportError(
    'configuration',
    `${JSON.stringify(text)} is no port of ${address}`,
    'Give a number from 1 to 65535.',
  );
}
