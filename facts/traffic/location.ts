import type { Evidence } from '../fact.ts';

/** The links of the way of a packet, in the order in which a pod's packet meets them on its way out. */
export const HOP_KINDS = [
  /** The interface of the endpoint itself. */
  'interface',
  /** Its representor on the DPU; where nothing is offloaded, the host side of a veth. */
  'representor',
  /** The representor as a port of Open vSwitch. */
  'ovs-port',
  /** The tunnel to the other chassis. */
  'tunnel',
  /** The patch port into the external bridge. */
  'patch',
  /** The network device that leads to the wire. */
  'uplink',
] as const;

export type HopKind = (typeof HOP_KINDS)[number];

/** One place with a counter that packets of a path must pass. */
export interface Hop {
  readonly kind: HopKind;
  /** The target on which it is. */
  readonly node: string;
  /** Its network device, port or interface. */
  readonly name: string;
  /** Of an interface: the endpoint that has it. Pods of one node call theirs alike. */
  readonly of?: string;
  /** Whether the request or the reply passes it here: most places are passed by both. */
  readonly direction: 'request' | 'reply';
  /** Which of its counters the packet raises, as seen by the hop itself. */
  readonly counter: 'rx' | 'tx';
}

/** What a hop's counter said before and after the same packets were sent again. */
export interface HopReading {
  readonly hop: Hop;
  /** Packets that the counter grew by; undefined where it could not be read. */
  readonly packets: number | undefined;
  /** Packets that the hop dropped or called errors meanwhile, where it tells. */
  readonly dropped: number | undefined;
  /** The counter does not tell: packets that hardware forwards may pass it uncounted. */
  readonly mayPassUncounted: boolean;
}

/**
 * What else fails for the same reason: the paths of the endpoint at whose interface, representor or port it is, those to
 * the destination, those that leave the node, those that leave the pods' own network, or all of the node.
 */
export type Reach = 'endpoint' | 'destination' | 'between-nodes' | 'outside' | 'node';

/** Where the packets of a failing path vanish. */
export interface Location {
  /** How many packets were sent again while the counters were read. */
  readonly sent: number;
  readonly received: number;
  /** In the order in which the packets pass: the request's hops, then the reply's. */
  readonly readings: readonly HopReading[];
  /** The first hop that did not see the packets; undefined where all counted hops saw them. */
  readonly lost: Hop | undefined;
  /** The last hop that saw them before that; undefined where not even the first did. */
  readonly last: Hop | undefined;
  /** What is wrong at that place in a few words, such as `the port is in error: …`; undefined where it shows nothing. */
  readonly reason: string | undefined;
  /** What to do about the reason, with commands that can be pasted; absent where there is no reason. */
  readonly remedy?: string;
  /** How far the reason reaches; absent where there is none, or where the kind of the hop tells. */
  readonly reach?: Reach;
  /** The place drops some packets and not others: that one came through says nothing of it. */
  readonly isLossy?: boolean;
  /** What that place shows: port error, flows, ofproto/trace, neighbour entry, route. */
  readonly evidence: readonly Evidence[];
}
