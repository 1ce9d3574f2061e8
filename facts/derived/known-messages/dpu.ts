import type { KnownMessage } from './known-message.ts';

const NODE = 'OVN-Kubernetes go-controller/pkg/node';
const UTIL = 'OVN-Kubernetes go-controller/pkg/util';

const LIST = 'grep . /sys/class/net/*/phys_port_name; devlink port show';

/** What OVN-Kubernetes on a DPU says. */
export const DPU_MESSAGES: readonly KnownMessage[] = [
  {
    id: 'vf-representor-not-found',
    texts: [
      'Failed to get VF representor for %v dpuConnDetail ',
      'vf representor for pfID: %s, vfIndex: %s not found',
      'failed to find VF representor for uplink %s, vfIndex %d',
    ],
    cause:
      'The DPU has no representor of the VF that the host names: the VF was made after the DPU had started, its eswitch was reset, or the PF has another number there than its PCI function on the host.',
    remedy: `Look which representors there are, on the DPU: ${LIST}`,
    source: 'sriovnet, GetVfRepresentorDPU',
    explains: ['ovs/pod-representors', 'chain/pod-ports'],
  },
  {
    id: 'pf-number-not-supported',
    texts: ['unexpected pfID(%s). It should be 0 or 1'],
    cause: "The VF's PF is PCI function 2 or higher of the host, and OVN-Kubernetes knows two PFs of a DPU.",
    remedy: "Take VFs of the DPU's first two PFs into the device plugin's ConfigMap (pfNames)",
    source: 'sriovnet, GetVfRepresentorDPU',
    explains: ['ovs/pod-representors', 'chain/pod-ports'],
  },
  {
    id: 'pf-representor-not-found',
    texts: ['pf representor for pfID: %s not found', 'dpu host interface was not found for bridge %q'],
    cause: "The representor of the host's PF is not there, or is not a port of the bridge to the outside.",
    remedy: `Look for it on the DPU and attach it: ${LIST}; ovs-vsctl add-port <bridge> pf0hpf`,
    source: `${UTIL}/dpuops_linux.go`,
    explains: ['ovs/host-representor-port'],
  },
  {
    id: 'uplink-no-switchdev',
    texts: [
      'uplink %s is not a switchdev',
      'net device %s is does not represent an eswitch port',
      'uplink for %s not found',
    ],
    cause:
      'The eswitch is in legacy mode, so that there are no representors, or the device is none of its ports.',
    remedy: 'Look at its mode: devlink dev eswitch show pci/<address>',
    source: 'sriovnet, sriovnet_switchdev.go',
    explains: ['sriov/eswitch-mode'],
  },
  {
    id: 'vf-index-not-found',
    texts: ['vf index for %s not found', 'failed to get VF index for device %s: '],
    cause: 'No virtfn link of the PF leads to this VF: the VFs were made anew, or it is none.',
    remedy: 'Look at the links on the host: ls -l /sys/bus/pci/devices/*/virtfn*',
    source: 'sriovnet, GetVfIndexByPciAddress',
    explains: ['sriov/virtfn-links'],
  },
  {
    id: 'representor-not-added',
    texts: ['failed to add rep port for %v. retrying'],
    cause:
      "OVN-Kubernetes on the DPU could not attach the representor of a pod's VF; the words after it say why.",
    remedy: 'Read on in the same line, and look at the port: ovs-vsctl list Interface <representor>',
    source: `${NODE}/base_node_network_controller_dpu.go`,
    explains: ['ovs/pod-representors', 'chain/pod-ports'],
  },
  {
    id: 'pod-without-network-annotation',
    texts: ['failed to get pod interface information of %v. retrying'],
    cause:
      "The pod has no address yet: the cluster manager or the zone's controller has not written k8s.ovn.org/pod-networks.",
    remedy:
      'Look at the annotation and the control plane: kubectl -n ovn-kubernetes logs deploy/ovnkube-control-plane',
    source: `${NODE}/base_node_network_controller_dpu.go`,
    explains: ['ovs/pod-representors', 'chain/pod-ports'],
  },
  {
    id: 'management-port-annotation-missing',
    texts: [
      'k8s.ovn.org/node-mgmt-port annotation not found for node',
      'failed to find management port details for %s network',
    ],
    cause:
      'The host has not told which VF is its management port: ovnkube does not run there, or may not annotate its node.',
    remedy:
      'Look at ovnkube on the host, and at the annotation: kubectl get node <host> -o yaml | grep node-mgmt-port',
    source: `${UTIL}/node_annotations.go`,
    explains: ['ovs/management-port'],
  },
  {
    id: 'dpu-host-address-missing',
    texts: [
      'k8s.ovn.org/primary-dpu-host-addr annotation not found for node %q',
      'node primary DPU address annotation is empty for node %s',
    ],
    cause:
      'The host has not written the address of its gateway interface to its node: ovnkube does not run there, or the interface has no address.',
    remedy:
      'Look at ovnkube on the host, and at the annotation: kubectl get node <host> -o yaml | grep primary-dpu-host-addr',
    source: `${NODE}/gateway_init.go, go-controller/pkg/util/node_annotations.go`,
    explains: ['gateway/gateway-interface'],
  },
  {
    id: 'host-address-in-no-subnet-of-the-dpu',
    texts: ['could not find subnet on DPU matching node IP ', 'failed to find network interface with IP: '],
    cause:
      "No interface of the DPU is in the network of the host's address: its bridge to the outside lacks its address.",
    remedy:
      'Give the bridge an address of that network: ip -br addr; ip addr add <address>/<prefix> dev <bridge>',
    source: `${NODE}/gateway_init.go, util/util.go`,
    explains: ['ovs/external-bridge-address'],
  },
  {
    id: 'ipv6-on-dpu',
    texts: ['IPv6 mode is not supported on a DPU enabled node'],
    cause: 'The cluster has an IPv6 network, and OVN-Kubernetes gives DPUs IPv4 alone.',
    remedy: 'Take the IPv6 networks out of net_cidr and svc_cidr of the ConfigMap ovn-config',
    source: `${NODE}/default_node_network_controller.go`,
    explains: [],
  },
  {
    id: 'management-port-lost',
    texts: [
      "Can't find neither renamed management port %s nor original representor device",
      'Failed to recreate management port netdev, terminating so device plugin can re-allocate the correct VF on restart: ',
    ],
    cause:
      "The management port's VF or representor is gone under both of its names: the VFs were made anew, or the DPU was reset.",
    remedy: `Look for it, then restart ovnkube: ${LIST}`,
    source: `${NODE}/managementport/port_dpu_linux.go`,
    explains: ['ovs/management-port', 'gateway/management-port-exists'],
  },
  {
    id: 'host-representor-not-added',
    texts: ['failed to add DPU host gateway representor %s to bridge %s'],
    cause: "Open vSwitch refused the representor of the host's PF as a port of the bridge to the outside.",
    remedy: 'Read the reason in the same line, and look where it is: ovs-vsctl port-to-br <representor>',
    source: `${NODE}/bridgeconfig/bridgeconfig.go`,
    explains: ['ovs/host-representor-port'],
  },
  {
    id: 'no-logical-switch',
    texts: [
      "timed out waiting for node's: %q logical switch: ",
      'timed out waiting for node %q logical switch: ',
    ],
    cause:
      "OVN's databases have no logical switch of this node: the control plane does not know it, or the DPU goes by another name than its host.",
    remedy:
      'Compare the name with the nodes: ovs-vsctl get Open_vSwitch . external_ids:host-k8s-nodename; kubectl get nodes',
    source: `${NODE}/default_node_network_controller.go`,
    explains: ['ovs/host-node-name-matches'],
  },
  {
    id: 'simulated-representor-not-found',
    texts: [
      'simulated representor %s not found: link name or alias not present',
      'simulated representor %s not found and link list failed: ',
      'simulated DPU host representor was not found for bridge %q',
      'representor interface %s not found: ',
      'management representor interface %s not found: ',
      'no representor interfaces found (rep{pfId}-{vfId} pattern)',
      'multiple PF IDs detected: %v (DPU should serve only one PF)',
      'connection PF ID %s does not match local DPU PF ID %s',
    ],
    cause:
      "Of the veth pairs that stand for VFs, the DPU's end is missing or has another number in its name than the host's end.",
    remedy: 'Compare the names: ip -br link | grep -E "^(eth|rep)[0-9]+-[0-9]+" on host and DPU',
    source: `${UTIL}/dpuops_linux.go and, before, dpu_provider.go; seed K L36-41`,
    explains: ['veth/representors', 'veth/peers'],
  },
  {
    id: 'simulated-name-not-understood',
    texts: [
      'interface %s does not match simulated naming pattern *<pfId>-<funcId>',
      'invalid veth interface name format: %s (expected ethX-Y)',
      'failed to parse veth interface %s: ',
      'both deviceID and netdevName are empty for veth DPU provider',
    ],
    cause:
      'A simulated VF is not called eth<PF>-<number>, so that OVN-Kubernetes does not find its representor.',
    remedy: 'Rename it on the host: ip link set <name> down; ip link set <name> name eth0-<number>',
    source: `${UTIL}/dpuops_linux.go and, before, dpu_provider.go`,
    explains: ['veth/host-interfaces'],
  },
  {
    id: 'lease-missing',
    texts: [
      'DPU node lease not found',
      'failed to read DPU node lease: ',
      'DPU node lease missing renew time or duration',
    ],
    cause:
      'The lease ovn-dpu-<node> by which the DPU tells that it lives is not there, not complete or not to be read: OVN-Kubernetes on the DPU has never run with it.',
    remedy:
      'Look at it: kubectl -n ovn-kubernetes get lease ovn-dpu-<node> -o yaml; then at the log of ovnkube-node on the DPU',
    source: `${NODE}/dpulease/manager.go`,
    explains: ['cluster/nodes-ready', 'ovnkube/dpu-lease'],
  },
  {
    id: 'lease-expired',
    texts: ['DPU node lease expired at '],
    cause:
      'The DPU has not renewed its lease: it is down, has no way to the API server, or ovnkube has ended there.',
    remedy: 'Look at the DPU: kubectl -n ovn-kubernetes get pods -o wide | grep dpu; ping <DPU>',
    source: `${NODE}/dpulease/manager.go`,
    explains: ['cluster/nodes-ready', 'ovnkube/dpu-lease'],
  },
  {
    id: 'not-connected-to-southbound',
    texts: ['is not connected to OVN SB database, status: '],
    cause:
      "ovn-controller does not reach OVN's southbound database: ovn-remote is wrong, or the database does not run.",
    remedy:
      'ovs-vsctl get Open_vSwitch . external_ids:ovn-remote; ovn-appctl -t ovn-controller connection-status',
    source: 'OVN-Kubernetes go-controller/cmd/ovn-kube-util/app/readiness-probe.go',
    explains: ['ovs/ovn-connected'],
  },
  {
    id: 'cni-configuration-missing',
    texts: ["OVN-Kubernetes config file %q doesn't exist"],
    cause:
      'ovnkube has not come so far as to write the configuration of the CNI, so that the node stays NotReady; the log before it says why.',
    remedy: 'kubectl -n ovn-kubernetes logs <pod> -c ovnkube-controller --previous',
    source:
      'OVN-Kubernetes go-controller/cmd/ovn-kube-util/app/readiness-probe.go; ovn-kubernetes issue 4113',
    explains: ['cluster/nodes-ready', 'gateway/ovnkube-running'],
  },
];
