import { type Evidence, evidence, type Outcome } from '../../facts/fact.ts';
import type { Ovs } from '../../facts/ovs.ts';
import { grownDrops } from '../../facts/traffic/counters/queues.ts';
import type { CountedHop } from '../../facts/traffic/hops/counted.ts';
import type { Loss } from '../../facts/traffic/hops/loss.ts';
import type { CountedRetry } from '../../facts/traffic/hops/reading.ts';
import type { Hop, Location } from '../../facts/traffic/location.ts';
import type { Endpoint, Path } from '../../facts/traffic/path.ts';
import { findReason } from '../../facts/traffic/reasons/index.ts';
import type { ChassisScene, EndScene, Finding } from '../../facts/traffic/reasons/scene.ts';
import { askFact } from '../ask-fact.ts';
import type { TrafficContext } from '../context.ts';
import { endFact } from './end-fact.ts';
import type { KnownWay } from './known-way.ts';
import type { ReadCounters } from './read-counters.ts';
import { resend } from './resend.ts';
import { surroundings } from './surroundings.ts';
import { traceAt } from './trace.ts';
import { tunnelPacket } from './tunnel-packet.ts';

/** What is known when the place is looked at. */
export interface Located {
  readonly path: Path;
  readonly context: TrafficContext;
  readonly known: KnownWay;
  readonly loss: Loss;
  readonly retry: CountedRetry;
  readonly readings: Location['readings'];
  readonly idle: ReadCounters;
  readonly after: ReadCounters;
  /** What the sender was told when the packets were sent again. */
  readonly errors: readonly string[];
  /** All between which the run sends, of whatever cluster. */
  readonly endpoints: readonly Endpoint[];
}

/** What the place shows where packets vanish. Everything that is asked only reads. */
export async function shown(
  located: Located,
): Promise<Pick<Location, 'lost' | 'last' | 'reason' | 'remedy' | 'reach' | 'isLossy' | 'evidence'>> {
  const { path, context, known, loss, retry, readings } = located;
  const { sent, received } = retry;
  if (received >= sent)
    return { ...loss, reason: 'all packets came through when they were sent again', evidence: [] };
  const scenes = await Promise.all(
    [...known.chassis.keys()].map(async (name) => [name, await look(name, located)] as const),
  );
  const scene = {
    ...{ path, loss, readings, sent, received },
    from: known.from,
    to: known.to,
    chassis: new Map(scenes),
    elsewhere: elsewhere(context),
    smallPass: path.size === 'mtu' ? await passSmall(path, context) : undefined,
    ends: await lookAtEnds(located),
    endpoints: located.endpoints.filter(
      ({ node }) => clusterOf(node, context) === clusterOf(path.from.node, context),
    ),
    refusals: located.errors,
  };
  const found = findReason(scene);
  const gaps = [
    ...(received > 0 ? [shareLost(located)] : []),
    ...known.way.gaps.map((gap) => evidence('the way of the packets', gap)),
  ];
  if (found === undefined) {
    const traces = scenes.flatMap(([, { traceEvidence }]) => traceEvidence ?? []);
    return { ...loss, reason: undefined, evidence: [...traces, ...gaps] };
  }
  const { reason, remedy, reach, isLossy = received > 0 } = found;
  return {
    ...placeOf(found, loss, known.way.hops),
    reason,
    remedy,
    ...(reach && { reach }),
    ...(isLossy && { isLossy }),
    evidence: [...found.evidence, ...gaps],
  };
}

/**
 * A place further on that is seen to be broken counts more than the first hop that saw nothing, and an interface of an end
 * more than what is beside it.
 */
