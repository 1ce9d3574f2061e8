import type { KubernetesObject } from '../objects.ts';
import { KUBELET, lease, node } from './nodes.ts';
import {
  accessControl,
  avoiding,
  commonEnvironment,
  fromField,
  kubeadmConfig,
  NAMESPACE,
  nodeAnnotations,
  ovnConfig,
  ovnMac,
  TOLERATE_ALL,
  value,
} from './ovn.ts';
import { type Container, daemonSet, deployment, digest, type Placement, pod } from './workloads.ts';

/** One host and its BlueField-2. */
export interface BluefieldPair {
  host: string;
  /** In the nodes' subnet, a /22. */
  hostAddress: string;
  dpu: string;
  dpuAddress: string;
  /** The /24 that OVN-Kubernetes gave the host, without its last octet. */
  subnet: string;
  /** Pods with VF1, VF2 and so on. */
  pods: string[];
}

export interface BluefieldClusterOptions {
  pairs?: readonly BluefieldPair[];
  /** When everything was last heard of; now unless given. */
  now?: Date;
}

const GUIDE_PAIR: BluefieldPair = {
  host: 'dpu-host',
  hostAddress: '192.168.42.201',
  dpu: 'dpu',
  dpuAddress: '192.168.41.127',
  subnet: '10.233.65',
  pods: ['ovs-offload-pod1', 'ovs-offload-pod2'],
};
const CONTROL_PLANE: Placement = { node: 'control-plane', hostIP: '192.168.40.111' };
const NEXT_HOP = '192.168.40.254';
/** What pods ask for to be given a VF. */
export const RESOURCE = 'mellanox.com/mlnx_sriov_cx6';
const IMAGE = 'ghcr.io/ovn-org/ovn-kubernetes/ovn-kube-ubuntu:release-1.0';

/**
 * A healthy cluster as the guide for BlueField-2 leaves it (docs/blog/dpu-acceleration.md of OVN-Kubernetes): one
 * control plane, hosts and DPUs as nodes of one cluster, and pods with VFs. The device plugin's resourcePrefix, which
 * the guide forgets, is there.
 */
export function bluefieldCluster(options: BluefieldClusterOptions = {}): KubernetesObject[] {
  const { pairs = [GUIDE_PAIR], now = new Date() } = options;
  return [
    kubeadmConfig({ serviceSubnet: '10.96.0.0/12' }),
    ...ovnConfig({
      netCidr: '10.233.64.0/18',
      svcCidr: '10.96.0.0/12',
      apiServer: 'https://192.168.40.111:6443',
      mtu: '1400',
    }),
    ...accessControl('ovnkube-node', 'ovnkube-master', 'ovnkube-db'),
    ...controlPlane(now),
    ...pairs.flatMap((pair, index) => pairNodes(pair, index, now)),
    ...ovnWorkloads(pairs, now),
    ...devicePlugin(pairs, now),
    ...pairs.flatMap((pair) => pair.pods.map((name, index) => offloadedPod(pair, name, index + 1, now))),
  ];
}

const VERSIONS = { kubelet: KUBELET, runtime: 'containerd://1.7.2' };

function controlPlane(now: Date): KubernetesObject[] {
  const { node: name, hostIP = '' } = CONTROL_PLANE;
  const coredns: Container = { name: 'coredns', image: 'registry.k8s.io/coredns/coredns:v1.9.3' };
  return [
    ...node(
      {
        ...VERSIONS,
        name,
        address: hostIP,
        osImage: 'Ubuntu 20.04.6 LTS',
        kernel: '5.4.0-186-generic',
        labels: { 'node-role.kubernetes.io/control-plane': '', 'k8s.ovn.org/ovnkube-db': 'true' },
        annotations: nodeAnnotations({
          subnet: '10.233.64',
          cidr: `${hostIP}/22`,
          gateway: { ...gatewayOf(name, `${hostIP}/22`), bridge: 'breth0' },
        }),
      },
      now,
    ),
    ...deployment(
      {
        name: 'coredns',
        namespace: 'kube-system',
        labels: { 'k8s-app': 'kube-dns' },
        spec: { containers: [coredns] },
        placements: ['10.233.64.3', '10.233.64.4'].map((podIP) => ({ ...CONTROL_PLANE, podIP })),
      },
      now,
    ),
  ];
}

const gatewayOf = (name: string, address: string) => ({
  node: name,
  bridge: 'brp0',
  nextHop: NEXT_HOP,
  address,
  chassis: uuid(`chassis of ${name}`),
});

