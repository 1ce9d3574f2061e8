import { CHECKS } from '../checks/index.ts';
import { REACHABLE } from '../runner/judge.ts';
import { nearest } from '../suites/nearest.ts';
import { explanation } from './explanation.ts';
import { UsageError } from './usage-error.ts';

/** Prints what a check looks at, what it may say and what to do then. */
export async function explainCommand(id: string): Promise<number> {
  if (id === REACHABLE) {
    process.stdout.write(REACHABILITY);
    return 0;
  }
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

/** What the runner itself says of a node; it stands in no catalogue, for it is judged before any check. */
const REACHABILITY = `# ${REACHABLE}

**the node can be examined**

An error of this name says that a node could not be asked at all: it could not be reached, did not let dpu-doctor in,
ran no POSIX shell or did not answer in time. Its message says which, and what to do. Everything that was planned on
the node is blocked by it, and the other nodes are examined as ever. Where a node answers, there is no such result.
`;
