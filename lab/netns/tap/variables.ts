/** scripts/variables.sh of the software-only testbed: the lists and scalars that all its scripts read. */
export function variablesScript(vfs: number): string {
  const lists = {
    GATEWAY_LIST: ['gw-1'],
    INFRA_CTRL_LIST: ['infra-1'],
    INFRA_DPU_LIST: ['infra-2', 'infra-3'],
    TENANT_CTRL_LIST: ['tenant-1'],
    TENANT_DPU_HOST_LIST: ['tenant-2', 'tenant-3'],
    TENANT_WORKER_LIST: ['tenant-4'],
  };
  const scalars = {
    IF1: 'enp1s0',
    IF2: 'enp7s0',
    TAP_0: 'enp2s0f1',
    NUM_VF: String(vfs),
    INFRA_OCTETS: '192.168.200',
    TENANT_OCTETS: '192.168.100',
    INFRA_GW: '192.168.200.254',
    TENANT_GW: '192.168.100.254',
    BRIDGE_NAME: 'br-ex',
    NET_CIDR: '172.16.0.0/16',
    SVC_CIDR: '172.17.0.0/16',
    DNS: '8.8.8.8',
  };
  return [
    '#!/bin/bash',
    '',
    '# Node names by function.',
    ...Object.entries(lists).map(
      ([name, nodes]) => `${name}=(${nodes.map((node) => `"${node}"`).join(' ')})`,
    ),
    '',
    '# Defaults that the environment may override.',
    ...Object.entries(scalars).map(([name, value]) => `${name}=\${${name}:-"${value}"}`),
    '',
  ].join('\n');
}
