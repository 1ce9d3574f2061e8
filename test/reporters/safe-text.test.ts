import test from 'ava';
import fc from 'fast-check';
import { capped, escapeJson, safeBlock, safeLine } from '../../reporters/safe-text.ts';
import { cpuClock } from '../helpers/cpu-clock.ts';
import { hostileText } from '../helpers/hostile.ts';

const FORBIDDEN =
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff]|\p{Surrogate}/u;

const examples: readonly (readonly [string, string, string])[] = [
  ['colours', '\u001b[1;31mred\u001b[0m', 'red'],
  ['colours by C1', '\u009b31mred', 'red'],
  ['a window title', '\u001b]0;owned\u0007text', 'text'],
  ['a hyperlink', '\u001b]8;;http://evil.example\u001b\\click\u001b]8;;\u001b\\', 'click'],
  ['a device control string', '\u001bPq#0;2;0\u001b\\text', 'text'],
  ['an erased screen', '\u001b[2J\u001b[Htext', 'text'],
  ['a charset switch', '\u001b(0text', 'text'],
  ['a line that overwrites itself', 'failed\rpassed', 'failed\npassed'],
  ['backspaces', 'fail\b\b\b\bpass', 'failpass'],
  ['a right-to-left override', 'abc\u202efdp.exe', 'abcfdp.exe'],
  ['invisible characters', 'e\u200bth\u20600', 'eth0'],
  ['lone surrogates', 'a\ud800b\udc00c', 'a\ufffdb\ufffdc'],
  ['noncharacters', 'a\ufffeb\uffffc\u{1fffe}d', 'abcd'],
  ['other line ends', 'a\r\nb\u2028c\u0085d\u000be', 'a\nb\nc\nd\ne'],
  ['tabs and trailing space', 'a\tb   \nc', 'a  b\nc'],
  ['NUL', 'a\u0000b', 'ab'],
];

for (const [name, hostile, expected] of examples) {
  test(`made safe: ${name}`, (t) => t.is(safeBlock(hostile), expected));
}

test('an escape sequence that is never closed does not swallow the rest', (t) => {
  t.true(
    safeBlock('\u001b]0;title without end\nVF 0000:01:00.2 has no physfn link').includes(
      'has no physfn link',
    ),
  );
});

test('what is fine stays as it is', (t) => {
  const text = 'Grüße, 日本 👩‍👩‍👧 é → ovs-vsctl "x" <y> & z\n  indented';
  t.is(safeBlock(text), text);
});

test('no text leaves with a control character', (t) => {
  fc.assert(
    fc.property(hostileText, (text) => {
      t.notRegex(safeBlock(text), FORBIDDEN);
      t.notRegex(safeLine(text), /[\n]/);
      t.notRegex(safeLine(text), FORBIDDEN);
    }),
  );
  t.pass();
});

test('making safe what is safe changes nothing', (t) => {
  fc.assert(fc.property(hostileText, (text) => safeBlock(safeBlock(text)) === safeBlock(text)));
  t.pass();
});

test('long hostile texts take no longer than their length', (t) => {
  const spent = cpuClock();
  for (const part of ['\u001b]', '\u009d', '\u001b[', '\u001b[0', '\u001bP', '\u0090', '\u001b ', ' ', '\t'])
    safeBlock(`${part.repeat(100_000)}x`);
  t.true(spent() < 3000);
});

test('a cap says what it leaves out', (t) => {
  t.is(capped('a\nb\nc\nd', { lines: 2 }), 'a\nb\n… 2 more lines');
  t.is(capped('a\nb\nc', { lines: 2 }), 'a\nb\n… 1 more line');
  t.is(capped('abcdef', { characters: 4 }), 'abcd … 2 more characters');
  t.is(capped('abcd', { characters: 4, lines: 1 }), 'abcd');
});

test('a cap never cuts a character in two', (t) => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.nat({ max: 20 }), (text, characters) =>
      capped(text, { characters }).isWellFormed(),
    ),
  );
  t.pass();
});

test('escaped JSON parses to the same and shows no control character', (t) => {
  fc.assert(
    fc.property(hostileText, (text) => {
      const json = escapeJson(JSON.stringify({ text }));
      t.deepEqual(JSON.parse(json), { text });
      t.notRegex(
        json.toWellFormed(),
        /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]/,
      );
    }),
  );
  t.pass();
});
