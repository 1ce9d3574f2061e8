import type { Flow } from '../../flows.ts';
import type { DeviceCounters } from '../counters/devices.ts';
import { flowGrowth } from '../counters/flows.ts';
import type { PortCounters } from '../counters/ports.ts';
import type { HopReading } from '../location.ts';
import type { CountedHop } from './counted.ts';

/** What one node told of its counters at one moment; undefined where it could not be read. */
export interface NodeCounters {
  readonly devices: ReadonlyMap<string, DeviceCounters> | undefined;
  /** Those with an address of the path, or with part of one. */
  readonly flows: readonly Flow[] | undefined;
  /** By bridge, and there by OpenFlow port number. */
  readonly ports: ReadonlyMap<string, ReadonlyMap<string, PortCounters>>;
}

/** All counters along a path at one moment. */
export interface Counters {
  /** In milliseconds, of any clock. */
  readonly at: number;
  readonly nodes: ReadonlyMap<string, NodeCounters>;
  /** Devices in the endpoints' own network namespaces. */
  readonly endpoints: Readonly<Partial<Record<'from' | 'to', ReadonlyMap<string, DeviceCounters>>>>;
}

/** Counters before nothing was sent, after that, and after the packets were sent again. */
export interface CountedRetry {
  readonly before: Counters;
  readonly idle: Counters;
  readonly after: Counters;
  readonly sent: number;
  readonly received: number;
}

/**
 * What each hop saw of the packets. What passed it in the time before without them is taken off, in proportion; where
 * that makes a difference to whether half of the packets passed, the counter does not tell.
 */
export const readingsOf = (
  hops: readonly CountedHop[],
  retry: CountedRetry,
  mayPassUncounted: (hop: CountedHop) => boolean,
): readonly HopReading[] => {
  const packets = hops.map((counted) => packetsAt(counted, retry));
  const isPassed = hops.some(({ mayBypass }, at) => mayBypass && (packets[at] ?? 0) >= retry.sent / 2);
  return hops.map((counted, at) => ({
    hop: counted.hop,
    packets: counted.mayBypass && !isPassed ? undefined : packets[at],
    dropped: grown(dropsAt(counted, retry.idle), dropsAt(counted, retry.after)),
    mayPassUncounted: mayPassUncounted(counted),
  }));
};

function packetsAt(counted: CountedHop, { before, idle, after, sent }: CountedRetry): number | undefined {
  const alone = growthAt(counted, before, idle);
  const all = growthAt(counted, idle, after);
  if (alone === undefined || all === undefined) return undefined;
  const scale = (after.at - idle.at) / Math.max(1, idle.at - before.at);
  const background = alone * Math.max(1, scale);
  const left = Math.max(0, Math.round(all - background));
  // Other traffic comes in bursts: it may be the packets, or that which was there before.
  const isDoubtful = background >= sent / 2 || (all >= sent / 2 && left < sent / 2);
  return isDoubtful ? undefined : left;
}

function growthAt(counted: CountedHop, earlier: Counters, later: Counters): number | undefined {
  const { count, hop } = counted;
  if (count.by === 'flows') {
    const [was, is] = [earlier.nodes.get(hop.node)?.flows, later.nodes.get(hop.node)?.flows];
    return was === undefined || is === undefined ? undefined : flowGrowth(was, is, count.match);
  }
  return grown(countersAt(counted, earlier)?.[hop.counter], countersAt(counted, later)?.[hop.counter]);
}

function countersAt(
  { count, hop, endpoint }: CountedHop,
  { nodes, endpoints }: Counters,
): DeviceCounters | PortCounters | undefined {
  switch (count.by) {
    case 'endpoint':
      return endpoints[endpoint ?? 'from']?.get(hop.name);
    case 'device':
      return nodes.get(hop.node)?.devices?.get(hop.name);
    case 'port':
      return nodes.get(hop.node)?.ports.get(count.bridge)?.get(String(count.port));
    case 'flows':
      return undefined;
  }
}

const dropsAt = (counted: CountedHop, counters: Counters): number | undefined =>
  countersAt(counted, counters)?.[counted.hop.counter === 'rx' ? 'rxLost' : 'txLost'];

/** A counter that went back was started anew, and tells nothing. */
const grown = (was: number | undefined, is: number | undefined): number | undefined =>
  was === undefined || is === undefined || is < was ? undefined : is - was;
