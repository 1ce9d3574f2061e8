import { eswitch, tcOffload, uplink } from './devices.ts';
import { flowsThemselves, oneDirection, refused } from './flows.ts';
import type { Finder, NotOffloaded, Reason } from './reason.ts';
import { settings } from './settings.ts';

/** Those that explain everything first. */
const FINDERS: readonly Finder[] = [
  settings,
  eswitch,
  tcOffload,
  uplink,
  flowsThemselves,
  refused,
  oneDirection,
];

export interface WhyNot {
  /** Empty where nothing was found that keeps the flows out of the hardware. */
  readonly reasons: readonly Reason[];
  /** What could not be looked at, so that a reason may be there. */
  readonly gaps: readonly string[];
}

/** Looks why a direction is not in the hardware. */
export function whyNot(given: NotOffloaded): WhyNot {
  const gaps = new Set<string>();
  const reasons = FINDERS.flatMap((finder) => finder(given, ({ message }) => gaps.add(message)));
  return { reasons, gaps: [...gaps] };
}
