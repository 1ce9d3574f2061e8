import test from 'ava';
import { lookOf } from '../../reporters/look.ts';
import { type Progress, progressOn } from '../../reporters/progress.ts';
import { aReport, aResult } from '../helpers/reports.ts';

/** A progress on a fake surface: what it wrote, and its clock to turn by hand. */
async function started(redraws: boolean, width = 80) {
  const look = await lookOf({ width, colour: 0, unicode: true });
  const written: string[] = [];
  let time = 0;
  let tick: (() => void) | undefined;
  const progress: Progress = progressOn({
    write: (text) => void written.push(text),
    redraws,
    look,
    now: () => time,
    every: (_, call) => {
      tick = call;
      return () => {
        tick = undefined;
      };
    },
  });
  return {
    ...progress,
    written,
    isTicking: () => tick !== undefined,
    pass: (ms: number) => {
      time += ms;
      tick?.();
    },
  };
}

const report = aReport({
  results: [aResult({ checkId: 'a/b' }), aResult({ checkId: 'a/c', verdict: 'skip', reason: 'x' })],
});

test('on a terminal one line is drawn again: what answered, what is awaited, for how long', async (t) => {
  const { listen, pass, written } = await started(true);
  listen({ kind: 'run-started', suite: 'node', targets: ['host1', 'host2'], checks: 0 });
  for (const target of ['host1', 'host2']) listen({ kind: 'target-started', target });
  pass(100);
  t.is(written.at(-1), '\r\u001b[2K⠙ 0 of 2 nodes answered · 0.10 s · waiting for host1, host2');
  listen({ kind: 'target-answered', target: 'host1', ms: 90 });
  pass(1900);
  t.is(written.at(-1), '\r\u001b[2K⠹ 1 of 2 nodes answered · 2.0 s · waiting for host2');
  listen({ kind: 'result', result: aResult({ checkId: 'a/b', verdict: 'fail' }) });
  pass(100);
  t.is(written.at(-1), '\r\u001b[2K⠸ 1 of 2 nodes answered · 1 check · 1 failed · 2.1 s · waiting for host2');
  t.notRegex(written.join(''), /\n/);
});

test('the line goes away at the end, and nothing ticks on', async (t) => {
  for (const end of ['run-finished', 'stop'] as const) {
    const { listen, stop, pass, written, isTicking } = await started(true);
    listen({ kind: 'run-started', suite: 'node', targets: ['host1'], checks: 3 });
    pass(100);
    if (end === 'stop') stop();
    else listen({ kind: 'run-finished', report });
    t.is(written.at(-1), '\r\u001b[2K', end);
    t.false(isTicking(), end);
    stop();
    t.is(written.filter((text) => text === '\r\u001b[2K').length, 1, end);
  }
});

test('the line never wraps, however many nodes are awaited', async (t) => {
  const { listen, pass, written } = await started(true, 60);
  const targets = Array.from({ length: 50 }, (_, index) => `host${index}`);
  listen({ kind: 'run-started', suite: 'node', targets, checks: 0 });
  for (const target of targets) listen({ kind: 'target-started', target });
  pass(100);
  const line = written.at(-1)?.replace('\r\u001b[2K', '') ?? '';
  t.is(line.length, 59);
  t.true(line.endsWith('…'));
});

test('a node that is asked again does not count twice', async (t) => {
  const { listen, pass, written } = await started(true);
  listen({ kind: 'run-started', suite: 'node', targets: ['host1'], checks: 0 });
  for (let round = 0; round < 3; round += 1) {
    listen({ kind: 'target-started', target: 'host1' });
    listen({ kind: 'target-answered', target: 'host1', ms: 10 });
  }
  pass(100);
  t.regex(written.at(-1) ?? '', /1 of 1 node answered/);
});

test('in a log each event that matters is a line', async (t) => {
  const { listen, written } = await started(false);
  listen({ kind: 'run-started', suite: 'node', targets: ['host1', 'host2'], checks: 0 });
  listen({ kind: 'target-started', target: 'host1' });
  listen({ kind: 'target-answered', target: 'host1', ms: 320 });
  listen({
    kind: 'target-answered',
    target: 'host2',
    ms: 5000,
    failure: { code: 'timeout', message: 'no answer' },
  });
  for (const result of report.results) listen({ kind: 'result', result });
  listen({ kind: 'run-finished', report });
  t.is(
    written.join(''),
    [
      'examining 2 nodes, suite node',
      'host1: answered in 0.32 s',
      'host2: no answer (after 5.0 s)',
      'done in 1.4 s: 1 passed, 0 failed, 0 undetermined, 0 warnings, 1 skipped, 0 blocked',
      '',
    ].join('\n'),
  );
});
