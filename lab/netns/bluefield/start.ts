import { randomUUID } from 'node:crypto';
import type { NetnsLab } from '../lab.ts';
import type { LabNode } from '../node.ts';
import { startCentral, startController } from '../ovn.ts';
import { startOvs } from '../ovs.ts';
import { addressBridge, integrationBridgeCommands, ovsVsctl, uplinkBridgeCommands } from './dpu.ts';
import { type Chassis, logicalNetwork } from './logical-network.ts';
import {
  type BluefieldOptions,
  CLUSTER_SUBNET,
  CONTROL_PLANE,
  CONTROL_PLANE_ADDRESS,
  NEXT_HOP,
  ovnMac,
  type Pair,
  pairsOf,
} from './options.ts';
import { startProcesses } from './processes.ts';
import { waitUntilPlumbed } from './settle.ts';

export async function startBluefield(lab: NetnsLab, options: BluefieldOptions): Promise<void> {
  const pairs = pairsOf(options);
  const central = lab.node(CONTROL_PLANE);
  const chassis: Chassis[] = [
    { node: CONTROL_PLANE, systemId: randomUUID(), bridge: 'breth0', subnet: '10.233.64', vfs: [] },
    ...pairs.map((pair) => ({ ...pair, node: pair.host, systemId: randomUUID(), bridge: 'brp0' })),
  ];
  const [own, ...others] = chassis;

  await Promise.all([
    startCentral(central, logicalNetwork(chassis)),
    own && startFullNode(central, own),
    ...pairs.map((pair, index) => {
      const { systemId = '' } = others[index] ?? {};
      return startDpu(lab.node(pair.dpu), pair, systemId, options.gatewayInterface ?? 'p0');
    }),
    ...pairs.map((pair) => startProcesses(lab, pair, options)),
  ]);
  await waitUntilPlumbed(lab, pairs);
}

async function startFullNode(
  node: LabNode,
  { systemId, node: name, bridge, subnet }: Chassis,
): Promise<void> {
  await startOvs(node, {
    externalIds: chassisIds(node, systemId, CONTROL_PLANE_ADDRESS, bridge),
  });
  await node.sh(`
    ovs-vsctl --timeout=20 \\
      -- add-br ${bridge} -- set Bridge ${bridge} datapath_type=netdev other_config:hwaddr=10:70:fd:00:81:c0 \\
      -- add-port ${bridge} eth0 \\
      -- add-br br-int -- set Bridge br-int datapath_type=netdev fail_mode=secure \\
      -- add-port br-int ovn-k8s-mp0 -- set Interface ovn-k8s-mp0 type=internal external_ids:iface-id=k8s-${name}
    ip addr add ${CONTROL_PLANE_ADDRESS}/22 dev ${bridge}
    ip link set ${bridge} up
    ip route add default via ${NEXT_HOP}
    ip link set ovn-k8s-mp0 address ${ovnMac(subnet, 2)} up
    ip addr add ${subnet}.2/24 dev ovn-k8s-mp0
    ip route add ${CLUSTER_SUBNET} via ${subnet}.1`);
  await startController(node);
}

async function startDpu(
  node: LabNode,
  pair: Pair,
  systemId: string,
  gatewayInterface: string,
): Promise<void> {
  await startOvs(node, {
    externalIds: {
      ...chassisIds(node, systemId, pair.dpuAddress, 'brp0'),
      'host-k8s-nodename': pair.host,
      'ovn-gw-interface': gatewayInterface,
      'ovn-gw-nexthop': NEXT_HOP,
    },
    otherConfig: { 'hw-offload': 'true' },
  });
  await ovsVsctl(node, [...uplinkBridgeCommands(pair), ...integrationBridgeCommands(pair)]);
  await addressBridge(node, pair);
  await startController(node);
}

function chassisIds(
  node: LabNode,
  systemId: string,
  address: string,
  bridge: string,
): Record<string, string> {
  return {
    'system-id': systemId,
    hostname: node.name,
    'ovn-remote': `tcp:${CONTROL_PLANE_ADDRESS}:6642`,
    'ovn-encap-type': 'geneve',
    'ovn-encap-ip': address,
    'ovn-set-local-ip': 'true',
    'ovn-bridge-mappings': `physnet:${bridge}`,
    'ovn-bridge-datapath-type': 'netdev',
    'ovn-monitor-all': 'true',
  };
}
