import type { PairChains } from '../facts/derived/chain/chain.ts';
import { chains } from '../facts/derived/chain/index.ts';
import {
  type ChainCluster,
  type ChainHost,
  type ChainPair,
  DPU_CHAIN_FACTS,
  type DpuChainFacts,
  HOST_CHAIN_FACTS,
  type HostChainFacts,
} from '../facts/derived/chain/input.ts';
import type { Outcome } from '../facts/fact.ts';
import type { FactName } from '../facts/index.ts';
import { type GatheredCluster, targetName } from './cluster.ts';
import type { GatheredNode } from './gather.ts';
import { NOT_LOGGED_IN, severalDpus } from './plan.ts';
import { EXIT, type ExitCode } from './report.ts';
import { gatherFirst, type RunRequest } from './run.ts';

/** The ways of all VFs, as plain data: `JSON.stringify` of it is what `topology --json` prints. Texts are not safe to print. */
export interface Topology {
  /** Version of this shape: grows when a field changes its meaning or goes away. */
  readonly format: 1;
  readonly tool: { readonly name: string; readonly version: string };
  /** ISO 8601 in UTC. */
  readonly startedAt: string;
  readonly pairs: readonly PairChains[];
  /** What could not be asked at all, so that pairs may be missing or incomplete. */
  readonly problems: readonly TopologyProblem[];
  readonly exitCode: ExitCode;
}

export interface TopologyProblem {
  /** A cluster or node by its name among the targets; absent where it concerns none in particular. */
  readonly target?: string;
  readonly message: string;
  /** What to do. */
  readonly hint?: string;
}

/** Asks clusters and nodes once, as a run does, and follows each VF of each DPU host to the wire. */
export async function examineTopology(request: RunRequest): Promise<Topology> {
  const startedAt = new Date().toISOString();
  const targets = [
    ...(request.clusters ?? []).map(({ name }) => name),
    ...request.nodes.map(({ name }) => name),
  ];
  request.listen({
    kind: 'run-started',
    suite: request.suiteName,
    targets: targets.map((name) => name ?? 'cluster'),
    checks: 0,
  });
  const { gathered, round } = await gatherFirst(request);
  const clusters = round?.clusters ?? [];
  const pairs = chains({ pairs: pairsOf(gathered), clusters: clusters.map(chainCluster) });
  const problems = problemsOf(gathered, clusters, pairs);
  return {
    format: 1,
    tool: request.tool,
    startedAt,
    pairs,
    problems,
    exitCode: request.signal.aborted ? EXIT.interrupted : exitCodeOf(pairs, problems),
  };
}

/** Every DPU host, with its DPU where one is known. */
export function pairsOf(nodes: readonly GatheredNode[]): readonly ChainPair[] {
  const byName = new Map(nodes.map((node) => [node.node.name, node]));
  return nodes
    .filter(({ role }) => role === 'dpu-host')
    .map((host) => {
      const dpu = byName.get(host.node.dpu ?? '');
      return {
        host: {
          ...identityOf(host),
          simulation: host.simulation,
          facts: outcomes<HostChainFacts>(host, HOST_CHAIN_FACTS),
        },
        dpu: dpu && { ...identityOf(dpu), facts: outcomes<DpuChainFacts>(dpu, DPU_CHAIN_FACTS) },
        ...groundOf(host),
      };
    });
}

function groundOf({ node, pairDoubt }: GatheredNode): Pick<ChainPair, 'ground'> {
  const { dpu, dpuGround } = node;
  if (dpu !== undefined) return { ground: dpuGround ?? 'the inventory names the DPU of this host' };
  const why = pairDoubt ?? severalDpus(node);
  return why === undefined ? {} : { ground: why };
}

const identityOf = ({ node }: GatheredNode): Pick<ChainHost, 'name' | 'nodeName' | 'cluster'> => ({
  name: node.name,
  nodeName: node.kubernetes?.node ?? node.name,
  cluster: node.kubernetes?.cluster,
});

