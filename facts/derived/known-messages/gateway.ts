import type { KnownMessage } from './known-message.ts';

const NODE = 'OVN-Kubernetes go-controller/pkg/node/default_node_network_controller.go';

/** What ends ovnkube on a DPU host when it looks for its management port and its gateway interface. */
export const GATEWAY_MESSAGES: readonly KnownMessage[] = [
  {
    id: 'management-port-not-found',
    texts: ['failed to get link device for %s. Link not found', 'failed to lookup %s link: Link not found'],
    cause:
      'The network device that is set as management port does not exist on the host, nor has it been renamed to ovn-k8s-mp0: its VFs were not created, or it has another name.',
    remedy:
      'Look for the VF on the host and set its name: ip -br link; then OVNKUBE_NODE_MGMT_PORT_NETDEV in the DaemonSet ovnkube-node-dpu-host',
    source: NODE,
    explains: ['gateway/management-port-exists'],
  },
  {
    id: 'management-port-without-pci-address',
    texts: ['default node network controller: failed to get PCI address'],
    cause: 'Unable to retrieve the PCI address from the management port device.',
    remedy: 'Ensure the management port device exists and is properly configured: ethtool -i <device>',
    source: 'seed G L107-112',
    explains: ['gateway/management-port-pci-address'],
  },
  {
    id: 'management-port-no-pci-device',
    texts: ['device %s is not a PCI device: '],
    cause: 'The device, such as the management port, is a veth, bond or other virtual device, and no VF.',
    remedy: 'Set the network device of a VF as management port: ls -l /sys/class/net/*/device/physfn',
    source: 'sriovnet, GetPciFromNetDevice',
    explains: ['gateway/management-port-pci-address'],
  },
  {
    id: 'management-port-without-sysfs',
    texts: ['device %s not found: readlink /sys/class/net/%s'],
    cause: "The container sees the sysfs of another network namespace, or the device has left the host's.",
    remedy:
      "Compare the devices that the container sees with the host's: kubectl -n ovn-kubernetes exec <ovnkube-node-dpu-host pod> -- ls /sys/class/net",
    source: 'sriovnet, GetPciFromNetDevice',
    explains: ['gateway/management-port-pci-address'],
  },
  {
    id: 'management-port-no-vf',
    texts: [
      'failed to read physfn link, provided address may not be a VF',
      'could not find PF PCI Address',
      'default node network controller: failed to get PF PCI address',
    ],
    cause:
      'Unable to resolve the PF PCI address from the VF PCI address: the device, such as the management port, is a PF, a representor or a sub-function.',
    remedy:
      'Verify SR-IOV configuration and driver support, and that a VF is the management port: ls -l /sys/class/net/<device>/device/physfn',
    source: 'sriovnet, GetPfPciFromVfPci; seed G L117-122',
    explains: ['gateway/pf-pci-address'],
  },
  {
    id: 'pf-without-net-directory',
    texts: [
      'could not stat the directory /sys/bus/pci/devices/%s/net',
      'failed to read directory /sys/bus/pci/devices/%s/net',
      'default node network controller: failed to get network devices',
    ],
    cause:
      'Unable to retrieve network devices associated with the PF PCI address: no driver is bound to it, or one for user space.',
    remedy: "Bind the PF to its kernel driver: ls -l /sys/bus/pci/devices/<PF's address>/driver",
    source: 'sriovnet, getFileNamesFromPath; seed G L127-132',
    explains: ['gateway/pf-netdevs', 'sriov/pf-driver'],
  },
  {
    id: 'pf-without-netdevs',
    texts: ['no netdevs found for pci address %s'],
    cause:
      "The PF PCI address doesn't have any associated network devices: its network device was moved to another network namespace, or its driver made none.",
    remedy:
      'Verify that the PF has network interfaces configured and are visible to the system: ls /sys/bus/pci/devices/<address>/net; ip -all netns exec ip -br link',
    source: `${NODE}; seed G L97-102`,
    explains: ['gateway/pf-netdevs', 'sriov/pf-netdev'],
  },
];
