import type { Result } from './report.ts';

/** Finds the results that block a result: of the checks in its `blockedBy`, on a target that it is about. */
export function blockersIn(results: readonly Result[]): (result: Result) => readonly Result[] {
  const places = new Map(results.map((result, place) => [result, place] as const));
  const byCheck = new Map<string, Map<string, Result[]>>();
  for (const result of results) {
    const ofCheck = byCheck.get(result.checkId) ?? new Map<string, Result[]>();
    byCheck.set(result.checkId, ofCheck);
    for (const key of keysOf(result)) {
      const own = ofCheck.get(key);
      if (own === undefined) ofCheck.set(key, [result]);
      else own.push(result);
    }
  }
  return (result) => {
    const near = (result.blockedBy ?? []).map((id) => {
      const ofCheck = byCheck.get(id);
      const found = new Set(keysOf(result).flatMap((key) => ofCheck?.get(key) ?? []));
      return [...found].sort((a, b) => (places.get(a) ?? 0) - (places.get(b) ?? 0));
    });
    return near.flat().filter((other) => other !== result && concernsAlike(other, result));
  };
}

/** What two results that concern each other have at least one of in common. */
const keysOf = (result: Result): readonly string[] => [
  ...targetsOf(result).map((target) => `target ${target}`),
  ...(result.path === undefined ? [] : [`path ${result.path.id}`]),
  ...(result.path?.culprit === undefined ? [] : [`culprit ${result.path.culprit}`]),
];

/** Whether one result may hang on the other: paths on the same path or the same culprit, all else on a common target. */
function concernsAlike(one: Result, other: Result): boolean {
  if (one.path !== undefined && other.path !== undefined)
    return (
      one.path.id === other.path.id ||
      (one.path.culprit !== undefined && one.path.culprit === other.path.culprit)
    );
  const targets = targetsOf(other);
  return targetsOf(one).some((target) => targets.includes(target));
}

/** The targets that a result is about. */
export const targetsOf = ({ target, pair, path, cluster }: Result): readonly string[] => [
  ...(pair ? [pair.host, pair.dpu] : (path?.nodes ?? [target])),
  ...(cluster === undefined ? [] : [cluster]),
];

/**
 * Whether what blocks a blocked result was itself only skipped, so that it says as little as a skip. Where that can't
 * be followed (no blocker, an unknown one, a circle) it was not.
 */
export function merelySkippedIn(results: readonly Result[]): (result: Result) => boolean {
  const blockersOf = blockersIn(results);
  const known = new Map<Result, boolean>();
  const merelySkipped = (result: Result): boolean => {
    const before = known.get(result);
    if (before !== undefined) return before;
    known.set(result, false);
    const blockers = blockersOf(result).filter(({ verdict }) => verdict !== 'pass' && verdict !== 'warn');
    const answer =
      blockers.length > 0 &&
      blockers.every(
        (blocker) => blocker.verdict === 'skip' || (blocker.verdict === 'blocked' && merelySkipped(blocker)),
      );
    known.set(result, answer);
    return answer;
  };
  return merelySkipped;
}
