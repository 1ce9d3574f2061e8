import { PassThrough } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import test from 'ava';
import { passphraseFrom } from '../../../transports/ssh/passphrase.ts';

function terminal(isTTY: boolean) {
  const input = Object.assign(new PassThrough(), { isTTY });
  const output = new PassThrough();
  let text = '';
  output.on('data', (chunk) => {
    text += chunk;
  });
  return { input, output, shown: (): string => text };
}

/** Waits for what must come; the test's own time-out ends it. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await delay(5);
}

test('the variable goes first, and nobody is asked', async (t) => {
  const { shown, ...streams } = terminal(true);
  const ask = passphraseFrom({ DPU_DOCTOR_SSH_PASSPHRASE: 'from env' }, streams);
  t.is(await ask('/key'), 'from env');
  t.is(shown(), '');
});

test('without a terminal there is nobody to ask', async (t) => {
  const { shown, ...streams } = terminal(false);
  t.is(await passphraseFrom({}, streams)('/key'), undefined);
  t.is(shown(), '');
});

test('a terminal is asked once for each file, one question at a time, without an echo', async (t) => {
  const { shown, ...streams } = terminal(true);
  const ask = passphraseFrom({}, streams);
  const first = [ask('/key\u001b[31m'), ask('/key\u001b[31m')];
  const second = ask('/other');
  await until(() => shown() === 'Passphrase of "/key\\u001b[31m": ');
  streams.input.write('opensesame\r');
  t.deepEqual(await Promise.all(first), ['opensesame', 'opensesame']);
  await until(() => shown().endsWith('\nPassphrase of "/other": '));
  streams.input.write('second\n');
  t.is(await second, 'second');
  t.false(/second|sesame/.test(shown()));
});

test('an input that ends gives no passphrase', async (t) => {
  const { shown, ...streams } = terminal(true);
  const asked = passphraseFrom({}, streams)('/key');
  streams.input.end();
  t.is(await asked, undefined);
  t.regex(shown(), /Passphrase of/);
});
