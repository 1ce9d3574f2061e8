import type { Link } from '../../facts/links.ts';
import { defaultRoutes } from '../../facts/routes.ts';
import type { Endpoint } from '../../facts/traffic/path.ts';
import type { TrafficNode } from '../input.ts';
import type { PingProgram } from '../ping.ts';
import type { NodeNetwork } from './node-network.ts';

/** An endpoint from which something can be sent, with what it has for that. */
export interface Sender {
  readonly endpoint: Endpoint;
  readonly ping: PingProgram | undefined;
}

/** A node as an endpoint, with the places that traffic of its pods goes to. */
export interface HostNetwork extends Sender {
  /** Addresses of the management port. */
  readonly managementPort: readonly string[];
}

/** OVN-Kubernetes' name for it; whatever it was called before, it is renamed. */
const MANAGEMENT_PORT = 'ovn-k8s-mp0';

/** The node itself. Its address is that of the interface by which its default route leaves. */
export function hostNetwork({ node }: TrafficNode, { links, routes, ping }: NodeNetwork): HostNetwork {
  const uplinks = defaultRoutes(routes).flatMap(({ devices }) => devices);
  const link =
    links.find((one) => uplinks.includes(one.name) && globalAddresses(one).length > 0) ??
    links.find((one) => one.name !== MANAGEMENT_PORT && globalAddresses(one).length > 0);
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
    managementPort: links.filter(({ name }) => name === MANAGEMENT_PORT).flatMap(globalAddresses),
  };
}

/** The namespaces of a node in which an interface has an address: its pods, as far as the node alone tells. */
export const namespaceSenders = ({ node }: TrafficNode, network: NodeNetwork): readonly Sender[] =>
  network.namespaces.flatMap(({ name, file, links }) => {
    const link = links.find((one) => globalAddresses(one).length > 0);
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
    return [{ endpoint, ping: network.ping }];
  });

const globalAddresses = ({ addresses }: Link): readonly string[] =>
  ['inet', 'inet6'].flatMap((family) =>
    addresses.filter((one) => one.family === family && one.scope === 'global').map(({ address }) => address),
  );
