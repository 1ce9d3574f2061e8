import type { Outcome } from '../../facts/fact.ts';
import type { Endpoint } from '../../facts/traffic/path.ts';
import type { Connection, StreamDirection, StreamSample } from '../../facts/traffic/stream.ts';
import { askFact } from '../ask-fact.ts';
import type { TrafficContext } from '../context.ts';
import { refusalsOf, refusedFlows } from './refusals.ts';
import { chassisNameOf, type Representor } from './representor.ts';
import { takeSamples } from './watch.ts';

/** Looks at all representors of a stream, those of one DPU in one round. */
export function watchers(found: readonly Outcome<Representor>[], context: TrafficContext) {
  const known = found.flatMap((one) => (one.ok ? [one.value] : []));
  const looks = new Map<Representor, Outcome<StreamSample>[]>(known.map((one) => [one, []]));
  const logs = new Map<string, (readonly string[])[]>();
  const chassis = [...Map.groupBy(known, (one) => one.chassis)];
  return {
    async look(at: number): Promise<void> {
      await Promise.all(
        chassis.map(async ([name, own]) => {
          const shell = context.nodeShell(name);
          if (shell === undefined) return;
          const taken = await takeSamples(shell, own, at, context.options);
          taken.forEach((one, index) => {
            looks.get(own[index] as Representor)?.push(one);
          });
        }),
      );
    },
    async readLogs(): Promise<void> {
      await Promise.all(
        chassis.map(async ([name]) => {
          const shell = context.nodeShell(name);
          const read = shell && (await askFact(shell, refusedFlows, context.options));
          if (read?.ok) logs.set(name, [...(logs.get(name) ?? []), read.value]);
        }),
      );
    },
    direction(
      sender: Endpoint,
      representor: Outcome<Representor>,
      connection: Connection,
      packets: number | undefined,
    ): StreamDirection {
      const base = { sender: sender.name, dpu: chassisNameOf(sender), connection, packets };
      if (!representor.ok) {
        const { failure } = representor;
        const notAsked = context.nodeShell(base.dpu) === undefined;
        return { ...base, representor: undefined, simulated: undefined, samples: [], failure, notAsked };
      }
      const { name, simulated, takesFlows, chassis: dpu } = representor.value;
      const refusals = refusalsOf(logs.get(dpu));
      const seen = looks.get(representor.value) ?? [];
      // Without the first or the last one, counters would seem to have grown by less.
      const missed = [seen[0], seen.at(-1)].find((one) => one?.ok === false);
      return {
        ...base,
        dpu,
        representor: name,
        simulated,
        takesFlows,
        samples: seen.flatMap((one) => (one.ok ? [one.value] : [])),
        failure: missed?.ok === false ? missed.failure : undefined,
        ...(refusals === undefined ? {} : { refusals }),
      };
    },
  };
}
