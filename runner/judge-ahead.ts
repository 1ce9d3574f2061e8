import type { Check } from '../checks/define.ts';
import type { FactName } from '../facts/index.ts';
import type { GatheredNode } from './gather.ts';
import { type JudgeOptions, judgePlanned } from './judge.ts';
import { type Planned, planRun } from './plan.ts';
import type { Result } from './report.ts';
import type { Verdicts } from './said.ts';

/** What was judged of one node while it, or others, had yet to answer. */
export interface JudgedAhead {
  /** Judges what can be: each check when the facts that it requires are known, and those that it comes after are judged. */
  judge(node: GatheredNode): void;
  /** Results of the node's own checks, by check. */
  readonly results: ReadonlyMap<string, Result>;
}

/**
 * Judges a node's checks one after another while the node is busy with the rest of its answer. The node may know more
 * facts each time it is told of; what it is must not change.
 */
export function judgeAhead(checks: readonly Check[], options: JudgeOptions): JudgedAhead {
  const verdicts: Verdicts = new Map();
  const results = new Map<string, Result>();
  let waiting: Planned[] | undefined;
  return {
    results,
    judge(node) {
      waiting ??= [...planRun(checks, [node]).planned];
      const left = new Set(waiting.map(({ check }) => check.id));
      waiting = waiting.filter((planned) => {
        if (!isReady(planned, node.facts, left)) return true;
        left.delete(planned.check.id);
        results.set(planned.check.id, judgePlanned({ ...planned, node }, verdicts, options));
        return false;
      });
    },
  };
}

const isReady = (
  { check }: Planned,
  facts: ReadonlyMap<FactName, unknown>,
  left: ReadonlySet<string>,
): boolean =>
  check.scope === 'node' &&
  check.requires.every((name) => facts.has(name)) &&
  !check.after?.some((id) => left.has(id));
