import { distinctSources, neededFacts } from '../runner/needed.ts';
import { type AskedAhead, askAhead } from '../transports/ahead.ts';
import { DEFAULT_TIMEOUT, SOURCE_TIMEOUT } from './limits.ts';

/* Loaded before the command line is, so it loads no more than it takes to ask this machine. */

/** Asks this machine for all that a run of every check may need. */
export const askThisMachine = (): AskedAhead =>
  askAhead(distinctSources(neededFacts({}, 'all')), {
    timeout: DEFAULT_TIMEOUT,
    sourceTimeout: SOURCE_TIMEOUT,
  });
