import test from 'ava';
import { flagsHere, HERE } from '../../cli/here-words.ts';
import { DEFAULT_TIMEOUT, SOURCE_TIMEOUT } from '../../cli/limits.ts';
import { createProgram } from '../../cli/program.ts';
import { runRequest } from '../../cli/request.ts';

const run = createProgram(() => undefined).commands.find((command) => command.name() === 'run');

/** Of the run command, by its short or long name. */
const optionOf = (word: string) =>
  run?.options.find(({ short, long, negate }) => word === (negate ? long : short) || word === long);

test('this machine is asked at once where the words can mean no other', (t) => {
  for (const words of [[], ['run'], ['run', 'node'], ['-v'], ['run', '--json', '-q', '--no-color']])
    t.not(flagsHere(words), undefined, words.join(' '));
  for (const words of [
    ['gateway'],
    ['run', 'gateway'],
    ['run', '--target', 'node'],
    ['--kubeconfig', 'run'],
    ['--timeout', '1s'],
    ['--role', 'dpu'],
    ['--select', 'node'],
    ['list'],
    ['--help'],
    ['run', '--help'],
    ['--version'],
  ])
    t.is(flagsHere(words), undefined, words.join(' '));
});

test('of options, only those are among the words that say what the report looks like and take no value', (t) => {
  for (const word of HERE.filter((one) => one.startsWith('-'))) {
    const option = optionOf(word);
    t.is(option?.helpGroupHeading, 'Reports:', word);
    t.false(option?.required || option?.optional, word);
  }
});

test('what is asked at once is what a run without options asks', async (t) => {
  const flags = run?.opts<{ wait: string; timeout: string; concurrency: string }>();
  if (flags === undefined) return t.fail();
  const { nodes, clusters, checks, timeout, sourceTimeout } = await runRequest('node', flags);
  t.deepEqual(
    nodes.map(({ access }) => access),
    [{ kind: 'local' }],
  );
  t.is(clusters, undefined);
  t.is(typeof checks, 'function', 'the checks are not chosen before the node is asked');
  t.deepEqual([timeout, sourceTimeout], [DEFAULT_TIMEOUT, SOURCE_TIMEOUT]);
});

test('the words are taken as the command line takes them, or left to it', async (t) => {
  const parsed = async (words: readonly string[]): Promise<unknown> => {
    const program = createProgram(() => undefined);
    let taken: unknown;
    for (const command of [program, ...program.commands])
      command.exitOverride().configureOutput({ writeErr: () => undefined });
    program.commands
      .find((command) => command.name() === 'run')
      ?.action((suite: string, flags: unknown) => {
        if (suite === 'node') taken = flags;
      });
    await program.parseAsync(words, { from: 'user' }).catch(() => undefined);
    return taken;
  };
  const lists = [0, 1, 2, 3].reduce<string[][]>(
    (all) => [...all, ...all.flatMap((list) => HERE.map((word) => [...list, word]))],
    [[]],
  );
  let taken = 0;
  for (const words of new Map(lists.map((list) => [list.join(' '), list])).values()) {
    const flags = flagsHere(words);
    if (flags === undefined) continue;
    taken++;
    t.deepEqual(flags, (await parsed(words)) as typeof flags, words.join(' '));
  }
  t.true(taken > 50);
  for (const words of [
    ['node'],
    ['run', 'run'],
    ['run', 'node', 'node'],
    ['-q', '-v'],
    ['--json', 'run'],
    [''],
  ])
    t.is(flagsHere(words), undefined, words.join(' '));
});
