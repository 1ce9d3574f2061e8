import type { Check } from '../checks/define.ts';
import { type ClusterRead, parseClusterFact, readCommand } from '../facts/cluster/fact.ts';
import { CLUSTER_FACTS, type ClusterFactName, type ClusterFactValues } from '../facts/cluster/index.ts';
import { execPodOf } from '../facts/derived/cluster/exec-pod.ts';
import { findMembers } from '../facts/derived/cluster/members.ts';
import type { ClusterView, Member } from '../facts/derived/cluster/view.ts';
import type { Role } from '../facts/derived/role.ts';
import type { FactFailure, Outcome } from '../facts/fact.ts';
import { discover, type NodeAccess } from '../inventory/discover.ts';
import type { InventoryNode } from '../inventory/node.ts';
import { KubernetesError } from '../kubernetes/error.ts';
import type { PodAccess } from '../transports/access.ts';
import type { ClusterTarget, ReadOutcome } from '../transports/cluster/access.ts';
import { byKubectl, connectCluster } from '../transports/cluster/api.ts';
import type { SshOptions } from '../transports/ssh/options.ts';
import { TransportError } from '../transports/transport.ts';
import { milliseconds } from './clock.ts';
import { type GatheredCluster, provisionalName, targetName } from './cluster.ts';
import type { RunListener } from './events.ts';
import { mapLimited } from './limit.ts';
import { DISCOVERY, neededClusterFacts } from './needed.ts';
import type { TargetFailure } from './report.ts';

/* Loaded only where a cluster is named. */

/** What a cluster said, before it is known what its nodes are. */
export interface AskedCluster extends Omit<GatheredCluster, 'subject'> {
  readonly target: ClusterTarget;
  /** What it tells about its nodes; where it can't be asked any more, what it told last. */
  readonly view: ClusterView | undefined;
  /** Further names under which the same cluster was named; it is asked about once. */
  readonly alsoNamed?: readonly string[];
}

export interface AskClusterOptions {
  /** For one cluster, in milliseconds. */
  readonly timeout: number;
  readonly signal: AbortSignal;
  readonly ssh?: SshOptions;
}

/** Asks a cluster for the facts that the checks may need, by one list of each kind. Never rejects. */
export async function askCluster(
  target: ClusterTarget,
  checks: readonly Check[],
  options: AskClusterOptions,
): Promise<AskedCluster> {
  const started = milliseconds();
  const names = neededClusterFacts(checks);
  const reads = names.flatMap((name) => Object.values<ClusterRead>(CLUSTER_FACTS[name].lists));
  let name = target.name ?? target.context ?? target.kubeconfig ?? 'default';
  let uri = target.kubeconfig ?? 'kubeconfig';
  let facts: ReadonlyMap<ClusterFactName, Outcome<unknown>> = new Map();
  let unreachable: TargetFailure | undefined;
  try {
    const signal = AbortSignal.any([options.signal, AbortSignal.timeout(options.timeout)]);
    const access = await connectCluster(target, signal, options.ssh);
    ({ name, uri } = access);
    try {
      facts = parseAll(names, await access.ask(reads, { signal }));
    } finally {
      access.close();
    }
  } catch (error) {
    unreachable = failureOf(error);
  }
  return {
    target,
    name,
    uri,
    ground: groundOf(target),
    facts,
    commands: new Map(
      names.map((fact) => [fact, Object.values<ClusterRead>(CLUSTER_FACTS[fact].lists).map(readCommand)]),
    ),
    unreachable,
    durationMs: milliseconds() - started,
    view: viewOf(name, facts),
  };
}

function groundOf({ kubeconfig, kubectl, via }: ClusterTarget): string {
  const what = kubeconfig ?? 'the kubeconfig that kubectl takes';
  if (via !== undefined) return `${what}, by ${kubectl ?? 'kubectl'} on ${via.address}`;
  return kubectl === undefined ? what : `${what}, by ${kubectl}`;
}

function failureOf(error: unknown): TargetFailure {
  if (error instanceof KubernetesError || error instanceof TransportError) {
    const { code, message, hint } = error;
    return { code, message, ...(hint === '' ? {} : { hint }) };
  }
  return {
    code: 'internal',
    message: `the cluster could not be asked: ${error instanceof Error ? error.message : String(error)}`,
    hint: 'This is a fault of dpu-doctor: please report it with the JSON report.',
  };
}

