import type { AnyPathCheck } from '../checks/define-path.ts';
import { evidence, type FactFailure } from '../facts/fact.ts';
import type { PathMeasurement, TrafficProblem } from '../facts/traffic/measurement.ts';
import { type Path, pathTitle } from '../facts/traffic/path.ts';
import { resultBase } from './judge.ts';
import { ownError } from './own-result.ts';
import { isMeasuredFor, resultOf } from './path-result.ts';
import type { Result } from './report.ts';
import { blocked, STOPS, undeterminedBy } from './said.ts';

/** The one that stands for having been able to send at all; the runner alone gives its verdict. */
export const TRAFFIC_SENT = 'traffic/sent';

/* What of a run of traffic could not be sent: each tells of itself, or a run that sent nothing would look healthy. */

/** Where a stream was to tell something, and none was sent on any path, the reader is told that, and why. */
export function withoutStream(
  check: AnyPathCheck,
  judgedPaths: ReadonlyMap<PathMeasurement, readonly Result[]>,
  somewhere: string,
): readonly Result[] {
  const measurements = [...judgedPaths.keys()];
  if (measurements.length === 0 || measurements.some((one) => isMeasuredFor(check, one))) return [];
  const concerned = measurements.filter(({ path }) => check.concerns(path));
  const works = concerned.find((one) => judgedPaths.get(one)?.every(({ verdict }) => verdict === 'pass'));
  // A stream is TCP, of long packets: where those fail, none was sent.
  const lost = measurements.filter(
    ({ path }) =>
      (path.protocol === 'tcp' || path.size === 'mtu') && check.concerns({ ...path, size: 'small' }),
  );
  const refused = lost
    .filter((one) => failsIn(judgedPaths.get(one)))
    .sort((one, other) => likeStream(other.path) - likeStream(one.path))[0];
  if (refused !== undefined) return [blockedBy(check, refused, judgedPaths)];
  if (works !== undefined) return [resultOf(check, works, undeterminedBy(NOT_STREAMED))];
  const [first] = concerned;
  if (first !== undefined && failsIn(judgedPaths.get(first))) return [blockedBy(check, first, judgedPaths)];
  const reason = 'there are no two pods between which a stream could be sent';
  const seen = evidence('paths of the run', measurements.map(({ path }) => pathTitle(path)).join('; '));
  const said = { verdict: 'skip', reasonCode: 'not-applicable', reason, evidence: [seen] } as const;
  return [{ ...resultBase(check), target: somewhere, ...said, durationMs: 0 }];
}

/** One stream is sent for each pair of nodes, over TCP. */
const likeStream = ({ protocol, kind }: Path): number =>
  (protocol === 'tcp' ? 2 : 0) + (kind === 'pod-to-pod' ? 1 : 0);

const failsIn = (results: readonly Result[] | undefined): boolean =>
  results?.some(({ verdict }) => STOPS.includes(verdict)) === true;

function blockedBy(
  check: AnyPathCheck,
  measurement: PathMeasurement,
  judgedPaths: ReadonlyMap<PathMeasurement, readonly Result[]>,
): Result {
  const by = judgedPaths.get(measurement)?.filter(({ verdict }) => STOPS.includes(verdict)) ?? [];
  const ids = by.map(({ checkId }) => checkId);
  return resultOf(check, measurement, blocked(ids, `${ids.join(' and ')} did not pass`));
}

const NOT_STREAMED: FactFailure = {
  code: 'not-recorded',
  message: 'no stream was sent on any path that works, so nothing is known of it',
  hint: 'Run it again, and look for an interruption: dpu-doctor run traffic -s traffic/offload',
};

/** Why there is nothing to judge, where nothing else tells. */
export const NOTHING_SENT: TrafficProblem = {
  code: 'no-paths',
  message: 'no two places were found between which traffic could be sent',
  hint: 'Name a cluster in which pods may be made (--kubeconfig FILE), existing pods (--pod NAMESPACE/NAME), or nodes that have network namespaces (--inventory, --target).',
};

/** One error for what kept paths from being measured. */
export function notSent(problem: TrafficProblem, somewhere: string): Result {
  const { message, target = somewhere, evidence: told = [] } = problem;
  const seen = told.length > 0 ? told : [evidence('dpu-doctor', message)];
  return ownError(TRAFFIC_SENT, 'traffic could be sent', target, problem, seen, 0);
}
