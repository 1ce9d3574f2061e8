import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import type { ServerChannel } from 'ssh2';
import type { Report } from '../../runner/report.ts';
import {
  assertCivil,
  dpuDoctor,
  examine,
  QUICK,
  recordedDpu,
  reportOf,
  resultOf,
  type StartOptions,
} from '../helpers/cli.ts';
import { type KeyPair, makeKey, startServer, writeKey } from '../helpers/ssh-server.ts';
import { freePort } from '../helpers/sshd.ts';
import { startCuttingProxy, startTcpServer } from '../helpers/tcp-server.ts';
import { temporaryDirectory } from '../helpers/temporary.ts';

const HOST_KEY = makeKey();
const USER_KEY = makeKey();

interface Server {
  readonly directory: string;
  readonly port: number;
  readonly identity: string;
  readonly knownHosts: string;
}

async function server(
  t: ExecutionContext,
  given: Partial<Parameters<typeof startServer>[1]> = {},
): Promise<Server> {
  const directory = temporaryDirectory(t);
  const { port } = await startServer(t, { authorized: [USER_KEY], hostKeys: [HOST_KEY], ...given });
  return {
    directory,
    port,
    identity: writeKey(directory, 'key', USER_KEY),
    knownHosts: knownHosts(directory, port, HOST_KEY),
  };
}

function knownHosts(directory: string, port: number, key: KeyPair): string {
  const file = join(directory, `known_hosts-${port}`);
  writeFileSync(file, `[127.0.0.1]:${port} ${key.public}\n`);
  return file;
}

const name = (port: number): string => `tester@127.0.0.1:${port}`;

/** Examines a server together with a healthy node, which must be examined whatever the server does. */
async function examineBeside(
  t: ExecutionContext,
  { directory, port, identity, knownHosts: file }: Server,
  { args = [], ...options }: StartOptions & { readonly args?: readonly string[] } = {},
): Promise<Report> {
  const good = `recorded:${recordedDpu(directory, 'good')}`;
  const ways = ['-t', name(port), '-t', good, '--identity', identity, '--known-hosts', file];
  const report = await examine(
    t,
    [...ways, '--ssh-config', '/dev/null', '--role', 'dpu', '-s', QUICK, ...args],
    { env: { HOME: directory }, ...options },
  );
  t.is(resultOf(report, 'good', QUICK).verdict, 'pass', 'the other target is examined');
  return report;
}

/** Asserts that the server is one error with this reason, and that the run ends with 2. */
function assertUnreachable(
  t: ExecutionContext,
  report: Report,
  { port }: Server,
  code: string,
  reason: RegExp,
  remedy: RegExp,
): void {
  const result = resultOf(report, name(port), 'target/reachable');
  t.is(result.verdict, 'error');
  t.is(result.reasonCode, code, result.reason);
  t.regex(result.reason ?? '', reason);
  t.regex(result.remedy ?? '', remedy);
  t.true(result.evidence.length > 0);
  const blocked = resultOf(report, name(port), QUICK);
  t.is(blocked.verdict, 'blocked');
  t.deepEqual(blocked.blockedBy, ['target/reachable']);
  t.is(report.exitCode, 2);
}

test('a node over SSH answers', async (t) => {
  const there = await server(t);
  const report = await examineBeside(t, there);
  t.true(['pass', 'fail'].includes(resultOf(report, name(there.port), QUICK).verdict));
});

test('an unknown host key, and trust in so many words', async (t) => {
  const there = await server(t);
  const stranger = { ...there, knownHosts: join(there.directory, 'none') };
  const report = await examineBeside(t, stranger);
  assertUnreachable(t, report, there, 'host-key-unknown', /SHA256:/, /ssh-keyscan -p \d+ -t ed25519/);
  const trusting = await examineBeside(t, stranger, { args: ['--accept-any-host-key'] });
  t.is(resultOf(trusting, name(there.port), QUICK).reasonCode, undefined);
});

