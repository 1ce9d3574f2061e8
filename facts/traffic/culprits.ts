import type { Evidence } from '../fact.ts';
import type { Hop } from './location.ts';
import type { PathMeasurement } from './measurement.ts';
import { cameThrough } from './passage.ts';

/** One thing that explains why paths fail. */
export interface Culprit {
  /** Unique in a run, and steady between runs in which the same is broken: `hop dpu1 pf0vf1`. */
  readonly id: string;
  /** What it is and where, in one line. */
  readonly title: string;
  /** The ids of the failing paths that it explains, in the order in which they were measured. */
  readonly paths: readonly string[];
  /** The id of the path that tells it best: one of `paths`. */
  readonly first: string;
  /** What is wrong in a few words; undefined where only the place is known. */
  readonly reason: string | undefined;
  readonly evidence: readonly Evidence[];
  /** What to do, with commands that can be pasted; undefined where nothing tells what is wrong. */
  readonly remedy: string | undefined;
}

/**
 * The fewest culprits that explain the failing paths of a run. Each failing path belongs to one at most, and to none where
 * nothing tells; those that explain most come first. `fails` says which paths fail: by default those that lost a packet.
 */
export function culprits(
  measurements: readonly PathMeasurement[],
  fails: (measurement: PathMeasurement) => boolean = (measurement) => cameThrough(measurement) === false,
): readonly Culprit[] {
  const failing = measurements.filter(fails);
  const byPlace = Map.groupBy(
    failing.filter((measurement) => lostAt(measurement) !== undefined),
    (measurement) => placeOf(lostAt(measurement) as Hop),
  );
  return [...byPlace]
    .map(([id, members]) => culpritOf(id, members))
    .sort((a, b) => b.paths.length - a.paths.length);
}

const lostAt = ({ location }: PathMeasurement): Hop | undefined =>
  location?.ok ? location.value.lost : undefined;

const placeOf = ({ node, name }: Hop): string => `hop ${node} ${name}`;

function culpritOf(id: string, members: readonly PathMeasurement[]): Culprit {
  const best =
    members.find(({ location }) => location?.ok && location.value.reason !== undefined) ?? members[0];
  const location = best?.location?.ok ? best.location.value : undefined;
  const at = location?.lost;
  const place = at === undefined ? id : `${at.kind} ${at.name} of ${at.node}`;
  return {
    id,
    title: `packets vanish at the ${place}`,
    paths: members.map(({ path }) => path.id),
    first: best?.path.id ?? '',
    reason: location?.reason,
    evidence: location?.evidence ?? [],
    remedy: location?.remedy,
  };
}
