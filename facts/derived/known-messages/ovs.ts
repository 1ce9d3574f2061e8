import type { KnownMessage } from './known-message.ts';

/** What Open vSwitch, OVN and iproute2 say. */
export const OVS_MESSAGES: readonly KnownMessage[] = [
  {
    id: 'flow-not-offloaded',
    texts: ['failed to offload flow: Operation not supported'],
    cause:
      'The driver or the kernel can not take the flow: the port is no representor, its eswitch is in legacy mode, hw-tc-offload is off, or the kernel is older than 5.7.',
    remedy: 'devlink dev eswitch show pci/<address>; ethtool -k <port> | grep hw-tc-offload; uname -r',
    source: 'Open vSwitch; ovn-kubernetes issue 839',
    explains: ['ovs/offloaded-flows', 'sriov/hw-tc-offload'],
  },
  {
    id: 'port-without-device',
    texts: ['could not open network device %s (No such device)'],
    cause:
      'The port is in the database, and its network device is gone: the pod was deleted or the VF made anew without the port being taken away.',
    remedy:
      'ovs-vsctl del-port <bridge> <port>; if a pod needs it, delete the pod, so that the CNI makes it anew',
    source: 'Open vSwitch; kube-ovn issue 5662',
    explains: ['ovs/port-errors'],
  },
  {
    id: 'ovsdb-server-not-reached',
    texts: ['db.sock: database connection failed (%v)'],
    cause:
      'ovsdb-server does not run on this node, or its socket is not in the file system of the container.',
    remedy: 'systemctl restart openvswitch-switch.service; ls -l /var/run/openvswitch/db.sock',
    source: 'Open vSwitch, utilities/ovs-vsctl.c',
    explains: ['ovs/daemons', 'ovs/installed'],
  },
  {
    id: 'representor-port-not-plugged',
    texts: ['No representor port found for lport: %s pf-mac: '],
    cause: 'No PF of the DPU has this MAC address or this VF, or its eswitch is in legacy mode.',
    remedy: 'Compare pf-mac with the representors: devlink port show',
    source: 'ovn-org/ovn issue 169',
    explains: ['ovs/pod-representors', 'chain/pod-ports', 'sriov/eswitch-mode'],
  },
  {
    id: 'integration-bridge-missing',
    texts: ['br-int.mgmt: connection failed (No such file or directory)'],
    cause: 'The bridge br-int does not exist, and ovn-controller does not make it on this node.',
    remedy: 'ovs-vsctl --may-exist add-br br-int',
    source: 'seed S, config-ovnk.md of the software testbed',
    explains: ['ovs/integration-bridge'],
  },
  {
    id: 'link-rename-busy',
    texts: ['RTNETLINK answers: Device or resource busy'],
    cause: 'Of a rename: the network device was up, which kernels before 6.2 refuse.',
    remedy: 'ip link set <name> down; ip link set <name> name <new name>; ip link set <new name> up',
    source: 'kernel, dev_change_name; seed K L143',
    explains: ['veth/host-interfaces'],
  },
  {
    id: 'link-name-in-use',
    texts: ['RTNETLINK answers: File exists'],
    cause: 'The name, address or route that was to be made exists already.',
    remedy: 'Look what has it: ip -br link; ip -br addr; ip route',
    source: 'kernel, rtnetlink; seed K L158',
    explains: ['veth/host-interfaces', 'veth/leftovers'],
  },
  {
    id: 'link-not-there',
    texts: ['Cannot find device "%s"', 'Device "%s" does not exist.'],
    cause:
      'No network device of this name is in the network namespace: it was renamed, moved, or never made.',
    remedy: 'ip -br link; ip -all netns exec ip -br link',
    source: 'iproute2',
    explains: ['gateway/management-port-exists', 'veth/host-interfaces'],
  },
];
