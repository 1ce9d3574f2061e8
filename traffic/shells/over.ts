import { ask } from '../../transports/ask.ts';
import { type Transport, TransportError } from '../../transports/transport.ts';
import type { Shell } from '../shell.ts';
import type { Slots } from '../slots.ts';

/**
 * A shell whose way is owned, and closed, by somebody else. Of all that share the way only so many ask at a time; the time
 * that one waits for that is not taken from its own.
 */
export const shellOver = (name: string, transport: Transport, sessions: Slots): Shell => ({
  name,
  async ask(sources, options) {
    const outcomes = await sessions.run(options.signal, () => ask(transport, sources, options));
    if (outcomes === undefined)
      throw new TransportError(
        'interrupted',
        `the run was interrupted before ${name} was asked`,
        'Run it again.',
      );
    return outcomes;
  },
  close: async () => {},
});
