import type { KnownMessage } from './known-message.ts';

const CNI = 'OVN-Kubernetes go-controller/pkg/cni';

/** What the CNI on a DPU host says; kubelet shows it as FailedCreatePodSandBox, wrapped by Multus. */
export const CNI_MESSAGES: readonly KnownMessage[] = [
  {
    id: 'pod-without-device',
    texts: [
      'DeviceID must be set for Pod request with DPU',
      'unexpected configuration, pod request on dpu host. device ID must be provided',
    ],
    cause:
      'No VF was allocated to the pod: its default network has no annotation k8s.v1.cni.cncf.io/resourceName, the pod requests no such resource, or the resource injector does not run.',
    remedy:
      'Annotate the NetworkAttachmentDefinition with its resource, and request the resource in the pod: kubectl -n kube-system get network-attachment-definition default -o yaml',
    source: `${CNI}/cni_dpu.go, helper_linux.go`,
    explains: ['resources/network-attachment', 'resources/vf-requests'],
  },
  {
    id: 'device-not-resolved',
    texts: [
      'failed to resolve device details for %s: ',
      'could not find PCI Address for netdevice ',
      "cannot determine device type for id '%s'",
      'cannot determine netdevice for device id %q (expected PCI or auxiliary device address)',
      'failed in cmdAdd while getting Netdevice name: ',
    ],
    cause:
      'The device that the device plugin allocated is no VF that the host knows: it was removed, or another driver is bound to it.',
    remedy:
      'Look at the device on the host: ls -l /sys/bus/pci/devices/<address>/physfn /sys/bus/pci/devices/<address>/driver',
    source: `${CNI}/cni.go, go-controller/pkg/util/sriovnet_linux.go`,
    explains: ['sriov/virtfn-links', 'sriov/vf-drivers'],
  },
  {
    id: 'vfio-not-supported',
    texts: ['VFIO not supported for device %s'],
    cause:
      'The VF is bound to vfio-pci, and OVN-Kubernetes takes network devices of the kernel for this kind of pod.',
    remedy: 'Bind the VF to its kernel driver, or select by drivers in the ConfigMap of the device plugin',
    source: `${CNI}/helper_linux.go`,
    explains: ['sriov/vf-drivers'],
  },
  {
    id: 'dpu-plumb-failed',
    texts: ['DPU plumb failed: connection status is '],
    cause: "OVN-Kubernetes on the DPU could not attach the representor of the pod's VF.",
    remedy: 'Read why in its log: kubectl -n ovn-kubernetes logs <ovnkube-node-dpu pod> | grep <pod>',
    source: `${CNI}/utils.go`,
    explains: ['ovs/pod-representors', 'chain/pod-ports'],
  },
  {
    id: 'dpu-does-not-answer',
    texts: ['failed to get pod annotation: timed out waiting for annotations'],
    cause:
      'OVN-Kubernetes on the DPU did not answer with k8s.ovn.org/dpu.connection-status within two minutes: it does not run, serves another host, or may not annotate pods; or the control plane gave the pod no address.',
    remedy:
      'Look whether it runs and which host it serves: kubectl -n ovn-kubernetes get pods -o wide; ovs-vsctl get Open_vSwitch . external_ids:host-k8s-nodename on the DPU',
    source: `${CNI}/utils.go`,
    explains: ['ovs/pod-representors', 'chain/pod-ports', 'ovs/host-node-name-matches'],
  },
  {
    id: 'port-not-bound',
    texts: ['waiting for OVS port binding (ovn-installed) for ', 'waiting for OVS port binding for '],
    cause:
      'ovn-controller did not install the flows of the port in time: it does not run, is not connected, or the iface-id has no logical port.',
    remedy: 'Look at its connection and log on the DPU: ovn-appctl -t ovn-controller connection-status',
    source: `${CNI}/ovs.go`,
    explains: ['ovs/ovn-controller', 'ovs/ovn-connected'],
  },
  {
    id: 'port-of-another-sandbox',
    texts: [
      'OVS port %s was added for sandbox (%s), expecting (%s)',
      'OVS port %s was added for iface-id (%s), now readding it for (%s)',
      'OVS port %s was added for NAD %v, expect',
    ],
    cause: 'The representor is still the port of an earlier pod, which was not taken away.',
    remedy:
      'Look whose it is, and delete it if that pod is gone: ovs-vsctl list Interface <port>; ovs-vsctl del-port br-int <port>',
    source: `${CNI}/helper_linux.go, go-controller/pkg/node/base_node_network_controller_dpu.go`,
    explains: ['ovs/pod-representors', 'chain/pod-ports'],
  },
  {
    id: 'dpu-not-ready',
    texts: ['DPU Not Ready'],
    cause: 'The CNI takes the DPU for dead: its lease ovn-dpu-<node> is missing or has expired.',
    remedy: 'Look when the DPU renewed it last: kubectl -n ovn-kubernetes get lease ovn-dpu-<node> -o yaml',
    source: `${CNI}/cni.go`,
    explains: ['cluster/nodes-ready', 'ovnkube/dpu-lease'],
  },
];
