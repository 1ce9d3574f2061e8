import type { KnownMessage } from './known-message.ts';

/** What the kernel, the SR-IOV device plugin and the SR-IOV operator say. */
export const SRIOV_MESSAGES: readonly KnownMessage[] = [
  {
    id: 'numvfs-busy',
    texts: [
      'sriov_numvfs%v: device or resource busy',
      'sriov_numvfs%v: Device or resource busy',
      'VFs already enabled. Disable before enabling',
    ],
    cause: 'There are VFs already, or one of them is in use; the kernel takes another number only after 0.',
    remedy:
      'Drain the node, for pods lose their VFs; then echo 0 > /sys/bus/pci/devices/<PF>/sriov_numvfs; echo <number> > /sys/bus/pci/devices/<PF>/sriov_numvfs',
    source: 'k8s-rdma-sriov-dev-plugin issue 12; doca-platform pull request 58',
    explains: ['sriov/num-vfs', 'sriov/vfs-created'],
  },
  {
    id: 'numvfs-out-of-range',
    texts: [
      'sriov_numvfs%v: numerical result out of range',
      'sriov_numvfs%v: Numerical result out of range',
      'cannot config SRIOV device: NumVfs (%d) is larger than TotalVfs (%d)',
    ],
    cause: 'More VFs were asked for than sriov_totalvfs allows, which the firmware is set to.',
    remedy: 'mlxconfig -d <PF> set NUM_OF_VFS=<number>; then power-cycle the machine',
    source: 'sriov-network-device-plugin issue 536; sriov-network-operator',
    explains: ['sriov/num-vfs', 'sriov/supported'],
  },
  {
    id: 'numvfs-no-memory',
    texts: [
      'not enough MMIO resources for SR-IOV',
      'sriov_numvfs%v: cannot allocate memory',
      'sriov_numvfs%v: Cannot allocate memory',
    ],
    cause: 'The firmware of the machine has left too little address space for the VFs.',
    remedy: 'Enable SR-IOV and memory-mapped I/O above 4 GB in the BIOS, or boot with pci=realloc',
    source: 'kernel, drivers/pci/iov.c',
    explains: ['sriov/vfs-created'],
  },
  {
    id: 'numvfs-no-interrupts',
    texts: ['sriov_numvfs%v: no space left on device', 'sriov_numvfs%v: No space left on device'],
    cause: 'The device has no MSI-X vectors left for so many VFs.',
    remedy: 'Ask for fewer VFs, or give each fewer vectors: mlxconfig -d <PF> query | grep MSIX',
    source: 'openshift/sriov-network-operator pull request 1185',
    explains: ['sriov/vfs-created'],
  },
  {
    id: 'eswitch-not-switched',
    texts: [
      'mlx5_core: Failed setting eswitch to offloads.',
      'CREATE_FLOW_TABLE(0x930) %v failed, status bad resource state(0x9), syndrome (0x98afbb)',
      'E-Switch: Failed to create slow path FDB Table',
    ],
    cause: 'The eswitch can not go to switchdev mode while there are VFs.',
    remedy:
      'Drain the node, for pods lose their VFs; then echo 0 > /sys/bus/pci/devices/<PF>/sriov_numvfs; devlink dev eswitch set pci/<PF> mode switchdev; then create the VFs',
    source: 'sriov-network-operator issue 1015',
    explains: ['sriov/eswitch-mode'],
  },
  {
    id: 'cni-without-vf-address',
    texts: ['SRIOV-CNI failed to load netconf: LoadConf(): VF pci addr is required'],
    cause:
      'The NetworkAttachmentDefinition lacks the annotation k8s.v1.cni.cncf.io/resourceName, so that Multus hands no device to the CNI.',
    remedy:
      'kubectl annotate network-attachment-definition <name> k8s.v1.cni.cncf.io/resourceName=<prefix>/<resource>',
    source: 'sriov-network-device-plugin issue 310',
    explains: [],
  },
  {
    id: 'insufficient-resource',
    texts: ['nodes are available: %v Insufficient %s/%s'],
    cause:
      'So many nodes lack free devices of the resource, those that never have any among them: all are taken, the pool is empty, or the pod and the device plugin give the resource different prefixes. Where the line has other reasons too, such as Insufficient cpu, one of them may be what keeps the pod off a node with free devices.',
    remedy:
      'Compare the name with what nodes have: kubectl get nodes -o custom-columns=NAME:.metadata.name,ALLOCATABLE:.status.allocatable',
    source: 'sriov-network-device-plugin issue 189; kube-scheduler',
    explains: [],
  },
  {
    id: 'vf-without-physfn',
    texts: ['lstat /sys/bus/pci/devices/%s/physfn/net: no such file or directory'],
    cause:
      'The device plugin took a device that is no VF of a PF of this machine, as in a virtual machine to which a VF was passed through.',
    remedy: 'Select PFs with VFs by pfNames in the ConfigMap of the device plugin',
    source: 'sriov-network-device-plugin issue 177',
    explains: ['sriov/physfn-links'],
  },
  {
    id: 'device-pool-empty',
    texts: ['no devices in device pool, skipping creating resource server for '],
    cause:
      'The selectors of the resource match no device of this node: another PF name, vendor, device or driver, or a range of VFs that do not exist.',
    remedy:
      'Compare the ConfigMap with the node: kubectl -n kube-system get configmap sriovdp-config -o yaml; lspci -nnD',
    source: 'sriov-network-device-plugin',
    explains: ['sriov/num-vfs'],
  },
  {
    id: 'device-plugin-not-registered',
    texts: ['Plugin: %s failed to be registered at Kubelet: '],
    cause:
      'kubelet refused the resource or its socket was not there: the name is wrong, or kubelet was restarting.',
    remedy: 'Read the reason in the same line, and restart the device plugin when kubelet runs',
    source: 'sriov-network-device-plugin',
    explains: [],
  },
  {
    id: 'resource-name-invalid',
    texts: ['resource name "%s" contains invalid characters'],
    cause:
      "The name of the resource has other characters than letters, digits and underscores, which the operator's webhook refuses; seed D L645 uses hyphens.",
    remedy:
      'Give a name without hyphens, or switch the webhook of the operator off (enableOperatorWebhook: false)',
    source: 'sriov-network-operator; sriov-network-device-plugin',
    explains: [],
  },
  {
    id: 'vf-without-netdev',
    texts: ['cannot get a network device with pci address '],
    cause:
      'No network device of the VF is there: it is bound to vfio-pci, or it is in another network namespace.',
    remedy: "Bind it to its kernel driver: ls -l /sys/bus/pci/devices/<VF's address>/driver",
    source: 'kube-ovn issue 2081',
    explains: ['sriov/vf-drivers'],
  },
  {
    id: 'externally-managed-mismatch',
    texts: [
      'number of request virtual functions %d is not equal to configured virtual functions %d but the policy is configured as ExternallyManaged for device ',
      'requested ESwitchMode mode "%s" is not equal to configured "%s"',
      'requested MTU(%d) is greater than configured MTU(%d)',
      'numVfs(%d) in CR %s is higher than the virtual functions allocated for the PF externally value(%d)',
    ],
    cause:
      'The policy is externallyManaged: the operator changes nothing on the PF, and the PF is not as the policy wants it.',
    remedy:
      'Make numVfs, MTU and eswitch mode of the policy those of the PF: cat /sys/class/net/<PF>/device/sriov_numvfs; ip link show <PF>',
    source: 'sriov-network-operator',
    explains: ['sriov/num-vfs', 'sriov/eswitch-mode'],
  },
  {
    id: 'no-nic-selected',
    texts: ['no supported NIC is selected by the nicSelector in CR '],
    cause:
      'No node that the policy selects has a NIC with these vendor, device or PF names, or the operator does not support it.',
    remedy:
      'Compare nicSelector with what the operator found: kubectl get sriovnetworknodestates.sriovnetwork.openshift.io -A -o yaml',
    source: 'sriov-network-operator',
    explains: [],
  },
  {
    id: 'device-health-compromised',
    texts: ["device's health compromised - reached miss count"],
    cause: 'The firmware of the DPU has stopped answering the host: the DPU was reset, or has crashed.',
    remedy: 'Look whether it is up again, then recreate pods that held VFs: dmesg | grep mlx5_core',
    source: 'kernel, mlx5 health.c',
    explains: ['sriov/vf-drivers'],
  },
];
