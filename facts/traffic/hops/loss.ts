import type { Hop, HopReading } from '../location.ts';
import type { CountedHop } from './counted.ts';

export interface Loss {
  readonly lost: Hop | undefined;
  readonly last: Hop | undefined;
}

export interface LossInput {
  readonly hops: readonly CountedHop[];
  /** Of the same hops. */
  readonly readings: readonly HopReading[];
  readonly sent: number;
  readonly received: number;
  /** Targets whose ovs-vswitchd does not run: nothing can be read of it, and that is why. */
  readonly withoutSwitch: ReadonlySet<string>;
}

/** Between which hops packets vanish. */
export function lossOf(input: LossInput): Loss {
  const { sent, received } = input;
  if (received >= sent) return { lost: undefined, last: undefined };
  return received === 0 ? totalLoss(input) : partialLoss(input);
}

/**
 * The furthest hop that saw the packets counts: what is before it they have passed, counted or not. Counters that tell
 * packets apart reach over hops that saw nothing, because hardware may have forwarded there; plain ones, which count
 * whatever passes, only the next hop on. Of those, half of the packets are enough; of flows, which neighbour discovery is not
 * in, a quarter: a flow that Open vSwitch makes anew meanwhile has lost its count.
 */
function totalLoss(input: LossInput): Loss {
  const { hops, readings, sent } = input;
  const saw = (at: number): boolean =>
    (readings[at]?.packets ?? 0) >= (hops[at]?.count.by === 'flows' ? sent / 4 : sent / 2);
  if (!hops.some((_, at) => saw(at))) return neighbourLoss(input);
  let furthest = hops.findLastIndex((hop, at) => isOwnCount(hop) && saw(at));
  for (let at = furthest + 1; at < hops.length && (saw(at) || isSilent(input, at)); at++)
    if (saw(at)) furthest = at;
  const next = hops.findIndex((_, at) => at > furthest && !isSilent(input, at));
  return { lost: hops[next]?.hop, last: hops[furthest]?.hop };
}

/**
 * A sender whose neighbour does not answer sends none of the packets, but requests for the neighbour's address, about one a
 * second (RFC 4861, section 7.2.2; Linux, arp(7)): these are followed as far as plain counters tell.
 */
function neighbourLoss({ hops, readings }: LossInput): Loss {
  const [first] = hops;
  const requests = readings[0]?.packets ?? 0;
  const saw = (at: number): boolean => (readings[at]?.packets ?? 0) >= Math.max(1, requests / 2);
  if (first === undefined || first.hop.kind !== 'interface' || !saw(0))
    return { lost: first?.hop, last: undefined };
  const answered = hops.findIndex(({ hop }, at) => isBackAt(first.hop, hop, hops[at + 1]?.hop));
  const onWay = hops.findIndex(({ hop }) => hop.kind === 'ovs-port');
  if (answered >= 0 && saw(answered) && !saw(answered + 1))
    return { lost: hops[answered + 1]?.hop, last: hops[answered]?.hop };
  const next = hops.findIndex((_, at) => at > 0 && !saw(at));
  const lost = next < 0 || next > onWay ? onWay : next;
  return { lost: hops[lost]?.hop, last: hops[lost - 1]?.hop };
}

/** The representor by which the reply goes back to the sender's interface. */
const isBackAt = (sender: Hop, hop: Hop, next: Hop | undefined): boolean =>
  hop.kind === 'representor' &&
  hop.direction === 'reply' &&
  next?.kind === 'interface' &&
  next.name === sender.name;

/** Other packets of these addresses are none or few. */
const isOwnCount = ({ count }: CountedHop): boolean => count.by === 'flows' || count.by === 'endpoint';

const OF_SWITCH: readonly Hop['kind'][] = ['ovs-port', 'tunnel', 'patch'];

/** Nothing is known of it, and that says nothing. */
const isSilent = ({ hops, readings, withoutSwitch }: LossInput, at: number): boolean => {
  const hop = hops[at]?.hop;
  if (hop === undefined || readings[at]?.packets !== undefined) return false;
  return !(withoutSwitch.has(hop.node) && OF_SWITCH.includes(hop.kind));
};

/**
 * Where the count falls most, if that explains at least half of what is lost. Counters that tell packets apart say between
 * which of them; the plain ones between those are only asked on which side of the fall they are.
 */
function partialLoss({ hops, readings, sent, received }: LossInput): Loss {
  const packets = (at: number): number | undefined => readings[at]?.packets;
  const counting = hops.flatMap((hop, at) => (isOwnCount(hop) && packets(at) !== undefined ? at : []));
  // Hardware may forward past a counter: a later one that has the packets again says so.
  const told = counting.filter((at) =>
    counting.every((later) => later <= at || count(later) <= count(at) + SLACK),
  );
  function count(at: number): number {
    return Math.min(packets(at) ?? 0, sent);
  }
  let worst = { before: -1, after: -1, fall: 0 };
  for (const [index, after] of told.entries()) {
    const before = told[index - 1] ?? -1;
    const fall = (before < 0 ? sent : count(before)) - count(after);
    if (fall > worst.fall) worst = { before, after, fall };
  }
  if (worst.fall < Math.max(2, (sent - received) / 2)) return { lost: undefined, last: undefined };
  const middle = count(worst.after) + worst.fall / 2;
  const within = hops.findIndex(
    (hop, at) => at > worst.before && at < worst.after && !isOwnCount(hop) && (packets(at) ?? sent) < middle,
  );
  const lost = within < 0 ? worst.after : within;
  const last = hops.findLastIndex((_, at) => at >= worst.before && at < lost && (packets(at) ?? 0) >= middle);
  return { lost: hops[lost]?.hop, last: hops[last]?.hop };
}

/** A flow's first packets go by way of ovs-vswitchd and are not counted in it, and a few of others' are in plain counters. */
const SLACK = 2;
