import type { Evidence, FactFailure } from '../../fact.ts';
import type { Link } from '../../links.ts';
import type { Ovs } from '../../ovs.ts';
import type { EndState } from '../end-state.ts';
import type { Chassis } from '../hops/chassis.ts';
import type { Loss } from '../hops/loss.ts';
import type { Place } from '../hops/places.ts';
import type { Hop, HopReading, Reach } from '../location.ts';
import type { Endpoint, Path } from '../path.ts';
import type { Trace } from '../trace.ts';

/** A neighbour as `ip -j neigh` shows it. */
export interface Neighbour {
  readonly address: string;
  readonly device: string;
  /** Absent where nobody has answered, or where it was not read. */
  readonly mac?: string;
  /** REACHABLE, STALE, FAILED, INCOMPLETE …; see ip-neighbour(8). */
  readonly states: readonly string[];
}

/** What was looked at on one node whose Open vSwitch the packets pass. Undefined is what could not be looked at. */
export interface ChassisScene {
  readonly chassis: Chassis;
  readonly links: readonly Link[];
  readonly switchFailure: FactFailure | undefined;
  readonly controllerRuns: boolean | undefined;
  readonly neighbours: readonly Neighbour[] | undefined;
  /** Of the packet, or of the neighbour request before it, as it last came in. */
  readonly trace: Trace | undefined;
  readonly traceEvidence: Evidence | undefined;
  /** Packets that queueing disciplines dropped while the packets were sent again, by device, with their kind. */
  readonly queueDrops: ReadonlyMap<string, { readonly kind: string; readonly packets: number }>;
}

/** Where packets vanish, and what is there. */
export interface Scene {
  readonly path: Path;
  readonly loss: Loss;
  readonly readings: readonly HopReading[];
  readonly sent: number;
  readonly received: number;
  readonly from: Place;
  readonly to: Place | undefined;
  /** By target. */
  readonly chassis: ReadonlyMap<string, ChassisScene>;
  /** Open vSwitches that the path does not pass, as they were before anything was sent, by target. */
  readonly elsewhere: ReadonlyMap<string, Ovs>;
  /** Of a path at the MTU: whether small packets came through at the same time. */
  readonly smallPass: boolean | undefined;
  /** Those of the two ends that could be looked at. */
  readonly ends: Readonly<Partial<Record<'from' | 'to', EndScene>>>;
  /** All between which the run sends. */
  readonly endpoints: readonly Endpoint[];
  /** What the sender's own system said as it refused to send. */
  readonly refusals: readonly string[];
}

/** What was looked at in an endpoint itself. */
export interface EndScene {
  readonly place: Place;
  readonly state: EndState;
  /** As of the chassis, by device. */
  readonly queueDrops: ChassisScene['queueDrops'];
}

/** What a place shows that explains the loss. */
export interface Finding {
  readonly reason: string;
  readonly remedy: string;
  readonly evidence: readonly Evidence[];
  /** The place that is broken, where that is beside the first hop that saw nothing. */
  readonly at?: Pick<Hop, 'node' | 'kind' | 'of'>;
  /** Absent where the kind of the hop tells. */
  readonly reach?: Reach;
  /** It drops some packets and not others. */
  readonly isLossy?: boolean;
}

export type Finder = (scene: Scene) => Finding | undefined;

/** The nodes on both sides of the loss whose Open vSwitch was looked at, that of the first blind hop first. */
export function concerned({ loss, chassis, from, to }: Scene): readonly ChassisScene[] {
  const places = [from, ...(to === undefined ? [] : [to])];
  const names = [loss.lost, loss.last].flatMap((hop) => {
    if (hop === undefined) return [];
    // An endpoint's interface is on the host, and what is beside it on the DPU.
    const own = places.find(({ name, interface: device }) => name === hop.of && device === hop.name);
    return [hop.kind === 'interface' ? (own?.chassis ?? hop.node) : hop.node];
  });
  return [...new Set(names)].flatMap((name) => chassis.get(name) ?? []);
}
