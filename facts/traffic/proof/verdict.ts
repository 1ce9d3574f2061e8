import type { Evidence } from '../../fact.ts';
import type { Flow } from '../../flows.ts';

/**
 * `offloaded`: the hardware forwards almost all packets, and both flows and counters say so. `in-part`: it forwards some.
 * `in-software`: it forwards next to none. `undetermined`: what was seen does not tell. `simulated`: there is no hardware.
 */
export type OffloadVerdict = 'offloaded' | 'in-part' | 'in-software' | 'undetermined' | 'simulated';

/** What the samples of one direction prove. */
export interface DirectionProof {
  readonly sender: string;
  /** The target that is the sender's DPU. */
  readonly dpu: string;
  readonly verdict: OffloadVerdict;
  /** The part of the packets that the hardware forwards, from 0 to 1; undefined where that can't be told. */
  readonly share: number | undefined;
  /** In one line: what proves it, or why nothing does. */
  readonly why: string;
  /** The connection's flows, each as it was seen last. */
  readonly flows: readonly Flow[];
  readonly evidence: readonly Evidence[];
}

/** What a stream proves of both directions. */
export interface OffloadJudgement {
  readonly verdict: OffloadVerdict;
  readonly directions: readonly DirectionProof[];
}

/**
 * Packets that a direction must have, for anything to be told: the first ones of a connection pass through software by
 * design, until its flows are in the hardware, and must be next to nothing among the others.
 */
export const LEAST_PACKETS = 2000;

/** The part of the packets that counts as all of them: counters are read at slightly different moments. */
export const ALMOST_ALL = 0.9;

/** The part of the packets that software may see of a direction that the hardware forwards. */
export const SMALL_PART = 0.1;
