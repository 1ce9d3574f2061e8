import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import anyTest, { type ExecutionContext, type TestFn } from 'ava';
import { command, shell } from '../../facts/sources.ts';
import { overShell } from '../../transports/connect.ts';
import { containerTransport } from '../../transports/container.ts';
import { localTransport } from '../../transports/local.ts';
import { sshTransport } from '../../transports/ssh/transport.ts';
import type { Transport } from '../../transports/transport.ts';
import { said, unhurried } from '../helpers/asking.ts';
import { makeKey, startServer, writeKey } from '../helpers/ssh-server.ts';
import { noSshd, startSshd } from '../helpers/sshd.ts';
import { temporaryDirectory } from '../helpers/temporary.ts';

/*
 * What every transport keeps to. The container's engine is a stand-in that runs the command on this machine; the
 * first of the two SSH servers is in this process, the second is OpenSSH's.
 */

const test = anyTest as TestFn;

type Make = (t: ExecutionContext) => Promise<Transport>;

const local: Make = async () => localTransport();

// PATH is one for the whole process, so the stand-in is there for all tests; nothing else is called docker.
const engines = mkdtempSync(join(tmpdir(), 'dpu-doctor-test-'));
test.after.always(() => rmSync(engines, { recursive: true, force: true }));
test.before(() => {
  const docker = join(engines, 'docker');
  // Only the shape of `docker exec -i NAME sh` is taken.
  writeFileSync(docker, '#!/bin/sh\n[ "$1 $2 $3" = "exec -i node1" ] || exit 99\nshift 3\nexec "$@"\n');
  chmodSync(docker, 0o755);
  process.env['PATH'] = `${engines}:${process.env['PATH']}`;
});

const container: Make = async () => containerTransport('docker', 'node1');

const sshInProcess: Make = async (t) => {
  const directory = temporaryDirectory(t);
  const key = makeKey();
  const server = await startServer(t, { authorized: [key] });
  const knownHostsFile = join(directory, 'known_hosts');
  writeFileSync(
    knownHostsFile,
    server.hostKeys.map((hostKey) => `[127.0.0.1]:${server.port} ${hostKey.public}\n`).join(''),
  );
  return sshTransport(
    { address: '127.0.0.1', port: server.port, user: 'tester' },
    {
      configFile: '/dev/null',
      env: { HOME: directory },
      identityFile: writeKey(directory, 'key', key),
      knownHostsFile,
    },
  );
};

const ssh: Make = async (t) => {
  const directory = temporaryDirectory(t);
  const { port, user, identity, knownHosts } = await startSshd(t, directory);
  return sshTransport(
    { address: '127.0.0.1', port, user },
    { configFile: '/dev/null', env: { HOME: directory }, identityFile: identity, knownHostsFile: knownHosts },
  );
};

interface Said {
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
}

async function run(transport: Transport, script: string): Promise<Said> {
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  const result = await transport.run(script, {
    signal: new AbortController().signal,
    onStdout: (chunk) => stdout.push(chunk),
    onStderr: (chunk) => stderr.push(chunk),
  });
  return { ...result, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr) };
}

/** Runs a script and aborts it as soon as it has said something. */
async function runUntilSaid(transport: Transport, script: string) {
  const controller = new AbortController();
  let stdout = '';
  let aborted = 0;
  const { exitCode } = await transport.run(script, {
    signal: controller.signal,
    onStdout: (chunk) => {
      stdout += chunk;
      aborted = performance.now();
      controller.abort();
    },
    onStderr: () => {},
  });
  return { exitCode, stdout, afterAbort: performance.now() - aborted };
}

const TRANSPORTS: readonly (readonly [string, Make, (string | undefined)?])[] = [
  ['local', local],
  ['container', container],
  ['ssh to a server in this process', sshInProcess],
  ['ssh to sshd', ssh, noSshd],
];

for (const [name, make, missing] of TRANSPORTS) {
  if (missing !== undefined) {
    test.skip(`${name}: ${missing}`, () => {});
    continue;
  }
  const check = (title: string, body: (t: ExecutionContext, transport: Transport) => Promise<void>): void => {
    test(`${name}: ${title}`, async (t) => {
      const transport = await make(t);
      try {
        await body(t, transport);
      } finally {
        await transport.close();
      }
    });
  };

  check('a script runs in a POSIX shell, and its streams are kept apart', async (t, transport) => {
    const result = await run(transport, 'echo out; echo err >&2; exit 3');
    t.deepEqual([String(result.stdout), String(result.stderr)], ['out\n', 'err\n']);
    t.is(result.exitCode, 3);
  });

  check('one connection serves many scripts', async (t, transport) => {
    for (let count = 0; count < 3; count++)
      t.is(String((await run(transport, `echo ${count}`)).stdout), `${count}\n`);
  });

  check('bytes come through as they are', async (t, transport) => {
    const { stdout } = await run(transport, `printf '\\000\\377\\012\\033[31m'`);
    t.deepEqual([...stdout], [0, 255, 10, 27, 91, 51, 49, 109]);
  });

  check('a long script and a long answer come through whole', async (t, transport) => {
    const result = await run(transport, `: '${'x'.repeat(300_000)}'\nhead -c 5000000 /dev/zero; echo end`);
    t.is(result.stdout.length, 5_000_004);
    t.is(String(result.stdout.subarray(-4)), 'end\n');
  });

  check('a shell that is ended by a signal is no exit code', async (t, transport) => {
    const { exitCode, signal } = await run(transport, 'kill -TERM $$');
    // sh as a child of another shell, or of an engine, is told as 128 + 15.
    t.true(
      (exitCode === undefined && /TERM/.test(signal ?? '')) || exitCode === 143,
      `${exitCode} ${signal}`,
    );
  });

  check('an abort ends a run that hangs, and keeps what was said', async (t, transport) => {
    const result = await runUntilSaid(transport, 'echo before; sleep 60');
    t.is(result.exitCode, undefined);
    t.is(result.stdout, 'before\n');
    t.true(result.afterAbort < 30_000);
  });

  check('what is given up goes on on the node no longer', async (t, transport) => {
    const left = join(temporaryDirectory(t), 'left');
    const hanging = shell('hang', `sleep 5; echo > ${left}`, ['sleep']);
    const outcomes = await overShell(transport).ask([hanging], unhurried({ sourceTimeout: 300 }));
    t.is(said(outcomes, hanging), 'timeout');
    await delay(5000);
    t.false(existsSync(left));
  });

  check('after an abort the next script runs', async (t, transport) => {
    await runUntilSaid(transport, 'echo before; sleep 60');
    t.is(String((await run(transport, 'echo next')).stdout), 'next\n');
  });

  check('facts are answered, a hanging one is not', async (t, transport) => {
    const [one, hanging, two] = [
      command(['echo', 'one']),
      command(['sleep', '60']),
      command(['echo', 'two']),
    ];
    const node = overShell(transport);
    const outcomes = await node.ask([one, hanging, two], unhurried({ sourceTimeout: 4000 }));
    t.deepEqual(
      [one, hanging, two].map((source) => said(outcomes, source)),
      ['one\n', 'timeout', 'two\n'],
    );
    t.is(node.uri, transport.uri);
  });

  check('it can be closed twice, and before it was used', async (t, transport) => {
    await transport.close();
    await transport.close();
    t.pass();
  });

  check('its address is one of the documented kinds', async (t, transport) => {
    t.regex(transport.uri, /^(local:|container:\/\/docker\/node1|ssh:\/\/[\w.-]+@127\.0\.0\.1:\d+)$/);
  });
}
