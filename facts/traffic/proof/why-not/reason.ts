import type { Evidence, FactFailure, Outcome } from '../../../fact.ts';
import type { FactName, FactValues } from '../../../index.ts';
import type { StreamDirection } from '../../stream.ts';
import type { DirectionProof } from '../verdict.ts';

/** What of a DPU tells why a flow is not in its hardware. */
export const WHY_NOT_FACTS = [
  'devlink',
  'ethtool',
  'links',
  'netdevs',
  'ovs',
  'ovsOffloadLog',
  'processes',
] as const satisfies readonly FactName[];

type WhyNotFact = (typeof WHY_NOT_FACTS)[number];

export type WhyNotFacts = { readonly [Name in WhyNotFact]: Outcome<FactValues[Name]> };

/** What keeps flows out of the hardware. */
export type ReasonCode =
  /** hw-offload has no value. */
  | 'NOT_SET'
  /** hw-offload has another value than true: `what`. */
  | 'OFF'
  /** tc-policy is skip_hw. */
  | 'KEPT_OUT'
  /** hw-offload was set after ovs-vswitchd was started. */
  | 'NOT_RESTARTED'
  /** The eswitch of the device `what` is in legacy mode. */
  | 'LEGACY'
  /** hw-tc-offload of the network device `what` is off. */
  | 'TC_OFF'
  /** The same, and its driver does not let it be turned on. */
  | 'TC_FIXED'
  /** The uplink `what` is in no bridge of Open vSwitch. */
  | 'UPLINK_OUT'
  /** An action or a match of the connection's own flow: `what`, in words. */
  | 'FLOW'
  /** ovs-vswitchd wrote that flows were refused. */
  | 'REFUSED'
  /** The direction from `what` is in the hardware. */
  | 'ONE_DIRECTION';

export interface Reason {
  readonly code: ReasonCode;
  readonly what: string;
  readonly evidence: readonly Evidence[];
}

/** A direction that is not offloaded, the other one, and what its DPU tells. */
export interface NotOffloaded {
  readonly proof: DirectionProof;
  readonly direction: StreamDirection;
  readonly other: DirectionProof | undefined;
  readonly facts: WhyNotFacts;
}

/** Looks for one kind of reason. A fact that it needs and that could not be had is a gap. */
export type Finder = (given: NotOffloaded, gap: (failure: FactFailure) => void) => readonly Reason[];

/** The fact's value; where it could not be had, the gap is told. */
export function known<Value>(
  outcome: Outcome<Value>,
  gap: (failure: FactFailure) => void,
): Value | undefined {
  if (outcome.ok) return outcome.value;
  gap(outcome.failure);
  return undefined;
}
