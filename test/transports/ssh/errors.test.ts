import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import type { ServerChannel } from 'ssh2';
import { command } from '../../../facts/sources.ts';
import type { SshSettings } from '../../../transports/access.ts';
import { connect } from '../../../transports/connect.ts';
import type { SshOptions } from '../../../transports/ssh/options.ts';
import { TransportError, type TransportErrorCode } from '../../../transports/transport.ts';
import { said, unhurried } from '../../helpers/asking.ts';
import { type KeyPair, makeKey, startServer, type TestServer, writeKey } from '../../helpers/ssh-server.ts';
import { freePort, hasProgram, noSshd, startSshd } from '../../helpers/sshd.ts';
import { startCuttingProxy, startTcpServer } from '../../helpers/tcp-server.ts';
import { temporaryDirectory } from '../../helpers/temporary.ts';

const ONE = command(['echo', 'one']);
const MUCH = command(['head', '-c', '400000', '/dev/zero']);
const USER_KEY = makeKey();
const HOST_KEY = makeKey();

/** A server in this process, and the settings with which it lets a client in. */
interface Bench {
  readonly directory: string;
  readonly server: TestServer;
  readonly settings: SshSettings;
  readonly options: SshOptions;
}

async function bench(
  t: ExecutionContext,
  given: Partial<Parameters<typeof startServer>[1]> = {},
): Promise<Bench> {
  const directory = temporaryDirectory(t);
  const server = await startServer(t, { authorized: [USER_KEY], hostKeys: [HOST_KEY], ...given });
  const knownHostsFile = writeKnownHosts(directory, server.port, HOST_KEY);
  return {
    directory,
    server,
    settings: { address: '127.0.0.1', port: server.port, user: 'tester' },
    options: {
      configFile: '/dev/null',
      env: { HOME: directory },
      identityFile: writeKey(directory, 'key', USER_KEY),
      knownHostsFile,
      connectTimeout: 60_000,
    },
  };
}

function writeKnownHosts(directory: string, port: number, key: KeyPair): string {
  const file = join(directory, 'known_hosts');
  writeFileSync(file, `[127.0.0.1]:${port} ${key.public}\n`);
  return file;
}

async function ask(settings: SshSettings, ssh: SshOptions, source = ONE) {
  const node = connect({ kind: 'ssh', ssh: settings }, { ssh });
  try {
    return await node.ask([source], unhurried());
  } finally {
    await node.close();
  }
}

/** Asks a node that can't be asked, and expects this error with these words in message and hint. */
async function fails(
  t: ExecutionContext,
  asked: Promise<unknown>,
  code: TransportErrorCode,
  message: RegExp,
  hint: RegExp,
): Promise<void> {
  const error = await asked.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof TransportError))
    throw new Error(`a TransportError was expected, not ${String(error)}`);
  t.is(error.code, code, error.message);
  t.regex(error.message, message);
  t.regex(error.hint, hint);
}

test('with the right key and a known host, a node answers', async (t) => {
  const { settings, options } = await bench(t);
  t.is(said(await ask(settings, options), ONE), 'one\n');
});

test('an unknown host key', async (t) => {
  const { settings, options, directory } = await bench(t);
  const nobody = { ...options, knownHostsFile: join(directory, 'none') };
  await fails(
    t,
    ask(settings, nobody),
    'host-key-unknown',
    /is not known: ssh-ed25519 SHA256:[\w+/]{43}$/,
    /ssh-keyscan -p \d+ -t ed25519 127\.0\.0\.1 >> \S+\/none\./,
  );
  t.is(said(await ask(settings, { ...nobody, insecure: 'accept-any-host-key' }), ONE), 'one\n');
});

test('StrictHostKeyChecking no in the configuration accepts no unknown key', async (t) => {
  const { settings, options, directory } = await bench(t);
  const configFile = join(directory, 'config');
  writeFileSync(configFile, 'StrictHostKeyChecking no\n');
  const nobody = { ...options, configFile, knownHostsFile: join(directory, 'none') };
  await fails(
    t,
    ask(settings, nobody),
    'host-key-unknown',
    /not known/,
    /StrictHostKeyChecking no .* not followed/,
  );
});

