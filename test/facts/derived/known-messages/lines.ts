/*
 * Lines in which known messages stand in practice, by the id of the message. Written by hand after the formats of the
 * programs and the wrapping of those that pass them on, but for those marked as recorded.
 */

const sandbox = (network: string, said: string): string =>
  `Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "0f9a35b82dbe2c39": plugin type="multus-shim" name="multus-cni-network" failed (add): CmdAdd (shim): CNI request failed with status 400: 'ContainerID:"0f9a" Netns:"/var/run/netns/9a" IfName:"eth0" Args:"K8S_POD_NAMESPACE=ns;K8S_POD_NAME=pod" ERRORED: error configuring pod [ns/pod] networking: [ns/pod/uid:${network}]: error adding container to network "${network}": CNI request failed with status 400: '[ns/pod 0f9a network default NAD default] ${said}'`;

const klog = (said: string): string =>
  `E1121 12:09:31.104214    4711 ovnkube.go:391] "failed to run ovnkube" err="failed to run ovnkube: failed to start node network controller: failed to init default node network controller: ${said}"`;

const json = (said: string): string =>
  JSON.stringify({ level: 'error', ts: '2026-11-21T12:09:31Z', msg: 'failed', error: said });

export const LINES: Readonly<Record<string, readonly string[]>> = {
  'management-port-not-found': [klog('failed to get link device for enp2s0f0v0. Link not found')],
  'management-port-without-pci-address': [klog('failed to get PCI address')],
  'management-port-no-pci-device': [
    klog('device eth0-0 is not a PCI device: /sys/devices/virtual/net/eth0-0'),
  ],
  'management-port-without-sysfs': [
    klog('device pf0vf0 not found: readlink /sys/class/net/pf0vf0: no such file or directory'),
  ],
  'management-port-no-vf': [
    klog(
      'failed to read physfn link, provided address may not be a VF. readlink /sys/bus/pci/devices/0000:02:00.0/physfn: no such file or directory',
    ),
    klog('failed to get PF PCI address'),
  ],
  'pf-without-net-directory': [
    klog(
      'could not stat the directory /sys/bus/pci/devices/0000:01:00.0/net: stat /sys/bus/pci/devices/0000:01:00.0/net: no such file or directory',
    ),
    klog('failed to get network devices'),
  ],
  'pf-without-netdevs': [klog('no netdevs found for pci address 0000:01:00.0')],
  'unknown-node-mode': [
    'F1121 12:09:31.104214 4711 ovnkube.go:95] unexpected ovnkube-node-mode: smartnic. supported modes: [full dpu dpu-host]',
  ],
  'hybrid-overlay-with-dpu': ['hybrid overlay is not supported with ovnkube-node mode dpu-host'],
  'lease-settings': [
    "invalid dpu-node-lease-duration '10'. must be > dpu-node-lease-renew-interval '10'",
    "invalid dpu-node-lease-renew-interval '-1'. must be >= 0",
  ],
  'management-port-forbidden': [
    'ovnkube-node-mgmt-port-netdev or ovnkube-node-mgmt-port-dp-resource-name must not be provided',
  ],
  'management-port-required': [
    'ovnkube-node-mgmt-port-netdev or ovnkube-node-mgmt-port-dp-resource-name must be provided',
    'ovnkube-node-mgmt-port-dp-resource-name must be provided on dpu-host mode if network segmentation is enabled',
  ],
  'resource-without-devices': [
    klog(
      'failed to create manage port resources manager for resource nvidia.com/ovnk-mgmt-vf: no device IDs for resource: nvidia.com/ovnk-mgmt-vf',
    ),
  ],
  'allocated-device-without-netdev': [
    klog(
      'failed to get netdev name for device 0000:02:00.3 allocated for default network: failed to get one netdevice interface (count 0) per Device ID 0000:02:00.3',
    ),
  ],
  'management-port-device-changed': [
    klog(
      'mismatched management port details for network default. Annotated: &{0000:02:00.3 0 0}, Current: &{0000:02:00.4 0 1}',
    ),
  ],
  'encap-ip-required': ['ovn encap IP must be provided if "ovnkube-node-mode" set to "dpu". Exiting...'],
  'host-node-name-required': ["Couldn't get the required Host K8s Nodename. Exiting..."],
  'gateway-settings-required': [
    "Couldn't get the required OVN Gateway NextHop. Exiting...",
    "Couldn't get the required OVN Gateway Interface. Exiting...",
  ],
  'pod-without-device': [sandbox('ovn-kubernetes', 'DeviceID must be set for Pod request with DPU')],
  'device-not-resolved': [
    sandbox(
      'ovn-kubernetes',
      'failed to resolve device details for 0000:02:00.4: failed to read sysfs device link',
    ),
    sandbox('ovn-kubernetes', "cannot determine device type for id 'eth0-3'"),
  ],
  'vfio-not-supported': [sandbox('ovn-kubernetes', 'VFIO not supported for device 0000:02:00.4')],
  'dpu-plumb-failed': [sandbox('ovn-kubernetes', 'DPU plumb failed: connection status is Error')],
  'dpu-does-not-answer': [
    sandbox(
      'ovn-kubernetes',
      'failed to get pod annotation: timed out waiting for annotations: context deadline exceeded',
    ),
  ],
  'port-not-bound': [
    sandbox(
      'ovn-kubernetes',
      'failed to configure pod interface: timed out waiting for OVS port binding (ovn-installed) for 0a:58:0a:f4:01:05 [10.244.1.5/24]',
    ),
  ],
  'port-of-another-sandbox': [
    'E1121 12:09:31 base_node_network_controller_dpu.go:231] Error deleting pod ns/pod for network default: OVS port pf0vf3 was added for sandbox (0f9a35b8), expecting (7c1d22aa)',
    'OVS port pf0vf3 was added for iface-id (ns_old), now readding it for (ns_new)',
    'OVS port pf0vf3 was added for NAD (ns/a), expect (ns/b)',
  ],
  'dpu-not-ready': [sandbox('ovn-kubernetes', 'DPU Not Ready')],
  'vf-representor-not-found': [
    'I1121 12:09:31.104214 4711 base_node_network_controller_dpu.go:267] Failed to get VF representor for pod ns/pod for NAD default dpuConnDetail &{PfId:1 VfId:3 SandboxId:0f9a VfNetdevName:}: vf representor for pfID: 1, vfIndex: 3 not found',
  ],
  'pf-number-not-supported': ['unexpected pfID(2). It should be 0 or 1'],
  'pf-representor-not-found': [
    klog('dpu host interface was not found for bridge "brp0"'),
    'pf representor for pfID: 0 not found',
  ],
  'uplink-no-switchdev': [
    'net device p0 is does not represent an eswitch port',
    'uplink enp2s0f0np0 is not a switchdev',
    'uplink for 0000:02:00.4 not found',
  ],
  'vf-index-not-found': [
    'failed to get VF index for device 0000:02:00.4: vf index for 0000:02:00.4 not found',
  ],
  'representor-not-added': [
    'Error adding pod ns/pod for network default: failed to add rep port for pod ns/pod for NAD default, failed to setup representor port. retrying',
  ],
  'pod-without-network-annotation': [
    'failed to get pod interface information of pod ns/pod for NAD default: could not find OVN pod annotation in map[]. retrying',
  ],
  'management-port-annotation-missing': [
    klog('k8s.ovn.org/node-mgmt-port annotation not found for node "host1"'),
    klog('failed to find management port details for default network'),
  ],
  'dpu-host-address-missing': [
    klog('k8s.ovn.org/primary-dpu-host-addr annotation not found for node "host1"'),
    klog('node primary DPU address annotation is empty for node host1'),
  ],
  'host-address-in-no-subnet-of-the-dpu': [
    klog('could not find subnet on DPU matching node IP 192.168.42.201'),
    klog('failed to find network interface with IP: 192.168.42.201'),
  ],
  'ipv6-on-dpu': [klog('IPv6 mode is not supported on a DPU enabled node')],
  'management-port-lost': [
    "F1121 12:09:31 port_dpu_linux.go:95] Can't find neither renamed management port ovn-k8s-mp0 nor original representor device pf0vf0: Link not found, inconsistent state",
  ],
  'host-representor-not-added': [
    klog(
      'failed to add DPU host gateway representor pf0hpf to bridge brp0: exit status 1, stderr: "ovs-vsctl: no port"',
    ),
  ],
  'no-logical-switch': [
    klog(`timed out waiting for node's: "host1" logical switch: context deadline exceeded`),
  ],
  'simulated-representor-not-found': [
    'simulated representor rep0-3 not found: link name or alias not present',
    'connection PF ID 0 does not match local DPU PF ID 1',
    'multiple PF IDs detected: [0 1] (DPU should serve only one PF)',
  ],
  'simulated-name-not-understood': [
    'interface enp1s0 does not match simulated naming pattern *<pfId>-<funcId>',
    'failed to parse veth interface enp1s0: invalid veth interface name format: enp1s0 (expected ethX-Y)',
  ],
  'lease-missing': [
    'W1121 12:09:31 manager.go:150] DPU node lease not found',
    'failed to read DPU node lease: leases.coordination.k8s.io "ovn-dpu-host1" is forbidden',
  ],
  'lease-expired': ['DPU node lease expired at 2026-11-21T12:09:31Z'],
  'not-connected-to-southbound': [
    'Readiness probe failed: "ovn-controller" is not connected to OVN SB database, status: (not connected)',
  ],
  'cni-configuration-missing': [
    `Readiness probe failed: E1121 12:09:31 ovs_readiness.go:22] OVN-Kubernetes config file "/etc/cni/net.d/10-ovn-kubernetes.conf" doesn't exist`,
  ],
  'numvfs-busy': [
    // Recorded: doca-platform pull request 58.
    'failed to execute operation CreateP0VF: write /sys/bus/pci/devices/0000:b5:00.0/sriov_numvfs: device or resource busy',
    'mlx5_core 0000:02:00.0: 3 VFs already enabled. Disable before enabling 4 VFs',
  ],
  'numvfs-out-of-range': [
    'write /sys/bus/pci/devices/0000:b5:00.0/sriov_numvfs: numerical result out of range',
    'cannot config SRIOV device: NumVfs (64) is larger than TotalVfs (16)',
  ],
  'numvfs-no-memory': ['mlx5_core 0000:02:00.0: not enough MMIO resources for SR-IOV'],
  'numvfs-no-interrupts': ['tee: /sys/bus/pci/devices/0000:02:00.0/sriov_numvfs: No space left on device'],
  'eswitch-not-switched': [
    'Error: mlx5_core: Failed setting eswitch to offloads.',
    // Recorded: sriov-network-operator issue 1015.
    'mlx5_core 0101:00:00.0: mlx5_cmd_out_err:808:(pid ...): CREATE_FLOW_TABLE(0x930) op_mod(0x0) failed, status bad resource state(0x9), syndrome (0x98afbb), err(-22)',
  ],
  'cni-without-vf-address': [
    sandbox('sriov-network', 'SRIOV-CNI failed to load netconf: LoadConf(): VF pci addr is required'),
  ],
  'insufficient-resource': [
    // Recorded: sriov-network-device-plugin issue 189.
    '0/1 nodes are available: 1 Insufficient intel.com/inte_sriov_netdevice.',
    "0/5 nodes are available: 1 Insufficient cpu, 2 Insufficient mellanox.com/mlnx_sriov_cx6, 2 node(s) didn't match Pod's node affinity/selector. preemption: 0/5 nodes are available: 5 No preemption victims found for incoming pod.",
  ],
  'vf-without-physfn': [
    // Recorded: sriov-network-device-plugin issue 177.
    'failed to get VF information: "lstat /sys/bus/pci/devices/0000:00:07.0/physfn/net: no such file or directory"',
  ],
  'device-pool-empty': [
    'I1121 12:09:31 manager.go:113] no devices in device pool, skipping creating resource server for mlnx_sriov_cx6',
  ],
  'device-plugin-not-registered': [
    'Plugin: mellanox.com_mlnx_sriov_cx6.sock failed to be registered at Kubelet: RegisterDevicePlugin; restarting.',
  ],
  'resource-name-invalid': [
    'admission webhook "operator-webhook.sriovnetwork.openshift.io" denied the request: resource name "bf3-p0-vfs" contains invalid characters, the accepted syntax of the regular expressions is: "^[a-zA-Z0-9_]+$"',
  ],
  'vf-without-netdev': [
    // Recorded: kube-ovn issue 2081.
    'failed to get vf netdevice 0000:ca:00.6, cannot get a network device with pci address 0000:ca:00.6 stat /sys/bus/pci/devices/0000:ca:00.6/net: no such file or directory',
  ],
  'externally-managed-mismatch': [
    'checkExternallyManagedPF(): number of request virtual functions 46 is not equal to configured virtual functions 16 but the policy is configured as ExternallyManaged for device 0000:02:00.0',
    json('requested ESwitchMode mode "switchdev" is not equal to configured "legacy"'),
  ],
  'no-nic-selected': ['no supported NIC is selected by the nicSelector in CR bf3-p0-vfs'],
  'device-health-compromised': [
    "mlx5_core 0000:02:00.0: poll_health:825:(pid 0): device's health compromised - reached miss count",
  ],
  'flow-not-offloaded': [
    // Recorded: ovn-kubernetes issue 839.
    '2019-09-23T03:14:48.824Z|00035|dpif_netlink(handler2)|ERR|failed to offload flow: Operation not supported: 621b9db0ed0b6aa',
  ],
  'port-without-device': [
    // Recorded: kube-ovn issue 5662.
    'bridge|WARN|could not open network device 75797ebf68e7_h (No such device)',
  ],
  'ovsdb-server-not-reached': [
    // As ovs-vsctl says it in a container of ovnkube.
    'ovs-vsctl: unix:/var/run/openvswitch/db.sock: database connection failed (No such file or directory)',
  ],
  'representor-port-not-plugged': [
    // Recorded: ovn-org/ovn issue 169.
    "vif_plug_representor|INFO|No representor port found for lport: c1-sw0-p1 pf-mac: '10:70:fd:df:9c:3a' vf-num: '4'",
  ],
  'integration-bridge-missing': [
    // Recorded: config-ovnk.md of the software testbed.
    '2023-04-18T21:42:33.907Z|00043|rconn|WARN|unix:/var/run/openvswitch/br-int.mgmt: connection failed (No such file or directory)',
  ],
  'link-rename-busy': ['RTNETLINK answers: Device or resource busy'],
  'link-name-in-use': ['RTNETLINK answers: File exists'],
  'link-not-there': [
    'Device "pf0vf0" does not exist.',
    'Cannot find device "eth0-3"',
    json('exit status 1: Device "pf0vf0" does not exist.'),
  ],
  'multus-without-cluster-network': [
    // Recorded: multus-cni issue 302.
    'Multus: failed to get clusterNetwork/defaultNetworks: GetDefaultNetworks: failed to get clusterNetwork 10-kuberouter in namespace kube-system',
  ],
  'rollout-of-several': [
    'error: rollout status is only supported on individual resources and resource collections - 3 resources were found',
  ],
  'resource-type-missing': [`error: the server doesn't have a resource type "dpuserviceipam"`],
  'condition-not-met': ['error: timed out waiting for the condition on pods/ovnkube-node-dpu-2qvs9'],
};

