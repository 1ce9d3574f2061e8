import type { Exchange } from './exchange.ts';
import type { PathMeasurement } from './measurement.ts';

/**
 * Whether all packets of a path came through and back; undefined where that was not measured, or where they must not.
 * One lost packet counts: how much loss is borne, the expectations say.
 */
export function cameThrough({ path, exchange }: PathMeasurement): boolean | undefined {
  // A packet over the MTU is sent to be refused: it says nothing of the way.
  if (!exchange.ok || path.size === 'over-mtu') return undefined;
  const { value } = exchange;
  if (value.protocol === 'tcp') return value.connected && value.received >= value.sent;
  if (value.unsent !== undefined) return false;
  return value.sent === 0 && !value.tooLong ? undefined : value.received >= value.sent && !value.tooLong;
}

/** An answer came, and it is a refusal: the way is as it should be. */
export const isRefused = (exchange: Exchange): boolean =>
  exchange.protocol === 'tcp' && !exchange.connected && exchange.why === 'connection refused';
