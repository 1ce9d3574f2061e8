import { writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import type { SshSettings } from '../../../transports/access.ts';
import type { SshOptions } from '../../../transports/ssh/options.ts';
import { type Hop, routeTo } from '../../../transports/ssh/route.ts';
import { TransportError } from '../../../transports/transport.ts';
import { temporaryDirectory } from '../../helpers/temporary.ts';

const HOME = '/home/tester';

function route(
  t: ExecutionContext,
  config: string,
  settings: SshSettings,
  options: SshOptions = {},
): readonly Hop[] {
  const configFile = join(temporaryDirectory(t), 'config');
  writeFileSync(configFile, config);
  return routeTo(settings, { configFile, env: { HOME }, ...options });
}

const only = (hops: readonly Hop[]): Hop => {
  const [hop, ...others] = hops;
  if (hop === undefined || others.length > 0) throw new Error(`one host was expected, not ${hops.length}`);
  return hop;
};

const names = (hops: readonly Hop[]): readonly string[] =>
  hops.map(({ user, host, port }) => `${user}@${host}:${port}`);

const refusal = (t: ExecutionContext, config: string, settings: SshSettings): TransportError => {
  const error = t.throws(() => route(t, config, settings));
  if (!(error instanceof TransportError)) throw error;
  t.is(error.code, 'configuration');
  return error;
};

test('without a configuration, a host is reached as OpenSSH would', (t) => {
  const hop = only(route(t, '', { address: 'node1' }));
  t.like(hop, {
    host: 'node1',
    port: 22,
    user: userInfo().username,
    identitiesOnly: false,
    agent: undefined,
  });
  t.deepEqual(
    hop.identityFiles.map(({ file, required }) => [file, required]),
    ['ed25519', 'ecdsa', 'rsa'].map((type) => [`${HOME}/.ssh/id_${type}`, false]),
  );
  t.is(hop.knownHostsFiles[0], `${HOME}/.ssh/known_hosts`);
  t.true(hop.knownHostsFiles.includes('/etc/ssh/ssh_known_hosts'));
});

test('what the user says goes before what the configuration says', (t) => {
  const config =
    'Host *\n HostName %h.example.org\n User conf\n Port 2222\n IdentityFile ~/conf_key\n UserKnownHostsFile ~/kh1 ~/kh2\n';
  t.like(only(route(t, config, { address: 'node1' })), {
    host: 'node1.example.org',
    user: 'conf',
    port: 2222,
  });
  const given = only(
    route(
      t,
      config,
      { address: 'node1', user: 'me', port: 23, identityFile: '~/node_key', knownHostsFile: '/kh' },
      { identityFile: '/any_key', knownHostsFile: '/other' },
    ),
  );
  t.like(given, { user: 'me', port: 23, knownHostsFiles: ['/kh'] });
  t.deepEqual(given.identityFiles, [
    { file: `${HOME}/node_key`, required: true },
    { file: '/any_key', required: true },
    { file: `${HOME}/conf_key`, required: false },
  ]);
  t.deepEqual(only(route(t, config, { address: 'node1' })).knownHostsFiles.slice(0, 2), [
    `${HOME}/kh1`,
    `${HOME}/kh2`,
  ]);
});

test('tokens of file names are replaced', (t) => {
  const config = `HostName real\nIdentityFile ~/%n-%h-%p-%r-%%-$${'{X}'}\n`;
  const [identity] = only(
    route(t, config, { address: 'alias', user: 'u' }, { env: { HOME, X: 'env' } }),
  ).identityFiles;
  t.is(identity?.file, `${HOME}/alias-real-22-u-%-env`);
});

test('the agent is that of SSH_AUTH_SOCK, or the configured one', (t) => {
  const env = { HOME, SSH_AUTH_SOCK: '/run/agent', OTHER: '/run/other' };
  const agent = (config: string) => only(route(t, config, { address: 'a' }, { env })).agent;
  t.is(agent(''), '/run/agent');
  t.is(agent('IdentityAgent none'), undefined);
  t.is(agent('IdentityAgent ~/sock'), `${HOME}/sock`);
  t.is(agent('IdentityAgent $OTHER'), '/run/other');
  t.is(agent('IdentityAgent SSH_AUTH_SOCK'), '/run/agent');
});

test('jump hosts come in order, with their own settings', (t) => {
  const config = 'Host bastion\n HostName 192.0.2.1\n User jumper\nHost node*\n ProxyJump bastion\n';
  const user = userInfo().username;
  t.deepEqual(names(route(t, config, { address: 'node1' })), ['jumper@192.0.2.1:22', `${user}@node1:22`]);
  t.deepEqual(
    names(route(t, config, { address: 'node1', user: 'root', proxyJump: 'a@h1:1,[2001:db8::1]:2' })),
    ['a@h1:1', `${user}@2001:db8::1:2`, 'root@node1:22'],
  );
  t.deepEqual(names(route(t, config, { address: 'node1', proxyJump: 'none' })), [`${user}@node1:22`]);
  t.deepEqual(names(route(t, '', { address: 'x', proxyJump: 'ssh://u@h:5' })), ['u@h:5', `${user}@x:22`]);
});

test('a jump host may need a jump host', (t) => {
  const config = 'Host inner\n ProxyJump outer\nHost node1\n ProxyJump inner\n';
  t.deepEqual(
    route(t, config, { address: 'node1' }).map(({ host }) => host),
    ['outer', 'inner', 'node1'],
  );
});

test('a pattern that sends everything through a jump host does not send the jump host to itself', (t) => {
  t.deepEqual(
    route(t, 'Host *\n ProxyJump bastion\n', { address: 'node1' }).map(({ host }) => host),
    ['bastion', 'node1'],
  );
});

test('jump hosts that need each other are an error', (t) => {
  t.regex(
    refusal(t, 'Host a\n ProxyJump b\nHost b\n ProxyJump c\nHost c\n ProxyJump a\n', { address: 'a' })
      .message,
    /jump hosts/,
  );
});

test('a ProxyCommand is not run, and said so', (t) => {
  t.regex(refusal(t, 'ProxyCommand nc %h %p\n', { address: 'a' }).message, /ProxyCommand/);
  t.notThrows(() => route(t, 'ProxyCommand none\n', { address: 'a' }));
});

test('what the configuration says and is not followed is noted', (t) => {
  const { notes } = only(route(t, 'StrictHostKeyChecking no\nMatch user x\n Port 1\n', { address: 'a' }));
  t.is(notes.length, 2);
  t.regex(notes.join(' '), /Match blocks are not evaluated \(.*config:2\)/);
  t.regex(notes.join(' '), /StrictHostKeyChecking no .* is not followed/);
});

for (const address of [
  '-oProxyCommand=reboot',
  '$(reboot)',
  'a b',
  'a;b',
  'a\nb',
  '',
  'a/b',
  "a'b",
  'a`b`',
  '\u001b[2J',
  'a\0b',
  'x'.repeat(300),
]) {
  test(`a host named ${JSON.stringify(address.slice(0, 30))} is refused`, (t) => {
    t.regex(refusal(t, '', { address }).message, /no host name/);
    t.regex(refusal(t, '', { address: 'a', proxyJump: `${address}x!,y` }).message, /jump host|host name/);
  });
}

for (const user of ['-oProxyCommand=x', '$(reboot)', 'a b', 'a\nb', '', "a'b", 'a`b`', '\u001b[2J']) {
  test(`a user named ${JSON.stringify(user)} is refused`, (t) => {
    t.regex(refusal(t, '', { address: 'a', user }).message, /no user name/);
  });
}

test('hosts and users that there are are taken', (t) => {
  for (const address of [
    'node1',
    '192.0.2.7',
    '2001:db8::7',
    'fe80::1%eth0',
    'a_b.example.org',
    'bücher.example',
  ])
    t.is(only(route(t, '', { address })).host, address);
  for (const user of ['root', 'svc-dpu', 'a.b', 'first.last@example.org', 'DOM\\user', 'machine$', '_x'])
    t.is(only(route(t, '', { address: 'a', user })).user, user);
});

test('a port that is none is refused', (t) => {
  for (const port of ['0', '65536', 'ssh', '-1'])
    t.regex(refusal(t, `Port ${port}\n`, { address: 'a' }).message, /no port/);
});
