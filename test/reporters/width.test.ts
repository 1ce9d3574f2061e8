import test from 'ava';
import fc from 'fast-check';
import { cutTo, fold, padTo, widthOf, wrap } from '../../reporters/width.ts';

const widths: readonly (readonly [string, number])[] = [
  ['', 0],
  ['eth0', 4],
  ['é', 1],
  ['e\u0301', 1],
  ['日本', 4],
  ['ｗｉｄｅ', 8],
  ['✓', 1],
  ['✅', 2],
  ['👩‍👩‍👧', 2],
  ['한국', 4],
];

for (const [text, width] of widths) {
  test(`'${text}' takes ${width} columns`, (t) => t.is(widthOf(text), width));
}

test('prose breaks at spaces and keeps long words whole', (t) => {
  t.deepEqual(wrap('the PF has no network device', 12), ['the PF has', 'no network', 'device']);
  t.deepEqual(wrap('see /sys/bus/pci/devices/0000:01:00.0/net now', 12), [
    'see',
    '/sys/bus/pci/devices/0000:01:00.0/net',
    'now',
  ]);
  t.deepEqual(wrap('a\n\nb', 12), ['a', '', 'b']);
});

test('output is folded where the line is full, and nothing is lost', (t) => {
  t.deepEqual(fold('abcdef', 4), ['abcd', 'ef']);
  t.deepEqual(fold('日本語', 4), ['日本', '語']);
  t.deepEqual(fold('  a  b', 3), ['  a', '  b']);
  const text = 'Device "enp3s0f0np0" does not exist on this node at all';
  t.deepEqual(fold(text, 40), ['Device "enp3s0f0np0" does not exist on ', 'this node at all']);
  t.deepEqual(fold(`x ${'y'.repeat(50)}`, 40), [`x ${'y'.repeat(38)}`, 'y'.repeat(12)]);
});

test('a cut line fits and says that it was cut', (t) => {
  t.is(cutTo('host1, host2', 8, '…'), 'host1, …');
  t.is(cutTo('host1', 8, '…'), 'host1');
  t.is(cutTo('日本語', 4, '…'), '日…');
  t.is(padTo('日本', 6), '日本  ');
});

test('lines fit, and the words and characters stay the same', (t) => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme', maxLength: 160 }),
      fc.integer({ min: 4, max: 60 }),
      (text, width) => {
        const line = text.replace(/\s+/g, ' ').trim();
        const wrapped = wrap(line, width);
        const folded = fold(line, width);
        t.is(wrapped.join(' '), line);
        t.is(folded.join(''), line);
        for (const one of wrapped) t.true(widthOf(one) <= width || !one.includes(' '));
        for (const one of folded) t.true(widthOf(one) <= width);
        t.true(widthOf(cutTo(line, width, '…')) <= width);
      },
    ),
  );
  t.pass();
});
