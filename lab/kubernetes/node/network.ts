import path from 'node:path';
import { bridgeName, gatewayAddress, netnsName, nodeAddress, portName } from '../../netns/names.ts';
import { ipBatch } from '../../netns/run.ts';

/** So many /27 fit into the upper half of the lab's /24, whose lower half is for the nodes. */
export const MAX_NODES = 4;
const PODS_PER_NODE = 32;

export interface NodeNetwork {
  /** The node's network namespace, as a file. */
  netns: string;
  address: string;
  /** Its pods' addresses. */
  podSubnet: string;
  podGateway: string;
  firstPod: string;
  lastPod: string;
}

export function nodeNetwork(index: number, number: number, name: string): NodeNetwork {
  const base = 128 + number * PODS_PER_NODE;
  const address = (last: number) => `10.213.${index}.${base + last}`;
  return {
    netns: path.join('/run/netns', netnsName(index, name)),
    address: nodeAddress(index, number),
    podSubnet: `${address(0)}/27`,
    podGateway: address(1),
    firstPod: address(2),
    lastPod: address(PODS_PER_NODE - 2),
  };
}

/** The bridge between the machine and the nodes, on which the API server listens. */
export async function createBridge(index: number): Promise<string> {
  const bridge = bridgeName(index);
  await ipBatch([
    `link add ${bridge} type bridge`,
    `addr add ${gatewayAddress(index)}/24 dev ${bridge}`,
    `link set ${bridge} up`,
  ]);
  return gatewayAddress(index);
}

/** A namespace for each node, with eth0 on the bridge. */
export async function createNamespaces(index: number, names: readonly string[]): Promise<void> {
  const links = names.flatMap((name, number) => [
    `netns add ${netnsName(index, name)}`,
    `link add ${portName(index, number)} type veth peer name eth0 netns ${netnsName(index, name)}`,
    `link set ${portName(index, number)} master ${bridgeName(index)} up`,
  ]);
  await ipBatch(links);
  await Promise.all(
    names.map((name, number) =>
      ipBatch(
        [
          'link set lo up',
          `addr add ${nodeAddress(index, number)}/24 dev eth0`,
          'link set eth0 up',
          `route add default via ${gatewayAddress(index)}`,
        ],
        { netns: netnsName(index, name) },
      ),
    ),
  );
}

/** A CNI configuration that bridges the node's pods; what it needs are Debian's containernetworking-plugins. */
export const cniConfiguration = ({ podSubnet, podGateway, firstPod, lastPod }: NodeNetwork) => ({
  cniVersion: '0.4.0',
  name: 'lab',
  plugins: [
    {
      type: 'bridge',
      bridge: 'cni0',
      isGateway: true,
      ipMasq: false,
      ipam: {
        type: 'host-local',
        ranges: [[{ subnet: podSubnet, gateway: podGateway, rangeStart: firstPod, rangeEnd: lastPod }]],
        routes: [{ dst: '0.0.0.0/0' }],
      },
    },
    { type: 'loopback' },
  ],
});
