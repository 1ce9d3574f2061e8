import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { type Output, type OutputOptions, openOutput } from '../../reporters/output.ts';
import { brokenReport, healthyReport } from '../helpers/reports.ts';
import { temporaryDirectory } from '../helpers/temporary.ts';

interface FakeStream {
  readonly text: string[];
  readonly listeners: string[];
  readonly isTTY: boolean;
  write(text: string, done?: (error?: Error | null) => void): boolean;
  on(event: 'error', listener: () => void): unknown;
}

function stream(isTTY: boolean): FakeStream {
  const text: string[] = [];
  const listeners: string[] = [];
  return {
    text,
    listeners,
    isTTY,
    write(chunk, done) {
      text.push(chunk);
      done?.();
      return true;
    },
    on: (event) => listeners.push(event),
  };
}

async function open(
  given: Partial<OutputOptions>,
  isTTY = false,
): Promise<Output & { readonly out: FakeStream; readonly err: FakeStream }> {
  const out = stream(isTTY);
  const err = stream(isTTY);
  const output = await openOutput({
    stdout: out,
    stderr: err,
    env: { LANG: 'C.UTF-8' },
    reports: [],
    detail: 'normal',
    color: true,
    now: () => 0,
    every: () => () => undefined,
    ...given,
  });
  return { ...output, out, err };
}

const started = { kind: 'run-started', suite: 'node', targets: ['host1'], checks: 0 } as const;

test('without --report the human report goes to standard output', async (t) => {
  const { write, out, err } = await open({});
  t.is(await write(brokenReport()), 1);
  t.regex(out.text.join(''), /What is wrong/);
  t.is(err.text.join(''), '');
});

test('a report in a file leaves the human one on the terminal', async (t) => {
  const file = join(temporaryDirectory(t), 'junit.xml');
  const { write, out } = await open({ reports: [`junit=${file}`] });
  t.is(await write(healthyReport()), 0);
  t.regex(out.text.join(''), /exit code 0: healthy/);
  t.regex(readFileSync(file, 'utf8'), /<testsuites>/);
});

test('JSON alone on standard output is JSON and nothing else', async (t) => {
  const { write, listen, out, err } = await open({ reports: ['json'] });
  listen(started);
  await write(healthyReport());
  t.is(JSON.parse(out.text.join('')).exitCode, 0);
  t.regex(err.text.join(''), /examining 1 node/);
});

test('progress is one line on a terminal and is gone before the report', async (t) => {
  const { write, listen, err } = await open({}, true);
  listen(started);
  t.regex(err.text.join(''), /\r\u001b\[2K.*0 of 1 node answered/);
  await write(healthyReport());
  t.is(err.text.at(-1), '\r\u001b[2K');
});

test('a CI system gets lines though it shows a terminal', async (t) => {
  const { listen, err } = await open({ env: { CI: 'true' } }, true);
  listen(started);
  t.deepEqual(err.text, ['examining 1 node, suite node\n']);
});

test('quiet has no progress', async (t) => {
  const { listen, err } = await open({ detail: 'quiet' }, true);
  listen(started);
  t.deepEqual(err.text, []);
});

test('a report that can’t be written is told on standard error', async (t) => {
  const directory = temporaryDirectory(t);
  const { write, err } = await open({ reports: [`json=${directory}`] });
  t.is(await write(healthyReport()), 3);
  t.regex(err.text.join(''), /the json report could not be written to .*\n {2}That is a folder/);
});

test('wrong use of --report is told before anything runs', async (t) => {
  await t.throwsAsync(open({ reports: ['junti'] }), { message: /junti/ });
});

test('a stream that breaks does not end the process', async (t) => {
  const { out, err } = await open({});
  t.deepEqual([out.listeners, err.listeners], [['error'], ['error']]);
});