const parseAll = (
  names: readonly ClusterFactName[],
  outcomes: ReadonlyMap<ClusterRead, ReadOutcome>,
): ReadonlyMap<ClusterFactName, Outcome<unknown>> =>
  new Map(names.map((name) => [name, parseOne(name, outcomes)]));

const NOT_ASKED: FactFailure = { code: 'unreachable', message: 'the cluster was not asked' };

function parseOne(name: ClusterFactName, outcomes: ReadonlyMap<ClusterRead, ReadOutcome>): Outcome<unknown> {
  const fact = CLUSTER_FACTS[name];
  const answers: Record<string, readonly unknown[] | undefined> = {};
  const at: Record<string, number | undefined> = {};
  for (const [label, read] of Object.entries<ClusterRead>(fact.lists)) {
    const outcome = outcomes.get(read);
    if (outcome?.ok) {
      answers[label] = outcome.objects;
      at[label] = outcome.at;
    } else if (!(read.optional && outcome?.failure.code === 'not-found'))
      return { ok: false, failure: outcome?.failure ?? NOT_ASKED };
  }
  // Each label holds what its read brought.
  return parseClusterFact(fact as never, answers as never, at);
}

function viewOf(
  name: string,
  facts: ReadonlyMap<ClusterFactName, Outcome<unknown>>,
): ClusterView | undefined {
  const value = <Name extends (typeof DISCOVERY)[number]>(fact: Name): ClusterFactValues[Name] => {
    const outcome = facts.get(fact);
    return (outcome?.ok ? outcome.value : []) as ClusterFactValues[Name];
  };
  if (facts.get('nodes')?.ok !== true) return undefined;
  const unread = DISCOVERY.filter((fact) => facts.get(fact)?.ok !== true);
  return {
    name,
    unread: unread.map((fact) => CLUSTER_FACTS[fact].title),
    nodes: value('nodes'),
    pods: value('pods'),
    workloads: value('workloads'),
    leases: value('leases'),
    dpfDpus: value('dpfDpus'),
  };
}

/** The clusters as they were asked last, with what their nodes are, and all nodes to examine. */
export interface ClusterRound {
  readonly asked: readonly AskedCluster[];
  readonly clusters: readonly GatheredCluster[];
  readonly nodes: readonly InventoryNode[];
}

export interface ClusterRoundRequest extends AskClusterOptions {
  readonly clusters?: readonly ClusterTarget[];
  /** The nodes that were given, whatever clusters say. */
  readonly nodes: readonly InventoryNode[];
  readonly nodeAccess?: NodeAccess;
  /** What nodes are that only a cluster names and that it tells no role of. */
  readonly foundRole?: Role;
  readonly concurrency: number;
  readonly listen: RunListener;
}

/** Asks all clusters, and finds out which nodes there are. */
export async function askClusters(
  request: ClusterRoundRequest,
  checks: readonly Check[],
): Promise<ClusterRound> {
  const { clusters = [], concurrency } = request;
  const asked = await mapLimited(clusters, concurrency, (target) => heard(target, checks, request));
  return merge(distinct(withNames(asked)), request);
}

/** Asks those of the clusters again that are among the targets. */
export async function askClustersAgain(
  { asked }: ClusterRound,
  targets: ReadonlySet<string>,
  request: ClusterRoundRequest,
  checks: readonly Check[],
): Promise<ClusterRound> {
  const renewed = await mapLimited(asked, request.concurrency, async (cluster) => {
    if (!targets.has(targetName(cluster))) return cluster;
    const { ground, alsoNamed } = cluster;
    const again = named(await heard(cluster.target, checks, request), cluster.name);
    const fresh = { ...again, ground, ...(alsoNamed === undefined ? {} : { alsoNamed }) };
    // Its nodes do not go away because it can't be asked any more.
    return { ...fresh, view: fresh.view ?? cluster.view };
  });
  return merge(renewed, request);
}

