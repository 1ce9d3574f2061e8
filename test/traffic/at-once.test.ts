import { spawnSync } from 'node:child_process';
import test from 'ava';
import fc from 'fast-check';
import { atOnce, parseAtOnce } from '../../traffic/at-once.ts';
import { newMark } from '../../transports/mark.ts';
import { hostileText } from '../helpers/hostile.ts';
import { SHELLS } from '../helpers/shells.ts';

for (const [file, ...args] of SHELLS) {
  const run = (script: string) => {
    const began = performance.now();
    const { stdout } = spawnSync(file, [...args], { input: script, encoding: 'utf8', timeout: 30_000 });
    return { stdout, durationMs: performance.now() - began };
  };
  const shell = [file, ...args].join(' ');

  test(`${shell}: commands run at once, and each answer stands by itself`, (t) => {
    const mark = newMark();
    const calls = [
      { argv: ['sh', '-c', 'sleep 1; echo slow; exit 3'] },
      ...Array.from({ length: 30 }, (_, number) => ({
        argv: ['sh', '-c', `sleep 1; echo "number ${number} 'quoted'"; echo twice >&2`],
        ahead: ['echo', 'not heard'],
      })),
    ];
    const { stdout, durationMs } = run(atOnce(calls, mark));
    const answers = parseAtOnce(stdout, mark);
    t.is(answers.size, 31);
    t.like(answers.get(0), { exitCode: 3, said: 'slow' });
    t.true((answers.get(0)?.durationMs ?? 0) >= 900);
    t.is(answers.get(17)?.said.replaceAll('\n', ' '), "number 16 'quoted' twice");
    t.false(stdout.includes('not heard'));
    t.true(durationMs < 15_000, 'not one after the other');
  });

  test(`${shell}: lines that nobody needs are left out, and of a flood the end is kept`, (t) => {
    const mark = newMark();
    const reply = '64 bytes from 10.0.0.1: icmp_seq=1 ttl=64 time=1.03 ms';
    const calls = [
      {
        argv: ['sh', '-c', `yes '${reply}' | head -n 20000; yes noise | head -n 20000; echo last`],
        without: ' bytes from 10[.]0[.]0[.]1: .* ms$',
      },
      { argv: ['echo', reply], without: ' bytes from 10[.]0[.]0[.]2: .* ms$' },
    ];
    const answers = parseAtOnce(run(atOnce(calls, mark)).stdout, mark);
    t.is(answers.get(1)?.said, reply);
    const said = answers.get(0)?.said ?? '';
    t.true(said.endsWith('last'));
    t.false(said.includes('bytes from'));
    t.true(said.length <= 3000);
  });

  test(`${shell}: words from elsewhere are words, whatever is in them`, (t) => {
    const words = ['$(echo gone)', '`echo gone`', "it's; echo gone", '--', '*', 'two\nlines', '\\', '$HOME'];
    const mark = newMark();
    const calls = words.map((word) => ({ argv: ['printf', '%s', word] }));
    const answers = parseAtOnce(run(atOnce(calls, mark)).stdout, mark);
    words.forEach((word, number) => {
      t.is(answers.get(number)?.said, word);
    });
  });
}

test('any text holds answers or none', (t) => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(hostileText, fc.constantFrom('m 1 0 1 2', 'm end', 'm', 'm x'))),
      (lines) => {
        t.true(parseAtOnce(lines.join('\n'), 'm').size <= 1);
      },
    ),
  );
});
