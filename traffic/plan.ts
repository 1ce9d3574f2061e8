import { type Endpoint, PATH_KINDS, type Path } from '../facts/traffic/path.ts';
import type { PlanInput, PlanOptions } from './plan/input.ts';
import { pathsOf } from './plan/path.ts';
import { nodePairs, takesAll } from './plan/select.ts';
import {
  type Field,
  nodeToPod,
  podToGateway,
  podToManagementPort,
  podToNode,
  podToPod,
  podToService,
} from './plan/ways.ts';

/** What is to be measured, and what the reader should know of it. */
export interface Plan {
  readonly paths: readonly Path[];
  readonly notes: readonly string[];
}

/** Plans the paths of all kinds that are asked for, in the order of PATH_KINDS. Each has an id of its own. Pure. */
export function planPaths(input: PlanInput, options: PlanOptions): Plan {
  const byNode = Map.groupBy(
    input.pods.filter(({ hostNetwork }) => !hostNetwork),
    ({ node }) => node,
  );
  const nodes = [...byNode.keys()].sort();
  const all = takesAll(nodes, options.selection);
  const { pairs, left } = nodePairs(nodes, options.selection, options.runId);
  const podsOf = (node: string, some: number) => byNode.get(node)?.slice(0, all ? undefined : some) ?? [];
  const hosts = new Map(input.hosts.map((host) => [host.node, host]));
  const field: Field = {
    ...input,
    nodes,
    pairs,
    podsOn: (node) => podsOf(node, 1),
    neighboursOn: (node) => podsOf(node, 2),
    host: (node) => hosts.get(node),
  };
  const ways = [podToPod, podToManagementPort, podToNode, nodeToPod, podToService, podToGateway].flatMap(
    (make) => make(field),
  );
  const paths = ways.flatMap(pathsOf).filter(({ kind }) => options.kinds.includes(kind));
  const complete = [...withPorts(paths, input.listeners), ...overMtu(paths)];
  return {
    paths: [...new Map(complete.map((path) => [path.id, path])).values()].sort(
      (one, other) => PATH_KINDS.indexOf(one.kind) - PATH_KINDS.indexOf(other.kind),
    ),
    notes: left === 0 ? [] : [leftOut(nodes.length, pairs.length, left, options)],
  };
}

/** One for each sender and family: what is too long must be refused where it is sent, wherever it is to go. */
function overMtu(paths: readonly Path[]): readonly Path[] {
  const first = new Map(
    paths
      .filter(({ size }) => size === 'mtu')
      .toReversed()
      .map((path) => [`${path.from.name} ${path.family}`, path]),
  );
  return [...first.values()]
    .toReversed()
    .map((path) => ({ ...path, id: path.id.replace(/mtu$/, 'over-mtu'), size: 'over-mtu' }));
}

/** Where a listener takes one connection, each path has one, and a port, of its own. */
function withPorts(paths: readonly Path[], listeners: PlanInput['listeners']): readonly Path[] {
  const taken = new Map<Endpoint, number>();
  return paths.map((path) => {
    const { kind, protocol, to } = path;
    const listener = to.endpoint && listeners.get(to.endpoint);
    const direct = kind === 'pod-to-pod' || kind === 'pod-to-pod-on-node';
    if (to.endpoint === undefined || listener === undefined || listener.shared) return path;
    if (protocol !== 'tcp' || !direct) return path;
    const before = taken.get(to.endpoint) ?? 0;
    taken.set(to.endpoint, before + 1);
    return { ...path, to: { ...to, port: listener.port + before } };
  });
}

const leftOut = (nodes: number, taken: number, left: number, { selection, runId }: PlanOptions): string =>
  selection === 'ring'
    ? `of ${taken + left} pairs of ${nodes} nodes ${taken} are tested: each node sends to the next by name`
    : `of ${taken + left} pairs of ${nodes} nodes ${taken} are tested: each node sends to the next by name, and ${taken - nodes} pairs were chosen by the run's id, ${runId}`;
