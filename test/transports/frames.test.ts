import test from 'ava';
import fc from 'fast-check';
import { FrameReader } from '../../transports/frames.ts';
import { cpuClock } from '../helpers/cpu-clock.ts';

const MARK = 'dpu-doctor-0123456789abcdef';

const marker = (text: string): string => `\n${MARK} ${text}\n`;

const stream = (...answers: readonly string[]): Buffer =>
  Buffer.from(
    [
      marker('H'),
      ...answers.map(
        (text, source) => `${marker(`B ${source}`)}${text}${marker(`E ${source} 0`)}${marker(`D ${source}`)}`,
      ),
      marker('Z'),
    ].join(''),
  );

function read(...chunks: readonly Buffer[]): FrameReader {
  const reader = new FrameReader(MARK);
  for (const chunk of chunks) reader.push(chunk);
  return reader;
}

const texts = (reader: FrameReader): readonly string[] => reader.frames.map(({ text }) => text);

test('an answer is kept to the byte', (t) => {
  for (const text of [
    '',
    '\n',
    'no newline at the end',
    'two\nlines\n',
    '\n\n',
    'a\0b',
    'é→\u{1f600}',
    `${MARK}`,
  ]) {
    t.deepEqual(texts(read(stream(text, 'the next'))), [text, 'the next'], JSON.stringify(text));
  }
});

test('an answer that looks like a marker is an answer', (t) => {
  const almost = [
    `\n${MARK}x Z\n`,
    `${MARK} Z\n`,
    `\n${MARK.slice(0, -1)} E 0 0\n`,
    `\n${MARK}\n`,
    '\ndpu-doctor-ffffffffffffffffff D 0\n',
  ];
  for (const text of almost) t.deepEqual(texts(read(stream(text))), [text], JSON.stringify(text));
});

test('chunks may end anywhere', (t) => {
  const whole = stream('é first\n', '', `${MARK} B 3 ✓`);
  const expected = texts(read(whole));
  for (let cut = 0; cut <= whole.length; cut++) {
    const reader = read(whole.subarray(0, cut), whole.subarray(cut));
    t.deepEqual(texts(reader), expected, `cut at ${cut}`);
    t.true(reader.finished);
  }
  const bytewise = read(...[...whole].map((byte) => Buffer.of(byte)));
  t.deepEqual(texts(bytewise), expected);
});

test('an answer that was cut is not done, wherever it was cut', (t) => {
  const whole = stream('only one');
  const done = whole.indexOf(marker('D 0')) + marker('D 0').length;
  for (let cut = 0; cut < whole.length; cut++) {
    const reader = read(whole.subarray(0, cut));
    t.is(reader.done.has(0), cut >= done, `cut at ${cut}`);
    t.false(reader.finished);
  }
});

test('what a login shell prints before the script is noise', (t) => {
  const reader = read(Buffer.from('Welcome!\nLast login: never'), stream('answer'));
  t.is(reader.noise, 'Welcome!\nLast login: never');
  t.deepEqual(texts(reader), ['answer']);
});

test('paths keep their blanks', (t) => {
  const reader = read(Buffer.from(`${marker('H')}${marker('B 0 /sys/a  b c')}x${marker('E 0 3')}`));
  t.deepEqual(reader.frames, [{ source: 0, path: '/sys/a  b c', exitCode: 3, text: 'x' }]);
});

test('a source that prints in many frames is counted as one', (t) => {
  const reader = read(Buffer.from(marker('H')));
  for (let path = 0; path < 100; path++) {
    reader.push(Buffer.from(`${marker(`B 0 /p${path}`)}${'x'.repeat(1000)}${marker('E 0 0')}`));
  }
  t.true(reader.openBytes >= 100_000);
  reader.push(Buffer.from(marker('D 0')));
  t.is(reader.openBytes, 0);
  t.true(reader.totalBytes > 100_000);
});

test('any bytes in any chunks are read without an exception, and text outside of frames is none', (t) => {
  const piece = fc.oneof(
    fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
    fc
      .constantFrom('H', 'B 0', 'B 1 /x', 'E 0 0', 'E 9', 'D 0', 'D', 'Z', '')
      .map((text) => Buffer.from(marker(text))),
    fc.constant(Buffer.from(`\n${MARK}`)),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      const reader = read(...pieces);
      return reader.frames.every(
        ({ exitCode, text }) => typeof exitCode === 'number' && typeof text === 'string',
      );
    }),
  );
  t.pass();
});

test('any answers come back as they were, however they are cut up', (t) => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: 'binary', maxLength: 50 }), { minLength: 1, maxLength: 5 }),
      fc.array(fc.nat(400), { maxLength: 6 }),
      (answers, cuts) => {
        const whole = stream(...answers);
        const at = [
          0,
          ...cuts.toSorted((a, b) => a - b).map((cut) => Math.min(cut, whole.length)),
          whole.length,
        ];
        const reader = read(...at.slice(1).map((end, index) => whole.subarray(at[index], end)));
        // A lone surrogate is no text that UTF-8 can carry.
        t.deepEqual(
          texts(reader),
          answers.map((text) => Buffer.from(text).toString()),
        );
      },
    ),
  );
});

test('a long answer is read in linear time', (t) => {
  const chunk = Buffer.from('no marker in here, only text \n'.repeat(2000));
  const reader = read(Buffer.from(`${marker('H')}${marker('B 0')}`));
  const spent = cpuClock();
  for (let count = 0; count < 250; count++) reader.push(chunk);
  reader.push(Buffer.from(`${marker('E 0 0')}${marker('D 0')}`));
  t.is(reader.frames[0]?.text.length, 250 * chunk.length);
  t.true(spent() < 3000);
});
