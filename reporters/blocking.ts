import { blockersIn } from '../runner/blockers.ts';
import type { Report, Result } from '../runner/report.ts';

/** Which failure or error stands behind each blocked result, however many checks lie between. */
export interface Blocking {
  /** The results that this one blocks in the end, itself being the root. */
  blockedBy(root: Result): readonly Result[];
  /** It is listed beneath its root. */
  isShownElsewhere(blocked: Result): boolean;
}

export function blockingOf(report: Report): Blocking {
  const blockersOf = blockersIn(report.results);
  const roots = new Map<Result, Result>();
  const rootOf = (result: Result, seen: ReadonlySet<Result>): Result | undefined => {
    for (const blocker of blockersOf(result)) {
      if (blocker.verdict === 'fail' || blocker.verdict === 'error') return blocker;
      if (blocker.verdict !== 'blocked' || seen.has(blocker)) continue;
      const root = roots.get(blocker) ?? rootOf(blocker, new Set([...seen, blocker]));
      if (root !== undefined) return root;
    }
    return undefined;
  };
  for (const result of report.results) {
    if (result.verdict !== 'blocked') continue;
    const root = rootOf(result, new Set([result]));
    if (root !== undefined) roots.set(result, root);
  }
  const byRoot = Map.groupBy(roots.keys(), (blocked) => roots.get(blocked));
  return {
    blockedBy: (root) => byRoot.get(root) ?? [],
    isShownElsewhere: (blocked) => roots.has(blocked),
  };
}
