import type { Check } from '../checks/define.ts';
import { nearest } from '../suites/nearest.ts';

/** A word of `--select`, `--skip` or a suite that fits no check. */
export class SelectionError extends Error {
  readonly hint: string;

  constructor(word: string, candidates: readonly string[]) {
    super(`no check, group or tag is called '${word}'`);
    const suggestion = nearest(word, candidates);
    this.hint = `${suggestion === undefined ? '' : `Did you mean '${suggestion}'? `}dpu-doctor list shows them all.`;
  }
}

/**
 * The checks that the words choose: ids, groups or tags. Checks that a chosen one depends on come along, because its
 * verdict means nothing without theirs; what `skip` names stays out.
 *
 * @throws {SelectionError}
 */
export function selectChecks(
  checks: readonly Check[],
  select: readonly string[],
  skip: readonly string[],
): readonly Check[] {
  const chosen = new Set(select.length === 0 ? checks : select.flatMap((word) => named(checks, word)));
  const left = new Set(skip.flatMap((word) => named(checks, word)));
  const byId = new Map<string, Check>(checks.map((check) => [check.id, check]));
  // A set grows while it is walked, so prerequisites of prerequisites come along too.
  for (const check of chosen) {
    for (const id of check.after ?? []) {
      const prerequisite = byId.get(id);
      if (prerequisite !== undefined) chosen.add(prerequisite);
    }
  }
  return checks.filter((check) => chosen.has(check) && !left.has(check));
}

export const groupOf = (check: { readonly id: string }): string => check.id.split('/')[0] ?? '';

function named(checks: readonly Check[], word: string): readonly Check[] {
  const found = checks.filter(
    (check) => check.id === word || groupOf(check) === word || check.tags.includes(word),
  );
  if (found.length > 0) return found;
  throw new SelectionError(word, [
    ...new Set(checks.flatMap((check) => [check.id, groupOf(check), ...check.tags])),
  ]);
}