test('a changed host key', async (t) => {
  const { settings, options, directory, server } = await bench(t);
  const knownHostsFile = writeKnownHosts(directory, server.port, makeKey());
  await fails(
    t,
    ask(settings, { ...options, knownHostsFile }),
    'host-key-changed',
    /has changed: .*known_hosts:1 has another/,
    /ssh-keygen -f \S+ -R '\[127\.0\.0\.1\]:\d+'/,
  );
});

test('a revoked host key', async (t) => {
  const { settings, options } = await bench(t);
  writeFileSync(options.knownHostsFile ?? '', `@revoked * ${HOST_KEY.public}\n`);
  await fails(t, ask(settings, options), 'host-key-changed', /revoked/, /Do not log in/);
});

test('a key that the node does not accept', async (t) => {
  const { settings, options, directory } = await bench(t);
  const identityFile = writeKey(directory, 'wrong', makeKey());
  await fails(
    t,
    ask(settings, { ...options, identityFile }),
    'auth-failed',
    /tester@127\.0\.0\.1:\d+ was refused with \S+\/wrong/,
    /ssh -p \d+ tester@127\.0\.0\.1 true.*takes publickey/,
  );
});

test('no key at all', async (t) => {
  const { settings, options } = await bench(t);
  const { identityFile: _, ...without } = options;
  await fails(t, ask(settings, without), 'auth-failed', /refused with no key/, /--identity/);
});

test('a key file that is not there, or is no key', async (t) => {
  const { settings, options, directory } = await bench(t);
  const file = join(directory, 'garbage');
  await fails(
    t,
    ask(settings, { ...options, identityFile: file }),
    'key-unusable',
    /garbage can't be used: it does not exist/,
    /private key/,
  );
  writeFileSync(file, 'no key at all\n');
  await fails(
    t,
    ask(settings, { ...options, identityFile: file }),
    'key-unusable',
    /garbage can't be used: /,
    /ssh-keygen/,
  );
});

test('an encrypted key needs its passphrase', async (t) => {
  const key = makeKey('opensesame');
  const { settings, options, directory } = await bench(t, { authorized: [key] });
  const locked = { ...options, identityFile: writeKey(directory, 'locked', key) };
  await fails(
    t,
    ask(settings, locked),
    'key-unusable',
    /locked is encrypted and nobody gave its passphrase/,
    /ssh-add.*DPU_DOCTOR_SSH_PASSPHRASE/,
  );
  await fails(
    t,
    ask(settings, { ...locked, passphrase: async () => 'wrong' }),
    'key-unusable',
    /locked can't be decrypted/,
    /ssh-add/,
  );
  t.is(said(await ask(settings, { ...locked, passphrase: async () => 'opensesame' }), ONE), 'one\n');
});

test('a wrong key of the configuration does not stand in the way of a right one', async (t) => {
  const { settings, options, directory } = await bench(t);
  const configFile = join(directory, 'config');
  writeFileSync(
    configFile,
    `IdentityFile ${writeKey(directory, 'wrong', makeKey())}\nIdentityFile ${directory}/missing\n`,
  );
  t.is(said(await ask(settings, { ...options, configFile }), ONE), 'one\n');
});

test('nothing listens', async (t) => {
  const { settings, options } = await bench(t);
  await fails(
    t,
    ask({ ...settings, port: await freePort() }, options),
    'refused',
    /refused the connection/,
    /sshd/,
  );
});

test('a name that nobody knows', async (t) => {
  const { settings, options } = await bench(t);
  await fails(
    t,
    ask({ ...settings, address: 'no-such-node.invalid' }, options),
    'unreachable',
    /no-such-node\.invalid can't be resolved/,
    /getent/,
  );
});

test('a host that accepts and says nothing', async (t) => {
  const { settings, options } = await bench(t);
  const port = await startTcpServer(t, () => {});
  await fails(
    t,
    ask({ ...settings, port }, { ...options, connectTimeout: 300 }),
    'timeout',
    /accepted the connection and was not ready/,
    /overloaded/,
  );
});

