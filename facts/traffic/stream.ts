import type { Evidence, FactFailure } from '../fact.ts';
import type { Flow } from '../flows.ts';

/** What a DPU showed of one representor at one moment of a stream. */
export interface StreamSample {
  /** Milliseconds since the stream began. */
  readonly at: number;
  readonly flows: readonly Flow[];
  /** The dump was longer than is read. */
  readonly cut: boolean;
  /**
   * Packets that software saw at the representor, by counter; undefined where no counter tells of software alone. `rx` is
   * what came out of the VF.
   */
  readonly software: { readonly rx: number; readonly tx: number; readonly source: string } | undefined;
}

/** The addresses and ports of packets of one direction. */
export interface Connection {
  /** 6 is TCP, 17 UDP. */
  readonly protocol: 6 | 17;
  readonly source: string;
  readonly sourcePort: number;
  readonly destination: string;
  readonly destinationPort: number;
}

/** One direction of a stream, seen at the DPU of whoever sends in it. */
export interface StreamDirection {
  readonly sender: string;
  /** The target that is the sender's DPU. */
  readonly dpu: string;
  /** Undefined where it is not known. */
  readonly representor: string | undefined;
  /** The device that forwards there is none: a veth pair or netdevsim stands in for it. In words, else undefined. */
  readonly simulated: string | undefined;
  /**
   * What stands in takes flows as hardware would (netdevsim's eswitch): then `in software` can be told of it, and
   * `offloaded` can't.
   */
  readonly takesFlows?: boolean;
  /** As this direction's packets leave the sender. */
  readonly connection: Connection;
  /** As they arrive, where addresses or ports are translated on the way: a ClusterIP is the address of a pod then. */
  readonly translated?: Connection;
  /** Packets that the sender put on its interface in this direction while samples were taken; undefined if unknown. */
  readonly packets: number | undefined;
  /** In the order of time; the first is from before the stream. */
  readonly samples: readonly StreamSample[];
  /** Why samples are missing. */
  readonly failure: FactFailure | undefined;
  /** Nobody logs in to the DPU, so that it was not even tried: no fault, and no proof. */
  readonly notAsked?: boolean;
  /** What ovs-vswitchd's log says of flows that the hardware refused, the newest last; absent where it was not read. */
  readonly refusals?: readonly string[];
}

/** A TCP stream between two pods, and what their DPUs showed meanwhile. */
export interface StreamObservation {
  /** In milliseconds. */
  readonly durationMs: number;
  /** Bytes that arrived. */
  readonly bytes: number;
  readonly directions: readonly StreamDirection[];
  readonly evidence: readonly Evidence[];
}
