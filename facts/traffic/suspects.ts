import type { Hop, Location, Reach } from './location.ts';
import type { PathMeasurement } from './measurement.ts';
import type { Path } from './path.ts';
import { REACHED, type Scope, scopesOf, traitOf } from './scopes.ts';

/** Something that may be the culprit of these paths. */
export interface Suspect {
  readonly id: string;
  readonly paths: ReadonlySet<PathMeasurement>;
  /** Seen to be so on one of the paths at least; otherwise it follows from which paths fail and which do not. */
  readonly located: readonly PathMeasurement[];
  readonly scope: Scope | undefined;
}

/** Who may be to blame. `works` are the paths that came through: nothing that they have in common with others is suspected. */
export function suspectsOf(
  failing: readonly PathMeasurement[],
  works: readonly PathMeasurement[],
): readonly Suspect[] {
  const view: View = { failing: byScope(failing), works: byScope(works), total: works.length };
  const located = failing.filter((one) => lossOf(one) !== undefined);
  const suspects = new Map<string, Suspect>();
  for (const [id, seen] of groups(located)) suspects.set(id, placeSuspect(id, seen, view));
  for (const [key, { scope, members }] of view.failing) {
    const paths = members.filter((one) => lossOf(one) === undefined && !isContradicted(one, key, view));
    if (paths.length < 2 || !isTelling(scope, members, view)) continue;
    suspects.set(key, { id: key, paths: new Set(paths), located: [], scope });
  }
  return [...suspects.values()];
}

interface View {
  readonly failing: ReadonlyMap<string, Members>;
  readonly works: ReadonlyMap<string, Members>;
  /** How many paths work. */
  readonly total: number;
}

interface Members {
  readonly scope: Scope;
  readonly members: readonly PathMeasurement[];
  readonly traits: ReadonlySet<string>;
}

function byScope(measurements: readonly PathMeasurement[]): ReadonlyMap<string, Members> {
  const found = new Map<string, { scope: Scope; members: PathMeasurement[]; traits: Set<string> }>();
  for (const measurement of measurements) {
    for (const scope of scopesOf(measurement.path)) {
      const entry = found.get(scope.key) ?? { scope, members: [], traits: new Set() };
      found.set(scope.key, entry);
      entry.members.push(measurement);
      entry.traits.add(traitOf(measurement.path, scope.kind));
    }
  }
  return found;
}

function isContradicted({ path }: PathMeasurement, key: string, { works }: View): boolean {
  const through = works.get(key);
  return through?.traits.has(traitOf(path, through.scope.kind)) === true;
}

/** That all of a node fails, tells of the node where other nodes work; a pair, an endpoint and a destination say no more than they are. */
function isTelling(
  { kind, key }: Scope,
  members: readonly PathMeasurement[],
  { works, total }: View,
): boolean {
  const touching = works.get(key)?.members.length ?? 0;
  if (kind === 'node' || kind === 'leaving') return touching < total;
  return kind !== 'endpoint' || members.length > 1;
}

/** The place of a loss; undefined where it is only known to be somewhere beyond the hops that are known. */
export function lossOf({ location }: PathMeasurement): (Location & { readonly lost: Hop }) | undefined {
  if (!location?.ok) return undefined;
  const { lost, last, reason } = location.value;
  if (lost === undefined) return undefined;
  const isBeyond = last?.direction === 'request' && lost.direction === 'reply' && last.kind !== 'interface';
  return isBeyond && reason === undefined ? undefined : { ...location.value, lost };
}

/** By the place, by the reason and by the wire on which it is: whichever explains most will be taken. */
function groups(located: readonly PathMeasurement[]): ReadonlyMap<string, readonly PathMeasurement[]> {
  const found = new Map<string, PathMeasurement[]>();
  for (const one of located) {
    const loss = lossOf(one);
    if (loss === undefined) continue;
    const { lost, last, reason } = loss;
    const isWire =
      last !== undefined && last.node !== lost.node && last.kind === 'uplink' && lost.kind === 'uplink';
    const ids = [
      `place ${lost.of ?? lost.node} ${lost.name}`,
      ...(reason === undefined ? [] : [`reason ${reason}`]),
      ...(isWire ? [`wire ${[last.node, lost.node].sort().join(' ')}`] : []),
    ];
    for (const id of ids) found.set(id, [...(found.get(id) ?? []), one]);
  }
  return found;
}

