import type { Outcome } from '../facts/fact.ts';
import { culprits } from '../facts/traffic/culprits.ts';
import type { Location } from '../facts/traffic/location.ts';
import type { PathMeasurement } from '../facts/traffic/measurement.ts';
import { cameThrough } from '../facts/traffic/passage.ts';
import { type Endpoint, type Path, pathTitle } from '../facts/traffic/path.ts';
import type { StreamObservation } from '../facts/traffic/stream.ts';
import type { TrafficContext } from './context.ts';
import { locate } from './locate/locate.ts';
import { slots } from './slots.ts';
import { observeStream } from './stream/observe.ts';

/** So many failing paths are followed: each takes seconds, and one culprit seldom needs more. */
const MAX_LOCATED = 8;

/** So many streams are sent: each takes seconds of two nodes. */
export const MAX_STREAMS = 16;

/**
 * Finds out where packets die, of failing paths that stand for all: they differ in their nodes and kinds as far as may be,
 * and what was found explains none of those that come after. One after another, or each would count the other's packets.
 */
export async function locateFailing(
  measurements: readonly PathMeasurement[],
  context: TrafficContext,
): Promise<ReadonlyMap<Path, Outcome<Location>>> {
  const located = new Map<Path, Outcome<Location>>();
  const lost = measurements.filter(isLost);
  const ends = measurements.flatMap(({ path: { from, to } }) => [
    from,
    ...(to.endpoint ? [to.endpoint] : []),
  ]);
  const endpoints = [...new Map(ends.map((one) => [one.name, one])).values()];
  while (located.size < MAX_LOCATED && !context.options.signal.aborted) {
    const explained = explainedBy(measurements, located);
    const left = lost.filter(({ path }) => !located.has(path) && !explained.has(path.id));
    const next = leastAlike(left, [...located.keys()]);
    if (next === undefined) break;
    const { path, exchange } = next;
    context.options.progress(`looking where packets of ${pathTitle(path)} die`);
    const partly = exchange.ok && exchange.value.received > 0;
    located.set(path, await locate(path, context, { partly, endpoints }));
  }
  return located;
}

/** The ids of the paths that fail where others were seen to lose their packets, not of those that merely look alike. */
function explainedBy(
  measurements: readonly PathMeasurement[],
  located: ReadonlyMap<Path, Outcome<Location>>,
): ReadonlySet<string> {
  const seen = new Set([...located].flatMap(([{ id }, location]) => (location.ok ? [id] : [])));
  const known = measurements.map((measurement) => {
    const location = located.get(measurement.path);
    return location === undefined ? measurement : { ...measurement, location };
  });
  return new Set(
    culprits(known)
      .filter(({ first }) => seen.has(first))
      .flatMap(({ paths }) => paths),
  );
}

/** A path that is known not to work yet is no riddle. */
const isLost = (measurement: PathMeasurement): boolean =>
  cameThrough(measurement) === false && measurement.path.expectedGap === undefined;

/** The one that has least in common with those before. */
export function leastAlike(
  candidates: readonly PathMeasurement[],
  before: readonly Path[],
): PathMeasurement | undefined {
  const seen = new Map<string, number>();
  for (const trait of before.flatMap(traitsOf)) seen.set(trait, (seen.get(trait) ?? 0) + 1);
  const score = ({ path }: PathMeasurement): number =>
    traitsOf(path).reduce((sum, trait) => sum + (seen.get(trait) ?? 0), 0);
  const scores = candidates.map(score);
  return candidates[scores.indexOf(Math.min(...scores))];
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
  const chosen = streamPaths(measurements).slice(0, MAX_STREAMS);
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

/**
 * The paths over which streams are sent, as far as there are not too many: between nodes, and on a node of its own where
 * nothing gets through to another. A stream is TCP, of long packets: where one of these fails between two nodes, none is
 * sent there, and that failure tells why. Pure.
 */
export function streamPaths(measurements: readonly PathMeasurement[]): readonly Path[] {
  const refused = new Set(
    measurements
      .filter((one) => isLikeStream(one.path) && cameThrough(one) === false)
      .map(({ path }) => pairOf(path)),
  );
  const working = measurements
    .filter((one) => cameThrough(one) === true)
    .map(({ path }) => path)
    .filter((path) => !refused.has(pairOf(path)));
  const between = onePerPair(working.filter((path) => path.kind === 'pod-to-pod' || sharingNetwork(path)));
  const reached = new Set(between.flatMap(({ from, to }) => [from.node, to.endpoint?.node]));
  const alone = working.filter(({ kind, from }) => kind === 'pod-to-pod-on-node' && !reached.has(from.node));
  return [...between, ...onePerPair(alone)];
}

/** To the pod itself, by TCP or by packets as long as those of a stream. */
const isLikeStream = ({ kind, protocol, size }: Path): boolean =>
  (kind === 'pod-to-pod' || kind === 'pod-to-pod-on-node') && (protocol === 'tcp' || size === 'mtu');

const pairOf = ({ from, to }: Path): string => [from.node, to.endpoint?.node ?? ''].sort().join(' ');

/** A stream is TCP: it is told of the path that says so, where there is one. */
function onePerPair(paths: readonly Path[]): readonly Path[] {
  const byPair = new Map<string, Path>();
  for (const path of paths) {
    const { to, size, protocol } = path;
    if (size !== 'small' || to.endpoint === undefined) continue;
    const pair = sharingNetwork(path)?.name ?? pairOf(path);
    const known = byPair.get(pair);
    if (known === undefined || (known.protocol === 'icmp' && protocol === 'tcp')) byPair.set(pair, path);
  }
  return [...byPair.values()];
}

/** The pod at one end that shares its node's network. */
const sharingNetwork = ({ from, to }: Path): Endpoint | undefined =>
  [from, to.endpoint].find((end) => end?.kind === 'pod' && end.hostNetwork);
