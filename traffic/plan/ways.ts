import type { Endpoint } from '../../facts/traffic/path.ts';
import type { PlanInput, PlannedHost } from './input.ts';
import type { Way } from './path.ts';

/** What the ways of one kind are made from. */
export interface Field extends PlanInput {
  /** The pods of a node that go through its VFs: all of them, or the one that stands for them. */
  podsOn(node: string): readonly Endpoint[];
  /** Those that exchange traffic with each other on the node: one more than that, where one stands for all. */
  neighboursOn(node: string): readonly Endpoint[];
  host(node: string): PlannedHost | undefined;
  /** Ordered pairs of different nodes. */
  readonly pairs: readonly (readonly [string, string])[];
  /** All nodes, by name. */
  readonly nodes: readonly string[];
}

const ICMP = { protocol: 'icmp', sizes: ['small'] } as const;
const TCP = { protocol: 'tcp', sizes: ['small'] } as const;

/** From each pod of one node to each of another, by packets of both sizes, and by TCP from one of them to one. */
export function podToPod({ podsOn, neighboursOn, pairs, nodes, ...field }: Field): readonly Way[] {
  const ways = (from: Endpoint, to: Endpoint, tcp: boolean): readonly Way[] => {
    const kind = from.node === to.node ? 'pod-to-pod-on-node' : 'pod-to-pod';
    const common = { kind, from, addresses: to.addresses, gap: gapOf(field, from.node, to.node) } as const;
    const port = field.listeners.get(to)?.port;
    return [
      { ...common, protocol: 'icmp', to: at(to), sizes: ['small', 'mtu'] },
      ...(tcp && port !== undefined ? [{ ...common, ...TCP, to: { ...at(to), port } }] : []),
    ];
  };
  const onNode = nodes.flatMap((node) =>
    neighboursOn(node).flatMap((from, first) =>
      neighboursOn(node).flatMap((to, second) =>
        first === second ? [] : ways(from, to, first + second === 1),
      ),
    ),
  );
  const across = pairs.flatMap(([one, other]) =>
    podsOn(one).flatMap((from, first) =>
      podsOn(other).flatMap((to, second) => ways(from, to, first === 0 && second === 0)),
    ),
  );
  return [...onNode, ...across];
}

/** From pods to their own node's management port and another's. */
export const podToManagementPort = (field: Field): readonly Way[] =>
  toHosts(
    field,
    'pod-to-management-port',
    'pod-to-management-port',
    ({ managementPort }) => managementPort,
  ).map((way) => ({ ...way, to: { ...way.to, name: `management port of ${way.to.node}` } }));

/** From pods to the node they are on, and to another. */
export const podToNode = (field: Field): readonly Way[] =>
  toHosts(field, 'pod-to-node', 'pod-to-other-node', ({ addresses }) => addresses);

function toHosts(
  field: Field,
  own: Way['kind'],
  other: Way['kind'],
  addressesOf: (host: PlannedHost) => readonly string[],
): readonly Way[] {
  const way = (kind: Way['kind'], from: Endpoint, node: string): readonly Way[] => {
    const host = field.host(node);
    if (host === undefined) return [];
    const endpoint = kind === 'pod-to-management-port' ? undefined : host.sender;
    const to = { name: node, node, ...(endpoint === undefined ? {} : { endpoint }) };
    return [{ ...ICMP, kind, from, to, addresses: addressesOf(host), gap: gapOf(field, from.node, node) }];
  };
  return [
    ...field.nodes.flatMap((node) => field.podsOn(node).flatMap((from) => way(own, from, node))),
    ...field.pairs.flatMap(([from, to]) =>
      field
        .podsOn(from)
        .slice(0, 1)
        .flatMap((pod) => way(other, pod, to)),
    ),
  ];
}

/** From a node to its own pods and to one of another's. */
export const nodeToPod = (field: Field): readonly Way[] => {
  const way = (node: string, to: Endpoint): readonly Way[] => {
    const from = field.host(node)?.sender;
    if (from === undefined) return [];
    return [
      {
        ...ICMP,
        kind: 'node-to-pod',
        from,
        to: at(to),
        addresses: to.addresses,
        gap: gapOf(field, node, to.node),
      },
    ];
  };
  return [
    ...field.nodes.flatMap((node) => field.podsOn(node).flatMap((to) => way(node, to))),
    ...field.pairs.flatMap(([node, other]) =>
      field
        .podsOn(other)
        .slice(0, 1)
        .flatMap((to) => way(node, to)),
    ),
  ];
};

/** From pods to the routers by which their node's packets leave the cluster. */
export const podToGateway = (field: Field): readonly Way[] =>
  field.nodes.flatMap((node) =>
    field.podsOn(node).flatMap((from): readonly Way[] =>
      (field.host(node)?.gateways ?? []).map((gateway) => ({
        ...ICMP,
        kind: 'pod-to-gateway',
        from,
        to: { name: `gateway ${gateway}` },
        addresses: [gateway],
        gap: gapOf(field, node),
      })),
    ),
  );

/** From pods to Services of other pods, and from the pod behind a Service to that. */
export function podToService(field: Field): readonly Way[] {
  const { services, podsOn, neighboursOn, pairs } = field;
  return services.flatMap(({ endpoint, addresses, port, nodePort }): readonly Way[] => {
    const neighbours = neighboursOn(endpoint.node).filter((pod) => pod !== endpoint);
    const others = pairs.flatMap(([from, to]) => (to === endpoint.node ? podsOn(from).slice(0, 1) : []));
    const { node } = endpoint;
    const to = (kind: Way['kind'], from: Endpoint): readonly Way[] =>
      addresses.map((address) => ({
        ...TCP,
        kind,
        from,
        to: { name: `ClusterIP of ${endpoint.name}`, endpoint, node, port },
        addresses: [address],
        gap: gapOf(field, from.node, node),
      }));
    const toNodePort = (from: Endpoint): Way => ({
      ...TCP,
      kind: 'pod-to-node-port',
      from,
      to: { name: `NodePort of ${node} for ${endpoint.name}`, endpoint, node, port: nodePort },
      addresses: field.host(node)?.addresses ?? [],
      gap: gapOf(field, from.node, node),
    });
    return [
      ...[...neighbours, ...others].flatMap((from) => [...to('pod-to-cluster-ip', from), toNodePort(from)]),
      ...to('hairpin', endpoint),
    ];
  });
}

const at = (endpoint: Endpoint): Way['to'] => ({ name: endpoint.name, endpoint, node: endpoint.node });

/** One isolated end is enough for packets to get lost. */
const gapOf = ({ hosts }: Pick<Field, 'hosts'>, ...nodes: readonly string[]): string | undefined =>
  hosts.find(({ node, gap }) => nodes.includes(node) && gap !== undefined)?.gap;
