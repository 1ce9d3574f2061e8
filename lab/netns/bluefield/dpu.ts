import { randomUUID } from 'node:crypto';
import type { LabNode } from '../node.ts';
import { ovsSet } from '../ovs.ts';
import { isPlugged, NEXT_HOP, type Pair } from './options.ts';

/** brp0 with the uplink and the PF's representor. */
export function uplinkBridgeCommands({ number }: Pair): string[] {
  return [
    `add-br brp0 -- set Bridge brp0 datapath_type=netdev other_config:hwaddr=10:70:fd:0${number % 10}:81:c0`,
    'add-port brp0 p0',
    'add-port brp0 pf0hpf',
  ];
}

/** br-int with the representors of the VFs that are in use, each with the external_ids that OVN-Kubernetes gives it. */
export function integrationBridgeCommands({ vfs }: Pair): string[] {
  return [
    'add-br br-int -- set Bridge br-int datapath_type=netdev fail_mode=secure',
    ...vfs.filter(isPlugged).map(({ index, representor, port, address, mac, netdev }) => {
      const pod = { 'vf-netdev-name': netdev, sandbox: randomUUID().replaceAll('-', '') };
      const ids = {
        'iface-id': port,
        attached_mac: mac,
        ip_addresses: `${address}/24`,
        ...(index === 0 ? {} : pod),
      };
      return `add-port br-int ${representor} -- set Interface ${representor} ${ovsSet('external_ids', ids)}`;
    }),
  ];
}

export async function ovsVsctl(node: LabNode, commands: readonly string[]): Promise<void> {
  await node.sh(`ovs-vsctl --timeout=20 ${commands.map((command) => `-- ${command}`).join(' ')}`);
}

/** Gives brp0 the DPU's address. */
export async function addressBridge(node: LabNode, { dpuAddress }: Pair): Promise<void> {
  await node.sh(`
    ip addr replace ${dpuAddress}/22 dev brp0
    ip link set brp0 up
    ip route replace default via ${NEXT_HOP}`);
}
