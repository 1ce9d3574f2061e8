import test from 'ava';
import fc from 'fast-check';
import type { CountedHop } from '../../../../facts/traffic/hops/counted.ts';
import { lossOf } from '../../../../facts/traffic/hops/loss.ts';
import { type Counters, readingsOf } from '../../../../facts/traffic/hops/reading.ts';
import type { Hop, HopReading } from '../../../../facts/traffic/location.ts';

const at = (
  direction: Hop['direction'],
  kind: Hop['kind'],
  node: string,
  counter: Hop['counter'],
  by: 'endpoint' | 'device' | 'flows',
): CountedHop => ({
  hop: { direction, kind, node, counter, name: kind },
  count: by === 'flows' ? { by, match: { protocol: 1 } } : { by },
});

/** The way from a pod to one behind another DPU, and back. */
const HOPS: readonly CountedHop[] = (['request', 'reply'] as const).flatMap((direction) => {
  const [from, to] = direction === 'request' ? ['1', '2'] : ['2', '1'];
  return [
    at(direction, 'interface', `host${from}`, 'tx', 'endpoint'),
    at(direction, 'representor', `dpu${from}`, 'rx', 'device'),
    at(direction, 'ovs-port', `dpu${from}`, 'rx', 'flows'),
    at(direction, 'tunnel', `dpu${from}`, 'tx', 'flows'),
    at(direction, 'uplink', `dpu${from}`, 'tx', 'device'),
    at(direction, 'uplink', `dpu${to}`, 'rx', 'device'),
    at(direction, 'tunnel', `dpu${to}`, 'rx', 'flows'),
    at(direction, 'ovs-port', `dpu${to}`, 'tx', 'flows'),
    at(direction, 'representor', `dpu${to}`, 'tx', 'device'),
    at(direction, 'interface', `host${to}`, 'rx', 'endpoint'),
  ];
});

const loss = (
  counts: readonly (number | undefined)[],
  received: number,
  sent = 20,
  dead: readonly string[] = [],
) => {
  const readings = HOPS.map(
    ({ hop }, index): HopReading => ({
      hop,
      packets: index in counts ? counts[index] : 0,
      dropped: undefined,
      mayPassUncounted: false,
    }),
  );
  const { lost, last } = lossOf({ hops: HOPS, readings, sent, received, withoutSwitch: new Set(dead) });
  const said = (hop: Hop | undefined) => hop && `${hop.direction} ${hop.kind} ${hop.node} ${hop.counter}`;
  return [said(last), said(lost)];
};

test('nothing is located where nothing is lost', (t) => {
  t.deepEqual(
    loss(
      HOPS.map(() => 20),
      20,
    ),
    [undefined, undefined],
  );
});

test('the first hop that did not see them, after the last that did', (t) => {
  t.deepEqual(loss([20, 20, 19, 19, 20], 0), ['request uplink dpu1 tx', 'request uplink dpu2 rx']);
  t.deepEqual(loss([20], 0), ['request interface host1 tx', 'request representor dpu1 rx']);
  t.deepEqual(loss([...HOPS.slice(0, 10).map(() => 20), 20, 20], 0), [
    'reply representor dpu2 rx',
    'reply ovs-port dpu2 rx',
  ]);
});

test('hardware passes packets uncounted: a later hop that saw them counts', (t) => {
  t.deepEqual(loss([20, 0, 19, 19, 0, 0, 19], 0), ['request tunnel dpu2 rx', 'request ovs-port dpu2 tx']);
});

test("other packets of a busy device don't reach over hops that saw nothing", (t) => {
  t.deepEqual(loss([20, 20, 19, 0, 400, 400], 0), ['request ovs-port dpu1 rx', 'request tunnel dpu1 tx']);
});

test('hops that could not be read are passed over, unless their ovs-vswitchd does not run', (t) => {
  const counts = [20, 20, undefined, undefined, 0];
  t.deepEqual(loss(counts, 0), ['request representor dpu1 rx', 'request uplink dpu1 tx']);
  t.deepEqual(loss(counts, 0, 20, ['dpu1']), ['request representor dpu1 rx', 'request ovs-port dpu1 rx']);
});

