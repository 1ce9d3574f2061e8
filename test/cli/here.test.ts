import test from 'ava';
import { DEFAULT_TIMEOUT, SOURCE_TIMEOUT } from '../../cli/limits.ts';
import { asksHere, HERE } from '../../cli/main.ts';
import { createProgram } from '../../cli/program.ts';
import { runRequest } from '../../cli/request.ts';

const run = createProgram(() => undefined).commands.find((command) => command.name() === 'run');

/** Of the run command, by its short or long name. */
const optionOf = (word: string) =>
  run?.options.find(({ short, long, negate }) => word === (negate ? long : short) || word === long);

test('this machine is asked at once where the words can mean no other', (t) => {
  for (const words of [[], ['run'], ['run', 'node'], ['-v'], ['run', '--json', '-q', '--no-color']])
    t.true(asksHere(words), words.join(' '));
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
    t.false(asksHere(words), words.join(' '));
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
