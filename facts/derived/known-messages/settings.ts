import type { KnownMessage } from './known-message.ts';

const CONFIG = 'OVN-Kubernetes go-controller/pkg/config/config.go';
const NODE = 'OVN-Kubernetes go-controller/pkg/node';

/** What ovnkube and its start script end with when the settings of a node don't fit its mode. */
export const SETTINGS_MESSAGES: readonly KnownMessage[] = [
  {
    id: 'unknown-node-mode',
    texts: ['unexpected ovnkube-node-mode: %s. supported modes: '],
    cause: 'The mode is misspelt: OVN-Kubernetes knows full, dpu and dpu-host.',
    remedy: 'Set OVNKUBE_NODE_MODE or --ovnkube-node-mode of the DaemonSet to dpu or dpu-host',
    source: CONFIG,
    explains: ['gateway/node-mode', 'ovnkube/node-mode'],
  },
  {
    id: 'hybrid-overlay-with-dpu',
    texts: ['hybrid overlay is not supported with ovnkube-node mode %s'],
    cause: 'The hybrid overlay is switched on, which only works on nodes in full mode.',
    remedy: 'Set OVN_HYBRID_OVERLAY_ENABLE to an empty text in the DaemonSets of DPUs and DPU hosts',
    source: CONFIG,
    explains: ['gateway/ovnkube-running', 'ovnkube/mode-settings'],
  },
  {
    id: 'lease-settings',
    texts: [
      "invalid dpu-node-lease-renew-interval '%d'. must be",
      "invalid dpu-node-lease-duration '%d'. must be",
    ],
    cause:
      'The lease by which a DPU tells that it lives must last longer than the time between two renewals, both in seconds.',
    remedy: 'Give a duration that is greater than the interval, such as 40 and 10, or leave both out',
    source: CONFIG,
    explains: ['gateway/ovnkube-running', 'ovnkube/mode-settings'],
  },
  {
    id: 'management-port-forbidden',
    texts: ['ovnkube-node-mgmt-port-netdev or ovnkube-node-mgmt-port-dp-resource-name must not be provided'],
    cause: 'A management port is set on a DPU, where OVN-Kubernetes finds the representor by itself.',
    remedy:
      'Take OVNKUBE_NODE_MGMT_PORT_NETDEV and OVNKUBE_NODE_MGMT_PORT_DP_RESOURCE_NAME out of the DaemonSet of the DPUs',
    source: CONFIG,
    explains: ['gateway/management-port-setting', 'ovnkube/management-port'],
  },
  {
    id: 'management-port-required',
    texts: [
      'ovnkube-node-mgmt-port-netdev or ovnkube-node-mgmt-port-dp-resource-name must be provided',
      'ovnkube-node-mgmt-port-dp-resource-name must be provided on dpu-host mode if network segmentation is enabled',
    ],
    cause:
      'A DPU host needs a VF as management port, with network segmentation one of a resource of the device plugin.',
    remedy:
      'Set OVNKUBE_NODE_MGMT_PORT_NETDEV or OVNKUBE_NODE_MGMT_PORT_DP_RESOURCE_NAME in the DaemonSet ovnkube-node-dpu-host',
    source: CONFIG,
    explains: ['gateway/management-port-setting', 'ovnkube/management-port'],
  },
  {
    id: 'resource-without-devices',
    texts: [
      'no device IDs for resource: ',
      'failed to create manage port resources manager for resource %s: ',
    ],
    cause:
      'The device plugin gave the pod of ovnkube no VF of the resource that is set for the management port.',
    remedy:
      'Request the resource in the DaemonSet ovnkube-node-dpu-host, and look whether the node has it: kubectl get node <node> -o jsonpath={.status.allocatable}',
    source: 'OVN-Kubernetes go-controller/pkg/allocator/deviceresource/deviceresource.go',
    explains: ['gateway/management-port-resource', 'ovnkube/management-port-resource'],
  },
  {
    id: 'allocated-device-without-netdev',
    texts: [
      'failed to get netdev name for device %s allocated for',
      'failed to get one netdevice interface (count %d) per Device ID %s',
    ],
    cause:
      'The VF that the device plugin allocated has no network device, or more than one: another driver is bound to it, or the device has left the network namespace.',
    remedy:
      "Look at the VF on the host: ls /sys/bus/pci/devices/<VF's address>/net; ls -l /sys/bus/pci/devices/<VF's address>/driver",
    source: 'OVN-Kubernetes go-controller/pkg/util/sriovnet_linux.go',
    explains: ['gateway/management-port-exists', 'sriov/vf-drivers'],
  },
  {
    id: 'management-port-device-changed',
    texts: [
      'failed to find match manage port device %v of resource %s for network %s',
      'mismatched management port details for network %s. Annotated: %v, Current: ',
    ],
    cause:
      'The annotation k8s.ovn.org/node-mgmt-port names another VF than the one that ovnkube has now: the device plugin allocated another one after a restart.',
    remedy:
      'Remove the annotation and restart ovnkube on the host: kubectl annotate node <node> k8s.ovn.org/node-mgmt-port-',
    source: `${NODE}/default_node_network_controller.go`,
    explains: ['gateway/management-port-resource'],
  },
  {
    id: 'encap-ip-required',
    texts: ['ovn encap IP must be provided if "ovnkube-node-mode" set to "dpu". Exiting...'],
    cause: 'The setting external_ids:ovn-encap-ip is missing in Open vSwitch on the DPU.',
    remedy: 'ovs-vsctl set Open_vSwitch . external_ids:ovn-encap-ip=<address of the DPU>',
    source: 'OVN-Kubernetes dist/images/ovnkube.sh',
    explains: ['ovs/encap-ip'],
  },
  {
    id: 'host-node-name-required',
    texts: ["Couldn't get the required Host K8s Nodename. Exiting..."],
    cause: 'The setting external_ids:host-k8s-nodename is missing in Open vSwitch on the DPU.',
    remedy: 'ovs-vsctl set Open_vSwitch . external_ids:host-k8s-nodename=<node name of the host>',
    source: 'OVN-Kubernetes dist/images/ovnkube.sh, release 1.0',
    explains: ['ovs/host-node-name'],
  },
  {
    id: 'gateway-settings-required',
    texts: [
      "Couldn't get the required OVN Gateway Interface. Exiting...",
      "Couldn't get the required OVN Gateway NextHop. Exiting...",
    ],
    cause:
      'The setting external_ids:ovn-gw-interface or ovn-gw-nexthop is missing in Open vSwitch on the DPU.',
    remedy:
      'ovs-vsctl set Open_vSwitch . external_ids:ovn-gw-interface=<bridge> external_ids:ovn-gw-nexthop=<next hop>',
    source: 'OVN-Kubernetes dist/images/ovnkube.sh, release 1.0',
    explains: ['ovs/gateway-interface', 'ovs/gateway-nexthop'],
  },
];