test('requests for a neighbour are no packets, and are followed where there are none', (t) => {
  t.deepEqual(loss([3, 3], 0), ['request representor dpu1 rx', 'request ovs-port dpu1 rx']);
  t.deepEqual(loss([3], 0), ['request interface host1 tx', 'request representor dpu1 rx']);
  const answered = HOPS.map((_, index) => (index < 2 || index === 18 ? 3 : 0));
  t.deepEqual(loss(answered, 0), ['reply representor dpu1 tx', 'reply interface host1 rx']);
  t.deepEqual(loss([], 0), [undefined, 'request interface host1 tx']);
});

test('a share that is lost: the hop where the count falls', (t) => {
  const lossy = [100, 100, 98, 98, 98, 60, 58, 58, 60, 60, 60, 60, 58, 58, 60, 60, 58, 58, 60, 60];
  t.deepEqual(loss(lossy, 60, 100), ['request uplink dpu1 tx', 'request uplink dpu2 rx']);
  const noisy = [100, 100, 98, 98, 50, 21, 35, 35, 37, 37, 37, 37, 35, 35, 12, 63, 35, 35, 37, 37];
  t.deepEqual(loss(noisy, 32, 100), ['request tunnel dpu1 tx', 'request uplink dpu1 tx']);
  t.deepEqual(
    loss(
      HOPS.map(() => 100),
      60,
      100,
    ),
    [undefined, undefined],
  );
});

test('nothing that is read makes it throw, and what is lost comes after what was last', (t) => {
  const count = fc.option(fc.integer({ min: 0, max: 200 }), { nil: undefined });
  const counts = fc.array(count, { minLength: HOPS.length, maxLength: HOPS.length });
  fc.assert(
    fc.property(counts, fc.integer({ min: 0, max: 20 }), (all, received) => {
      const readings = HOPS.map(
        ({ hop }, index): HopReading => ({
          hop,
          packets: all[index],
          dropped: undefined,
          mayPassUncounted: false,
        }),
      );
      const { lost, last } = lossOf({ hops: HOPS, readings, sent: 20, received, withoutSwitch: new Set() });
      const place = (hop: Hop | undefined) => HOPS.findIndex((one) => one.hop === hop);
      if (lost !== undefined && last !== undefined) t.true(place(last) < place(lost));
    }),
  );
});

const [DEVICE] = HOPS.filter(({ count }) => count.by === 'device');

const counters = (time: number, rx: number): Counters => ({
  at: time,
  nodes: new Map([
    [
      'dpu1',
      {
        devices: new Map([['representor', { rx, tx: 0, rxLost: 0, txLost: 0 }]]),
        flows: undefined,
        ports: new Map(),
      },
    ],
  ]),
  endpoints: {},
});

test('a place that packets may bypass tells only of those that passed it', (t) => {
  const read = (packets: number) =>
    readingsOf(
      DEVICE === undefined ? [] : [{ ...DEVICE, mayBypass: true }],
      {
        before: counters(0, 0),
        idle: counters(1000, 0),
        after: counters(3000, packets),
        sent: 20,
        received: 0,
      },
      () => false,
    )[0]?.packets;
  t.is(read(20), 20);
  t.is(read(0), undefined);
});

test('what passes without the packets is taken off; where that is as much, the counter does not tell', (t) => {
  const read = (before: number, idle: number, after: number) =>
    readingsOf(
      DEVICE === undefined ? [] : [DEVICE],
      {
        before: counters(0, before),
        idle: counters(1000, idle),
        after: counters(3000, after),
        sent: 20,
        received: 0,
      },
      () => false,
    )[0]?.packets;
  t.is(read(0, 0, 20), 20);
  t.is(read(0, 3, 29), 20);
  t.is(read(0, 500, 1520), undefined);
  t.is(read(0, 8, 28), undefined);
  t.is(read(100, 0, 20), undefined);
});
