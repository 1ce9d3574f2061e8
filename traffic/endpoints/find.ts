import type { TrafficProblem } from '../../facts/traffic/measurement.ts';
import { byKubectl } from '../../transports/cluster/api.ts';
import { askFact } from '../ask-fact.ts';
import type { TrafficContext } from '../context.ts';
import type { TrafficNode } from '../input.ts';
import { type MadePods, type MadeService, makePods } from '../objects/index.ts';
import type { PlannedHost } from '../plan/input.ts';
import { problemOf } from '../problem.ts';
import { existingPods } from './existing-pods.ts';
import { namespaceSenders, nodeSender, type Sender } from './hosts.ts';
import { type NodeNetwork, nodeNetwork } from './node-network.ts';
import { plannedHost } from './planned-host.ts';
import { podSender } from './pod-sender.ts';
import { strangerNote, strangers } from './strangers.ts';
import { wantedPods } from './wanted-pods.ts';

/** Between what traffic is sent. */
export interface FoundEndpoints {
  /** Pods and network namespaces; then the nodes that they are on. */
  readonly senders: readonly Sender[];
  readonly hosts: readonly PlannedHost[];
  readonly services: readonly MadeService[];
  readonly problems: readonly TrafficProblem[];
  readonly notes: readonly string[];
}

/**
 * Finds what traffic is sent between: the pods that were asked for, else pods that are made in the clusters, else the
 * network namespaces that nodes have names for. Whatever was made is in `made` from then on, also after an interruption.
 * Never rejects.
 */
export async function findEndpoints(context: TrafficContext, made: MadePods[]): Promise<FoundEndpoints> {
  const { input, options } = context;
  const hosts = candidates(input.nodes);
  const networks = Promise.all(hosts.map((node) => askNetwork(node, context)));
  const clusters = input.clusters.filter(({ target }) => !byKubectl(target));
  const notes: string[] = [];
  const problems: TrafficProblem[] = [];
  const services: MadeService[] = [];
  let pods: readonly Sender[] = [];
  if (options.pods.length > 0) {
    const existing = await existingPods(input, options);
    problems.push(...existing.problems);
    pods = await Promise.all(existing.endpoints.map((endpoint) => podSender(endpoint, context)));
  } else if (clusters.length > 0) {
    made.push(
      ...(await Promise.all(
        clusters.map((cluster) => makePods(cluster, wantedPods(cluster, hosts, options), options)),
      )),
    );
    problems.push(...made.flatMap((one) => one.problems));
    services.push(...made.flatMap((one) => one.services));
    const endpoints = made.flatMap((one) => one.endpoints);
    pods = await Promise.all(endpoints.map((endpoint) => podSender(endpoint, context)));
  } else if (input.clusters.length > 0) {
    notes.push(
      "no pods were made: a cluster that is asked by kubectl can't be asked to run something in a pod; network namespaces of nodes were taken",
    );
  }
  const told = await networks;
  const byNamespaces = options.pods.length === 0 && clusters.length === 0;
  if (byNamespaces) {
    pods = told.flatMap(({ node, network }) => {
      if (network === undefined) return [];
      const others = strangers(node, network, input);
      notes.push(...others.map((one) => strangerNote(node, one)));
      const namespaces = network.namespaces.filter((one) => !others.includes(one));
      return namespaceSenders(node, { ...network, namespaces });
    });
    problems.push(...told.flatMap(closedNamespaces));
  }
  const used = new Set(pods.map(({ endpoint }) => endpoint.node));
  const nodes = told.filter(({ node }) => used.has(node.node.name));
  // What a node could not tell matters where it has pods, or might have.
  problems.push(...(byNamespaces ? told : nodes).flatMap(({ problem }) => problem ?? []));
  const own = nodes.flatMap(({ node, network }) => (network === undefined ? [] : nodeSender(node, network)));
  return {
    senders: [...pods, ...own],
    hosts: nodes.map(({ node, network }) =>
      plannedHost({ node, network, sender: senderOf(node, own, pods) }, input),
    ),
    services: services.map((service) => ({ ...service, endpoint: sameEndpoint(service, pods) })),
    problems,
    notes,
  };
}

/** Nodes that run pods: DPU hosts and workers, or a control plane that has none of those. */
function candidates(nodes: readonly TrafficNode[]): readonly TrafficNode[] {
  const workers = nodes.filter(({ role }) => role === 'dpu-host' || role === 'worker' || role === undefined);
  return workers.length > 0 ? workers : nodes.filter(({ role }) => role === 'control-plane');
}

interface ToldNetwork {
  readonly node: TrafficNode;
  readonly network: NodeNetwork | undefined;
  readonly problem: TrafficProblem | undefined;
}

async function askNetwork(node: TrafficNode, context: TrafficContext): Promise<ToldNetwork> {
  const { name } = node.node;
  const shell = context.nodeShell(name);
  if (shell === undefined) return { node, network: undefined, problem: undefined };
  const network = await askFact(shell, nodeNetwork, context.options);
  return network.ok
    ? { node, network: network.value, problem: undefined }
    : { node, network: undefined, problem: problemOf(network.failure, name) };
}

/** A node whose namespaces can't be entered, none of them, keeps what is in them from being tested. */
const closedNamespaces = ({ node, network }: ToldNetwork): readonly TrafficProblem[] =>
  network?.closed === undefined || network.namespaces.length > 0
    ? []
    : [problemOf(network.closed, node.node.name)];

/** From where packets are sent as from the node: a pod that shares its network, else itself. */
const senderOf = ({ node }: TrafficNode, own: readonly Sender[], pods: readonly Sender[]) =>
  (
    pods.find(({ endpoint }) => endpoint.node === node.name && endpoint.hostNetwork) ??
    own.find(({ endpoint }) => endpoint.node === node.name)
  )?.endpoint;

/** The endpoint as it became known since the Service was made. */
const sameEndpoint = ({ endpoint }: MadeService, pods: readonly Sender[]) =>
  pods.find((one) => one.endpoint.name === endpoint.name)?.endpoint ?? endpoint;
