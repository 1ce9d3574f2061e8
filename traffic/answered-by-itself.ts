import { isSameAddress } from '../facts/derived/addresses.ts';
import type { Outcome } from '../facts/fact.ts';
import type { PingExchange, TcpExchange } from '../facts/traffic/exchange.ts';
import type { Path } from '../facts/traffic/path.ts';

const WHY = 'the sender has this address itself, and nothing leaves it';

/** To an address that the sender has as well, by mistake, nothing is sent: whatever answers is its own kernel. */
const isOwn = ({ from, to }: Path): boolean =>
  to.endpoint !== undefined &&
  to.endpoint.name !== from.name &&
  from.addresses.some((own) => isSameAddress(own, to.address));

export const unlessItsOwnPing = (path: Path, outcome: Outcome<PingExchange>): Outcome<PingExchange> =>
  outcome.ok && isOwn(path)
    ? { ok: true, value: { ...outcome.value, received: 0, errors: [WHY, ...outcome.value.errors] } }
    : outcome;

export const unlessItsOwnConnection = (path: Path, outcome: Outcome<TcpExchange>): Outcome<TcpExchange> =>
  outcome.ok && isOwn(path)
    ? { ok: true, value: { ...outcome.value, connected: false, received: 0, why: WHY } }
    : outcome;
