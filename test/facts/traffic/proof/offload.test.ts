import test, { type ExecutionContext } from 'ava';
import { judgeOffload } from '../../../../facts/traffic/proof/offload.ts';
import type { OffloadVerdict } from '../../../../facts/traffic/proof/verdict.ts';
import type { StreamDirection } from '../../../../facts/traffic/stream.ts';
import { direction, offloaded, reverse, sample, tracked } from '../../../helpers/stream.ts';

const is = (
  t: ExecutionContext,
  directions: readonly StreamDirection[],
  verdict: OffloadVerdict,
  each: readonly OffloadVerdict[],
) => {
  const judged = judgeOffload({ durationMs: 4000, bytes: 14_000_000, directions, evidence: [] });
  t.is(judged.verdict, verdict);
  t.deepEqual(
    judged.directions.map((one) => one.verdict),
    each,
  );
  return judged;
};

const inSoftware = direction([sample(0, []), sample(4000, tracked(9990, 'dp:ovs'))]);

test('both directions in the hardware, and nothing in software on either DPU: offloaded', (t) => {
  is(t, [offloaded(), reverse()], 'offloaded', ['offloaded', 'offloaded']);
});

test('one direction only is offloaded in part', (t) => {
  is(t, [inSoftware, reverse()], 'in-part', ['in-software', 'offloaded']);
});

test('one direction that was looked at is not both', (t) => {
  is(t, [offloaded()], 'undetermined', ['undetermined']);
  is(t, [], 'undetermined', []);
  // To itself, so that the only direction has a receiver: it is one all the same.
  is(t, [offloaded({ sender: 'a' }), offloaded({ sender: 'a' })], 'undetermined', [
    'undetermined',
    'undetermined',
  ]);
  is(t, [offloaded(), reverse({ representor: undefined })], 'undetermined', ['undetermined', 'undetermined']);
});

test('neither direction in the hardware is in software, also where only one can be told', (t) => {
  is(t, [inSoftware, { ...reverse(), packets: 10 }], 'in-software', ['in-software', 'undetermined']);
});

test("what the receiver's DPU hands over in software is offloaded in part", (t) => {
  const samples = reverse().samples.map((one, index, { length }) => ({
    ...one,
    software: { rx: 10, tx: index === length - 1 ? 7500 : 0, source: 'ethtool -S pf0vf3' },
  }));
  const { directions } = is(t, [offloaded(), reverse({ samples })], 'in-part', ['in-part', 'offloaded']);
  t.is(directions[0]?.share, 0.25);
  t.regex(
    directions[0]?.why ?? '',
    /^dpu1 forwards it in hardware, and dpu2 hands 75 % of it .* in software$/,
  );
});

test('what stands in for hardware is simulated in all', (t) => {
  const simulated = 'a veth pair';
  is(t, [offloaded({ simulated }), reverse({ simulated })], 'simulated', ['simulated', 'simulated']);
});

test('a direction of which nothing can be told is not simulated by the other', (t) => {
  const failure = { code: 'not-found', message: 'dpu2 has no network device pf0vf3' } as const;
  const given = [offloaded({ simulated: 'a veth pair' }), reverse({ representor: undefined, failure })];
  is(t, given, 'undetermined', ['simulated', 'undetermined']);
});
