import type { Outcome } from '../facts/fact.ts';
import type { Location } from '../facts/traffic/location.ts';
import type { PathMeasurement } from '../facts/traffic/measurement.ts';
import { cameThrough } from '../facts/traffic/passage.ts';
import type { Endpoint, Path } from '../facts/traffic/path.ts';
import type { StreamObservation } from '../facts/traffic/stream.ts';
import type { TrafficContext } from './context.ts';
import { locate } from './locate/locate.ts';
import { slots } from './slots.ts';
import { observeStream } from './stream/observe.ts';

/** So many failing paths are followed: each takes seconds, and one culprit seldom needs more. */
const MAX_LOCATED = 8;

/** So many streams are sent: each takes seconds of two nodes. */
const MAX_STREAMS = 16;

/**
 * Finds out where packets die, of failing paths that stand for all: they differ in their nodes and kinds as far as may be.
 * One after another, or each would count the other's packets.
 */
export async function locateFailing(
  measurements: readonly PathMeasurement[],
  context: TrafficContext,
): Promise<ReadonlyMap<Path, Outcome<Location>>> {
  const located = new Map<Path, Outcome<Location>>();
  const chosen = spread(measurements.filter(isLost), MAX_LOCATED);
  for (const [number, { path, exchange }] of chosen.entries()) {
    if (context.options.signal.aborted) break;
    context.options.progress(`looking where packets die: path ${number + 1} of ${chosen.length}`);
    const partly = exchange.ok && exchange.value.received > 0;
    located.set(path, await locate(path, context, { partly }));
  }
  return located;
}

/** A path that is known not to work yet is no riddle. */
const isLost = (measurement: PathMeasurement): boolean =>
  cameThrough(measurement) === false && measurement.path.expectedGap === undefined;

/** Takes, one by one, the one that has least in common with those before it. */
export function spread(candidates: readonly PathMeasurement[], count: number): readonly PathMeasurement[] {
  const seen = new Map<string, number>();
  const left = [...candidates];
  const chosen: PathMeasurement[] = [];
  while (chosen.length < count && left.length > 0) {
    const scores = left.map(({ path }) =>
      traitsOf(path).reduce((sum, trait) => sum + (seen.get(trait) ?? 0), 0),
    );
    const [next] = left.splice(scores.indexOf(Math.min(...scores)), 1);
    if (next === undefined) break;
    chosen.push(next);
    for (const trait of traitsOf(next.path)) seen.set(trait, (seen.get(trait) ?? 0) + 1);
  }
  return chosen;
}

const traitsOf = ({ kind, from, to, size, protocol }: Path): readonly string[] => [
  `from ${from.node}`,
  `to ${to.node ?? to.address}`,
  `kind ${kind}`,
  `packets ${protocol} ${size}`,
];

/**
 * Sends a stream over paths that work: one for each pair of nodes, in whichever direction, since it is watched in both.
 * Streams that share a node are sent one after another. To a pod that shares its node's network none need be sent.
 */
export async function streamWorking(
  measurements: readonly PathMeasurement[],
  context: TrafficContext,
): Promise<ReadonlyMap<Path, Outcome<StreamObservation>>> {
  const streamed = new Map<Path, Outcome<StreamObservation>>();
  const chosen = streamPaths(measurements);
  if (chosen.length > 0)
    context.options.progress(`${chosen.length} TCP streams to see whether hardware carries them`);
  const busy = new Map<string, ReturnType<typeof slots>>();
  const { signal } = context.options;
  await Promise.all(
    chosen.map((path) => {
      const { from, to, family } = path;
      const nodes = [...new Set([from.node, to.node ?? ''])].sort();
      const work = nodes.reduce<() => Promise<unknown>>(
        (inner, node) => {
          const place = busy.get(node) ?? slots(1);
          busy.set(node, place);
          return () => place.run(signal, inner);
        },
        async () => {
          const server = to.endpoint as Endpoint;
          streamed.set(path, await observeStream({ client: from, server, family }, context));
        },
      );
      return work();
    }),
  );
  return streamed;
}

/** The paths over which streams are sent. Pure. */
export function streamPaths(measurements: readonly PathMeasurement[]): readonly Path[] {
  const byPair = new Map<string, Path>();
  for (const measurement of measurements) {
    const { path } = measurement;
    const { from, to, size, kind } = path;
    if (cameThrough(measurement) !== true || size !== 'small' || to.endpoint === undefined) continue;
    const shared = [from, to.endpoint].find((end) => end.kind === 'pod' && end.hostNetwork);
    if (kind !== 'pod-to-pod' && shared === undefined) continue;
    const pair = shared?.name ?? [from.node, to.endpoint.node].sort().join(' ');
    // A stream is TCP: it is told of the path that says so, where there is one.
    const known = byPair.get(pair);
    if (known === undefined || (known.protocol === 'icmp' && path.protocol === 'tcp')) byPair.set(pair, path);
  }
  return [...byPair.values()].slice(0, MAX_STREAMS);
}