function placeOf({ at }: Finding, loss: Loss, hops: readonly CountedHop[]): Loss {
  if (at?.kind === 'interface') {
    const sending = hops.findIndex(
      ({ hop }) => hop.kind === 'interface' && hop.of === at.of && hop.counter === 'tx',
    );
    if (sending >= 0) return { lost: hops[sending]?.hop, last: hops[sending - 1]?.hop };
  }
  const direction = (loss.lost ?? loss.last)?.direction;
  const own = hops.findIndex(
    ({ hop }) =>
      (hop.direction === direction || direction === undefined) &&
      hop.node === at?.node &&
      hop.kind === at.kind,
  );
  const last = hops.findIndex(({ hop }) => hop === loss.last);
  return own > last ? { lost: hops[own]?.hop, last: loss.last } : loss;
}

/** Where packets are lost only in part: how many there were before and after. */
function shareLost({ loss, retry: { sent, received }, readings }: Located): Evidence {
  const at = (hop: Hop | undefined): string => {
    const packets = readings.find((reading) => reading.hop === hop)?.packets;
    return hop === undefined || packets === undefined
      ? ''
      : `, ${packets} seen at ${hop.name} of ${hop.node} (${hop.counter})`;
  };
  return evidence(
    'the share that is lost',
    `${sent} sent${at(loss.last)}${at(loss.lost)}, ${received} came back`,
  );
}

async function look(name: string, { context, known, loss, idle, after }: Located): Promise<ChassisScene> {
  const chassis = known.chassis.get(name);
  if (chassis === undefined) throw new Error(`${name} is no chassis of the path`);
  const shell = context.nodeShell(name);
  const [around, traced] = await Promise.all([
    shell && askFact(shell, surroundings, context.options),
    traceAt(name, loss, known.way.hops, { idle, after }, context, tunnelPacket(name, known, loss)),
  ]);
  const [was, is] = [idle.nodes.get(name)?.queues, after.nodes.get(name)?.queues];
  return {
    chassis,
    links: known.links.get(name) ?? [],
    switchFailure: after.nodes.get(name)?.switchFailure,
    controllerRuns: around?.ok ? around.value.controllerRuns : undefined,
    neighbours: around?.ok ? around.value.neighbours : undefined,
    trace: traced?.trace,
    traceEvidence: traced?.evidence,
    queueDrops: grownDrops(was ?? new Map(), is ?? new Map()),
  };
}

const clusterOf = (node: string, context: TrafficContext): string | undefined =>
  context.node(node)?.node.kubernetes?.cluster;

const elsewhere = ({ input }: TrafficContext): ReadonlyMap<string, Ovs> =>
  new Map(
    input.nodes.flatMap(({ node, facts }) => {
      const ovs = facts.get('ovs') as Outcome<Ovs> | undefined;
      return ovs?.ok ? [[node.name, ovs.value] as const] : [];
    }),
  );

/** The network of the endpoints themselves, as far as it can be looked at. */
async function lookAtEnds({ path, context, known, idle, after }: Located) {
  const near = path.from.addresses.find((one) => one.includes(':') === path.to.address.includes(':'));
  const look = async (end: 'from' | 'to', endpoint: Endpoint | undefined, peer: string | undefined) => {
    const place = known[end];
    const node = place?.onNode ? context.nodeShell(place.node) : undefined;
    const shell = endpoint === undefined ? node : context.endpointShell(endpoint);
    if (place === undefined || shell === undefined || peer === undefined) return {};
    const asked = await askFact(shell, endFact(peer), context.options);
    if (!asked.ok) return {};
    const drops = grownDrops(idle.queues[end] ?? new Map(), after.queues[end] ?? new Map());
    const seen: EndScene = { place, state: asked.value, queueDrops: drops };
    return { [end]: seen };
  };
  const [from, to] = await Promise.all([
    look('from', path.from, path.to.address),
    look('to', path.to.endpoint, near),
  ]);
  return { ...from, ...to };
}

/** As many small packets as tell that they pass. */
const SMALL = 4;

async function passSmall(path: Path, context: TrafficContext): Promise<boolean | undefined> {
  const small = await resend({ ...path, size: 'small' }, SMALL, context);
  return small.ok ? small.value.received > small.value.sent / 2 : undefined;
}