test('a changed host key', async (t) => {
  const there = await server(t);
  const changed = { ...there, knownHosts: knownHosts(there.directory, there.port, makeKey()) };
  const report = await examineBeside(t, changed);
  assertUnreachable(t, report, there, 'host-key-changed', /has changed/, /ssh-keygen -f \S+ -R/);
});

test('a wrong key', async (t) => {
  const there = await server(t);
  const report = await examineBeside(t, { ...there, identity: writeKey(there.directory, 'bad', makeKey()) });
  assertUnreachable(t, report, there, 'auth-failed', /was refused with \S*\/bad/, /--identity FILE/);
});

test('an encrypted key, without its passphrase, with a wrong one and with it', async (t) => {
  const key = makeKey('opensesame');
  const there = await server(t, { authorized: [key] });
  const locked = { ...there, identity: writeKey(there.directory, 'locked', key) };
  const withPassphrase = (passphrase?: string): Promise<Report> =>
    examineBeside(t, locked, {
      env: {
        HOME: there.directory,
        ...(passphrase === undefined ? {} : { DPU_DOCTOR_SSH_PASSPHRASE: passphrase }),
      },
    });
  assertUnreachable(
    t,
    await withPassphrase(),
    there,
    'key-unusable',
    /nobody gave its passphrase/,
    /ssh-add/,
  );
  assertUnreachable(t, await withPassphrase('wrong'), there, 'key-unusable', /can't be decrypted/, /ssh-add/);
  const opened = await withPassphrase('opensesame');
  t.is(resultOf(opened, name(there.port), QUICK).reasonCode, undefined);
  t.false(JSON.stringify(opened).includes('opensesame'));
});

test('a refused connection', async (t) => {
  const there = { ...(await server(t)), port: await freePort() };
  const report = await examineBeside(t, there);
  assertUnreachable(t, report, there, 'refused', /refused the connection/, /runs sshd/);
});

test('a name that nobody knows', async (t) => {
  const { directory } = await server(t);
  const good = recordedDpu(directory, 'good');
  const report = await examine(t, [
    ...['-t', 'no-such-node.invalid', '-t', `recorded:${good}`, '--ssh-config', '/dev/null'],
    ...['--role', 'dpu', '-s', QUICK],
  ]);
  t.is(resultOf(report, 'no-such-node.invalid', 'target/reachable').reasonCode, 'unreachable');
  t.is(resultOf(report, 'good', QUICK).verdict, 'pass');
});

test('a host that accepts and says nothing', async (t) => {
  const there = { ...(await server(t)), port: await startTcpServer(t, () => {}) };
  const report = await examineBeside(t, there, { args: ['--timeout', '10s'] });
  assertUnreachable(t, report, there, 'timeout', /accepted the connection and was not ready/, /overloaded/);
});

test('a host that is no SSH server and tries to steer the terminal', async (t) => {
  const port = await startTcpServer(t, (socket) => socket.end('\u001b]0;owned\u0007HTTP/1.1 400\r\n\r\n'));
  const there = { ...(await server(t)), port };
  const report = await examineBeside(t, there);
  assertUnreachable(t, report, there, 'unreachable', /speaks no SSH/, /port is right/);
});

test('a login that says nothing', async (t) => {
  const there = await server(t, { exec: (_command, channel) => void channel.on('error', () => {}) });
  const report = await examineBeside(t, there, { args: ['--timeout', '10s'] });
  assertUnreachable(t, report, there, 'timeout', /accepted the login and said nothing/, /--timeout/);
});

test('a connection that is cut in mid-answer is never an answer', async (t) => {
  const there = await server(t);
  for (const bytes of [2500, 3500]) {
    const port = await startCuttingProxy(t, there.port, bytes);
    const cut = { ...there, port, knownHosts: knownHosts(there.directory, port, HOST_KEY) };
    const report = await examineBeside(t, cut);
    t.is(report.exitCode, 2);
    t.true(
      ['error', 'blocked'].includes(resultOf(report, name(port), QUICK).verdict),
      `cut after ${bytes} bytes`,
    );
  }
});

/** A login shell that does something before it runs the command. */
const loginShell =
  (shell: string) =>
  (command: string, channel: ServerChannel): void => {
    const child = spawn('/bin/sh', ['-c', shell], { env: { ...process.env, COMMAND: command } });
    child.stdin.on('error', () => {});
    channel.on('error', () => {});
    channel.pipe(child.stdin);
    child.stdout.pipe(channel, { end: false });
    child.stderr.pipe(channel.stderr, { end: false });
    child.on('close', (code) => {
      channel.exit(code ?? 1);
      channel.end();
    });
  };

test('a banner of the login shell does no harm', async (t) => {
  const noise = `printf 'Welcome!\\033[2J\\000 last login: never\\n'; echo 'stty: no tty' >&2; exec sh -c "$COMMAND"`;
  const there = await server(t, { exec: loginShell(noise) });
  const report = await examineBeside(t, there);
  t.is(resultOf(report, name(there.port), QUICK).reasonCode, undefined);
});

test('a shell that is not POSIX', async (t) => {
  for (const [said, reason] of [
    ['fish: Unknown command: sh', /fish: Unknown command/],
    ["% Invalid input detected at '^' marker.", /Invalid input/],
    ['', /said nothing/],
  ] as const) {
    const there = await server(t, { exec: loginShell(`cat > /dev/null; printf %s "${said}" >&2; exit 127`) });
    const report = await examineBeside(t, there);
    assertUnreachable(t, report, there, 'no-shell', reason, /shell is sh, bash/);
  }
});

test('what is wrong with several nodes is told of each', async (t) => {
  const there = await server(t);
  const closed = await freePort();
  const report = await examineBeside(t, there, { args: ['-t', name(closed), '-t', 'no-such.invalid'] });
  t.deepEqual(
    report.results
      .filter(({ checkId }) => checkId === 'target/reachable')
      .map(({ target, reasonCode }) => [target, reasonCode]),
    [
      [name(closed), 'refused'],
      ['no-such.invalid', 'unreachable'],
    ],
  );
});

test('a recording that is not there, and one that is none', async (t) => {
  const directory = temporaryDirectory(t);
  writeFileSync(join(directory, 'torn.json'), '{"format": 1,');
  const good = recordedDpu(directory, 'good');
  const report = await examine(
    t,
    ['-t', `recorded:gone.json,recorded:torn.json,recorded:${good}`, '--role', 'dpu', '-s', QUICK],
    { cwd: directory },
  );
  t.regex(resultOf(report, 'gone', 'target/reachable').reason ?? '', /gone\.json can't be read/);
  t.regex(resultOf(report, 'torn', 'target/reachable').reason ?? '', /no recording of a node/);
  t.is(resultOf(report, 'good', QUICK).verdict, 'pass');
});

test('containers without an engine, or without the container', async (t) => {
  const directory = temporaryDirectory(t);
  const good = recordedDpu(directory, 'good');
  const report = await examine(t, ['-t', `docker:nope,recorded:${good}`, '--role', 'dpu', '-s', QUICK], {
    env: { PATH: directory },
  });
  t.is(resultOf(report, 'nope', 'target/reachable').reasonCode, 'missing-program');
  t.is(resultOf(report, 'good', QUICK).verdict, 'pass');
});

/** A directory with a program of that name in it, to stand first on PATH. */
function withProgram(t: ExecutionContext, program: string, script: string): string {
  const directory = join(temporaryDirectory(t), 'bin');
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, program), `#!/bin/sh\n${script}\n`);
  chmodSync(join(directory, program), 0o755);
  return directory;
}

