import type { FactName } from '../facts/index.ts';
import type { Source } from '../facts/source.ts';
import { distinctSources, neededFacts } from '../runner/needed.ts';
import { askAhead, type BegunShell } from '../transports/ahead.ts';
import { DEFAULT_TIMEOUT, SOURCE_TIMEOUT } from './limits.ts';
import { type RunFlags, runCommand } from './run.ts';
import { tellingErrors } from './telling-errors.ts';

/** Examines this machine, whose shells may have been begun before, and gives the exit code. */
export async function runHere(flags: RunFlags, begun: readonly BegunShell[] = []): Promise<number> {
  const asked = askAhead(sourcesHere(), { timeout: DEFAULT_TIMEOUT, sourceTimeout: SOURCE_TIMEOUT }, begun);
  try {
    return await tellingErrors(() => runCommand('node', flags, asked));
  } finally {
    asked.abandon();
  }
}

/** Facts that programs of Open vSwitch tell; those take longer to start than all others. */
const OF_OVS: readonly FactName[] = ['datapath', 'ovnController', 'ovs', 'ovsOffloadLog'];

/**
 * All that a run of every check may need of this machine, in two lists of about the same length, for a shell each: this
 * machine has nothing else to wait for, and rarely a single processor. Other nodes have one script.
 */
export function sourcesHere(): readonly (readonly Source[])[] {
  const ofOvs = distinctSources(OF_OVS);
  return [distinctSources(neededFacts({}, 'all')).filter((source) => !ofOvs.includes(source)), ofOvs];
}