function pairNodes(pair: BluefieldPair, index: number, now: Date): KubernetesObject[] {
  const { host, hostAddress, dpu, dpuAddress, subnet, pods } = pair;
  return [
    ...node(
      {
        ...VERSIONS,
        name: host,
        address: hostAddress,
        osImage: 'Ubuntu 22.04.2 LTS',
        kernel: '5.15.0-112-generic',
        labels: { 'k8s.ovn.org/dpu-host': '' },
        resources: { [RESOURCE]: String(pods.length) },
        // ovnkube on the DPU speaks for the host: chassis and gateway are the DPU's.
        annotations: {
          ...nodeAnnotations({
            subnet,
            cidr: `${hostAddress}/22`,
            gateway: gatewayOf(host, `${dpuAddress}/22`),
          }),
          'k8s.ovn.org/node-mgmt-port': JSON.stringify({ PfId: 0, FuncId: 0 }),
          'k8s.ovn.org/primary-dpu-host-addr': JSON.stringify({ ipv4: `${hostAddress}/22` }),
        },
      },
      now,
    ),
    ...node(
      {
        ...VERSIONS,
        name: dpu,
        address: dpuAddress,
        architecture: 'arm64',
        osImage: 'Ubuntu 22.04.3 LTS',
        kernel: '5.15.0-1021-bluefield',
        labels: { 'k8s.ovn.org/dpu': '' },
        annotations: nodeAnnotations({ subnet: `10.233.${120 - index}`, cidr: `${dpuAddress}/22` }),
      },
      now,
    ),
    lease(`${NAMESPACE}/ovn-dpu-${host}`, 'ovnkube-dpu-node', 40, now),
  ];
}

const container = (name: string, program: string, env: unknown[] = commonEnvironment): Container => ({
  name,
  image: IMAGE,
  command: ['/root/ovnkube.sh', program],
  env,
});

const K8S_NODE = fromField('K8S_NODE', 'spec.nodeName');
const METRICS = container('ovs-metrics-exporter', 'ovs-metrics', [K8S_NODE]);
const ON_CONTROL_PLANE = { 'node-role.kubernetes.io/control-plane': '' };

function ovnWorkloads(pairs: readonly BluefieldPair[], now: Date): KubernetesObject[] {
  const { hosts, dpus } = placementsOf(pairs);
  const identityOff = value('OVN_ENABLE_OVNKUBE_IDENTITY', 'false');
  const common = [...commonEnvironment, identityOff];
  const onControlPlane = { nodeSelector: ON_CONTROL_PLANE, tolerations: TOLERATE_ALL };
  const master = container('ovnkube-master', 'ovn-master', [
    ...common,
    K8S_NODE,
    value('OVN_DISABLE_REQUESTEDCHASSIS', 'true'),
  ]);
  const hostContainer = container('ovnkube-node', 'ovn-node', [
    ...common,
    K8S_NODE,
    value('OVN_GATEWAY_OPTS', '--gateway-interface=derive-from-mgmt-port'),
    value('OVNKUBE_NODE_MODE', 'dpu-host'),
    value('OVNKUBE_NODE_MGMT_PORT_NETDEV', 'enp2s0f0v0'),
  ]);
  const dpuNode = fromField('K8S_NODE_DPU', 'spec.nodeName');
  const dpuContainers = [
    container('ovnkube-node', 'ovn-node', [
      ...common,
      dpuNode,
      value('OVN_GATEWAY_OPTS', ''),
      value('OVNKUBE_NODE_MODE', 'dpu'),
    ]),
    container('ovn-controller', 'ovn-controller', [dpuNode]),
    METRICS,
  ];
  const sets: [string, Placement[], Container[], object][] = [
    [
      'ovnkube-node',
      [CONTROL_PLANE],
      [
        container('ovnkube-node', 'ovn-node', [...common, K8S_NODE]),
        container('ovn-controller', 'ovn-controller', [K8S_NODE]),
        METRICS,
      ],
      { ...onControlPlane, affinity: avoiding('k8s.ovn.org/dpu-host', 'k8s.ovn.org/dpu') },
    ],
    ['ovs-node', [CONTROL_PLANE], [container('ovs-daemons', 'ovs-server', [])], onControlPlane],
    ['ovnkube-node-dpu-host', hosts, [hostContainer], { nodeSelector: { 'k8s.ovn.org/dpu-host': '' } }],
    ['ovnkube-node-dpu', dpus, dpuContainers, { nodeSelector: { 'k8s.ovn.org/dpu': '' } }],
  ];
  const deployments: [string, Container[]][] = [
    ['ovnkube-db', [container('nb-ovsdb', 'nb-ovsdb', []), container('sb-ovsdb', 'sb-ovsdb', [])]],
    ['ovnkube-master', [container('ovn-northd', 'run-ovn-northd', [K8S_NODE]), master]],
  ];
  return [
    ...sets.flatMap(([name, placements, containers, spec]) =>
      daemonSet(
        {
          name,
          namespace: NAMESPACE,
          placements,
          spec: { containers, serviceAccountName: 'ovnkube-node', ...spec },
        },
        now,
      ),
    ),
    ...deployments.flatMap(([name, containers]) => {
      const spec = { containers, hostNetwork: true, serviceAccountName: name, ...onControlPlane };
      return deployment({ name, namespace: NAMESPACE, placements: [CONTROL_PLANE], spec }, now);
    }),
  ];
}

function placementsOf(pairs: readonly BluefieldPair[]) {
  return {
    hosts: pairs.map(({ host, hostAddress }): Placement => ({ node: host, hostIP: hostAddress })),
    dpus: pairs.map(({ dpu, dpuAddress }): Placement => ({ node: dpu, hostIP: dpuAddress })),
  };
}