/** A place seen on some paths explains others, too, on which nobody looked: those that it reaches and that fail without exception. */
function placeSuspect(id: string, seen: readonly PathMeasurement[], view: View): Suspect {
  // A queue that is full drops long packets first, and others as well.
  const onlyLong = seen.every((one) => isOfLong(one) && lossOf(one)?.isLossy !== true);
  const spared = onlyLossy(seen) ? new Set<Path['protocol']>() : sparedBy(seen, view);
  const others = seen.flatMap((one) => {
    const loss = lossOf(one);
    if (loss === undefined) return [];
    const kinds = REACHED[loss.reach ?? reachOf(loss.lost)];
    const own =
      loss.reach === 'destination'
        ? [one.path.to.endpoint?.name]
        : [loss.lost, loss.last].flatMap((hop) => (hop === undefined ? [] : [endpointAt(one, hop)]));
    // What is wrong at the sender says nothing of what others send to the same destination.
    const isSenders = own.length > 0 && own.every((name) => name === one.path.from.name);
    return scopesOf(one.path)
      .filter(
        ({ kind, names: [name] }) =>
          kinds.includes(kind) &&
          (kind !== 'endpoint' || own.includes(name)) &&
          (kind !== 'destination' || !isSenders),
      )
      .flatMap(({ key }) =>
        (view.failing.get(key)?.members ?? []).filter(
          (other) =>
            lossOf(other) === undefined &&
            !spared.has(other.path.protocol) &&
            (loss.isLossy || !isContradicted(other, key, view)) &&
            (!onlyLong || isOfLong(other)),
        ),
      );
  });
  return { id, paths: new Set([...seen, ...others]), located: seen, scope: undefined };
}

const onlyLossy = (seen: readonly PathMeasurement[]): boolean =>
  seen.every((one) => lossOf(one)?.isLossy === true);

/** Protocols that pass where those that were followed are lost: what keeps only these from passing explains no loss of others. */
function sparedBy(seen: readonly PathMeasurement[], { works }: View): ReadonlySet<Path['protocol']> {
  const lost = new Set(seen.map(({ path }) => path.protocol));
  const through = seen.flatMap(({ path }) =>
    (works.get(`kind ${path.kind}`)?.members ?? []).filter((other) => isBetweenSame(path, other.path)),
  );
  return new Set(through.map(({ path }) => path.protocol).filter((protocol) => !lost.has(protocol)));
}

const isBetweenSame = (one: Path, other: Path): boolean =>
  one.from.name === other.from.name && one.to.address === other.to.address;

/** Long packets alone are lost: of TCP, the connection is made and then starves. */
const isOfLong = ({ path, exchange }: PathMeasurement): boolean =>
  path.size === 'mtu' || (exchange.ok && exchange.value.protocol === 'tcp' && exchange.value.connected);

const isEndpoints = ({ kind }: Hop): boolean =>
  kind === 'interface' || kind === 'representor' || kind === 'ovs-port';

const reachOf = (hop: Hop): Reach => (isEndpoints(hop) ? 'endpoint' : 'between-nodes');

/**
 * Whose interface, representor or port it is: what goes out is the sender's of that direction, what comes in the other's.
 * Between the ports of two endpoints either may be why; which of them, working paths tell.
 */
function endpointAt({ path: { from, to } }: PathMeasurement, hop: Hop): string | undefined {
  if (!isEndpoints(hop)) return undefined;
  const { direction, kind, counter } = hop;
  const isSenders = kind === 'interface' ? counter === 'tx' : counter === 'rx';
  return (direction === 'request') === isSenders ? from.name : to.endpoint?.name;
}
