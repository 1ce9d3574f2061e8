import type { ClusterFactName } from '../facts/cluster/index.ts';
import { type KnownWords, knownWords, lastWords } from '../facts/derived/cluster/last-words.ts';
import { type GatheredCluster, targetName } from './cluster.ts';
import type { GatheredNode } from './gather.ts';
import type { Explanation, Result } from './report.ts';

/** More explanations than this of one result explain nothing. */
const MOST = 5;

/** Adds to what went wrong what pods, events and logs say of it. Verdicts stay as they are. */
export function withExplanations(
  results: readonly Result[],
  clusters: readonly GatheredCluster[],
  nodes: readonly GatheredNode[],
): readonly Result[] {
  const said = clusters.flatMap((cluster) => knownOf(cluster, nodes));
  if (said.length === 0) return results;
  return results.map((result) => {
    const explanations = said.filter((one) => explains(one, result)).map(({ explanation }) => explanation);
    const distinct = [...new Map(explanations.map((one) => [one.id, one])).values()].slice(0, MOST);
    return distinct.length === 0 ? result : { ...result, explanations: distinct };
  });
}

interface Said extends KnownWords {
  readonly explanation: Explanation;
  /** The targets that it may concern: the cluster, the pod's node, and the node's DPU or host. */
  readonly targets: ReadonlySet<string>;
}

function knownOf(cluster: GatheredCluster, nodes: readonly GatheredNode[]): readonly Said[] {
  const value = (name: ClusterFactName): never[] => {
    const outcome = cluster.facts.get(name);
    return (outcome?.ok ? outcome.value : []) as never[];
  };
  const all = knownWords(
    lastWords({ nodes: value('nodes'), pods: value('pods'), events: value('events'), logs: value('logs') }),
  );
  const byNode = new Map(
    nodes
      .filter(({ node }) => node.kubernetes?.cluster === cluster.name)
      .map(({ node }) => [node.kubernetes?.node ?? '', node]),
  );
  const hosts = new Map(nodes.flatMap(({ node }) => (node.dpu === undefined ? [] : [[node.dpu, node.name]])));
  return all.map((known) => {
    const node = byNode.get(known.words.node);
    const partner = node && (node.dpu ?? hosts.get(node.name));
    const targets = [targetName(cluster), node?.name, partner].filter((name) => name !== undefined);
    return { ...known, explanation: explanationOf(known), targets: new Set(targets) };
  });
}

const explanationOf = ({ match, words }: KnownWords): Explanation => ({
  id: match.message.id,
  about: words.about,
  line: match.line,
  from: words.source,
  cause: match.message.cause,
  remedy: match.message.remedy,
  source: match.message.source,
});

/** Where the table says so of the check, or where a finding is about the very pod or what made it. */
function explains(
  { match, words, targets }: Said,
  { checkId, verdict, target, pair, findings }: Result,
): boolean {
  if (verdict !== 'fail' && verdict !== 'error' && verdict !== 'warn') return false;
  if (checkId === OF_ITSELF) return false;
  const isHere = targets.has(target) || (pair !== undefined && targets.has(pair.dpu));
  if (!isHere) return false;
  if (match.message.explains.includes(checkId)) return true;
  return findings.some(
    ({ subject }) => subject === words.name || subject === words.about || subject === words.owner,
  );
}

/** It shows the messages itself. */
const OF_ITSELF = 'cluster/known-messages';
