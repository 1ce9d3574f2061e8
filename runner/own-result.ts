import type { Evidence } from '../facts/fact.ts';
import type { Result, TargetFailure } from './report.ts';
import { groupOf } from './select.ts';

/** An error that the runner itself tells, of what kept checks from being judged at all. */
export const ownError = (
  checkId: string,
  title: string,
  target: string,
  { code, message, hint }: TargetFailure,
  seen: readonly Evidence[],
  durationMs: number,
): Result => ({
  checkId,
  title,
  group: groupOf({ id: checkId }),
  target,
  verdict: 'error',
  reasonCode: code,
  reason: message,
  ...(hint === undefined ? {} : { remedy: hint }),
  findings: [],
  evidence: seen,
  durationMs,
  severity: 'error',
  covers: [],
  docs: [],
  tags: [],
});
