import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import { configFiles, type HostConfig, readHostConfig } from '../../../transports/ssh/config.ts';
import { matchesList, matchesPattern } from '../../../transports/ssh/pattern.ts';
import { cpuClock } from '../../helpers/cpu-clock.ts';
import { temporaryDirectory } from '../../helpers/temporary.ts';

function read(
  t: ExecutionContext,
  text: string,
  host: string,
  others: Readonly<Record<string, string>> = {},
): HostConfig {
  const home = temporaryDirectory(t);
  mkdirSync(join(home, '.ssh'));
  for (const [name, content] of Object.entries({ config: text, ...others }))
    writeFileSync(join(home, '.ssh', name), content);
  return readHostConfig(configFiles(undefined, home), host, home);
}

test('the first value of a keyword wins, and identities add up', (t) => {
  const config = read(
    t,
    `User early
Host dpu*
  User late
  Port 2222
  IdentityFile ~/.ssh/a
Host dpu1
  port=2223
  IdentityFile "/with blank/b" # not this
`,
    'dpu1',
  );
  t.deepEqual(config.get('user'), ['early']);
  t.deepEqual(config.get('port'), ['2222']);
  t.deepEqual(config.get('identityfile'), ['~/.ssh/a', '/with blank/b']);
  t.deepEqual(config.get('hostname'), []);
});

test('a Host line takes several patterns, and an exclamation mark excludes', (t) => {
  const text = 'Host node? !node3 *.example.org\n  User u\n';
  t.deepEqual(read(t, text, 'node1').get('user'), ['u']);
  t.deepEqual(read(t, text, 'a.example.org').get('user'), ['u']);
  t.deepEqual(read(t, text, 'node3').get('user'), []);
  t.deepEqual(read(t, text, 'node10').get('user'), []);
});

test('files are included, by pattern too, and only where they apply', (t) => {
  const text = 'Include conf.d/* none\nHost a\n  Include only-a\nHost *\n  Port 4\n';
  const files = { 'only-a': 'User from-a\n', other: '' };
  t.deepEqual(read(t, text, 'a', files).get('user'), ['from-a']);
  t.deepEqual(read(t, text, 'b', files).get('user'), []);
  t.deepEqual(read(t, 'Include inc*\n', 'a', { inc2: 'User two\n', inc1: 'User one\n' }).get('user'), [
    'one',
  ]);
  // A Host block of the included file ends with it.
  t.deepEqual(read(t, 'Include inc\nPort 7\n', 'a', { inc: 'Host other\n  Port 8\n' }).get('port'), ['7']);
});

test('a file that includes itself is an error, not a hang', (t) => {
  const error = t.throws(() => read(t, 'Include config\n', 'a'));
  t.regex(error?.message ?? '', /included too deeply/);
});

test('Match blocks are not evaluated, and named; Match all applies', (t) => {
  const config = read(t, 'Match host a exec "touch /tmp/never"\n  User matched\nMatch all\n  Port 9\n', 'a');
  t.deepEqual(config.get('user'), []);
  t.deepEqual(config.get('port'), ['9']);
  t.is(config.matchBlocks.length, 1);
  t.regex(config.matchBlocks[0] ?? '', /config:1$/);
});

test('a file that was asked for must be there; the usual ones need not', (t) => {
  const home = temporaryDirectory(t);
  t.notThrows(() => readHostConfig([{ file: join(home, 'none'), required: false, base: home }], 'a', home));
  const error = t.throws(() => readHostConfig(configFiles(join(home, 'none'), home), 'a', home));
  t.regex(error?.message ?? '', /none can't be read: ENOENT/);
});

test('any text is read without an exception', (t) => {
  const home = temporaryDirectory(t);
  const file = join(home, 'config');
  const line = fc.oneof(
    fc.string(),
    fc.constantFrom('Host *', 'Host', 'Match', 'IdentityFile "', 'User "a\\"b"', '=', 'Host ! !*', 'Port ='),
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 10 }), (lines) => {
      writeFileSync(file, lines.join('\n').replaceAll(/include/gi, ''));
      readHostConfig(configFiles(file, home), 'a', home).get('user');
    }),
    { numRuns: 60 },
  );
  t.pass();
});

test('patterns match as OpenSSH has them', (t) => {
  for (const [name, pattern, matches] of [
    ['abc', 'abc', true],
    ['abc', 'a*', true],
    ['abc', '*c', true],
    ['abc', 'a*b*c', true],
    ['abc', 'a?c', true],
    ['abc', '?', false],
    ['abc', 'ab', false],
    ['', '*', true],
    ['', '', true],
    ['abc', '', false],
    ['a.c', 'a.c', true],
    ['axc', 'a.c', false],
    ['aab', '*ab', true],
  ] as const) {
    t.is(matchesPattern(name, pattern), matches, `${name} ${pattern}`);
  }
  t.false(matchesList('a', ['!b']));
});

test('a pattern matches what a regular expression for it matches, and never takes long', (t) => {
  const word = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 8 });
  const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 8 });
  fc.assert(
    fc.property(
      word,
      pattern,
      (name, wild) =>
        matchesPattern(name, wild) ===
        new RegExp(`^${wild.replaceAll('*', '.*').replaceAll('?', '.')}$`).test(name),
    ),
  );
  const spent = cpuClock();
  t.false(matchesPattern('a'.repeat(2000), `${'*a'.repeat(100)}b`));
  t.true(spent() < 1000);
});
