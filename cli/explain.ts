import { CHECKS } from '../checks/index.ts';
import { nearest } from '../suites/nearest.ts';
import { explanation } from './explanation.ts';
import { UsageError } from './usage-error.ts';

/** Prints what a check looks at, what it may say and what to do then. */
export async function explainCommand(id: string): Promise<number> {
  const check = CHECKS.find((candidate) => candidate.id === id);
  if (check === undefined) {
    const ids = CHECKS.map((candidate) => candidate.id);
    const suggestion = nearest(id, ids) ?? ids.find((candidate) => candidate.endsWith(`/${id}`));
    throw new UsageError(
      `no check is called '${id}'`,
      `${suggestion === undefined ? '' : `Did you mean '${suggestion}'? `}dpu-doctor list shows them all.`,
    );
  }
  process.stdout.write(explanation(check));
  return 0;
}
