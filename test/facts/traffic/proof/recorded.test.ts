import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import { judgeOffload } from '../../../../facts/traffic/proof/offload.ts';
import type { DirectionProof } from '../../../../facts/traffic/proof/verdict.ts';
import type { StreamDirection, StreamObservation, StreamSample } from '../../../../facts/traffic/stream.ts';

const FILE = resolve(import.meta.dirname, '../../../recorded/stream/netns-userspace.json');
const real = JSON.parse(readFileSync(FILE, 'utf8')) as StreamObservation;

type Change = (one: StreamDirection, index: number) => StreamDirection;

const changed = (...changes: readonly Change[]): StreamObservation => ({
  ...real,
  directions: real.directions.map((one, index) => changes.reduce((sum, change) => change(sum, index), one)),
});

/** What follows was not seen so: there is no hardware here. Each change says what it makes of what was. */
const asHardware: Change = (one) => ({ ...one, simulated: undefined });

const mapSamples =
  (change: (sample: StreamSample, index: number) => StreamSample): Change =>
  (one) => ({ ...one, samples: one.samples.map(change) });

const marked = mapSamples((sample) => ({
  ...sample,
  flows: sample.flows.map((flow) => ({ ...flow, offloaded: 'yes', layer: 'tc' })),
}));

const quiet = mapSamples((sample, index) => ({
  ...sample,
  software: { rx: 20 + index, tx: 10 + index, source: 'ethtool -S' },
}));

const only =
  (wanted: number, change: Change): Change =>
  (one, index) =>
    index === wanted ? change(one, index) : one;

const verdicts = (observation: StreamObservation): readonly DirectionProof['verdict'][] => {
  const { verdict, directions } = judgeOffload(observation);
  return [verdict, ...directions.map((one) => one.verdict)];
};

test('the real stream is simulated; by its flows and counters it is in software', (t) => {
  t.deepEqual(verdicts(real), ['simulated', 'simulated', 'simulated']);
  t.deepEqual(verdicts(changed(asHardware)), ['in-software', 'in-software', 'in-software']);
});

test('marks alone do not make it offloaded, nor do quiet counters', (t) => {
  t.deepEqual(verdicts(changed(asHardware, marked)), ['in-software', 'in-software', 'in-software']);
  t.deepEqual(verdicts(changed(asHardware, quiet)), ['in-software', 'in-software', 'in-software']);
});

test('with marks and quiet counters it would be offloaded, and with one direction of them in part', (t) => {
  t.deepEqual(verdicts(changed(asHardware, marked, quiet)), ['offloaded', 'offloaded', 'offloaded']);
  t.deepEqual(verdicts(changed(asHardware, quiet, only(0, marked))), ['in-part', 'offloaded', 'in-software']);
});

test('without its later dumps, or where they have other ports, nothing is proven', (t) => {
  const early: Change = (one) => ({ ...one, samples: one.samples.slice(0, 3) });
  t.deepEqual(verdicts(changed(asHardware, marked, quiet, early))[0], 'undetermined');
  const elsewhere: Change = (one) => ({ ...one, representor: 'pf0vf2' });
  t.deepEqual(verdicts(changed(asHardware, marked, quiet, elsewhere))[0], 'undetermined');
});

test('no order, loss or change of what was seen makes an offload of what software saw', (t) => {
  const count = real.directions[0]?.samples.length ?? 0;
  const seen = fc.record({
    kept: fc.subarray(Array.from({ length: count }, (_, index) => index)),
    offloaded: fc.constantFrom('yes', 'partial', undefined),
    layer: fc.constantFrom('tc', 'ovs', 'dpdk', undefined),
    packets: fc.option(fc.nat(100_000), { nil: undefined }),
    counted: fc.nat(200_000),
    rx: fc.nat(100_000),
  });
  fc.assert(
    fc.property(seen, ({ kept, offloaded, layer, packets, counted, rx }) => {
      const observation = changed(asHardware, (one) => ({
        ...one,
        packets,
        samples: kept.flatMap((at) => {
          const sample = one.samples[at];
          if (sample === undefined) return [];
          const flows = sample.flows.map((flow) => ({
            ...flow,
            offloaded,
            layer,
            packets: flow.packets + counted,
          }));
          return { ...sample, flows, software: { rx: at * rx, tx: at * rx, source: 'ethtool -S' } };
        }),
      }));
      const { verdict, directions } = judgeOffload(observation);
      const grew = ((kept.at(-1) ?? 0) - (kept[0] ?? 0)) * rx;
      if (verdict === 'offloaded') {
        t.is(offloaded, 'yes');
        t.not(layer, 'ovs');
        t.true(packets !== undefined && packets >= 2000 && grew <= packets / 10);
      }
      for (const { share } of directions) t.true(share === undefined || (share >= 0 && share <= 1));
    }),
  );
});
