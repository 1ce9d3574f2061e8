import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import anyTest, { type ExecutionContext, type TestFn } from 'ava';
import { command } from '../../facts/sources.ts';
import { connect } from '../../transports/connect.ts';
import { TransportError, type TransportErrorCode } from '../../transports/transport.ts';
import { said, unhurried } from '../helpers/asking.ts';
import { temporaryDirectory } from '../helpers/temporary.ts';

const test = anyTest as TestFn;

const ONE = command(['echo', 'one']);

/** Puts a stand-in for the engine first on PATH, and nothing else but the machine's programs when it is undefined. */
async function withEngine(
  t: ExecutionContext,
  engine: 'docker' | 'podman',
  text: string | undefined,
  container: string,
) {
  const directory = temporaryDirectory(t);
  const before = process.env['PATH'];
  process.env['PATH'] = text === undefined ? directory : `${directory}:${before}`;
  if (text !== undefined) {
    writeFileSync(join(directory, engine), `#!/bin/sh\n${text}\n`);
    chmodSync(join(directory, engine), 0o755);
  }
  const node = connect({ kind: 'container', engine, container });
  try {
    return await node.ask([ONE], unhurried());
  } finally {
    process.env['PATH'] = before;
  }
}

// What docker 28 says without a daemon was seen; the other words are those of the engines' sources.
for (const [name, engine, stderr, exitCode, code, message] of [
  [
    'no daemon',
    'docker',
    'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?',
    1,
    'unreachable',
    /the docker daemon can't be reached/,
  ],
  [
    'no permission',
    'docker',
    'permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock: dial unix /var/run/docker.sock: connect: permission denied',
    1,
    'auth-failed',
    /docker may not be used by this user/,
  ],
  [
    'no container',
    'docker',
    'Error response from daemon: No such container: node1',
    1,
    'no-such-container',
    /docker has no container node1/,
  ],
  [
    'stopped',
    'docker',
    'Error response from daemon: container 4f2 is not running',
    1,
    'no-such-container',
    /the container node1 is not running/,
  ],
  [
    'paused',
    'docker',
    'Error response from daemon: Container 4f2 is paused, unpause the container before exec',
    1,
    'no-such-container',
    /not running/,
  ],
  [
    'no sh',
    'docker',
    'OCI runtime exec failed: exec failed: unable to start container process: exec: "sh": executable file not found in $PATH: unknown',
    126,
    'no-shell',
    /has no sh/,
  ],
  [
    'no container (podman)',
    'podman',
    'Error: no container with name or ID "node1" found: no such container',
    125,
    'no-such-container',
    /podman has no container node1/,
  ],
  [
    'stopped (podman)',
    'podman',
    'Error: can only create exec sessions on running containers: container state improper',
    255,
    'no-such-container',
    /not running/,
  ],
  [
    'something else',
    'docker',
    'a daemon of the future',
    1,
    'no-shell',
    /docker ran no shell in node1: it said 'a daemon of the future'/,
  ],
] as const satisfies readonly (readonly [
  string,
  'docker' | 'podman',
  string,
  number,
  TransportErrorCode,
  RegExp,
])[]) {
  test.serial(`an engine's words are understood: ${name}`, async (t) => {
    const text = `cat >/dev/null; echo '${stderr}' >&2; exit ${exitCode}`;
    const error = await t.throwsAsync(withEngine(t, engine, text, 'node1'), { instanceOf: TransportError });
    t.is((error as TransportError).code, code);
    t.regex(error?.message ?? '', message);
    t.true((error as TransportError).hint.length > 0);
  });
}

test.serial('without the engine, the program is named', async (t) => {
  const error = await t.throwsAsync(withEngine(t, 'podman', undefined, 'node1'), {
    instanceOf: TransportError,
  });
  t.is((error as TransportError).code, 'missing-program');
  t.regex(error?.message ?? '', /podman could not be started/);
});

for (const container of ['--privileged', '$(reboot)', 'a b', '', 'x\n', '-it']) {
  test.serial(`a container named ${JSON.stringify(container)} is refused`, async (t) => {
    const text = 'shift 3; exec "$@"';
    const error = await t.throwsAsync(withEngine(t, 'docker', text, container), {
      instanceOf: TransportError,
    });
    t.is((error as TransportError).code, 'configuration');
  });
}

test.serial('what a script says on standard error is no error of the engine', async (t) => {
  const outcomes = await withEngine(
    t,
    'docker',
    'echo "WARNING: no such container option" >&2; shift 3; exec "$@"',
    'node1',
  );
  t.is(said(outcomes, ONE), 'one\n');
});

test.serial('a container that stops in mid-answer', async (t) => {
  const text = `read -r l; while read -r l; do case $l in mark=*) eval "$l"; break; esac; done; printf '\\n%s H 5\\n\\n%s B 0\\nhalf' $mark $mark; exit 137`;
  t.is(said(await withEngine(t, 'docker', text, 'node1'), ONE), 'unreachable');
});
