import { type Culprit, culprits } from '../facts/traffic/culprits.ts';
import type { PathMeasurement } from '../facts/traffic/measurement.ts';
import type { Result } from './report.ts';
import { blocked } from './said.ts';

/** Of the paths that a culprit explains one tells of it, and the others are blocked by that. */
export function foldByCulprit(
  judgedPaths: ReadonlyMap<PathMeasurement, readonly Result[]>,
  tellsOfReach: (result: Result) => boolean,
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
      return result === teller ? withCulprit(told, culprit) : sameAs(told, teller, culprit);
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

/** A path that fails for a cause that another one tells. */
const sameAs = (result: Result, teller: Result, culprit: Culprit): Result => ({
  ...result,
  ...blocked([teller.checkId], `the same as on ${teller.path?.title ?? ''}: ${culprit.title}`),
  findings: [],
  evidence: result.findings.flatMap((finding) => finding.evidence),
});