const IPROUTE = 'system/iproute2-version';

/** Examines this machine, on which `ip` is what the test says. */
const examineWithIp = async (
  t: ExecutionContext,
  script: string,
  ...args: readonly string[]
): Promise<Report> =>
  examine(t, ['-t', 'local', '--role', 'dpu', '-s', `${IPROUTE},${QUICK}`, ...args], {
    env: { PATH: `${withProgram(t, 'ip', script)}:${process.env['PATH']}` },
  });

test('a program that never stops printing is cut, and that is stated', async (t) => {
  const report = await examineWithIp(t, '[ "$1" = -V ] || exit 1; exec yes "$(printf %01000d 0)"');
  const result = resultOf(report, 'local', IPROUTE);
  t.is(result.verdict, 'error');
  t.is(result.reasonCode, 'too-much-output');
  t.regex(result.reason ?? '', /ip -V said more than 16 MiB and was cut/);
  t.is(resultOf(report, 'local', QUICK).reasonCode, undefined, 'the others are asked without it');
});

test('a program that hangs costs what needs it, and nothing else', async (t) => {
  const report = await examineWithIp(t, '[ "$1" = -V ] || exit 1; exec sleep 1000', '--timeout', '20s');
  const result = resultOf(report, 'local', IPROUTE);
  t.is(result.verdict, 'error');
  t.is(result.reasonCode, 'timeout');
  t.regex(result.reason ?? '', /ip -V had not answered after 10 s/);
  t.is(resultOf(report, 'local', QUICK).reasonCode, undefined);
});

