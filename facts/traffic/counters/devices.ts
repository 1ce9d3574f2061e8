import * as read from '../../json.ts';

/** Packets that a network device counted, as the kernel tells them. */
export interface DeviceCounters {
  readonly rx: number;
  readonly tx: number;
  /** Dropped or in error. */
  readonly rxLost: number;
  readonly txLost: number;
}

/** `ip -j -s link show`, parsed as JSON. iproute2 calls the object stats64, and stats where the kernel has 32 bits only. */
export function linkCounters(value: unknown): ReadonlyMap<string, DeviceCounters> {
  return new Map(
    read.records(value).flatMap((link): [string, DeviceCounters][] => {
      const stats = read.record(link['stats64'] ?? link['stats']);
      const [received, sent] = [read.record(stats['rx']), read.record(stats['tx'])];
      const [rx, tx] = [read.number(received, 'packets'), read.number(sent, 'packets')];
      if (rx === undefined || tx === undefined) return [];
      return [[read.text(link, 'ifname'), { rx, tx, rxLost: lost(received), txLost: lost(sent) }]];
    }),
  );
}

const lost = (counters: read.JsonRecord): number =>
  (read.number(counters, 'dropped') ?? 0) + (read.number(counters, 'errors') ?? 0);

/** /proc/net/dev, which needs no program: pods have a shell, and little else (proc_pid_net(5)). */
export function procNetDev(text: string): ReadonlyMap<string, DeviceCounters> {
  return new Map(
    text.split('\n').flatMap((line): [string, DeviceCounters][] => {
      const colon = line.lastIndexOf(':');
      const numbers = line
        .slice(colon + 1)
        .trim()
        .split(/\s+/)
        .map(Number);
      if (colon < 1 || numbers.length < 16 || !numbers.every(Number.isFinite)) return [];
      const at = (column: number): number => numbers[column] ?? 0;
      return [
        [
          line.slice(0, colon).trim(),
          { rx: at(1), tx: at(9), rxLost: at(2) + at(3), txLost: at(10) + at(11) },
        ],
      ];
    }),
  );
}
