import test from 'ava';
import { leases } from '../../../facts/cluster/leases.ts';

const lease = (name: string, renewTime?: unknown) => ({
  metadata: { name, namespace: 'ovn-kubernetes' },
  spec: { holderIdentity: 'ovnkube-dpu-node', leaseDurationSeconds: 40, renewTime },
});

const readAt = (all: readonly unknown[], at?: number) =>
  leases.parse({ leases: all }, at === undefined ? {} : { leases: at }).map((one) => one.readAt);

test("the API server's clock counts, whatever the leases say", (t) => {
  t.deepEqual(
    readAt([lease('ovn-dpu-a', '2026-11-21T12:00:00Z'), lease('b', '2030-01-01T00:00:00Z')], 5),
    [5],
  );
});

test('where the clock is not told, the newest lease of all tells it', (t) => {
  const newest = '2026-11-21T12:05:00.000000Z';
  const all = [lease('ovn-dpu-a', '2026-11-21T12:00:00Z'), lease('kubelet', newest), lease('b', 'yesterday')];
  t.deepEqual(readAt(all), [Date.parse(newest)]);
  t.deepEqual(readAt([lease('ovn-dpu-a')]), [undefined]);
  t.deepEqual(readAt([lease('ovn-dpu-a', 7)]), [undefined]);
});
