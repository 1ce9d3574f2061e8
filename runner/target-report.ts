import { type GatheredCluster, targetName } from './cluster.ts';
import type { GatheredNode } from './gather.ts';
import { severalDpus } from './plan.ts';
import type { FactReport, TargetFailure, TargetReport } from './report.ts';

/** Why a node could not be examined; undefined where it could. */
export const failureOf = ({ unreachable }: GatheredNode): TargetFailure | undefined =>
  unreachable === undefined
    ? undefined
    : { code: unreachable.code, message: unreachable.message, hint: unreachable.hint };

/** What the report says of the nodes themselves. */
export function targetReports(
  nodes: readonly GatheredNode[],
  clusters: readonly GatheredCluster[],
): readonly TargetReport[] {
  const hosts = new Map(nodes.flatMap(({ node }) => (node.dpu === undefined ? [] : [[node.dpu, node.name]])));
  const byName = new Map(clusters.map((cluster) => [cluster.name, cluster]));
  return nodes.map((gathered) =>
    targetReport(
      gathered,
      hosts.get(gathered.node.name),
      byName.get(gathered.node.kubernetes?.cluster ?? ''),
    ),
  );
}

function targetReport(
  gathered: GatheredNode,
  host: string | undefined,
  cluster: GatheredCluster | undefined,
): TargetReport {
  const { node, uri, role, roleGround, simulation, facts } = gathered;
  const pair = node.dpu ?? host;
  const pairGround = node.dpuGround ?? severalDpus(node);
  const failure = failureOf(gathered);
  return {
    name: node.name,
    uri,
    ...(role === undefined ? {} : { role }),
    roleGround,
    ...(simulation === undefined ? {} : { simulation }),
    ...(pair === undefined ? {} : { pair }),
    ...(pairGround === undefined ? {} : { pairGround }),
    ...(cluster === undefined ? {} : { cluster: targetName(cluster) }),
    ...(failure === undefined ? {} : { failure }),
    facts: [...facts].map(
      ([name, outcome]): FactReport => ({ name, outcome: outcome.ok ? 'ok' : outcome.failure.code }),
    ),
  };
}
