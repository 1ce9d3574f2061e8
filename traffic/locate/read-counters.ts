import type { FactFailure, Outcome } from '../../facts/fact.ts';
import type { Way } from '../../facts/traffic/hops/counted.ts';
import type { Counters } from '../../facts/traffic/hops/reading.ts';
import type { Path } from '../../facts/traffic/path.ts';
import { askFact } from '../ask-fact.ts';
import type { TrafficContext } from '../context.ts';
import { counterFact, endpointCounters, type NodeReading } from './counter-fact.ts';
import { notLoggedIn } from './known-way.ts';

export interface ReadCounters extends Counters {
  readonly nodes: ReadonlyMap<string, NodeReading>;
  /** Of the endpoints' own devices. */
  readonly queues: Readonly<Partial<Record<'from' | 'to', NodeReading['queues']>>>;
  /** Why some could not be read. */
  readonly failures: readonly FactFailure[];
}

/** Reads the counters of all hops, on all nodes at once, one script each. */
export async function readCounters(
  path: Path,
  { hops }: Way,
  context: TrafficContext,
): Promise<ReadCounters> {
  const addresses = [...path.from.addresses, path.to.address, ...(path.to.endpoint?.addresses ?? [])];
  const nodes = Map.groupBy(
    hops.filter(({ count }) => count.by !== 'endpoint'),
    ({ hop }) => hop.node,
  );
  const ask = async <Value>(name: string, answer: Promise<Outcome<Value>> | undefined) =>
    [name, (await answer) ?? ({ ok: false, failure: notLoggedIn(name) } as const)] as const;
  const { options } = context;
  const ofNodes = [...nodes].map(([name, own]) => {
    const shell = context.nodeShell(name);
    return ask(name, shell && askFact(shell, counterFact(own, addresses), options));
  });
  const ends = (['from', 'to'] as const).flatMap((end) => {
    const endpoint = end === 'from' ? path.from : path.to.endpoint;
    const isCounted = hops.some((hop) => hop.endpoint === end && hop.count.by === 'endpoint');
    return endpoint !== undefined && isCounted ? [{ end, shell: context.endpointShell(endpoint) }] : [];
  });
  const ofEnds = ends.map(({ end, shell }) => ask(end, shell && askFact(shell, endpointCounters, options)));
  const [nodeAnswers, endAnswers] = await Promise.all([Promise.all(ofNodes), Promise.all(ofEnds)]);
  const failed = [...nodeAnswers, ...endAnswers].flatMap(([, answer]) => (answer.ok ? [] : answer.failure));
  const read = nodeAnswers.flatMap(([name, answer]) => (answer.ok ? [[name, answer.value] as const] : []));
  return {
    at: performance.now(),
    nodes: new Map(read),
    endpoints: Object.fromEntries(
      endAnswers.flatMap(([end, answer]) => (answer.ok ? [[end, answer.value.devices]] : [])),
    ),
    queues: Object.fromEntries(
      endAnswers.flatMap(([end, answer]) => (answer.ok ? [[end, answer.value.queues]] : [])),
    ),
    failures: [...failed, ...read.flatMap(([, { failures }]) => failures)],
  };
}
