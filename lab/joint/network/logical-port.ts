import type { LabNode } from '../../netns/index.ts';
import { ovsSet } from '../../netns/ovs.ts';
import { waitFor } from '../../netns/wait.ts';

/** A pod's port in OVN's network. */
export interface LogicalPort {
  /** `NAMESPACE_POD`, which is the iface-id too. */
  name: string;
  /** The logical switch, which is the node's. */
  node: string;
  mac: string;
  address: string;
  /** Of the pod. */
  uid: string;
  /** Of its sandbox. */
  sandbox: string;
  /** What the VF is called on the host; pods without VFs have none. */
  vfNetdev?: string;
}

/** Makes the pod's logical switch port, or makes an earlier pod's that pod's. */
export async function createLogicalPort(central: LabNode, port: LogicalPort): Promise<void> {
  const { name, node, mac, address, uid } = port;
  await must(central, [
    ...['ovn-nbctl', '--timeout=20', '--may-exist', 'lsp-add', node, name],
    ...['--', 'lsp-set-addresses', name, `${mac} ${address}`],
    ...['--', 'lsp-set-options', name, `iface-id-ver=${uid}`],
  ]);
}

export async function removeLogicalPort(central: LabNode, name: string): Promise<void> {
  await must(central, ['ovn-nbctl', '--timeout=20', '--if-exists', 'lsp-del', name]);
}

/** Puts the netdev into br-int as OVN-Kubernetes does, and waits until OVN has installed its flows. */
export async function plug(node: LabNode, netdev: string, port: LogicalPort): Promise<void> {
  const { name, mac, address, uid, sandbox, vfNetdev } = port;
  const ids = {
    'iface-id': name,
    'iface-id-ver': uid,
    attached_mac: mac,
    ip_addresses: `${address}/24`,
    sandbox,
    ...(vfNetdev === undefined ? {} : { 'vf-netdev-name': vfNetdev }),
  };
  await node.sh(
    `ip link set ${netdev} up
    ovs-vsctl --timeout=20 -- --may-exist add-port br-int ${netdev} other_config:transient=true \\
      -- set Interface ${netdev} ${ovsSet('external_ids', ids)}`,
  );
  const installed = ['get', 'Interface', netdev, 'external_ids:ovn-installed'];
  await waitFor(`OVS port binding (ovn-installed) for ${mac} ${address}`, async () => {
    const { stdout } = await node.exec(['ovs-vsctl', '--timeout=5', '--if-exists', ...installed]);
    return stdout.includes('true');
  });
}

export async function unplug(node: LabNode, netdev: string): Promise<void> {
  await must(node, ['ovs-vsctl', '--timeout=20', '--if-exists', 'del-port', 'br-int', netdev]);
}

async function must(node: LabNode, argv: readonly string[]): Promise<void> {
  const { exitCode, stderr } = await node.exec(argv);
  if (exitCode !== 0) throw new Error(`${node.name}: ${argv[0]}: exit ${exitCode}: ${stderr.trim()}`);
}
