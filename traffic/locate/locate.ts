import { setTimeout as delay } from 'node:timers/promises';
import type { Outcome } from '../../facts/fact.ts';
import type { CountedHop } from '../../facts/traffic/hops/counted.ts';
import { lossOf } from '../../facts/traffic/hops/loss.ts';
import { readingsOf } from '../../facts/traffic/hops/reading.ts';
import type { Location } from '../../facts/traffic/location.ts';
import type { Endpoint, Path } from '../../facts/traffic/path.ts';
import type { TrafficContext } from '../context.ts';
import { knownWay } from './known-way.ts';
import { type ReadCounters, readCounters } from './read-counters.ts';
import { PACKETS, resend } from './resend.ts';
import { shown } from './shown.ts';

/** As long as nothing is sent while the background is counted, in milliseconds. */
const IDLE = 1500;

export interface LocateOptions {
  /** Some packets came through before. */
  readonly partly?: boolean;
  /** All between which the run sends: what two of them have in common by mistake is a cause. */
  readonly endpoints?: readonly Endpoint[];
}

/**
 * Finds out where the packets of a failing path vanish: counts along the way, sends them again, counts again, and looks at
 * the place. A share that is lost takes more packets to see than all. Paths that share
 * devices must be located one after another, or each counts the other's packets. Never rejects; fails where nothing could
 * be counted or sent.
 */
export async function locate(
  path: Path,
  context: TrafficContext,
  { partly = false, endpoints = [] }: LocateOptions = {},
): Promise<Outcome<Location>> {
  const known = await knownWay(path, context);
  if (!known.ok) return known;
  const { way } = known.value;
  if (way.hops.length === 0)
    return {
      ok: false,
      failure: { code: 'not-found', message: `no hop of ${path.from.name} is known: ${way.gaps.join('; ')}` },
    };
  const before = await readCounters(path, way, context);
  await delay(IDLE, undefined, { signal: context.options.signal }).catch(() => {});
  const idle = await readCounters(path, way, context);
  const resent = await resend(path, partly ? PACKETS.partial : PACKETS.total, context);
  if (!resent.ok) return resent;
  const after = await readCounters(path, way, context);
  const retry = { before, idle, after, sent: resent.value.sent, received: resent.value.received };
  const readings = readingsOf(way.hops, retry, (hop) => mayPassUncounted(hop, context));
  if (readings.every(({ packets }) => packets === undefined)) return unread(path, after);
  const loss = lossOf({ hops: way.hops, readings, ...retry, withoutSwitch: withoutSwitch(after) });
  const { errors } = resent.value;
  const seen = { path, context, known: known.value, loss, retry, readings, idle, after, errors, endpoints };
  const place = await shown(seen);
  return { ok: true, value: { sent: retry.sent, received: retry.received, readings, ...place } };
}

const withoutSwitch = ({ nodes }: ReadCounters): ReadonlySet<string> =>
  new Set([...nodes].filter(([, { switchFailure }]) => switchFailure !== undefined).map(([name]) => name));

function unread(path: Path, { failures }: ReadCounters): Outcome<never> {
  const why = failures.map(({ message }) => message).join('; ');
  return {
    ok: false,
    failure: {
      ...(failures[0] ?? { code: 'unparsable' }),
      message: `no counter on the way from ${path.from.name} to ${path.to.name} could be read: ${why}`,
    },
  };
}

/** Where hardware may forward, the devices that it forwards between need not count. */
function mayPassUncounted({ hop, count }: CountedHop, context: TrafficContext): boolean {
  const isSimulated = context.node(hop.node)?.simulation !== undefined;
  return count.by === 'device' && hop.kind === 'representor' && !isSimulated;
}
