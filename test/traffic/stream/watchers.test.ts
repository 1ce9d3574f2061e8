import test from 'ava';
import type { Source } from '../../../facts/source.ts';
import type { Endpoint } from '../../../facts/traffic/path.ts';
import type { TrafficContext } from '../../../traffic/context.ts';
import type { Representor } from '../../../traffic/stream/representor.ts';
import { watchers } from '../../../traffic/stream/watchers.ts';
import type { RawOutcome } from '../../../transports/ask.ts';
import { CLIENT } from '../../helpers/stream.ts';

const REPRESENTOR: Representor = {
  chassis: 'dpu1',
  name: 'pf0vf1',
  inUserSpace: false,
  simulated: undefined,
  takesFlows: false,
};

/** A DPU whose looks fail where told; each answers with no flows and no counters. */
function contextOf(fails: readonly boolean[]): TrafficContext {
  let look = 0;
  const shell = {
    name: 'dpu1',
    ask: async (sources: readonly Source[]) => {
      const failing = fails[look++] ?? false;
      return new Map<Source, RawOutcome>(
        sources.map((source): [Source, RawOutcome] => [
          source,
          failing
            ? { ok: false, failure: { code: 'timeout', message: `look ${look} had no answer` } }
            : { ok: true, parts: [{ path: '', exitCode: 0, stdout: 'exit 0\n', stderr: '' }] },
        ]),
      );
    },
    close: async () => {},
  };
  const options = { signal: AbortSignal.timeout(60_000) };
  return { nodeShell: () => shell, options } as unknown as TrafficContext;
}

const SENDER = { name: 'host1:pod1', node: 'host1', dpu: 'dpu1' } as Endpoint;

async function after(...fails: readonly boolean[]) {
  const found = { ok: true, value: REPRESENTOR } as const;
  const watched = watchers([found], contextOf(fails));
  for (const at of fails.keys()) await watched.look(at * 1000);
  return watched.direction(SENDER, found, CLIENT, 5000);
}

test('a look that fails in between costs nothing but itself', async (t) => {
  const { samples, failure } = await after(false, true, false);
  t.is(failure, undefined);
  t.deepEqual(
    samples.map(({ at }) => at),
    [0, 2000],
  );
});

test('without the first or the last look the counters would tell too little: the direction says why', async (t) => {
  t.is((await after(true, false, false)).failure?.message, 'look 1 had no answer');
  t.is((await after(false, false, true)).failure?.message, 'look 3 had no answer');
});

test('a representor that is not known is told with its reason', async (t) => {
  const found = { ok: false, failure: { code: 'not-found', message: 'no port has it' } } as const;
  const watched = watchers([found], contextOf([]));
  await watched.look(0);
  t.like(watched.direction(SENDER, found, CLIENT, 5000), {
    representor: undefined,
    dpu: 'dpu1',
    samples: [],
    failure: found.failure,
  });
});
