import { defineFact, FactError } from '../../facts/fact.ts';
import { smallFile } from '../../facts/sources.ts';
import { askFact } from '../ask-fact.ts';
import type { TrafficContext } from '../context.ts';
import type { Shell } from '../shell.ts';

/**
 * TCP segments that an endpoint has sent, repeated ones apart: OutSegs of /proc/net/snmp, proc(5), of both IPv4 and IPv6. A
 * segment is a packet on the wire; what /proc/net/dev counts may be many segments in one (TSO).
 */
export const sentSegments = defineFact({
  title: 'TCP segments sent',
  sources: { snmp: smallFile('/proc/net/snmp') },
  parse({ snmp: { stdout } }): number {
    const [names = [], values = []] = stdout
      .split('\n')
      .filter((line) => line.startsWith('Tcp: '))
      .map((line) => line.split(' '));
    const value = values[names.indexOf('OutSegs')] ?? '';
    if (!/^\d{1,19}$/.test(value))
      throw new FactError({
        code: 'unparsable',
        message: '/proc/net/snmp of the endpoint does not tell how many TCP segments were sent',
      });
    return Number(value);
  },
});

/** How many segments an endpoint has sent since the first reading. */
export interface SentCounter {
  read(): Promise<void>;
  /** By how much it grew from the first reading to the last; undefined where it could not be read. */
  grown(): number | undefined;
}

export function sentCounter(shell: Shell, { options }: TrafficContext): SentCounter {
  const values: (number | undefined)[] = [];
  return {
    async read() {
      const read = await askFact(shell, sentSegments, options);
      values.push(read.ok ? read.value : undefined);
    },
    grown() {
      const [first, last] = [values[0], values.at(-1)];
      return first === undefined || last === undefined || last < first ? undefined : last - first;
    },
  };
}
