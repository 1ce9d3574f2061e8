import { existsSync, readFileSync, watch, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import type { ServerChannel } from 'ssh2';
import type { Report } from '../../runner/report.ts';
import { assertCivil, QUICK, recordedDpu, resultOf, startDpuDoctor, swapOn } from '../helpers/cli.ts';
import { makeKey, startServer, writeKey } from '../helpers/ssh-server.ts';
import { startTcpServer } from '../helpers/tcp-server.ts';
import { temporaryDirectory } from '../helpers/temporary.ts';
import { schemaErrors, withXmllint } from '../helpers/xmllint.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

interface Given {
  readonly directory: string;
  /** The targets that keep the run from ending. */
  readonly targets: readonly string[];
  readonly args?: readonly string[];
  /** Resolves in the phase in which the signal is to come. */
  readonly phase: Promise<unknown>;
}

/** Starts a run with a recorded node and others that never end, sends the signal in its phase, and reads the reports. */
async function interrupt(
  t: ExecutionContext,
  signal: NodeJS.Signals,
  { directory, targets, args = [], phase }: Given,
): Promise<Report> {
  const good = `recorded:${recordedDpu(directory, 'good')}`;
  const { child, ended } = startDpuDoctor(
    [
      ...['run', '--role', 'dpu', '-s', QUICK, '-t', good, ...targets.flatMap((target) => ['-t', target])],
      ...['--ssh-config', '/dev/null', '-r', 'json=out.json', '-r', 'junit=out.xml', '-r', 'human', ...args],
    ],
    { cwd: directory, env: { HOME: directory } },
  );
  await phase;
  const sent = performance.now();
  child.kill(signal);
  const outcome = await ended;
  t.true(performance.now() - sent < 20_000, 'it ends soon, and not when the node is given up');
  t.is(outcome.code, 130, outcome.stderr);
  assertCivil(t, outcome);
  t.regex(outcome.stdout, /^Interrupted: this is what was known by then\.$/m);
  t.regex(outcome.stdout, /^exit code 130: interrupted/m);
  const report = JSON.parse(readFileSync(join(directory, 'out.json'), 'utf8')) as Report;
  t.is(report.exitCode, 130);
  t.true(report.interrupted);
  t.is(report.results.length, report.summary.total);
  t.is(schemaErrors('jenkins-junit-10.xsd', [join(directory, 'out.xml')]), '');
  t.is(resultOf(report, 'good', QUICK).verdict, 'pass', 'what was known is told');
  return report;
}

for (const signal of SIGNALS) {
  withXmllint(`${signal} while a connection comes up`, async (t) => {
    const directory = temporaryDirectory(t);
    const { promise, resolve } = Promise.withResolvers<void>();
    const port = await startTcpServer(t, () => resolve());
    const target = `tester@127.0.0.1:${port}`;
    const report = await interrupt(t, signal, { directory, targets: [target], phase: promise });
    const own = report.results.filter((result) => result.target === target);
    t.deepEqual(
      own.map(({ verdict, reasonCode }) => [verdict, reasonCode]),
      [['error', 'interrupted']],
      'not the node’s fault',
    );
  });

  withXmllint(`${signal} while a node is waited for`, async (t) => {
    const directory = temporaryDirectory(t);
    const { promise, resolve } = Promise.withResolvers<void>();
    const [key, hostKey] = [makeKey(), makeKey()];
    /** The shell starts, answers nothing, and can't be ended. */
    const exec = (_command: string, channel: ServerChannel): void => {
      channel.on('error', () => {});
      channel.once('data', (script: Buffer) => {
        const mark = /^mark=(\S+)$/m.exec(String(script))?.[1];
        channel.write(`\n${mark} H 1\n\n${mark} B 0\nhalf an answ`);
        setTimeout(resolve, 100);
      });
    };
    const { port } = await startServer(t, { authorized: [key], hostKeys: [hostKey], exec });
    const target = `tester@127.0.0.1:${port}`;
    const args = ['--identity', writeKey(directory, 'key', key), '--accept-any-host-key'];
    const report = await interrupt(t, signal, { directory, targets: [target], args, phase: promise });
    const result = resultOf(report, target, QUICK);
    t.is(result.verdict, 'error');
    t.is(result.reasonCode, 'interrupted');
  });

  withXmllint(`${signal} while nodes wait for their turn`, async (t) => {
    const directory = temporaryDirectory(t);
    const { promise, resolve } = Promise.withResolvers<void>();
    const port = await startTcpServer(t, () => resolve());
    const later = recordedDpu(directory, 'later');
    const report = await interrupt(t, signal, {
      directory,
      targets: [`tester@127.0.0.1:${port}`, `recorded:${later}`],
      args: ['--concurrency', '1'],
      phase: promise,
    });
    t.is(resultOf(report, 'later', 'target/reachable').reasonCode, 'interrupted');
    t.is(resultOf(report, 'later', QUICK).verdict, 'blocked');
  });

  withXmllint(`${signal} between two rounds of --wait`, async (t) => {
    const directory = temporaryDirectory(t);
    const broken = recordedDpu(directory, 'broken', swapOn('/swapfile'));
    const { promise, resolve } = Promise.withResolvers<void>();
    const good = recordedDpu(directory, 'good');
    const { child, ended } = startDpuDoctor(
      [
        ...[
          'run',
          '--role',
          'dpu',
          '-s',
          QUICK,
          '-t',
          `recorded:${good},recorded:${broken}`,
          '--wait',
          '10m',
        ],
        ...['-r', 'json=out.json', '-r', 'junit=out.xml'],
      ],
      { cwd: directory },
    );
    child.stderr?.on('data', (chunk) => {
      if (/broken: answered/.test(String(chunk))) resolve();
    });
    await promise;
    child.kill(signal);
    const { code } = await ended;
    t.is(code, 130);
    const report = JSON.parse(readFileSync(join(directory, 'out.json'), 'utf8')) as Report;
    t.is(resultOf(report, 'broken', QUICK).verdict, 'fail', 'what the first round found');
    t.is(resultOf(report, 'good', QUICK).verdict, 'pass');
    t.is(schemaErrors('jenkins-junit-10.xsd', [join(directory, 'out.xml')]), '');
  });
}

test('a signal while the reports are written leaves them whole', async (t) => {
  const directory = temporaryDirectory(t);
  const nodes = Array.from(
    { length: 200 },
    (_, index) => `recorded:${recordedDpu(directory, `node${index}`)}`,
  );
  const reports = ['json=a.json', 'junit=b.xml', 'human=c.txt', 'json=d.json'];
  const writing = new Promise<void>((resolve) => {
    const watcher = watch(directory, (_, file) => {
      if (/^\.?[abcd]\./.test(file ?? '')) resolve();
    });
    t.teardown(() => watcher.close());
  });
  const { child, ended } = startDpuDoctor(
    [
      ...['run', '--role', 'dpu', '-t', nodes.join(','), '-q'],
      ...reports.flatMap((report) => ['-r', report]),
    ],
    { cwd: directory },
  );
  await Promise.race([writing, ended]);
  child.kill('SIGTERM');
  const { signal } = await ended;
  t.is(signal, null, 'it was not killed');
  for (const file of ['a.json', 'b.xml', 'c.txt', 'd.json']) t.true(existsSync(join(directory, file)), file);
  const report = JSON.parse(readFileSync(join(directory, 'a.json'), 'utf8')) as Report;
  t.is(report.targets.length, nodes.length);
});

test('of a machine that has not answered when the signal comes, nothing is said to be absent', async (t) => {
  const directory = temporaryDirectory(t);
  const [shell, begun] = [join(directory, 'sh'), join(directory, 'begun')];
  writeFileSync(shell, `#!/bin/bash\n: > '${begun}'\nexec sleep 60\n`, { mode: 0o755 });
  const watcher = watch(directory);
  const asked = new Promise((resolve) => {
    watcher.on('change', (_, file) => file === 'begun' && resolve(undefined));
  });
  const path = `${directory}:${process.env['PATH']}`;
  const { child, ended } = startDpuDoctor([], { cwd: directory, env: { HOME: directory, PATH: path } });
  await asked;
  watcher.close();
  child.kill('SIGINT');
  const { code, stdout, stderr } = await ended;
  t.is(code, 130);
  const said = stdout.replace(/\s+/g, ' ');
  t.notRegex(said, /no ovnkube|no simulated VFs|--role/);
  t.regex(
    said,
    /its role is not known: nothing is known of .*: the run was interrupted before the node had answered Run it again\./,
  );
  t.notRegex(stderr, /: answered/);
});

test('the signal that npm passes on once more is one signal', async (t) => {
  const directory = temporaryDirectory(t);
  const { promise, resolve } = Promise.withResolvers<void>();
  const port = await startTcpServer(t, () => resolve());
  const { child, ended } = startDpuDoctor(
    ['run', '--ssh-config', '/dev/null', '-t', `tester@127.0.0.1:${port}`, '-r', 'json=out.json'],
    { cwd: directory, env: { HOME: directory } },
  );
  await promise;
  child.kill('SIGINT');
  child.kill('SIGINT');
  child.kill('SIGTERM');
  const { code } = await ended;
  t.is(code, 130);
  t.true(existsSync(join(directory, 'out.json')));
});
