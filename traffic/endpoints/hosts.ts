import { inSubnet } from '../../facts/derived/addresses.ts';
import type { FactFailure } from '../../facts/fact.ts';
import type { Link } from '../../facts/links.ts';
import { defaultRoutes } from '../../facts/routes.ts';
import type { Endpoint } from '../../facts/traffic/path.ts';
import type { TrafficNode } from '../input.ts';
import type { PingProgram } from '../ping.ts';
import type { NodeNetwork } from './node-network.ts';
import type { Netcat } from './programs.ts';

/** An endpoint from which something can be sent, with what it has for that. */
export interface Sender {
  readonly endpoint: Endpoint;
  /** Undefined where there is none. */
  readonly ping: PingProgram | undefined;
  readonly netcat: Netcat | undefined;
  /** Why nothing can be sent from it at all. */
  readonly failure?: FactFailure;
}

/** OVN-Kubernetes' name for it; whatever it was called before, it is renamed. */
const MANAGEMENT_PORT = 'ovn-k8s-mp0';

/** The node itself. Its addresses are those of the interface by which its default route leaves. */
export function nodeSender({ node }: TrafficNode, { links, routes, ping, netcat }: NodeNetwork): Sender {
  const uplinks = defaultRoutes(routes).flatMap(({ devices }) => devices);
  const addressed = links.filter((link) => link.name !== MANAGEMENT_PORT && globalAddresses(link).length > 0);
  const link = addressed.find(({ name }) => uplinks.includes(name)) ?? addressed[0];
  return {
    endpoint: {
      kind: 'node',
      name: node.name,
      node: node.name,
      dpu: node.dpu,
      addresses: link === undefined ? [] : globalAddresses(link),
      interface: link?.name,
      mtu: link?.mtu,
      hostNetwork: true,
    },
    ping,
    netcat,
  };
}

/** The addresses of a node's management port, as the node shows them. */
export const managementPortOf = ({ links }: NodeNetwork): readonly string[] =>
  links.filter(({ name }) => name === MANAGEMENT_PORT).flatMap(globalAddresses);

/** The namespaces of a node in which an interface has an address: its pods, as far as the node alone tells. */
export const namespaceSenders = ({ node }: TrafficNode, network: NodeNetwork): readonly Sender[] =>
  network.namespaces.flatMap(({ name, file, links }) => {
    const link = podInterface(links, network);
    if (link === undefined) return [];
    const endpoint: Endpoint = {
      kind: 'netns',
      name: `${node.name}:${name}`,
      node: node.name,
      dpu: node.dpu,
      addresses: globalAddresses(link),
      interface: link.name,
      mtu: link.mtu,
      hostNetwork: false,
      netns: file,
    };
    return [{ endpoint, ping: network.ping, netcat: network.netcat }];
  });

/** Of several interfaces that of the default network: its address is of the node's subnet, and runtimes call it eth0. */
function podInterface(links: readonly Link[], { links: own }: NodeNetwork): Link | undefined {
  const subnets = own.filter(({ name }) => name === MANAGEMENT_PORT).flatMap(({ addresses }) => addresses);
  const addressed = links.filter((one) => globalAddresses(one).length > 0);
  return (
    addressed.find((one) => globalAddresses(one).some((ip) => subnets.some((net) => inSubnet(ip, net)))) ??
    addressed.find(({ name }) => name === 'eth0') ??
    addressed[0]
  );
}

const globalAddresses = ({ addresses }: Link): readonly string[] =>
  ['inet', 'inet6'].flatMap((family) =>
    addresses.filter((one) => one.family === family && one.scope === 'global').map(({ address }) => address),
  );
