/** Packets of one port, as `ovs-ofctl dump-ports` prints them. */
export interface PortCounters {
  readonly rx: number;
  readonly tx: number;
  /** Dropped or in error; undefined where Open vSwitch prints `?`, as for patch ports and tunnels. */
  readonly rxLost: number | undefined;
  readonly txLost: number | undefined;
}

/**
 * By OpenFlow port number; LOCAL is the bridge's own. Of two ports with long names the names printed are equal, so it is
 * asked for numbers. What it prints is read when it is asked for, whereas the column `statistics` of the database is as
 * much as 5 s old (ovs-vswitchd.conf.db(5), other_config:stats-update-interval).
 */
export function portCounters(text: string): ReadonlyMap<string, PortCounters> {
  const found = new Map<string, PortCounters>();
  for (const [, port = '', rx = '', tx = ''] of text.matchAll(
    /^ +port +(\d{1,10}|LOCAL): rx ([^\n]*)\n +tx ([^\n]*)/gm,
  )) {
    const [received, sent] = [counter(rx, 'pkts'), counter(tx, 'pkts')];
    if (received === undefined || sent === undefined) continue;
    found.set(port, { rx: received, tx: sent, rxLost: lost(rx), txLost: lost(tx) });
  }
  return found;
}

function counter(text: string, name: string): number | undefined {
  const digits = new RegExp(`\\b${name}=(\\d{1,20})\\b`).exec(text)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

function lost(text: string): number | undefined {
  const [dropped, errors] = [counter(text, 'drop'), counter(text, 'errs')];
  return dropped === undefined && errors === undefined ? undefined : (dropped ?? 0) + (errors ?? 0);
}