/** Asks a cluster while the listener hears of it. */
async function heard(
  target: ClusterTarget,
  checks: readonly Check[],
  request: ClusterRoundRequest,
): Promise<AskedCluster> {
  const called = provisionalName(target);
  request.listen({ kind: 'target-started', target: called });
  const cluster = await askCluster(target, checks, request);
  const { unreachable, durationMs } = cluster;
  request.listen({
    kind: 'target-answered',
    target: called,
    ms: durationMs,
    ...(unreachable === undefined ? {} : { failure: unreachable }),
  });
  return cluster;
}

const named = (cluster: AskedCluster, name: string): AskedCluster => ({
  ...cluster,
  name,
  view: cluster.view && { ...cluster.view, name },
});

/** Gives each cluster a name of its own: contexts of different kubeconfigs are often called the same. */
function withNames(asked: readonly AskedCluster[]): readonly AskedCluster[] {
  const seen = new Map<string, number>();
  return asked.map((cluster) => {
    const before = seen.get(cluster.name) ?? 0;
    seen.set(cluster.name, before + 1);
    return before === 0 ? cluster : named(cluster, `${cluster.name} (${before + 1})`);
  });
}

/**
 * Several contexts may lead to one cluster: its nodes are there once, and so are its results. Clusters that were restored
 * from one backup have nodes of the same ids, too, but not one server.
 */
function distinct(asked: readonly AskedCluster[]): readonly AskedCluster[] {
  const kept: AskedCluster[] = [];
  const owner = new Map<string, number>();
  for (const cluster of asked) {
    const ids = (cluster.view?.nodes ?? []).flatMap(({ uid }) => (uid === '' ? [] : `${cluster.uri} ${uid}`));
    const at = ids.map((id) => owner.get(id)).find((index) => index !== undefined);
    const same = at === undefined ? undefined : kept[at];
    if (at === undefined || same === undefined) {
      for (const id of ids) owner.set(id, kept.length);
      kept.push(cluster);
    } else {
      const ground = `${same.ground}; ${cluster.name} (${cluster.ground}) is the same cluster, by its server and the ids of its nodes`;
      kept[at] = { ...same, ground, alsoNamed: [...(same.alsoNamed ?? []), cluster.name] };
    }
  }
  return kept;
}

/** A node that is said to be of a cluster which has another name here, too. */
function ofKept(node: InventoryNode, asked: readonly AskedCluster[]): InventoryNode {
  const { kubernetes } = node;
  if (kubernetes === undefined) return node;
  const same = asked.find(({ alsoNamed }) => alsoNamed?.includes(kubernetes.cluster));
  return same === undefined ? node : { ...node, kubernetes: { ...kubernetes, cluster: same.name } };
}

function merge(
  asked: readonly AskedCluster[],
  { nodes, nodeAccess = 'none', foundRole }: ClusterRoundRequest,
): ClusterRound {
  const given = nodes.map((node) => ofKept(node, asked));
  const { members, contradictions } = findMembers(asked.flatMap(({ view }) => view ?? []));
  const { nodes: found, byCluster } = discover(
    members,
    given,
    nodeAccess,
    (member) => throughPod(member, asked),
    foundRole,
  );
  const clusters = asked.map(({ target: _, view: __, alsoNamed: ___, ...cluster }) => ({
    ...cluster,
    subject: {
      name: cluster.name,
      nodes: byCluster.get(cluster.name) ?? [],
      contradictions: contradictions.filter(({ about }) =>
        about.some((member) => member.cluster === cluster.name),
      ),
    },
  }));
  return { asked, clusters, nodes: found };
}

/** A node through a pod of OVN-Kubernetes on it. What only kubectl may ask has no channel to pods here. */
function throughPod({ cluster, node }: Member, asked: readonly AskedCluster[]): PodAccess {
  const of = asked.find(({ name }) => name === cluster);
  if (of === undefined || byKubectl(of.target)) {
    const why = `cluster ${cluster} is asked by kubectl, and exec needs a kubeconfig here: leave out kubectl and via, or log in by SSH`;
    return { kind: 'pod', cluster: {}, node, why };
  }
  const { kubeconfig, context } = of.target;
  const pod = execPodOf(of.view?.pods ?? [], node);
  return {
    kind: 'pod',
    cluster: {
      ...(kubeconfig === undefined ? {} : { kubeconfig }),
      ...(context === undefined ? {} : { context }),
    },
    node,
    ...(pod === undefined ? {} : { pod }),
  };
}
