import test from 'ava';
import { mapLimited } from '../../runner/limit.ts';

test('so many at a time and no more, in the order of the items', async (t) => {
  let [open, most] = [0, 0];
  const results = await mapLimited([1, 2, 3, 4, 5], 2, async (item) => {
    open += 1;
    most = Math.max(most, open);
    await new Promise((resolve) => setImmediate(resolve));
    open -= 1;
    return item * 10;
  });
  t.is(most, 2);
  t.deepEqual(results, [10, 20, 30, 40, 50]);
});

test('nothing to do is done at once', async (t) => {
  t.deepEqual(await mapLimited([], 16, async () => t.fail()), []);
});