/** Lines of healthy systems, and of faults that are none of ours. */
export const INNOCENT: readonly string[] = [
  'I1121 12:09:31 default_node_network_controller.go:600] Gateway interface derived from management port: enp2s0f0np0',
  'I1121 12:09:31 ovnkube.go:391] host-k8s-nodename is set, overriding K8S_NODE with host1',
  'Updating pod ns/pod with connection status ({Status:Ready Reason:}) for NAD default',
  'Port pf0vf3 added to bridge br-int',
  'daemon set "ovnkube-node" successfully rolled out',
  'Waiting for daemon set "ovnkube-node" rollout to finish: 1 of 2 updated pods are available...',
  'pod/ovnkube-node-dpu-2qvs9 condition met',
  '0/5 nodes are available: 5 Insufficient cpu. preemption: 0/5 nodes are available: 5 No preemption victims found for incoming pod.',
  '0/1 nodes are available: 1 Insufficient ephemeral-storage.',
  'failed to get PCI address of the GPU',
  'failed to get network devices from the cloud provider',
  'mv: cannot stat /etc/foo: No such file or directory',
  'tar: write error: No space left on device',
  'sh: 1: echo: write error: Device or resource busy',
  'write /var/log/pods/x: no space left on device',
  'Block Device sdb does not exist. Trying the next one',
  'stat the directory /var/lib/kubelet: no such file or directory',
  'device eth0 not found in the database, using eth1',
  'kernel answers: Operation not supported',
  'Error from server (NotFound): leases.coordination.k8s.io "x" not found',
  'OVS port pf0vf3 was added for NAD default',
  'uplink for bond0 is p0, and p1 was not found',
  'I1121 12:09:31 manager.go:152] DPU node lease renewed',
  'ovn-controller is connected to OVN SB database, status: (connected)',
  'using config file "/etc/openvswitch/ovn_k8s.conf"',
  '2026-11-21T12:09:31.224Z|00071|bridge|INFO|bridge br-int: added interface pf0vf1 on port 3',
  '2026-11-21T12:09:31.224Z|00014|netdev_offload|INFO|netdev: Flow API Enabled',
  'RTNETLINK answers: No such process',
];
