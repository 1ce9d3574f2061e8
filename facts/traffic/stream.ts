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

/** One direction of a stream, seen at the DPU of whoever sends in it. */
export interface StreamDirection {
  readonly sender: string;
  /** The target that is the sender's DPU. */
  readonly dpu: string;
  /** Undefined where it is not known. */
  readonly representor: string | undefined;
  /** The device that forwards there is none: a veth pair or netdevsim stands in for it. In words, else undefined. */
  readonly simulated: string | undefined;
  /** Addresses and ports of the connection, as this direction's packets carry them when they leave the sender. */
  readonly connection: {
    readonly protocol: 6 | 17;
    readonly source: string;
    readonly sourcePort: number;
    readonly destination: string;
    readonly destinationPort: number;
  };
  /** Packets that the sender put on its interface in this direction while samples were taken; undefined if unknown. */
  readonly packets: number | undefined;
  /** In the order of time; the first is from before the stream. */
  readonly samples: readonly StreamSample[];
  /** Why samples are missing. */
  readonly failure: FactFailure | undefined;
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