function outcomes<Facts>(gathered: GatheredNode, names: readonly FactName[]): Facts {
  const { node, unreachable, facts } = gathered;
  const message =
    unreachable?.message ??
    (node.access.kind === 'none' ? NOT_LOGGED_IN : `it was not asked of ${node.name}`);
  const missing: Outcome<never> = { ok: false, failure: { code: 'unreachable', message } };
  // Each name is mapped to the outcome of the fact that is called so.
  return Object.fromEntries(names.map((name) => [name, facts.get(name) ?? missing])) as Facts;
}

function chainCluster({ name, facts, unreachable }: GatheredCluster): ChainCluster {
  const missing: Outcome<never> = {
    ok: false,
    failure: { code: 'unreachable', message: unreachable?.message ?? `the cluster ${name} was not asked` },
  };
  return {
    name,
    pods: (facts.get('pods') as ChainCluster['pods'] | undefined) ?? missing,
    networkAttachments:
      (facts.get('networkAttachments') as ChainCluster['networkAttachments'] | undefined) ?? missing,
  };
}

function problemsOf(
  nodes: readonly GatheredNode[],
  clusters: readonly GatheredCluster[],
  pairs: readonly PairChains[],
): readonly TopologyProblem[] {
  const ofClusters = clusters.flatMap((cluster): TopologyProblem[] => {
    const listed = cluster.facts.get('nodes');
    const failure = cluster.unreachable ?? (listed?.ok === false ? listed.failure : undefined);
    if (failure === undefined) return [];
    const { message, hint } = failure;
    return [{ target: targetName(cluster), message, ...(hint === undefined ? {} : { hint }) }];
  });
  const ofNodes = nodes.flatMap(({ node, unreachable, role, roleGround }): TopologyProblem[] => {
    if (unreachable !== undefined)
      return [{ target: node.name, message: unreachable.message, hint: unreachable.hint }];
    return role === undefined
      ? [
          {
            target: node.name,
            message: `its role is not known: ${roleGround}`,
            hint: 'Say what it is: --role ROLE, or role: in the inventory.',
          },
        ]
      : [];
  });
  const all = [...ofClusters, ...ofNodes, ...lonely(nodes)];
  if (pairs.length > 0 || all.length > 0) return all;
  return [
    {
      message: 'no DPU host is among the nodes, and chains begin there',
      hint: 'Name both sides: --kubeconfig FILE --node-access ssh, or an inventory with the hosts and their DPUs.',
    },
  ];
}

/** DPUs of which no host is known: their representors belong to VFs that nobody was asked for. */
function lonely(nodes: readonly GatheredNode[]): readonly TopologyProblem[] {
  const served = new Set(nodes.flatMap(({ node }) => [node.dpu, ...(node.dpus ?? [])]));
  return nodes
    .filter(({ node, role }) => role === 'dpu' && !served.has(node.name))
    .map(({ node }) => ({
      target: node.name,
      message: `no host is known that this DPU serves, so that nothing of its representors is shown`,
      hint: 'Name its host in the inventory, with dpu: and the name of this DPU.',
    }));
}

function exitCodeOf(pairs: readonly PairChains[], problems: readonly TopologyProblem[]): ExitCode {
  const isWrong = ({ chains: all, strays }: PairChains): boolean =>
    strays.length > 0 || all.some(({ state }) => state === 'broken');
  if (pairs.some(isWrong)) return EXIT.failed;
  const isUnknown = ({ chains: all, gaps }: PairChains): boolean =>
    gaps.length > 0 || all.some(({ state }) => state === 'unknown');
  const isWithout = pairs.every(({ chains: all }) => all.length === 0);
  return problems.length > 0 || isWithout || pairs.some(isUnknown) ? EXIT.undetermined : EXIT.healthy;
}