test('a program that is missing', async (t) => {
  const report = await examineWithIp(t, 'echo "sh: ip: not found" >&2; exit 127');
  t.is(resultOf(report, 'local', IPROUTE).verdict, 'error');
  t.is(resultOf(report, 'local', QUICK).reasonCode, undefined);
});

test('output that is no text reaches no output raw', async (t) => {
  const hostile = String.raw`printf '\377\376 \033]0;owned\007 \033[2J \000 \302\233 31m ]]> </failure> <script> \342\200\256'; exit 3`;
  const bin = withProgram(t, 'ip', hostile);
  const directory = temporaryDirectory(t);
  const ended = await dpuDoctor(
    [
      ...['run', '-t', 'local', '--role', 'dpu', '-s', IPROUTE, '-v'],
      ...['-r', 'human', '-r', 'json=out.json', '-r', 'junit=out.xml', '-r', 'junit-extended=ext.xml'],
    ],
    { env: { PATH: `${bin}:${process.env['PATH']}` }, cwd: directory },
  );
  t.is(ended.code, 2, ended.stderr);
  assertCivil(t, ended);
  t.regex(ended.stdout, /owned|script/, 'what was said is shown');
  for (const file of ['out.json', 'out.xml', 'ext.xml']) {
    const text = readFileSync(join(directory, file), 'utf8');
    t.notRegex(text, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e\ufffe\uffff]/, file);
  }
  JSON.parse(readFileSync(join(directory, 'out.json'), 'utf8'));
  t.notRegex(readFileSync(join(directory, 'out.xml'), 'utf8'), /<script>/);
});

test('names from a node run nothing, here or there', async (t) => {
  const directory = temporaryDirectory(t);
  const trap = join(directory, 'owned');
  const evil = `x$(touch ${trap})\`touch ${trap}\`;touch ${trap}'"`;
  const links = JSON.stringify([
    { ifindex: 1, ifname: evil, operstate: 'UP', flags: ['UP'], mtu: 1500, link_type: 'ether' },
    {
      ifindex: 2,
      ifname: '../../../etc/passwd',
      operstate: 'UP',
      flags: ['UP'],
      mtu: 1500,
      link_type: 'ether',
    },
  ]);
  writeFileSync(join(directory, 'links.json'), links);
  const bin = withProgram(t, 'ip', `cat ${join(directory, 'links.json')}`);
  const ended = await dpuDoctor(
    ['run', '--json', '-t', 'local', '--role', 'dpu-host', '--set', `pf=${evil}`],
    {
      env: { PATH: `${bin}:${process.env['PATH']}` },
    },
  );
  reportOf(t, ended);
  t.false(existsSync(trap));
});
