import test from 'ava';
import fc from 'fast-check';
import { type CounterTexts, softwareCounter } from '../../../../facts/traffic/counters/software.ts';

const NONE: CounterTexts = {
  cpuHit: undefined,
  ethtool: undefined,
  statistics: undefined,
  device: undefined,
};
const PORT = { name: 'pf0vf1', inUserSpace: false, standsIn: false };

const counter = (texts: Partial<CounterTexts>, port: Partial<typeof PORT> = {}) =>
  softwareCounter({ ...PORT, ...port }, { ...NONE, ...texts });

/* Hand-written: there is no hardware here. In the form of iproute2's ipstats.c, of mlx5's en_rep.c, of netdev-doca.c. */
const CPU_HIT =
  '[{"ifindex":6,"ifname":"pf0vf1","group":"offload","subgroup":"cpu_hit","stats64":{"rx":{"bytes":866,"packets":11,"errors":0},"tx":{"bytes":220,"packets":2,"errors":0}}}]';
/* As printed for netdevsim's port in the virtual machine, whose driver has no such statistics. */
const NO_CPU_HIT = '[{"ifindex":6,"ifname":"pf0vf1","group":"offload","subgroup":"cpu_hit"}]';
const ETHTOOL = `NIC statistics:
     rx_packets: 21
     rx_bytes: 1866
     tx_packets: 12
     tx_bytes: 1220
     vport_rx_packets: 500021
     vport_tx_packets: 400012`;
const DOCA =
  '{ovs_rx_qos_drops=0, rx_bytes=50000, rx_packets=500021, rx_q0_packets=31, sw_rx_bytes=900, sw_rx_packets=31, tx_packets=400012, tx_q0_packets=20, tx_q1_packets=2}';
/* As printed for a port of the kernel's datapath in the virtual machine. */
const KERNEL =
  '{collisions=0, rx_bytes=866, rx_crc_err=0, rx_dropped=0, rx_errors=0, rx_packets=11, tx_bytes=220, tx_dropped=7, tx_packets=2}';

test('what the kernel says that its CPU was hit by comes first', (t) => {
  t.like(counter({ cpuHit: CPU_HIT, ethtool: ETHTOOL }), { rx: 11, tx: 2 });
  t.like(counter({ cpuHit: NO_CPU_HIT, ethtool: ETHTOOL }), { rx: 21, tx: 12, source: 'ethtool -S pf0vf1' });
});

test('rx_packets of ethtool is software only where the driver tells the hardware apart', (t) => {
  t.is(counter({ ethtool: ETHTOOL.replaceAll('vport_', 'other_') }), undefined);
  t.is(counter({ ethtool: 'no stats available' }), undefined);
});

test("what a real representor's device counts, or Open vSwitch of it, is no counter of software", (t) => {
  t.is(counter({ device: '11\n2', statistics: KERNEL }), undefined);
  t.is(counter({ statistics: DOCA }), undefined, 'that of the kernel datapath has no such columns');
});

test('past the kernel only Open vSwitch counts: the counters of the kernel would be quiet whatever happens', (t) => {
  t.like(counter({ cpuHit: CPU_HIT, ethtool: ETHTOOL, statistics: DOCA }, { inUserSpace: true }), {
    rx: 31,
    tx: 22,
  });
  t.is(counter({ cpuHit: CPU_HIT, ethtool: ETHTOOL, statistics: KERNEL }, { inUserSpace: true }), undefined);
});

test('where no hardware is behind it, the device counts what software saw', (t) => {
  t.deepEqual(counter({ device: '11\n2' }, { standsIn: true }), {
    rx: 11,
    tx: 2,
    source: '/sys/class/net/pf0vf1/statistics',
  });
  t.is(counter({ device: '11' }, { standsIn: true }), undefined);
});

test('any text is counters or none', (t) => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.json(),
    fc
      .constantFrom(CPU_HIT, ETHTOOL, DOCA)
      .chain((whole) => fc.nat(whole.length).map((at) => whole.slice(0, at))),
  );
  fc.assert(
    fc.property(text, fc.boolean(), fc.boolean(), (said, inUserSpace, standsIn) => {
      const texts = { cpuHit: said, ethtool: said, statistics: said, device: said };
      const found = softwareCounter({ name: 'x', inUserSpace, standsIn }, texts);
      t.true(found === undefined || (Number.isFinite(found.rx) && Number.isFinite(found.tx)));
    }),
  );
});
