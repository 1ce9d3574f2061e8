import * as read from '../../json.ts';
import type { StreamSample } from '../stream.ts';

type Software = NonNullable<StreamSample['software']>;

/** What the sources of counters of one representor printed; undefined where they failed or were not asked. */
export interface CounterTexts {
  /** `ip -j stats show dev … group offload subgroup cpu_hit` */
  readonly cpuHit: string | undefined;
  /** `ethtool -S …` */
  readonly ethtool: string | undefined;
  /** `ovs-vsctl get Interface … statistics` */
  readonly statistics: string | undefined;
  /** `/sys/class/net/…/statistics/rx_packets` and `tx_packets`, in two lines. */
  readonly device: string | undefined;
}

/** What kind of port the representor is: it decides which counters can tell of software alone. */
export interface CountedPort {
  readonly name: string;
  /** Open vSwitch takes packets from it in user space (DPDK, DOCA), past the kernel's counters. */
  readonly inUserSpace: boolean;
  /** No hardware is behind it: whatever its device counts, software has seen. */
  readonly standsIn: boolean;
}

/**
 * Packets that software saw, by the first counter that tells of software alone. What `ip -s link` shows of a representor
 * is no such counter: drivers add what the hardware forwarded (kernel: Documentation/networking/switchdev.rst).
 */
export function softwareCounter(port: CountedPort, texts: CounterTexts): Software | undefined {
  if (port.standsIn) return byDevice(port, texts.device);
  if (port.inUserSpace) return byStatistics(port, texts.statistics);
  return byCpuHit(port, texts.cpuHit) ?? byEthtool(port, texts.ethtool);
}

/** IFLA_OFFLOAD_XSTATS_CPU_HIT (linux/if_link.h): what went through the slow path to the CPU. */
function byCpuHit({ name }: CountedPort, text = ''): Software | undefined {
  const [entry] = read.records(parse(text));
  const stats = read.record(read.record(entry)['stats64']);
  const [rx, tx] = ['rx', 'tx'].map((way) => read.record(stats[way])['packets']);
  return isCount(rx) && isCount(tx)
    ? { rx, tx, source: `ip -j stats show dev ${name} group offload subgroup cpu_hit` }
    : undefined;
}

/**
 * mlx5 counts software in rx_packets and all packets in vport_rx_packets (kernel commit a228060a7c9a, "Add HW vport
 * counters to representor ethtool stats"). Without the latter, nobody knows what rx_packets is.
 */
function byEthtool({ name }: CountedPort, text = ''): Software | undefined {
  const values = new Map(
    [...text.matchAll(/^\s*([a-z0-9_]+): (\d{1,19})$/gm)].map(([, key = '', value]) => [key, Number(value)]),
  );
  const [rx, tx] = [values.get('rx_packets'), values.get('tx_packets')];
  if (!values.has('vport_rx_packets') || rx === undefined || tx === undefined) return undefined;
  return { rx, tx, source: `ethtool -S ${name}` };
}

/** OVS-DOCA counts what its threads received as sw_rx_packets, and sent by queue as tx_q0_packets (lib/netdev-doca.c). */
function byStatistics({ name }: CountedPort, text = ''): Software | undefined {
  const values = [...text.matchAll(/([a-z0-9_]+)=(\d{1,19})(?=[,}])/g)].map(
    ([, key = '', value]) => [key, Number(value)] as const,
  );
  const rx = values.find(([key]) => key === 'sw_rx_packets')?.[1];
  const queues = values.filter(([key]) => /^tx_q\d+_packets$/.test(key));
  if (rx === undefined || queues.length === 0) return undefined;
  const tx = queues.reduce((sum, [, value]) => sum + value, 0);
  return { rx, tx, source: `ovs-vsctl get Interface ${name} statistics` };
}

function byDevice({ name }: CountedPort, text = ''): Software | undefined {
  const [rx = '', tx = ''] = text.split('\n');
  if (!/^\d{1,19}$/.test(rx) || !/^\d{1,19}$/.test(tx)) return undefined;
  return { rx: Number(rx), tx: Number(tx), source: `/sys/class/net/${name}/statistics` };
}

const isCount = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
