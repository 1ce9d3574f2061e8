import { holderOf, isSameAddress } from '../../derived/addresses.ts';
import { ifaceIdOf } from '../../derived/chain/ovs-ports.ts';
import { type Attached, attached, integrationBridgeName } from '../../derived/ovs-topology.ts';
import type { Link } from '../../links.ts';
import type { Ovs } from '../../ovs.ts';
import type { Endpoint } from '../path.ts';

/** Where an endpoint is joined to Open vSwitch. */
export interface Place {
  /** The endpoint's name. */
  readonly name: string;
  /** The target on which the endpoint's interface is. */
  readonly node: string;
  /** Of the endpoint, in its own network namespace; undefined where it is not known. */
  readonly interface: string | undefined;
  /** The interface is the node's own: its counters are among those of the node's devices. */
  readonly onNode: boolean;
  /** The target whose Open vSwitch serves it: the DPU, or the node itself where there is none. */
  readonly chassis: string;
  /** Its port of the integration bridge, which is its representor. */
  readonly port: Attached | undefined;
  /** How the port is known to be its own; where there is none, what was looked for. */
  readonly ground: string;
}

/** What tells where endpoints are, by target: its Open vSwitch, its links, its name in Kubernetes. */
export interface PlaceFacts {
  readonly ovs: ReadonlyMap<string, Ovs>;
  readonly links: ReadonlyMap<string, readonly Link[]>;
  readonly nodeNames: ReadonlyMap<string, string>;
}

export function placeOf(endpoint: Endpoint, facts: PlaceFacts): Place {
  const { node, dpu, kind, addresses } = endpoint;
  const onNode = kind === 'node' || endpoint.hostNetwork;
  const chassis = dpu ?? node;
  const found = portOf(endpoint, onNode, facts.ovs.get(chassis), facts.nodeNames.get(node) ?? node);
  const links = facts.links.get(node) ?? [];
  const device = addresses
    .map((address) => holderOf(links, address)?.name)
    .find((name) => name !== undefined);
  return {
    name: endpoint.name,
    node,
    interface: endpoint.interface ?? (onNode ? device : undefined),
    onNode,
    chassis,
    ...found,
  };
}

/** The management port of a node: how pods and their own node reach each other. */
export function managementPort(node: Omit<Endpoint, 'interface'>, facts: PlaceFacts): Place {
  const place = placeOf({ ...node, kind: 'node', interface: undefined }, facts);
  const links = facts.links.get(node.node) ?? [];
  const device = links.find(({ name }) => /^ovn-k8s-mp\d+$/.test(name))?.name;
  return { ...place, interface: device ?? place.interface };
}

/**
 * By the iface-id that OVN-Kubernetes gives the port of a pod's default network and of a management port; else by the
 * external_ids:ip_addresses that it writes beside (OVN-Kubernetes go-controller/pkg/cni/helper_linux.go, ConfigureOVS).
 */
function portOf(
  endpoint: Endpoint,
  onNode: boolean,
  ovs: Ovs | undefined,
  nodeName: string,
): Pick<Place, 'port' | 'ground'> {
  if (ovs === undefined)
    return { port: undefined, ground: `Open vSwitch of ${endpoint.dpu ?? endpoint.node} was not read` };
  const all = attached(ovs).filter(({ bridge }) => bridge.name === integrationBridgeName(ovs));
  const { pod } = endpoint;
  const wanted = onNode ? `k8s-${nodeName}` : pod && `${pod.namespace}_${pod.name}`;
  const byId = wanted === undefined ? undefined : all.find((port) => ifaceIdOf(port) === wanted);
  if (byId !== undefined) return { port: byId, ground: `its iface-id is ${wanted}` };
  // Its first address counts before others: one of those may be another pod's by mistake.
  const byAddress = endpoint.addresses
    .map((own) => all.find((port) => addressesOf(port).some((address) => isSameAddress(address, own))))
    .find((port) => port !== undefined);
  if (byAddress !== undefined) {
    const ids = byAddress.externalIds.get('ip_addresses') ?? '';
    return { port: byAddress, ground: `its external_ids:ip_addresses is ${ids}` };
  }
  const looked = [
    ...(wanted === undefined ? [] : [`iface-id ${wanted}`]),
    `ip_addresses ${endpoint.addresses[0] ?? ''}`,
  ];
  return { port: undefined, ground: `no port of ${integrationBridgeName(ovs)} has ${looked.join(' or ')}` };
}

const addressesOf = ({ externalIds }: Attached): readonly string[] =>
  (externalIds.get('ip_addresses') ?? '')
    .split(',')
    .map((address) => address.trim().split('/')[0] ?? '')
    .filter((address) => address !== '');
