import { CLUSTER_SUBNET, isPlugged, NEXT_HOP, ovnMac, type Vf } from './options.ts';

/** A Kubernetes node as OVN sees it. In DPU mode the chassis is the DPU and the name is the host's. */
export interface Chassis {
  node: string;
  systemId: string;
  bridge: string;
  subnet: string;
  vfs: readonly Vf[];
}

const ROUTER = 'ovn_cluster_router';

/** The logical network that OVN-Kubernetes makes, in ovn-nbctl commands and with its names. */
export function logicalNetwork(all: readonly Chassis[]): string[] {
  return [
    `lr-add ${ROUTER}`,
    'ls-add join',
    `lrp-add ${ROUTER} rtoj-${ROUTER} 0a:58:64:40:00:01 100.64.0.1/16`,
    `lsp-add join jtor-${ROUTER}`,
    ...routerPort(`jtor-${ROUTER}`, `rtoj-${ROUTER}`),
    ...all.flatMap((chassis, index) => [...nodeSwitch(chassis), ...gateway(chassis, index + 2)]),
  ];
}

function nodeSwitch({ node, subnet, vfs }: Chassis): string[] {
  const ports =
    vfs.length > 0
      ? vfs.filter(isPlugged)
      : [{ port: `k8s-${node}`, mac: ovnMac(subnet, 2), address: `${subnet}.2` }];
  return [
    `ls-add ${node}`,
    `lrp-add ${ROUTER} rtos-${node} ${ovnMac(subnet, 1)} ${subnet}.1/24`,
    `lsp-add ${node} stor-${node}`,
    ...routerPort(`stor-${node}`, `rtos-${node}`),
    ...ports.flatMap(({ port, mac, address }) => [
      `lsp-add ${node} ${port}`,
      `lsp-set-addresses ${port} '${mac} ${address}'`,
    ]),
  ];
}

function gateway({ node, systemId, bridge, subnet }: Chassis, number: number): string[] {
  const join = `100.64.0.${number}`;
  const outside = `192.168.43.${number}`;
  return [
    `lr-add GR_${node}`,
    `set Logical_Router GR_${node} options:chassis=${systemId}`,
    `lrp-add GR_${node} rtoj-GR_${node} ${ovnMac('100.64.0', number)} ${join}/16`,
    `lsp-add join jtor-GR_${node}`,
    ...routerPort(`jtor-GR_${node}`, `rtoj-GR_${node}`),
    `ls-add ext_${node}`,
    `lsp-add ext_${node} ${bridge}_${node}`,
    `lsp-set-addresses ${bridge}_${node} unknown`,
    `lsp-set-type ${bridge}_${node} localnet`,
    `lsp-set-options ${bridge}_${node} network_name=physnet`,
    // OVN-Kubernetes shares the node's own address here, which takes flows that only ovnkube installs.
    `lrp-add GR_${node} rtoe-GR_${node} ${ovnMac('192.168.43', number)} ${outside}/22`,
    `lsp-add ext_${node} etor-GR_${node}`,
    ...routerPort(`etor-GR_${node}`, `rtoe-GR_${node}`),
    `lr-route-add GR_${node} 0.0.0.0/0 ${NEXT_HOP} rtoe-GR_${node}`,
    `lr-route-add GR_${node} ${CLUSTER_SUBNET} 100.64.0.1`,
    // What a pod sends out of the cluster leaves by its own node, from the address of that node's gateway router.
    `--policy=src-ip lr-route-add ${ROUTER} ${subnet}.0/24 ${join}`,
    `lr-nat-add GR_${node} snat ${outside} ${CLUSTER_SUBNET}`,
  ];
}

function routerPort(port: string, peer: string): string[] {
  return [
    `lsp-set-type ${port} router`,
    `lsp-set-addresses ${port} router`,
    `lsp-set-options ${port} router-port=${peer}`,
  ];
}
