import type { TrafficProblem } from '../../facts/traffic/measurement.ts';
import { KubernetesError } from '../../kubernetes/error.ts';

/** What went wrong, as a problem of the run: in the cluster's words, or as a fault of our own. */
export function problemOf(error: unknown, what: string): TrafficProblem {
  if (!(error instanceof KubernetesError))
    return {
      code: 'unexpected',
      message: `${what}: ${error instanceof Error ? error.message : String(error)}`,
      hint: 'This is a fault of dpu-doctor: please report it with the output of --verbose.',
    };
  const { code, message, hint } = error;
  return { code, message: `${what}: ${message}`, ...(hint === '' ? {} : { hint }) };
}
