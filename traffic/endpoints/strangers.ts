import { inSubnet, isSameAddress } from '../../facts/derived/addresses.ts';
import { attached } from '../../facts/derived/ovs-topology.ts';
import type { Outcome } from '../../facts/fact.ts';
import type { Link } from '../../facts/links.ts';
import type { Ovs } from '../../facts/ovs.ts';
import type { TrafficInput, TrafficNode } from '../input.ts';
import type { NamedNamespace, NodeNetwork } from './node-network.ts';

/**
 * Namespaces of a node that have addresses and are nobody's pod of OVN-Kubernetes: others have namespaces as well. A pod is
 * known by an address of its node's subnet, of which the management port has one, or by a port of Open vSwitch that has its
 * address or MAC address. Where a node shows no management port, nothing is known of its subnet, and no namespace is a
 * stranger. Pure.
 */
export function strangers(
  { node }: TrafficNode,
  { links, namespaces }: NodeNetwork,
  input: TrafficInput,
): readonly NamedNamespace[] {
  const subnets = links.filter(({ name }) => /^ovn-k8s-mp\d+$/.test(name)).flatMap(globalOf);
  if (subnets.length === 0) return [];
  const ports = portsOf(node.dpu ?? node.name, input);
  return namespaces.filter((namespace) => {
    const addresses = namespace.links.flatMap(globalOf);
    const isPods =
      addresses.some(({ address }) => subnets.some((subnet) => inSubnet(address, subnet))) ||
      addresses.some(({ address }) => ports.addresses.some((one) => isSameAddress(one, address))) ||
      namespace.links.some(({ mac }) => ports.macs.includes(mac.toLowerCase()));
    return addresses.length > 0 && !isPods;
  });
}

const globalOf = ({ addresses }: Link) => addresses.filter(({ scope }) => scope === 'global');

/** What OVN-Kubernetes wrote beside the ports of a node's pods. */
function portsOf(target: string, { nodes }: TrafficInput) {
  const facts = nodes.find(({ node }) => node.name === target)?.facts;
  const ovs = facts?.get('ovs') as Outcome<Ovs> | undefined;
  const ids = ovs?.ok ? attached(ovs.value).map(({ externalIds }) => externalIds) : [];
  const words = (key: string): readonly string[] =>
    ids.flatMap((one) => (one.get(key) ?? '').split(',').map((word) => word.trim()));
  return {
    addresses: words('ip_addresses').flatMap((word) => word.split('/')[0] || []),
    macs: words('attached_mac').flatMap((word) => word.toLowerCase() || []),
  };
}

/** Tells the reader what was left out, and why. */
export const strangerNote = ({ node }: TrafficNode, { name, links }: NamedNamespace): string =>
  `the network namespace ${name} of ${node.name} was left out: ${links
    .flatMap(globalOf)
    .map(({ address, prefixLength }) => `${address}/${prefixLength}`)
    .join(', ')} is no address of the node's pods, and no port of Open vSwitch has it`;
