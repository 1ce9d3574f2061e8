import type { Check, ExplainedByDpu } from '../checks/define.ts';
import { evidence } from '../facts/fact.ts';
import type { FactValues } from '../facts/index.ts';
import type { GatheredNode } from './gather.ts';
import type { Result } from './report.ts';
import { blocked } from './said.ts';

/**
 * One broken link is one failure, on whichever side it shows: a host's finding is left out where its check
 * says that a failure of another check on its DPU explains it, and a result is blocked of which none is left.
 */
export function foldByDpu(
  results: readonly Result[],
  nodes: readonly GatheredNode[],
  checks: readonly Check[],
): readonly Result[] {
  const explained = new Map(
    checks.flatMap((check): [string, ExplainedByDpu][] =>
      (check.scope === 'node' || check.scope === 'pair') && check.explainedByDpu
        ? [[check.id, check.explainedByDpu]]
        : [],
    ),
  );
  const byName = new Map(nodes.map((node) => [node.node.name, node]));
  const failureOf = (checkId: string, target: string): Result | undefined =>
    results.find((one) => one.checkId === checkId && one.target === target && one.verdict === 'fail');
  return results.map((result) => {
    const by = result.verdict === 'fail' ? explained.get(result.checkId) : undefined;
    const dpu = byName.get(byName.get(result.target)?.node.dpu ?? '');
    if (by === undefined || dpu === undefined) return result;
    const { name } = dpu.node;
    const other = failureOf(by.check, name);
    const outcome = dpu.facts.get('netdevs');
    const netdevs = outcome?.ok ? (outcome.value as FactValues['netdevs']) : new Map();
    const left = result.findings.filter(
      (own) => !other?.findings.some((finding) => by.explains(own, finding, netdevs)),
    );
    if (left.some(({ level }) => level === 'fail')) return { ...result, findings: left };
    if (left.length > 0) return result;
    return {
      ...result,
      ...blocked([by.check], `${by.check} did not pass on ${name}, which explains it`),
      pair: { host: result.target, dpu: name },
      findings: [],
      evidence: result.findings.flatMap((finding) => [
        evidence(result.checkId, finding.message),
        ...finding.evidence,
      ]),
    };
  });
}
