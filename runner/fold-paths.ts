import { type Culprit, culprits } from '../facts/traffic/culprits.ts';
import type { PathMeasurement } from '../facts/traffic/measurement.ts';
import type { Result } from './report.ts';
import { blocked } from './said.ts';
import { toldByNode } from './told-by-node.ts';

/**
 * Of the paths that a culprit explains one tells of it, and the others are blocked by that. Where a check of a node has
 * told of it, that one is blocked as well: `others` are the results of all that is no path.
 */
export function foldByCulprit(
  judgedPaths: ReadonlyMap<PathMeasurement, readonly Result[]>,
  tellsOfReach: (result: Result) => boolean,
  others: readonly Result[] = [],
): readonly Result[] {
  const isFailing = (result: Result): boolean => result.verdict === 'fail' && tellsOfReach(result);
  const fails = (measurement: PathMeasurement): boolean =>
    judgedPaths.get(measurement)?.some(isFailing) ?? false;
  const found = culprits([...judgedPaths.keys()], fails);
  const culpritOf = new Map(found.flatMap((culprit) => culprit.paths.map((id) => [id, culprit])));
  const byId = new Map([...judgedPaths].map(([{ path }, results]) => [path.id, results]));
  return [...judgedPaths].flatMap(([{ path }, results]) => {
    const culprit = culpritOf.get(path.id);
    if (culprit === undefined) return results;
    const teller = byId.get(culprit.first)?.find(isFailing);
    return results.map((result) => {
      if (!isFailing(result) || teller === undefined || result.path === undefined) return result;
      const told = { ...result, path: { ...result.path, culprit: culprit.id } };
      if (result !== teller) return sameAs(told, teller, culprit);
      const by = toldByNode(culprit, others);
      return by.length === 0 ? withCulprit(told, culprit) : toldAlready(told, culprit, by);
    });
  });
}

/** The failure that tells of a culprit, with all that is known of it. */
function withCulprit(result: Result, { title, reason, evidence: seen, remedy }: Culprit): Result {
  const [first, ...others] = result.findings;
  if (first === undefined) return result;
  const why = reason === undefined || title.includes(reason) ? title : `${title}: ${reason}`;
  return {
    ...result,
    findings: [
      {
        ...first,
        message: `${why}: ${first.message}`,
        ...(remedy === undefined ? {} : { remedy }),
        evidence: [...first.evidence, ...seen],
      },
      ...others,
    ],
  };
}

/** A path that fails for what a node's own check has found. */
const toldAlready = (result: Result, culprit: Culprit, by: ReturnType<typeof toldByNode>): Result => ({
  ...result,
  ...blocked(
    [...new Set(by.map(({ checkId }) => checkId))],
    `${by.map(({ checkId, target }) => `${checkId} did not pass on ${target}`).join(' and ')}, which explains it: ${culprit.title}`,
  ),
  findings: [],
  evidence: [...result.findings.flatMap((finding) => finding.evidence), ...culprit.evidence],
});

/** A path that fails for a cause that another one tells. */
const sameAs = (result: Result, teller: Result, culprit: Culprit): Result => ({
  ...result,
  ...blocked([teller.checkId], `the same as on ${teller.path?.title ?? ''}: ${culprit.title}`),
  findings: [],
  evidence: result.findings.flatMap((finding) => finding.evidence),
});
