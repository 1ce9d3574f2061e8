import type { ConfigMap } from '../../facts/cluster/config-maps.ts';
import type { ClusterNode } from '../../facts/cluster/nodes.ts';
import type { Workload } from '../../facts/cluster/workloads.ts';
import { inSubnet, parseSubnet, versionOf } from '../../facts/derived/addresses.ts';
import {
  type ConfiguredNetwork,
  configuredNetworks,
  overlap,
  perNodeProblem,
  roomForNodes,
  stackOf,
} from '../../facts/derived/cluster/configured-networks.ts';
import { subnetsOf } from '../../facts/derived/cluster/node-annotations.ts';
import { environmentOf } from '../../facts/derived/cluster/ovnkube.ts';

/** One thing in ovn-config that OVN-Kubernetes can not work with. */
export interface ConfigurationProblem {
  readonly code:
    | 'NO_NETWORK'
    | 'HOST_SUBNET'
    | 'NO_ROOM'
    | 'MIXED'
    | 'CHANGED'
    | 'OVERLAP'
    | 'NO_MTU'
    | 'NO_SERVER'
    | 'SERVICE_ADDRESS'
    | 'NODE_NAME';
  readonly observed: string;
  readonly expected: string;
  readonly args: Readonly<
    Partial<Record<'key' | 'value' | 'first' | 'second' | 'problem' | 'room' | 'count', string>>
  >;
}

/** What the ConfigMap has to go with. */
interface Surroundings {
  readonly nodes: readonly ClusterNode[];
  readonly told: readonly ConfiguredNetwork[];
}

/** Networks that OVN-Kubernetes has for itself, and their values where nothing is said (go-controller/pkg/config/config.go); transit networks only interconnect has. */
const OWN_NETWORKS: readonly (readonly [variable: string, otherwise: string])[] = [
  ['OVN_V4_JOIN_SUBNET', '100.64.0.0/16'],
  ['OVN_V6_JOIN_SUBNET', 'fd98::/64'],
  ['OVN_V4_TRANSIT_SUBNET', ''],
  ['OVN_V6_TRANSIT_SUBNET', ''],
];

/** Those networks, as the workloads of one namespace are told; the first that tells counts, ovnkube/settings-agree compares. */
export const toldNetworks = (
  workloads: readonly Workload[],
  configMaps: readonly ConfigMap[],
  namespace: string,
): readonly ConfiguredNetwork[] =>
  OWN_NETWORKS.flatMap(([variable, otherwise]) => {
    const told = workloads
      .filter((workload) => workload.namespace === namespace)
      .flatMap(({ containers }) =>
        containers.flatMap((one) => environmentOf(one, variable, namespace, configMaps) ?? []),
      )
      .find((one) => one !== 'unknown');
    return configuredNetworks(variable, told === undefined ? otherwise : told.value);
  });

/** What is wrong with the values of ovn-config, by themselves and beside what is around them. */
export function problemsOf(map: ConfigMap, { nodes, told }: Surroundings): readonly ConfigurationProblem[] {
  const { data } = map;
  const pods = configuredNetworks('net_cidr', data.get('net_cidr') ?? '');
  const services = configuredNetworks('svc_cidr', data.get('svc_cidr') ?? '');
  const unparsed = [...pods, ...services]
    .filter(({ subnet }) => subnet === undefined)
    .map(
      ({ key, value }): ConfigurationProblem => ({
        code: 'NO_NETWORK',
        observed: value,
        expected: 'a network, such as 10.244.0.0/16',
        args: { key, value },
      }),
    );
  const shares = pods.flatMap((network): ConfigurationProblem[] => {
    const problem = perNodeProblem(network);
    return problem === undefined
      ? []
      : [{ code: 'HOST_SUBNET', observed: network.value, expected: PARTS, args: { problem } }];
  });
  const families = [...stacksProblem(pods, services), ...(shares.length > 0 ? [] : roomProblem(pods, nodes))];
  return [
    ...unparsed,
    ...shares,
    ...(unparsed.length > 0 ? [] : families),
    ...overlapsOf([...pods, ...services, ...told], nodes).map(
      ([first, second]): ConfigurationProblem => ({
        code: 'OVERLAP',
        observed: `${first}, ${second}`,
        expected: 'networks apart',
        args: { first, second },
      }),
    ),
    ...mtuProblem(data.get('mtu')),
    ...serverProblem(data.get('k8s_apiserver'), nodes, services),
    ...(unparsed.length > 0 ? [] : changeProblem(pods, nodes)),
  ];
}

const PARTS = 'parts that are smaller than the network, of /64 in IPv6';

