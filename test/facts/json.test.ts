import test from 'ava';
import fc from 'fast-check';
import { FactError, json } from '../../facts/fact.ts';

const printed = (stdout: string): unknown => json({ command: 'ip -j link', exitCode: 0, stdout, stderr: '' });

/** As iproute2 6.1 writes them: quotes and backslashes escaped, control characters not. */
const asIproute2 = (name: string): string => name.replace(/["\\]/g, '\\$&');

test('a name with control characters hides no other', (t) => {
  const names = ['eth0', '\u001b[2Jx', 'x\u001b]0;o\u0007', 'a\'b"c', 'a\\b', '\\u0041', ']]>'];
  const text = `[${names.map((name) => `{"ifname":"${asIproute2(name)}"}`).join(',\n')}]\n`;
  t.deepEqual(
    printed(text),
    names.map((ifname) => ({ ifname })),
  );
});

test('an apostrophe may be escaped, as older releases do', (t) => {
  t.deepEqual(printed(String.raw`[{"a":"it\'s \\'"}]`), [{ a: "it's \\'" }]);
});

test('what is JSON is read as JSON', (t) => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) =>
      t.deepEqual(printed(JSON.stringify(value, null, '\t')), JSON.parse(JSON.stringify(value))),
    ),
  );
});

test('what is none is a fact error and nothing else', (t) => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      try {
        printed(text);
      } catch (error) {
        t.true(error instanceof FactError);
      }
    }),
  );
  t.throws(() => printed('[{"ifname":"eth0"'), { instanceOf: FactError });
});
