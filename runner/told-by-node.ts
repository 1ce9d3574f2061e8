import { NAMES_WHAT_DROPS } from '../checks/traffic/told-by-nodes.ts';
import type { Culprit } from '../facts/traffic/culprits.ts';
import { targetsOf } from './blockers.ts';
import type { Result } from './report.ts';

/**
 * The checks of nodes that have failed for what a culprit is, on its node: what they find has its name in what was seen of
 * the culprit, or they tell of the place where the packets were lost. Where only paths were compared, nothing is.
 */
export function toldByNode(
  { reason, place }: Culprit,
  results: readonly Result[],
): readonly { readonly checkId: string; readonly target: string }[] {
  if (reason === undefined) return [];
  const named = wordsOf(reason);
  return results.filter((result) => {
    if (result.verdict !== 'fail' || !NAMES_WHAT_DROPS.has(result.checkId)) return false;
    if (!targetsOf(result).some((target) => named.has(target))) return false;
    return result.findings.some(
      ({ subject, message }) =>
        named.has(subject) || (place !== undefined && named.has(place) && wordsOf(message).has(place)),
    );
  });
}

/** Names of devices, bridges, processes and addresses are words, without what ends a clause. */
const wordsOf = (text: string): ReadonlySet<string> =>
  new Set(text.split(/[\s,;()]+/).map((word) => word.replace(/[.:]+$/, '')));