test('a host that speaks something else', async (t) => {
  const { settings, options } = await bench(t);
  const port = await startTcpServer(t, (socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n\u001b[31m'));
  await fails(
    t,
    ask({ ...settings, port }, options),
    'unreachable',
    /speaks no SSH: it said "HTTP\/1\.1 400 Bad Request.*\\u001b/,
    /port/,
  );
});

test('a host that floods instead of a greeting', async (t) => {
  const { settings, options } = await bench(t);
  const port = await startTcpServer(t, (socket) => {
    const flood = (): void => {
      while (socket.writable && socket.write('x'.repeat(65_536)));
    };
    socket.on('drain', flood);
    flood();
  });
  await fails(t, ask({ ...settings, port }, options), 'unreachable', /speaks no SSH/, /port/);
});

test('a host that ends the connection at once', async (t) => {
  const { settings, options } = await bench(t);
  const port = await startTcpServer(t, (socket) => socket.end());
  await fails(
    t,
    ask({ ...settings, port }, options),
    'closed',
    /ended the connection without a word/,
    /MaxStartups/,
  );
});

test('a connection that is cut anywhere is an error of that node, and never an answer', async (t) => {
  const { settings, options, server, directory } = await bench(t);
  const outcomes: string[] = [];
  for (const bytes of [1, 30, 700, 1200, 2500, 3000, 4000, 60_000]) {
    const port = await startCuttingProxy(t, server.port, bytes);
    const knownHostsFile = writeKnownHosts(directory, port, HOST_KEY);
    const outcome = await ask({ ...settings, port }, { ...options, knownHostsFile }, MUCH).then(
      (answers) => said(answers, MUCH) ?? 'none',
      (error: unknown) => (error instanceof TransportError ? error.code : String(error)),
    );
    outcomes.push(outcome.slice(0, 40));
  }
  t.deepEqual(
    outcomes.filter((outcome) => !['closed', 'unreachable', 'auth-failed'].includes(outcome)),
    [],
  );
  t.is(outcomes.at(-1), 'unreachable');
});

test('a server that dies in mid-answer', async (t) => {
  const { settings, options } = await bench(t, {
    exec: (_command, channel, connection) => {
      channel.once('data', (script: Buffer) => {
        const mark = /^mark=(\S+)$/m.exec(String(script))?.[1];
        channel.write(`\n${mark} H 1\n\n${mark} B 0\nhalf an answ`);
        setTimeout(() => connection.end(), 50);
      });
    },
  });
  const outcome = (await ask(settings, options)).get(ONE);
  t.like(outcome, { ok: false, failure: { code: 'unreachable' } });
  t.regex(outcome?.ok === false ? outcome.failure.message : '', /was cut before the command was done/);
});

test('a server that lets nobody run anything', async (t) => {
  const { settings, options } = await bench(t, { refuseSessions: true });
  await fails(
    t,
    ask(settings, options),
    'channel-refused',
    /accepted the login of tester and let it run nothing/,
    /MaxSessions/,
  );
});

/** A login shell that prints instead of running a command. */
const printing =
  (text: string, exitCode: number) =>
  (_command: string, channel: ServerChannel): void => {
    channel.on('error', () => {});
    channel.write(text);
    channel.exit(exitCode);
    channel.end();
  };

for (const [name, text, exitCode] of [
  ['nologin', 'This account is currently not available.\n', 1],
  ['a network device', "% Invalid input detected at '^' marker.\r\n", 0],
  ['a menu with colours', '\u001b[2J\u001b[31m1) Reboot\u001b[0m\n', 0],
  ['bytes that are no text', '\u00ff\u00fe\0\u0001', 0],
] as const) {
  test(`a login shell that is none: ${name}`, async (t) => {
    const { settings, options } = await bench(t, { exec: printing(text, exitCode) });
    await fails(t, ask(settings, options), 'no-shell', /ran no POSIX shell: it said '/, /sh/);
  });
}

test('jump hosts: one that connects nowhere, and an unknown one', async (t) => {
  const { settings, options, server } = await bench(t);
  const proxyJump = `tester@127.0.0.1:${server.port}`;
  const behind = { ...settings, address: '192.0.2.1', port: 22, proxyJump };
  await fails(
    t,
    ask(behind, options),
    'unreachable',
    /the jump host 127\.0\.0\.1:\d+ did not connect to 192\.0\.2\.1:22/,
    /from the jump host/,
  );
  const strange = { ...behind, proxyJump: `tester@localhost:${server.port}` };
  await fails(t, ask(strange, options), 'host-key-unknown', /host key of localhost/, /ssh-keyscan/);
});

test('one connection serves round after round', async (t) => {
  const { settings, options, server } = await bench(t);
  const node = connect({ kind: 'ssh', ssh: settings }, { ssh: options });
  for (let round = 0; round < 3; round++) t.is(said(await node.ask([ONE], unhurried()), ONE), 'one\n');
  t.is(server.logins(), 1);
  server.cut();
  const again = async (): Promise<string | undefined> => said(await node.ask([ONE], unhurried()), ONE);
  let answer: string | undefined;
  // Until the client has noticed, the old connection is taken for alive.
  for (let attempt = 0; answer !== 'one\n' && attempt < 50; attempt++) {
    await delay(100);
    answer = await again().catch((error: TransportError) => error.code);
  }
  t.is(answer, 'one\n', 'a new connection takes the place of one that was cut');
  t.is(server.logins(), 2);
  await node.close();
});

const withSshd = noSshd === undefined ? test : test.skip;

async function askSshd(
  t: ExecutionContext,
  settings: readonly string[],
  options: Partial<SshOptions> = {},
  source = ONE,
) {
  const directory = temporaryDirectory(t);
  const sshd = await startSshd(t, directory, settings);
  return ask(
    { address: '127.0.0.1', port: sshd.port, user: sshd.user },
    {
      configFile: '/dev/null',
      env: { HOME: directory },
      identityFile: sshd.identity,
      knownHostsFile: sshd.knownHosts,
      ...options,
    },
    source,
  );
}

withSshd('sshd: MaxSessions 0', async (t) => {
  await fails(t, askSshd(t, ['MaxSessions 0']), 'channel-refused', /let it run nothing/, /MaxSessions/);
});

withSshd('sshd: a forced command', async (t) => {
  await fails(t, askSshd(t, ['ForceCommand echo only this']), 'no-shell', /it said 'only this'/, /sh/);
  await fails(t, askSshd(t, ['ForceCommand false']), 'no-shell', /it said nothing/, /sh/);
});

withSshd('sshd: a user who may not log in', async (t) => {
  await fails(t, askSshd(t, ['DenyUsers *']), 'auth-failed', /was refused|ended the connection/, /key|sshd/);
});

withSshd('sshd: too many keys', async (t) => {
  const identityFile = writeKey(temporaryDirectory(t), 'wrong', makeKey());
  await fails(
    t,
    askSshd(t, ['MaxAuthTries 1'], { identityFile }),
    'auth-failed',
    /ended the connection|was refused/,
    /MaxAuthTries|--identity/,
  );
});

withSshd('sshd: keys in an agent, and only those that are named', async (t) => {
  if (!hasProgram('ssh-agent')) {
    t.pass('there is no ssh-agent');
    return;
  }
  const directory = temporaryDirectory(t);
  const sshd = await startSshd(t, directory);
  const started = String(spawnSync('ssh-agent', ['-s', '-a', join(directory, 'agent')]).stdout);
  const pid = Number(/SSH_AGENT_PID=(\d+)/.exec(started)?.[1]);
  t.teardown(() => process.kill(pid));
  const agent = join(directory, 'agent');
  spawnSync('ssh-add', ['-q', sshd.identity], { env: { ...process.env, SSH_AUTH_SOCK: agent } });
  const settings = { address: '127.0.0.1', port: sshd.port, user: sshd.user };
  const configFile = join(directory, 'config');
  const options = {
    configFile,
    env: { HOME: '/nonexistent', SSH_AUTH_SOCK: agent },
    knownHostsFile: sshd.knownHosts,
  };
  writeFileSync(configFile, '');
  t.is(said(await ask(settings, options), ONE), 'one\n');
  writeFileSync(configFile, `IdentitiesOnly yes\nIdentityFile ${writeKey(directory, 'wrong', makeKey())}\n`);
  await fails(t, ask(settings, options), 'auth-failed', /the agent's keys/, /--identity/);
  writeFileSync(configFile, `IdentitiesOnly yes\nIdentityFile ${sshd.identity}.pub\n`);
  t.is(said(await ask(settings, options), ONE), 'one\n');
  await fails(
    t,
    ask(settings, { ...options, env: { HOME: '/nonexistent', SSH_AUTH_SOCK: join(directory, 'none') } }),
    'auth-failed',
    /the agent: /,
    /--identity/,
  );
});

withSshd('sshd: a jump host that forwards nothing', async (t) => {
  const directory = temporaryDirectory(t);
  const sshd = await startSshd(t, directory, ['AllowTcpForwarding no']);
  const options = {
    configFile: '/dev/null',
    env: { HOME: directory },
    identityFile: sshd.identity,
    knownHostsFile: sshd.knownHosts,
  };
  const proxyJump = `${sshd.user}@127.0.0.1:${sshd.port}`;
  await fails(
    t,
    ask({ address: 'node1', user: 'root', proxyJump }, options),
    'channel-refused',
    /the jump host .* did not connect to node1:22/,
    /AllowTcpForwarding/,
  );
});

withSshd('sshd: by way of itself as a jump host', async (t) => {
  const directory = temporaryDirectory(t);
  const sshd = await startSshd(t, directory);
  writeFileSync(
    sshd.knownHosts,
    `[127.0.0.1]:${sshd.port},[localhost]:${sshd.port} ${sshd.hostKey.public}\n`,
  );
  const settings = {
    address: 'localhost',
    port: sshd.port,
    user: sshd.user,
    proxyJump: `${sshd.user}@127.0.0.1:${sshd.port}`,
  };
  const options = {
    configFile: '/dev/null',
    env: { HOME: directory },
    identityFile: sshd.identity,
    knownHostsFile: sshd.knownHosts,
  };
  t.is(said(await ask(settings, options), ONE), 'one\n');
  const closed = { ...settings, port: await freePort() };
  await fails(t, ask(closed, options), 'refused', /the jump host .* did not connect/, /from the jump host/);
});

// sshd runs a forced command with the login shell; here it stands for login shells that this user does not have.
for (const [name, wrapper] of [
  ['fish', 'fish -c "$SSH_ORIGINAL_COMMAND"'],
  ['tcsh', 'tcsh -c "$SSH_ORIGINAL_COMMAND"'],
  ['busybox sh', 'busybox sh -c "$SSH_ORIGINAL_COMMAND"'],
  [
    'bash with noise in its start-up files',
    'echo Welcome; echo careful >&2; exec bash -c "$SSH_ORIGINAL_COMMAND"',
  ],
] as const) {
  const program = name.split(' ')[0] ?? name;
  (noSshd === undefined && hasProgram(program) ? test : test.skip)(
    `sshd: a login shell of another kind: ${name}`,
    async (t) => {
      const script = join(temporaryDirectory(t), 'login-shell');
      writeFileSync(script, `#!/bin/sh\n${wrapper}\n`);
      chmodSync(script, 0o755);
      t.is(said(await askSshd(t, [`ForceCommand ${script}`]), ONE), 'one\n');
    },
  );
}

withSshd('sshd: hostile names reach nobody', async (t) => {
  const marker = join(temporaryDirectory(t), 'executed');
  for (const user of [`$(touch ${marker})`, `-oProxyCommand=touch ${marker}`, `a\`touch ${marker}\``]) {
    await fails(
      t,
      ask({ address: '127.0.0.1', user }, { configFile: '/dev/null' }),
      'configuration',
      /no user name/,
      /user name/,
    );
  }
  t.false(existsSync(marker));
});
