import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import { attributes, command, commandForEach, files } from '../../facts/sources.ts';
import { readAnswer } from '../../transports/answers.ts';
import { connect } from '../../transports/connect.ts';
import { formatRecording, parseRecording, record } from '../../transports/recording.ts';
import { TransportError } from '../../transports/transport.ts';
import { said, unhurried } from '../helpers/asking.ts';
import { temporaryDirectory } from '../helpers/temporary.ts';

const ONE = command(['echo', 'one']);
const EACH = commandForEach(['/proc/self/stat*'], ['echo', '{name}']);
const FAILING = command(['sh', '-c', 'echo sorry >&2; exit 4']);
const SLOW = command(['sleep', '60']);
const SOURCES = [ONE, EACH, FAILING, SLOW, attributes('/proc/sys/kernel/ostype'), files('/etc/passwd')];

function replay(t: ExecutionContext, text: string) {
  const file = join(temporaryDirectory(t), 'node.json');
  writeFileSync(file, text);
  return connect({ kind: 'recorded', file });
}

test('a recorded node answers as the node did, failures too', async (t) => {
  const live = connect({ kind: 'local' });
  const answers = await live.ask(SOURCES, unhurried({ sourceTimeout: 300 }));
  const recording = record({ name: 'here', uri: live.uri, recordedAt: '2026-01-02T03:04:05Z' }, answers);
  const again = await replay(t, formatRecording(recording)).ask(SOURCES, unhurried());
  t.is(said(again, SLOW), 'timeout');
  for (const source of SOURCES) {
    const [before, after] = [answers.get(source), again.get(source)];
    if (before?.ok && after?.ok)
      t.deepEqual(readAnswer(source, after.parts), readAnswer(source, before.parts));
    else if (before?.ok === false && after?.ok === false) {
      t.is(after.failure.message, before.failure.message);
      t.is(after.failure.hint, before.failure.hint);
      t.deepEqual(after.failure.evidence, before.failure.evidence);
    } else t.fail(`recorded and replayed differ: ${JSON.stringify(source)}`);
  }
});

test('what was not recorded is said not to be', async (t) => {
  const node = replay(t, formatRecording(record({ name: 'n', uri: 'local:' }, new Map())));
  const outcome = (await node.ask([ONE], unhurried())).get(ONE);
  t.like(outcome, { ok: false, failure: { code: 'not-recorded' } });
  t.regex(outcome?.ok === false ? outcome.failure.message : '', /node\.json has no answer to: echo one/);
  const inherited = command(['constructor']);
  t.is(said(await node.ask([inherited], unhurried()), inherited), 'not-recorded');
});

test('a recording is the same text whatever order the answers came in', (t) => {
  const part = { path: '', exitCode: 0, stdout: 'x', stderr: '' };
  const outcome = { ok: true, parts: [part] } as const;
  const node = { name: 'n', uri: 'local:' };
  const [a, b] = [command(['a']), command(['b'])];
  t.is(
    formatRecording(
      record(
        node,
        new Map([
          [a, outcome],
          [b, outcome],
        ]),
      ),
    ),
    formatRecording(
      record(
        node,
        new Map([
          [b, outcome],
          [a, outcome],
        ]),
      ),
    ),
  );
});

test('secrets do not come into a recording', (t) => {
  const key = '-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk\n-----END OPENSSH PRIVATE KEY-----\n';
  const said = { source: 'x', said: 'token=hunter2' };
  const recording = record(
    { name: 'n', uri: 'local:' },
    new Map([
      [ONE, { ok: true, parts: [{ path: '', exitCode: 1, stdout: key, stderr: '--password hunter2' }] }],
      [
        FAILING,
        { ok: false, failure: { code: 'command-failed', message: 'password: hunter2', evidence: said } },
      ],
    ]),
  );
  const text = formatRecording(recording);
  t.false(/hunter2|b3BlbnNzaC1rZXk/.test(text), text);
  t.is(text.match(/redacted/g)?.length, 4);
});

for (const [name, text, problem] of [
  ['no JSON', '{', /is no JSON/],
  ['another format', '{"format":2,"node":{"name":"n","uri":"u"},"answers":{}}', /format: /],
  ['no node', '{"format":1,"answers":{}}', /node: /],
  [
    'a part of the wrong type',
    '{"format":1,"node":{"name":"n","uri":"u"},"answers":{"echo one":{"parts":[{"stdout":1}]}}}',
    /answers\.echo one/,
  ],
  ['empty', '', /is no JSON/],
  ['a list', '[]', /is no recording/],
] as const) {
  test(`a file that is no recording: ${name}`, async (t) => {
    const error = await t.throwsAsync(replay(t, text).ask([ONE], unhurried()), {
      instanceOf: TransportError,
    });
    t.is((error as TransportError).code, 'configuration');
    t.regex(error?.message ?? '', problem);
  });
}

test('a file that is not there', async (t) => {
  const node = connect({ kind: 'recorded', file: '/nonexistent/node.json' });
  const error = await t.throwsAsync(node.ask([ONE], unhurried()), { instanceOf: TransportError });
  t.regex(error?.message ?? '', /\/nonexistent\/node\.json can't be read/);
  t.is(node.uri, 'recorded:/nonexistent/node.json');
  await node.close();
});

test('any JSON is read without an exception', (t) => {
  fc.assert(fc.property(fc.json(), (text) => typeof parseRecording(text).ok === 'boolean'));
  fc.assert(
    fc.property(fc.jsonValue(), (answers) => {
      parseRecording(JSON.stringify({ format: 1, node: { name: 'n', uri: 'u' }, answers }));
    }),
  );
  t.pass();
});

test('the shortest recording can be written by hand', (t) => {
  const result = parseRecording(
    '{"format":1,"node":{"name":"n","uri":"u"},"answers":{"echo one":{"parts":[{}]}}}',
  );
  t.deepEqual(result.ok && result.recording.answers['echo one'], {
    parts: [{ path: '', exitCode: 0, stdout: '', stderr: '' }],
  });
});