/** Multus, the default network's NetworkAttachmentDefinition and the SR-IOV device plugin. */
function devicePlugin(pairs: readonly BluefieldPair[], now: Date): KubernetesObject[] {
  const namespace = 'kube-system';
  const { hosts, dpus } = placementsOf(pairs);
  const vfs = Math.max(1, ...pairs.map(({ pods }) => pods.length));
  const config = {
    resourceList: [
      {
        resourcePrefix: 'mellanox.com',
        resourceName: 'mlnx_sriov_cx6',
        selectors: {
          vendors: ['15b3'],
          devices: ['101e'],
          drivers: ['mlx5_core'],
          pfNames: [`enp2s0f0np0#1-${vfs}`],
        },
      },
    ],
  };
  const multus: Container = {
    name: 'kube-multus',
    image: 'ghcr.io/k8snetworkplumbingwg/multus-cni:snapshot-thick',
  };
  const plugin: Container = {
    name: 'kube-sriovdp',
    image: 'ghcr.io/k8snetworkplumbingwg/sriov-network-device-plugin:latest',
  };
  return [
    {
      apiVersion: 'k8s.cni.cncf.io/v1',
      kind: 'NetworkAttachmentDefinition',
      metadata: {
        name: 'default',
        namespace,
        annotations: { 'k8s.v1.cni.cncf.io/resourceName': RESOURCE },
      },
      spec: {
        config: JSON.stringify({
          cniVersion: '0.3.1',
          name: 'ovn-kubernetes',
          type: 'ovn-k8s-cni-overlay',
          ipam: {},
          dns: {},
        }),
      },
    },
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'sriovdp-config', namespace },
      data: { 'config.json': `${JSON.stringify(config, null, 4)}\n` },
    },
    ...daemonSet(
      {
        name: 'kube-multus-ds',
        namespace,
        placements: [CONTROL_PLANE, ...hosts, ...dpus],
        spec: { containers: [multus], tolerations: TOLERATE_ALL },
      },
      now,
    ),
    ...daemonSet(
      {
        name: 'kube-sriov-device-plugin',
        namespace,
        placements: hosts,
        spec: { containers: [plugin], nodeSelector: { 'k8s.ovn.org/dpu-host': '' } },
      },
      now,
    ),
  ];
}

/** A pod whose eth0 is this VF of its host. */
function offloadedPod(pair: BluefieldPair, name: string, vf: number, now: Date): KubernetesObject {
  const address = `${pair.subnet}.${3 + vf}`;
  const one = { [RESOURCE]: '1' };
  const appcntr1: Container = {
    name: 'appcntr1',
    image: 'alpine',
    command: ['sleep', '604800'],
    resources: { requests: one, limits: one },
  };
  return pod(
    {
      name,
      namespace: NAMESPACE,
      placement: { node: pair.host, hostIP: pair.hostAddress, podIP: address },
      annotations: {
        'v1.multus-cni.io/default-network': 'default',
        ...podNetwork(pair.subnet, address),
        ...connectionDetails(vf, digest(`sandbox of ${name}`)),
        ...connectionReady(),
        ...networkStatus(address, vf),
      },
      spec: { containers: [appcntr1] },
    },
    now,
  );
}

/** What the control plane of OVN-Kubernetes notes on a pod. */
export function podNetwork(subnet: string, address: string): Record<string, string> {
  const gateway = `${subnet}.1`;
  const network = {
    ip_addresses: [`${address}/24`],
    mac_address: ovnMac(address),
    gateway_ips: [gateway],
    ip_address: `${address}/24`,
    gateway_ip: gateway,
  };
  return { 'k8s.ovn.org/pod-networks': JSON.stringify({ default: network }) };
}

/** What ovnkube on the host asks of the DPU. */
export function connectionDetails(vf: number, sandboxId: string): Record<string, string> {
  const details = { pfId: '0', vfId: String(vf), sandboxId, vfNetdevName: `enp2s0f0v${vf}` };
  return { 'k8s.ovn.org/dpu.connection-details': JSON.stringify({ default: details }) };
}

/** What ovnkube on the DPU answers once the representor is plugged. */
export const connectionReady = (): Record<string, string> => ({
  'k8s.ovn.org/dpu.connection-status': JSON.stringify({ default: { Status: 'Ready' } }),
});

/** What Multus notes on a pod that it gave a VF to. */
export function networkStatus(address: string, vf: number): Record<string, string> {
  const device = {
    type: 'pci',
    version: '1.0.0',
    pci: { 'pci-address': `0000:02:00.${3 + vf}` },
  };
  const status = {
    name: 'ovn-kubernetes',
    interface: 'eth0',
    ips: [address],
    mac: ovnMac(address),
    default: true,
    dns: {},
    'device-info': device,
  };
  return { 'k8s.v1.cni.cncf.io/network-status': JSON.stringify([status]) };
}

function uuid(text: string): string {
  const hex = digest(text);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}
