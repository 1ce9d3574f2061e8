import { type Evidence, evidence } from '../fact.ts';
import type { Hop } from './location.ts';
import type { PathMeasurement } from './measurement.ts';
import { cameThrough, isRefused } from './passage.ts';
import { PATH_KINDS } from './path.ts';
import type { Scope } from './scopes.ts';
import { lossOf, type Suspect, suspectsOf } from './suspects.ts';

/** One thing that explains why paths fail. */
export interface Culprit {
  /** Unique in a run, and steady between runs in which the same is broken: `place dpu1 pf0vf1`. */
  readonly id: string;
  /** What it is and where, in one line. */
  readonly title: string;
  /** The ids of the failing paths that it explains, in the order in which they were measured. */
  readonly paths: readonly string[];
  /** The id of the path that tells it best: one of `paths`. */
  readonly first: string;
  /** What is wrong in a few words; undefined where only the place is known. */
  readonly reason: string | undefined;
  /** The device or port at which the packets are lost; undefined where it was not seen. */
  readonly place: string | undefined;
  readonly evidence: readonly Evidence[];
  /** What to do, with commands that can be pasted; undefined where nothing tells what is wrong. */
  readonly remedy: string | undefined;
}

/**
 * The fewest culprits that explain the failing paths of a run: again and again the suspect that explains most of what is
 * left. Each failing path belongs to one at most, and to none where nothing tells; those that explain most come first.
 * Nothing is blamed for a kind of packets that a working path took through it. `fails` says which paths fail: by default
 * those that lost a packet.
 */
export function culprits(
  measurements: readonly PathMeasurement[],
  fails: (measurement: PathMeasurement) => boolean = (measurement) => cameThrough(measurement) === false,
): readonly Culprit[] {
  const failing = measurements.filter(fails);
  const works = measurements.filter((one) => cameThrough(one) === true && !fails(one));
  const suspects = suspectsOf(failing, works);
  const left = new Set(failing);
  const found: Culprit[] = [];
  const open = suspects.map((suspect) => ({ suspect, paths: new Set(suspect.paths) }));
  const suspectsBy = new Map<PathMeasurement, typeof open>();
  for (const one of open)
    for (const path of one.paths) suspectsBy.set(path, [...(suspectsBy.get(path) ?? []), one]);
  for (;;) {
    const best = open.reduce<(typeof open)[number] | undefined>(
      (most, one) =>
        most === undefined || weigh(one.suspect, one.paths.size) > weigh(most.suspect, most.paths.size)
          ? one
          : most,
      undefined,
    );
    if (best === undefined || best.paths.size === 0 || !isEnough(best.suspect, best.paths.size)) return found;
    const taken = failing.filter((path) => best.paths.has(path) && left.has(path));
    found.push(culpritOf(best.suspect, taken));
    for (const path of taken) {
      left.delete(path);
      for (const other of suspectsBy.get(path) ?? []) other.paths.delete(path);
    }
  }
}

/** By how much it explains; of equals what was seen, with its reason, and then the narrowest. */
function weigh({ located, scope, id }: Suspect, paths: number): number {
  const seen = located.length > 0 ? (id.startsWith('reason ') ? 9 : 8) : 0;
  return isEnough({ located }, paths) ? paths * 10 + (seen || NARROW.indexOf(scope?.kind ?? 'node')) : -1;
}

const NARROW: readonly Scope['kind'][] = [
  'kind',
  'node',
  'leaving',
  'outside',
  'pair',
  'endpoint',
  'destination',
];

/** One path that nobody looked at tells nothing about anything but itself. */
const isEnough = ({ located }: Pick<Suspect, 'located'>, paths: number): boolean =>
  paths > (located.length > 0 ? 0 : 1);

function culpritOf({ id, located, scope }: Suspect, members: readonly PathMeasurement[]): Culprit {
  const seen = members.filter((one) => located.includes(one));
  const looked = members.filter(({ location }) => location?.ok);
  const first =
    seen.find((one) => lossOf(one)?.reason !== undefined) ?? seen[0] ?? shortest(looked) ?? shortest(members);
  const loss = first && lossOf(first);
  const counts = evidence(
    'paths of the run',
    `${members.length} fail: ${members
      .slice(0, MOST)
      .map(({ path }) => path.id)
      .join(', ')}${members.length > MOST ? ', …' : ''}`,
  );
  return {
    id,
    title:
      loss === undefined ? scopeTitle(scope, members) : (loss.reason ?? placeTitle(loss.lost, loss.last)),
    paths: members.map(({ path }) => path.id),
    first: first?.path.id ?? '',
    reason: loss?.reason,
    place: loss?.lost.name,
    evidence: [...(loss?.evidence ?? []), ...(members.length > 1 ? [counts] : [])],
    remedy: loss?.remedy,
  };
}

const MOST = 8;

const shortest = (members: readonly PathMeasurement[]): PathMeasurement | undefined =>
  [...members].sort((a, b) => PATH_KINDS.indexOf(a.path.kind) - PATH_KINDS.indexOf(b.path.kind))[0];

const placeTitle = (lost: Hop, last: Hop | undefined): string =>
  last === undefined
    ? `packets vanish before ${describe(lost)}`
    : `packets vanish between ${describe(last)} and ${describe(lost)}`;

/** `the uplink p0 of dpu1`. */
const describe = ({ kind, name, node, of }: Hop): string =>
  `the ${kind === 'ovs-port' ? 'Open vSwitch port' : kind} ${name} of ${of ?? node}`;

function scopeTitle(scope: Scope | undefined, members: readonly PathMeasurement[]): string {
  const long = members.every(({ path }) => path.size === 'mtu') ? ' at the MTU' : '';
  const refused = members.every(({ exchange }) => exchange.ok && isRefused(exchange.value));
  const packets = `${refused ? 'TCP connections' : 'packets'}${long}`;
  const lost = refused ? 'refused' : 'lost';
  const kinds = PATH_KINDS.filter((kind) => members.some(({ path }) => path.kind === kind)).join(', ');
  const [one = '', other = ''] = scope?.names ?? [];
  switch (scope?.kind) {
    case 'node':
      return `all ${packets} to and from ${one} are ${lost}`;
    case 'pair':
      return `${packets} are ${lost} between ${one} and ${other} (${kinds})`;
    case 'leaving':
      return `${packets} are ${lost} between ${one} and all others (${kinds})`;
    case 'outside':
      return `${packets} from pods of ${one} to what is no pod are ${lost} (${kinds})`;
    case 'destination':
      return `${packets} to ${one}${other === '' ? '' : ` port ${other}`} are ${lost}, wherever they come from`;
    case 'kind':
      return `${packets} are ${lost} on every path of the kind ${one}, on all nodes`;
    default:
      return `${packets} to and from ${one} are ${lost} (${kinds})`;
  }
}
