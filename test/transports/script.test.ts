import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import { FACTS } from '../../facts/index.ts';
import { MAX_FILE_BYTES, type Source } from '../../facts/source.ts';
import {
  attributes,
  command,
  commandForEach,
  files,
  linkTargets,
  paths,
  shell,
} from '../../facts/sources.ts';
import { type Part, readAnswer } from '../../transports/answers.ts';
import { FrameReader } from '../../transports/frames.ts';
import { quote } from '../../transports/quote.ts';
import { renderScript } from '../../transports/script.ts';
import { SHELLS } from '../helpers/shells.ts';
import { temporaryDirectory } from '../helpers/temporary.ts';

const MARK = 'dpu-doctor-0123456789abcdef';

/** Runs the script for these sources and reads the answers, as asking a node does. */
function answers(
  sources: readonly Source[],
  [file, ...args]: readonly [string, ...string[]],
  cwd = '/',
): unknown[] {
  const { stdout, stderr } = spawnSync(file, args, {
    input: renderScript(sources, MARK),
    cwd,
    maxBuffer: 2 ** 26,
  });
  const [out, err] = [new FrameReader(MARK), new FrameReader(MARK)];
  out.push(stdout);
  err.push(stderr);
  if (!out.finished || !err.finished) throw new Error(`the script did not end: ${stderr}`);
  return sources.map((source, number) => {
    const parts = out.frames.flatMap((frame, index): Part[] =>
      frame.source === number
        ? [
            {
              path: frame.path,
              exitCode: frame.exitCode,
              stdout: frame.text,
              stderr: err.frames[index]?.text ?? '',
            },
          ]
        : [],
    );
    return readAnswer(source, parts);
  });
}

/** Names that a shell would trip over, were they not quoted. `touch` in them would leave a file behind. */
const HOSTILE = [
  '$(touch executed)',
  '`touch executed`',
  '; touch executed;',
  '& touch executed &',
  "' ; touch executed ; '",
  '" ; touch executed ; "',
  '-rf',
  '--help',
  '*',
  '[a-z]',
  '?',
  '~',
  '!!',
  'a b  c',
  'back\\slash',
  'arrow -> here',
  '\\n',
  'é→',
  '\u001b[31mred',
  '#comment',
  '%s%n',
  '{name}',
];

