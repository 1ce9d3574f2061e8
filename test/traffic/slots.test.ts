import { setTimeout as delay } from 'node:timers/promises';
import test from 'ava';
import { slots } from '../../traffic/slots.ts';

const never = new AbortController().signal;

test('no more than the places are taken, and all get their turn', async (t) => {
  const places = slots(5);
  let [taken, most] = [0, 0];
  const weights = [1, 3, 2, 5, 1, 9, 2, 2, 4, 1];
  const done = await Promise.all(
    weights.map((weight) =>
      places.run(
        never,
        async () => {
          taken += Math.min(weight, 5);
          most = Math.max(most, taken);
          await delay(2);
          taken -= Math.min(weight, 5);
          return weight;
        },
        weight,
      ),
    ),
  );
  t.deepEqual(done, weights);
  t.true(most <= 5);
});

test('work that fails gives its place back', async (t) => {
  const places = slots(1);
  await t.throwsAsync(
    places.run(never, () => Promise.reject(new Error('no'))),
    { message: 'no' },
  );
  t.is(await places.run(never, async () => 'next'), 'next');
});

test('who waits when the run is interrupted does nothing, and those behind are not held up', async (t) => {
  const places = slots(1);
  const interrupt = new AbortController();
  const { promise: gate, resolve: open } = Promise.withResolvers<void>();
  const first = places.run(never, () => gate);
  const waiting = places.run(interrupt.signal, async () => t.fail('it was interrupted'));
  const behind = places.run(never, async () => 'behind');
  interrupt.abort();
  t.is(await waiting, undefined);
  open();
  await first;
  t.is(await behind, 'behind');
  t.is(await places.run(interrupt.signal, async () => t.fail('it is over')), undefined);
});