function stacksProblem(
  pods: readonly ConfiguredNetwork[],
  services: readonly ConfiguredNetwork[],
): readonly ConfigurationProblem[] {
  const [one, other] = [stackOf(pods), stackOf(services)];
  if (pods.length === 0 || services.length === 0 || one === other) return [];
  return [
    {
      code: 'MIXED',
      observed: `${one} pods, ${other} services`,
      expected: 'the same IP versions',
      args: { first: one, second: other },
    },
  ];
}

/** Of one node that is outside, ovnkube/node-annotations tells; where all of them are, it is the network that was changed. */
function changeProblem(
  pods: readonly ConfiguredNetwork[],
  nodes: readonly ClusterNode[],
): readonly ConfigurationProblem[] {
  const networks = pods.flatMap(({ subnet }) => subnet ?? []);
  const given = nodes.flatMap((node) =>
    subnetsOf(node).flatMap((text) => {
      const subnet = parseSubnet(text);
      const own = networks.filter(({ family }) => family === subnet?.family);
      return subnet === undefined || own.length === 0
        ? []
        : [{ said: `${node.name} ${text}`, inside: own.some((one) => overlap(one, subnet)) }];
    }),
  );
  if (given.length === 0 || given.some(({ inside }) => inside)) return [];
  const value = pods.map((one) => one.value).join(',');
  const said = given.slice(0, 3).map((one) => one.said);
  const more = given.length > said.length ? ` and ${given.length - said.length} more` : '';
  return [
    {
      code: 'CHANGED',
      observed: said.join(', '),
      expected: `parts of ${value}`,
      args: { value, first: `${said.join(', ')}${more}` },
    },
  ];
}

function roomProblem(
  pods: readonly ConfiguredNetwork[],
  nodes: readonly ClusterNode[],
): readonly ConfigurationProblem[] {
  const room = Math.min(
    ...(['inet', 'inet6'] as const).map((family) => roomForNodes(pods, family) ?? Infinity),
  );
  return room >= nodes.length
    ? []
    : [
        {
          code: 'NO_ROOM',
          observed: `parts for ${room} nodes`,
          expected: `parts for ${nodes.length} nodes`,
          args: {
            value: pods.map(({ value }) => value).join(','),
            room: String(room),
            count: String(nodes.length),
          },
        },
      ];
}

/** Each two that overlap, and addresses of nodes that lie in one of them. */
function overlapsOf(
  networks: readonly ConfiguredNetwork[],
  nodes: readonly ClusterNode[],
): readonly (readonly [string, string])[] {
  const name = ({ key, value }: ConfiguredNetwork): string => `${key} ${value}`;
  return networks.flatMap((one, index) => {
    const { subnet } = one;
    if (subnet === undefined) return [];
    const others = networks
      .slice(index + 1)
      .filter((other) => other.key !== one.key && other.subnet !== undefined && overlap(subnet, other.subnet))
      .map((other) => [name(one), name(other)] as const);
    const addresses = nodes
      .flatMap((node) => node.internalAddresses.map((address) => ({ node: node.name, address })))
      .filter(({ address }) => inSubnet(address, subnet))
      .slice(0, 3)
      .map(({ node, address }) => [name(one), `the address ${address} of node ${node}`] as const);
    return [...others, ...addresses];
  });
}

function mtuProblem(value = ''): readonly ConfigurationProblem[] {
  const mtu = Number(value);
  // Left empty, OVN-Kubernetes takes its default, 1400.
  if (value === '' || (Number.isInteger(mtu) && mtu >= 576 && mtu <= 65_535)) return [];
  return [{ code: 'NO_MTU', observed: value, expected: 'a number of bytes, such as 1400', args: { value } }];
}

function serverProblem(
  value: string | undefined,
  nodes: readonly ClusterNode[],
  services: readonly ConfiguredNetwork[],
): readonly ConfigurationProblem[] {
  if (value === undefined) return [];
  const url = URL.parse(value);
  if (url === null || !['https:', 'http:'].includes(url.protocol) || url.hostname === '')
    return [{ code: 'NO_SERVER', observed: value, expected: 'https://<address>:6443', args: { value } }];
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const within = services.find(({ subnet }) => subnet !== undefined && inSubnet(host, subnet));
  if (within !== undefined)
    return [
      {
        code: 'SERVICE_ADDRESS',
        observed: value,
        expected: 'an address that is there without OVN-Kubernetes',
        args: { value, key: within.value },
      },
    ];
  if (versionOf(host) !== undefined || !nodes.some(({ name }) => name.toLowerCase() === host)) return [];
  return [
    {
      code: 'NODE_NAME',
      observed: value,
      expected: "the node's address in the place of its name",
      args: { value },
    },
  ];
}
