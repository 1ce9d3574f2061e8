import type { FactFailure, Outcome } from '../../facts/fact.ts';
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
  const samples = new Map<Representor, StreamSample[]>(known.map((one) => [one, []]));
  const failures = new Map<Representor, FactFailure>();
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
            const representor = own[index] as Representor;
            if (one.ok) samples.get(representor)?.push(one.value);
            else failures.set(representor, one.failure);
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
        return { ...base, representor: undefined, simulated: undefined, samples: [], failure };
      }
      const { name, simulated, takesFlows, chassis: dpu } = representor.value;
      const refusals = refusalsOf(logs.get(dpu));
      return {
        ...base,
        dpu,
        representor: name,
        simulated,
        takesFlows,
        samples: samples.get(representor.value) ?? [],
        failure: failures.get(representor.value),
        ...(refusals === undefined ? {} : { refusals }),
      };
    },
  };
}