for (const shellArgv of SHELLS) {
  const name = shellArgv.join(' ');

  test(`${name}: every kind of source is answered`, (t) => {
    const directory = temporaryDirectory(t);
    writeFileSync(join(directory, 'one'), 'first line\nsecond line\n');
    writeFileSync(join(directory, 'two'), 'no newline');
    writeFileSync(join(directory, 'empty'), '');
    mkdirSync(join(directory, 'folder'));
    symlinkSync('../some/where', join(directory, 'link'));
    const read = answers(
      [
        command(['printf', '%s|', 'a b', "it's", '']),
        command(['sh', '-c', 'echo out; echo err >&2; exit 3']),
        command(['no-such-program-here', '-x']),
        shell('greet', 'printf hello', ['printf']),
        attributes(
          `${directory}/one`,
          `${directory}/two`,
          `${directory}/empty`,
          `${directory}/folder`,
          `${directory}/none`,
        ),
        files(`${directory}/o*`, `${directory}/none`),
        linkTargets(`${directory}/*`),
        paths(`${directory}/[a-e]*`, `${directory}/none*`),
        commandForEach([`${directory}/t*`], ['printf', '%s', '{parent} {name} is {path}']),
        command(['cat']),
      ],
      shellArgv,
    );
    const base = directory.split('/').at(-1);
    t.like(read[0], { exitCode: 0, stdout: "a b|it's||", stderr: '' });
    t.like(read[1], { exitCode: 3, stdout: 'out\n', stderr: 'err\n' });
    t.like(read[2], { exitCode: 127, stdout: '' });
    t.like(read[3], { exitCode: 0, stdout: 'hello' });
    t.deepEqual(read[4], {
      values: new Map([
        [`${directory}/one`, 'first line'],
        [`${directory}/two`, 'no newline'],
        [`${directory}/empty`, ''],
      ]),
      unreadable: [],
    });
    t.deepEqual(read[5], {
      texts: new Map([[`${directory}/one`, 'first line\nsecond line\n']]),
      unreadable: new Map(),
    });
    t.deepEqual(read[6], new Map([[`${directory}/link`, '../some/where']]));
    t.deepEqual(read[7], [`${directory}/empty`]);
    t.deepEqual(read[8], [
      {
        command: `printf %s ${base} two is ${directory}/two`,
        path: `${directory}/two`,
        exitCode: 0,
        stdout: `${base} two is ${directory}/two`,
        stderr: '',
      },
    ]);
    t.like(
      read[9],
      { exitCode: 0, stdout: '' },
      'a command that reads gets nothing, least of all the script',
    );
  });

  test(`${name}: names that would run something run nothing, and are read as they are`, (t) => {
    const directory = temporaryDirectory(t);
    for (const file of HOSTILE) {
      writeFileSync(join(directory, file), `in ${file}`);
      symlinkSync(`to ${file}`, join(directory, `link ${file}`));
    }
    const [values, texts, targets, found, each] = answers(
      [
        attributes(`${directory}/*`),
        files(`${directory}/*`),
        linkTargets(`${directory}/link*`),
        paths(`${directory}/*`),
        commandForEach([`${directory}/*`], ['printf', '%s\n', '{name}', '{path}']),
      ],
      shellArgv,
      directory,
    ) as [
      { values: Map<string, string> },
      { texts: Map<string, string> },
      Map<string, string>,
      string[],
      { path: string; stdout: string }[],
    ];
    t.false(existsSync(join(directory, 'executed')));
    t.is(readdirSync(directory).length, 2 * HOSTILE.length);
    // Its ls has no QUOTING_STYLE: what is not ASCII and an arrow in a name are lost.
    const escapes = name !== 'busybox sh';
    for (const file of HOSTILE) {
      const path = join(directory, file);
      t.is(values.values.get(path), `in ${file}`, file);
      t.is(texts.texts.get(path), `in ${file}`, file);
      t.true(found.includes(path), file);
      t.is(each.find((answer) => answer.path === path)?.stdout, `${file}\n${path}\n`, file);
      if (escapes || !/[\\\u001bé]|->/.test(file))
        t.is(targets.get(join(directory, `link ${file}`)), `to ${file}`, file);
    }
  });

  test(`${name}: a name with a newline forges no answer about another path`, (t) => {
    const directory = temporaryDirectory(t);
    const forged = `x\n=${directory.replaceAll('/', '_')}\tforged`;
    writeFileSync(join(directory, forged), '');
    writeFileSync(join(directory, 'tab\there'), '');
    writeFileSync(join(directory, 'real'), 'real');
    symlinkSync(`x\nlrwxrwxrwx 1 0 0 0 Jan 1 00:00 ${directory}/real -> forged`, join(directory, 'zlink'));
    const [values, targets, found, texts] = answers(
      [
        attributes(`${directory}/*`),
        linkTargets(`${directory}/zlink`),
        paths(`${directory}/*`),
        files(`${directory}/*`),
      ],
      shellArgv,
    ) as [{ values: Map<string, string> }, Map<string, string>, string[], { texts: Map<string, string> }];
    t.deepEqual([...values.values.keys()], [join(directory, 'real')]);
    t.deepEqual([...texts.texts.keys()], [join(directory, 'real')]);
    t.deepEqual(found, [join(directory, 'real'), join(directory, 'zlink')]);
    t.false(targets.has(join(directory, 'real')));
    t.is(targets.size, 1);
  });

  test(`${name}: bytes that are no text pass through`, (t) => {
    const directory = temporaryDirectory(t);
    writeFileSync(join(directory, 'binary'), Buffer.from([0, 1, 10, 255, 254, 0, 10]));
    const [texts] = answers([files(`${directory}/binary`)], shellArgv) as [{ texts: Map<string, string> }];
    t.is(texts.texts.get(join(directory, 'binary')), '\0\u0001\n\ufffd\ufffd\0\n');
  });

  test(`${name}: a file that is too large is unreadable, and says so`, (t) => {
    const directory = temporaryDirectory(t);
    writeFileSync(join(directory, 'fits'), 'é'.repeat(MAX_FILE_BYTES / 2));
    writeFileSync(join(directory, 'large'), 'é'.repeat(MAX_FILE_BYTES / 2 + 1));
    const [read] = answers([files(`${directory}/*`)], shellArgv) as [
      { texts: Map<string, string>; unreadable: Map<string, string> },
    ];
    t.deepEqual([...read.texts.keys()], [join(directory, 'fits')]);
    t.regex(read.unreadable.get(join(directory, 'large')) ?? '', /larger than 262144 bytes/);
  });

  test(`${name}: the script of all facts is POSIX`, (t) => {
    const sources = Object.values(FACTS).flatMap((fact) => Object.values<Source>(fact.sources));
    const [file, ...args] = shellArgv;
    const { status, stderr } = spawnSync(file, [...args, '-n'], { input: renderScript(sources, MARK) });
    t.is(status, 0, String(stderr));
  });

  test(`${name}: a script that arrives in part runs nothing`, (t) => {
    const directory = temporaryDirectory(t);
    const script = renderScript([command(['touch', join(directory, 'executed')])], MARK);
    const [file, ...args] = shellArgv;
    for (let length = 0; length < script.length - 1; length += 61)
      spawnSync(file, args, { input: script.slice(0, length) });
    t.deepEqual(readdirSync(directory), []);
  });
}

test('any word, quoted, comes back from a shell as it was', (t) => {
  const words = fc.sample(
    fc.string({ unit: 'grapheme', maxLength: 30 }).filter((word) => !word.includes('\0')),
    300,
  );
  const { stdout } = spawnSync('sh', { input: `printf '%s\\0' ${words.map(quote).join(' ')}` });
  t.deepEqual(
    stdout.toString().split('\0').slice(0, -1),
    words.map((word) => Buffer.from(word).toString()),
  );
});

test('any pattern and argument of a source runs nothing but its own command', (t) => {
  const directory = temporaryDirectory(t);
  const hostile = fc.array(
    fc.oneof(
      fc.constantFrom(
        ...HOSTILE,
        '[$(touch executed)]',
        '[`touch executed`]',
        '[a;touch executed]',
        '\n',
        '>executed',
      ),
      fc.string({ maxLength: 5 }),
    ),
    { minLength: 1, maxLength: 4 },
  );
  const texts = fc.sample(hostile, 150).map((parts) => parts.join('').replaceAll('\0', ''));
  const sources = texts.flatMap((text): Source[] => [
    command(['printf', '%s', text]),
    attributes(text),
    files(text),
    linkTargets(`./${text}`),
    paths(text),
    commandForEach(['/dev/null'], ['printf', '%s', text]),
  ]);
  const read = answers(sources, ['sh'], directory);
  t.deepEqual(readdirSync(directory), []);
  texts.forEach((text, index) => {
    t.is((read[index * 6] as { stdout: string }).stdout, Buffer.from(text).toString());
  });
});
