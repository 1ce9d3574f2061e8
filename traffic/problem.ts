import type { FactFailure } from '../facts/fact.ts';
import type { TrafficProblem } from '../facts/traffic/measurement.ts';

/** A failure as something that kept paths from being measured. */
export const problemOf = (
  { code, message, hint, evidence }: FactFailure,
  target?: string,
): TrafficProblem => ({
  code,
  message,
  ...(hint === undefined ? {} : { hint }),
  ...(evidence === undefined ? {} : { evidence: [evidence] }),
  ...(target === undefined ? {} : { target }),
});
