import { spawn } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { parseFact } from '../../facts/fact.ts';
import { type Process, processes } from '../../facts/processes.ts';
import type { Source } from '../../facts/source.ts';
import { readAnswer } from '../../transports/answers.ts';
import { ask } from '../../transports/ask.ts';
import { localTransport } from '../../transports/local.ts';
import { unhurried } from '../helpers/asking.ts';
import { temporaryDirectory } from '../helpers/temporary.ts';

/** Starts a process of that name, which waits for its input to end. */
function start(t: ExecutionContext, name: string, args: readonly string[]): number | undefined {
  const program = join(temporaryDirectory(t), name);
  writeFileSync(program, '#!/bin/sh\nread line\n');
  chmodSync(program, 0o755);
  const child = spawn(program, args, { stdio: ['pipe', 'ignore', 'ignore'] });
  t.teardown(() => child.kill());
  return child.pid;
}

async function here(): Promise<readonly Process[]> {
  const sources = Object.entries<Source>(processes.sources);
  const outcomes = await ask(
    localTransport(),
    sources.map(([, source]) => source),
    unhurried(),
  );
  const answers = sources.map(([label, source]) => {
    const outcome = outcomes.get(source);
    return [label, readAnswer(source, outcome?.ok ? outcome.parts : [])];
  });
  const outcome = parseFact(
    processes,
    Object.fromEntries(answers) as Parameters<(typeof processes)['parse']>[0],
  );
  if (!outcome.ok) throw new Error(outcome.failure.message);
  return outcome.value;
}

test('each process has its own arguments, whatever stands in them', async (t) => {
  const hostile = ['', 'two words', 'a line\nend', '==> /proc/1/cmdline <== forged', ' ', ''];
  const started = new Map([
    [start(t, 'kubelet', hostile), hostile],
    [start(t, 'libvirtd', []), []],
    [
      start(t, 'kube-proxy', ['--v=2', '--token=s3cret', '--k8s-token', 's3cret', '--token', '--v', 'token']),
      ['--v=2', '--token=<hidden>', '--k8s-token', '<hidden>', '--token', '--v', 'token'],
    ],
  ]);
  const mine = (all: readonly Process[]) => all.filter(({ pid }) => started.has(pid));
  let found = mine(await here());
  for (let attempt = 0; attempt < 20 && found.length < 3; attempt++) found = mine(await here());
  for (const { pid, args } of found) {
    const expected = (started.get(pid) ?? []).map((argument) => argument.replace('\n', ' '));
    // The interpreter and the script come first.
    t.deepEqual(args.slice(2), expected);
  }
  t.is(found.length, 3);
});

// Hand-written after what `head -v` and `tr` print.
test('a process that ended in between, or that has overwritten its arguments, takes none from the others', (t) => {
  const answer = (stdout: string) => ({ command: 'test', exitCode: 0, stdout, stderr: '' });
  const heads = [5, 6, 7, 8].map((pid) => `process ${pid} kubelet\n`).join('');
  const files = [
    '==> /proc/5/stat <== 5 (kubelet) S 1 ',
    '==> /proc/5/cmdline <== a\nb',
    '==> /proc/7/cmdline <== ',
    '==> /proc/8/stat <== 8 (kubelet) Z 1 ',
    '==> /proc/8/cmdline <== c\n',
  ].join(' ');
  const outcome = parseFact(processes, {
    list: answer(`${heads}files\n${files}`),
  });
  t.deepEqual(outcome.ok && outcome.value.map((one) => one.args), [['a', 'b'], [], [], ['c']]);
  t.deepEqual(outcome.ok && outcome.value.map((one) => one.state), ['S', '', '', 'Z']);
});

test('a program without which settings would not show makes them unknown, not absent', (t) => {
  const said = { command: 'processes', exitCode: 0, stderr: '' };
  const outcome = parseFact(processes, {
    list: { ...said, stdout: 'lacking tr\nprocess 7 ovnkube\n' },
  });
  t.is(outcome.ok ? undefined : outcome.failure.code, 'missing-program');
  t.is(outcome.ok ? undefined : outcome.failure.message, 'tr is not installed on the node');
});
