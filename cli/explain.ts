import { CHECKS } from '../checks/index.ts';
import { nearest } from '../suites/nearest.ts';
import { explanation } from './explanation.ts';
import { UsageError } from './usage-error.ts';

/** Prints what a check looks at, what it may say and what to do then. */
export async function explainCommand(id: string): Promise<number> {
  const check = CHECKS.find((candidate) => candidate.id === id);
  if (check === undefined) {
    const ids = CHECKS.map((candidate) => candidate.id);
    // A name without its group is as good as a mistyped id.
    const idOf = new Map(
      ids.flatMap((full) => [[full, full] as const, [full.split('/')[1] ?? full, full] as const]),
    );
    const meant = nearest(id, idOf.keys());
    throw new UsageError(
      `no check is called '${id}'`,
      `${meant === undefined ? '' : `Did you mean '${idOf.get(meant)}'? `}dpu-doctor list shows them all.`,
    );
  }
  process.stdout.write(explanation(check));
  return 0;
}
