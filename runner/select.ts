import type { Check } from '../checks/define.ts';
import { nearest } from '../suites/nearest.ts';

/** Words of `--select`, `--skip` or a suite that choose no check. */
export class SelectionError extends Error {
  readonly hint: string;

  constructor(message: string, hint: string) {
    super(message);
    this.hint = hint;
  }
}

function unknownWord(word: string, candidates: readonly string[]): SelectionError {
  const suggestion = nearest(word, candidates);
  const meant = suggestion === undefined ? '' : `Did you mean '${suggestion}'? `;
  return new SelectionError(
    `no check, group or tag is called '${word}'`,
    `${meant}dpu-doctor list shows them all.`,
  );
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
  const left = new Set(skip.flatMap((word) => named(checks, word)));
  const wanted = select.length === 0 ? checks : select.flatMap((word) => named(checks, word));
  const chosen = new Set(wanted.filter((check) => !left.has(check)));
  // What others depend on comes along for them alone: by itself it would answer nothing that was asked.
  if (chosen.size === 0 && left.size > 0)
    throw new SelectionError(
      `--skip ${skip.join(',')} leaves no check of those that are chosen`,
      'Leave out one of the two; dpu-doctor list shows the checks of a group or tag.',
    );
  const byId = new Map<string, Check>(checks.map((check) => [check.id, check]));
  // A set grows while it is walked, so prerequisites of prerequisites come along too.
  for (const check of chosen) {
    if (left.has(check)) continue;
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
  throw unknownWord(word, [...new Set(checks.flatMap((check) => [check.id, groupOf(check), ...check.tags]))]);
}
