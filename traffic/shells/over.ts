import { ask } from '../../transports/ask.ts';
import type { Transport } from '../../transports/transport.ts';
import type { Shell } from '../shell.ts';

/** A shell whose way is owned, and closed, by somebody else. */
export const shellOver = (name: string, transport: Transport | undefined): Shell | undefined =>
  transport && {
    name,
    ask: (sources, options) => ask(transport, sources, options),
    close: async () => {},
  };
