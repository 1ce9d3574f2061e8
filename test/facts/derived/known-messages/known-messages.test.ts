import test from 'ava';
import fc from 'fast-check';
import { CHECKS } from '../../../../checks/index.ts';
import { KNOWN_MESSAGES, matchKnownMessages } from '../../../../facts/derived/known-messages/index.ts';
import { INNOCENT, LINES } from './lines.ts';

const idsIn = (text: string): string[] => matchKnownMessages(text).map(({ message }) => message.id);

for (const { id } of KNOWN_MESSAGES) {
  test(`${id} is known in the lines in which it stands`, (t) => {
    const lines = LINES[id] ?? [];
    t.true(lines.length > 0, 'a line is there');
    for (const line of lines) t.true(idsIn(line).includes(id), line);
  });
}

/** What a verb of a format may stand for. */
const filled = (text: string): string =>
  text
    .replaceAll('%s', 'pf0vf3')
    .replaceAll('%d', '3')
    .replaceAll('%q', '"host1"')
    .replace(/%\+?[vw]/g, 'pod ns/pod for NAD default: it is not so');

const WRAPS: readonly ((text: string) => string)[] = [
  (text) => text,
  (text) => `E1121 12:09:31.104214    4711 x.go:391] failed to run ovnkube: ${text}, and so on`,
  (text) => JSON.stringify({ reason: 'FailedCreatePodSandBox', message: `failed: "${text}"` }),
  (text) => JSON.stringify(JSON.stringify({ error: text })),
  (text) => `${'x'.repeat(5000)} ${text} ${'y'.repeat(5000)}`,
  (text) => `first\r\n\u001b[31m${text}\u001b[0m\r\nlast`,
];

test('every text is known however it is wrapped', (t) => {
  for (const message of KNOWN_MESSAGES) {
    for (const text of message.texts) {
      for (const wrap of WRAPS)
        t.true(idsIn(wrap(filled(text))).includes(message.id), wrap(filled(text)).slice(0, 300));
    }
  }
});

test('innocent lines hold no known message', (t) => {
  for (const line of INNOCENT) t.deepEqual(idsIn(line), [], line);
  t.deepEqual(matchKnownMessages(INNOCENT.join('\n')), [], 'nor do they make one together');
});

test('a message that is cut in two by a line end is none', (t) => {
  t.deepEqual(idsIn('failed to get link device for x.\n Link not found'), []);
});

test('every message has a cause, a remedy and a source, and names checks that there are', (t) => {
  const ids = KNOWN_MESSAGES.map(({ id }) => id);
  t.is(new Set(ids).size, ids.length);
  t.deepEqual(
    Object.keys(LINES).filter((id) => !ids.includes(id)),
    [],
  );
  const checks = new Set<string>(CHECKS.map(({ id }) => id));
  for (const { id, texts, cause, remedy, source, explains } of KNOWN_MESSAGES) {
    t.regex(id, /^[a-z0-9-]+$/);
    for (const text of [cause, remedy, source]) t.true(text.length > 4, id);
    for (const text of texts) t.true(text.replace(/%\+?[a-z]/g, '').length >= 12, `${id}: ${text}`);
    for (const check of explains) t.true(checks.has(check), `${id} explains ${check}`);
    t.regex(cause, /\.$/, id);
  }
});

test('the last line is shown, and in how many lines the message stands', (t) => {
  const line = (number: number): string =>
    `E${number} failed to offload flow: Operation not supported: port${number}`;
  const [match, ...others] = matchKnownMessages(['start', line(1), 'noise', line(2), 'end'].join('\n'));
  t.deepEqual(others, []);
  t.is(match?.count, 2);
  t.is(match?.line, line(2));
});

test('a long line is cut around the message, and nothing in it steers a terminal', (t) => {
  const said = `${'a'.repeat(3000)}\u001b]0;title\u0007 \u202eDPU Not Ready\u0000 ${'b'.repeat(3000)}`;
  const [match] = matchKnownMessages(`${said}\n`);
  t.true((match?.line.length ?? 0) < 420);
  t.regex(match?.line ?? '', /^… a+.*DPU Not Ready.* b+ …$/);
  t.notRegex(match?.line ?? '', /[\u0000-\u001f\u007f-\u009f\u202e]/);
});

/** Pieces of known messages in any order, which is the worst that a log can hold. */
const pieces = fc.array(
  fc.oneof(
    fc.constantFrom(
      ...KNOWN_MESSAGES.flatMap(({ texts }) => texts.flatMap((text) => text.split(/%\+?[a-z]/))),
    ),
    fc.constantFrom('\n', ' ', '"', '\\', '\\\\"', '\u001b[31m', '\ud800'),
    fc.string({ maxLength: 12 }),
  ),
  { maxLength: 60 },
);

test('whatever a log holds, the matches are lines of it and there is no exception', (t) => {
  fc.assert(
    fc.property(pieces, (all) => {
      for (const { line, count } of matchKnownMessages(all.join(''))) {
        t.true(count > 0);
        t.true(line.length <= 404);
        t.notRegex(line, /[\u0000-\u001f\u007f-\u009f]/);
      }
    }),
  );
});

/** The characters that were looked at. */
function work(text: string): number {
  let sum = 0;
  matchKnownMessages(text, (characters) => {
    sum += characters;
  });
  return sum;
}

test('twice the log is no more than twice the work', (t) => {
  fc.assert(
    fc.property(pieces, (all) => {
      const text = all.join('').padEnd(40, '.').repeat(40);
      t.true(work(text + text) <= 2.2 * work(text) + 100_000, `${work(text + text)} against ${work(text)}`);
    }),
    { numRuns: 30 },
  );
});

test('of one long line of the beginnings of messages, each character is looked at a bounded number of times', (t) => {
  const count = KNOWN_MESSAGES.flatMap(({ texts }) => texts).length;
  for (const { texts } of KNOWN_MESSAGES) {
    for (const text of texts) {
      const [longest = ''] = text.split(/%\+?[a-z]/).sort((a, b) => b.length - a.length);
      const log = longest.repeat(Math.ceil(20_000 / longest.length));
      // Once for each text, and twice the reach of a message for each place where it may stand.
      t.true(work(log) <= log.length * (count + 400), `${text}: ${work(log) / log.length}`);
    }
  }
});

test('of a log without end, the end is looked at', (t) => {
  const noise = `${'nothing to see\n'.repeat(400_000)}`;
  t.deepEqual(idsIn(`DPU Not Ready\n${noise}`), []);
  t.deepEqual(idsIn(`${noise}DPU Not Ready`), ['dpu-not-ready']);
});
