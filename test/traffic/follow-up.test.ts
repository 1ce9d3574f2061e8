import test from 'ava';
import { leastAlike, streamPaths } from '../../traffic/follow-up.ts';
import { aConversation, aMeasurement, aPath, aPing, aPod } from '../helpers/traffic.ts';

const [A1, B1] = [aPod('host1', 1), aPod('host2', 2)];
const [A2, B2] = [aPod('host1', 3), aPod('host2', 4)];

const lost = { exchange: { ok: true, value: aPing({ received: 0 }) } } as const;

test('one stream for each pair of nodes, told of a TCP path where there is one', (t) => {
  const tcp = aPath(B1, A1, { protocol: 'tcp' });
  const chosen = streamPaths([
    aMeasurement(aPath(A1, B1)),
    aMeasurement(tcp),
    aMeasurement(aPath(A2, B2)),
    aMeasurement(aPath(A1, A2, { kind: 'pod-to-pod-on-node' })),
    aMeasurement(aPath(A1, B2, { size: 'mtu' })),
  ]);
  t.deepEqual(chosen, [tcp]);
});

test('a node from which nothing gets through to others has a stream of its own, and none is sent where all is lost', (t) => {
  const onNode = aPath(A1, A2, { kind: 'pod-to-pod-on-node' });
  const chosen = streamPaths([
    aMeasurement(aPath(A1, B1), lost),
    aMeasurement(onNode),
    aMeasurement(aPath(B1, B2, { kind: 'pod-to-pod-on-node' }), lost),
  ]);
  t.deepEqual(chosen, [onNode]);
  t.deepEqual(streamPaths([]), []);
});

test('where TCP or long packets fail between two nodes no stream is sent there, though ping comes through', (t) => {
  const cut = { exchange: { ok: true, value: aConversation({ connected: false, received: 0 }) } } as const;
  const ping = aPath(A1, B1);
  const [there, back] = [aPath(A1, B1, { protocol: 'tcp' }), aPath(B1, A1, { protocol: 'tcp' })];
  t.deepEqual(streamPaths([aMeasurement(ping), aMeasurement(there, cut), aMeasurement(back, cut)]), []);
  t.deepEqual(streamPaths([aMeasurement(ping), aMeasurement(there, cut), aMeasurement(back)]), []);
  const long = aMeasurement(aPath(A1, B1, { size: 'mtu' }), lost);
  t.deepEqual(streamPaths([aMeasurement(ping), aMeasurement(there), long]), []);
});

test('what is followed next has least in common with what was', (t) => {
  const [first, alike, other] = [aPath(A1, B1), aPath(A2, B1), aPath(B2, A2, { kind: 'pod-to-node' })];
  t.is(leastAlike([aMeasurement(alike), aMeasurement(other)], [first])?.path, other);
  t.is(leastAlike([aMeasurement(alike)], [first])?.path, alike);
  t.is(leastAlike([], [first]), undefined);
});
