import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import test from 'ava';
import { command, shell } from '../../facts/sources.ts';
import { askAhead } from '../../transports/ahead.ts';
import { said, unhurried } from '../helpers/asking.ts';
import { temporaryDirectory } from '../helpers/temporary.ts';

const ONE = command(['echo', 'one']);

test('the first who asks gets the answers that are on their way, who asks again asks anew', async (t) => {
  const file = join(temporaryDirectory(t), 'asked');
  appendFileSync(file, '');
  const counting = shell('counting', `echo asked >> '${file}'; cat '${file}'`, ['cat']);
  const node = askAhead([[ONE, counting]], unhurried());
  let sent = 0;
  const first = await node.ask([counting], unhurried({ onSent: () => sent++ }));
  t.is(said(first, counting), 'asked\n');
  t.is(sent, 1);
  t.is(said(await node.ask([counting], unhurried()), counting), 'asked\nasked\n');
  await node.close();
});

test('who asks late is told of the answers that have come, and of those that come later', async (t) => {
  const directory = temporaryDirectory(t);
  const [come, asked] = [join(directory, 'come'), join(directory, 'asked')];
  const first = shell('first', `echo one`, []);
  const second = shell('second', `: > '${come}'; until [ -e '${asked}' ]; do sleep 0.02; done`, ['sleep']);
  const node = askAhead([[first, second]], unhurried());
  while (!existsSync(come)) await delay(20);
  const told: unknown[] = [];
  const answers = node.ask([first, second], unhurried({ onAnswer: (source) => told.push(source) }));
  while (told.length === 0) await delay(20);
  t.deepEqual(told, [first]);
  appendFileSync(asked, '');
  await answers;
  t.deepEqual(told, [first, second]);
});

test('an abort of who asks ends what was asked', async (t) => {
  const stop = new AbortController();
  const hanging = command(['sleep', '600']);
  const node = askAhead([[ONE, hanging]], unhurried());
  const answers = node.ask([ONE, hanging], unhurried({ signal: stop.signal }));
  stop.abort();
  t.is(said(await answers, hanging), 'interrupted');
});

test('answers that nobody takes are not waited for: what was asked is ended', async (t) => {
  const directory = temporaryDirectory(t);
  const pid = join(directory, 'pid');
  const hanging = shell('hanging', `echo $$ > '${pid}.new'; mv '${pid}.new' '${pid}'; sleep 600`, ['sleep']);
  const node = askAhead([[hanging]], unhurried());
  while (!existsSync(pid)) await delay(20);
  node.abandon();
  const shellPid = Number(readFileSync(pid, 'utf8'));
  while (isAlive(shellPid)) await delay(20);
  t.pass();
});

test('answers that were taken are left alone', async (t) => {
  const node = askAhead([[ONE]], unhurried());
  const answers = node.ask([ONE], unhurried());
  node.abandon();
  t.is(said(await answers, ONE), 'one\n');
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
