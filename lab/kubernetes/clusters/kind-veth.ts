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
  TOLERATE_ALL,
  value,
} from './ovn.ts';
import { type Container, daemonSet, deployment, digest, type Placement } from './workloads.ts';

export interface KindVethOptions {
  /** Host-DPU pairs; 2 unless given. */
  pairs?: number;
  /** The guide's last step that was done: 14 verifies the first deployment, 16 has a DaemonSet for each role. */
  step?: 14 | 16;
  /** When everything was last heard of; now unless given. */
  now?: Date;
}

const CLUSTER = 'dpu';
const IMAGE = 'localhost/ovn-daemonset-fedora:dev';
const CONTROL_PLANE: Placement = { node: `${CLUSTER}-control-plane`, hostIP: '172.18.0.2' };

const worker = (number: number) => `${CLUSTER}-worker${number === 1 ? '' : number}`;

/**
 * kind's cluster with veth pairs in the place of VFs, as its guide leaves it (kind-dpu/README-dpu-ovnk.md of
 * OVN-Kubernetes): the hosts are isolated, so their kubelets are heard no more, and what is placed there stays Pending.
 */
export function kindVethCluster(options: KindVethOptions = {}): KubernetesObject[] {
  const { pairs = 2, step = 16, now = new Date() } = options;
  const numbers = Array.from({ length: pairs }, (_, index) => index);
  const hosts = numbers.map((pair): Placement => ({ node: worker(2 * pair + 1), hostIP: undefined }));
  const dpus = numbers.map(
    (pair): Placement => ({ node: worker(2 * pair + 2), hostIP: `172.18.0.${4 + 2 * pair}` }),
  );
  return [
    ...ovnConfig({
      netCidr: '10.244.0.0/16',
      svcCidr: '10.96.0.0/16',
      apiServer: `https://${CONTROL_PLANE.hostIP}:6443`,
      mtu: '1400',
    }),
    kubeadmConfig({ podSubnet: '10.244.0.0/16', serviceSubnet: '10.96.0.0/16' }),
    ...accessControl('ovnkube-node', 'ovnkube-cluster-manager', 'ovnkube-identity'),
    ...kindNode(
      CONTROL_PLANE,
      0,
      { 'node-role.kubernetes.io/control-plane': '', 'k8s.ovn.org/ovnkube-db': 'true' },
      now,
    ),
    ...hosts.flatMap((host, pair) =>
      kindNode(host, 2 * pair + 1, step === 16 ? { 'k8s.ovn.org/dpu-host': '' } : {}, now),
    ),
    ...dpus.flatMap((dpu, pair) =>
      kindNode(dpu, 2 * pair + 2, step === 16 ? { 'k8s.ovn.org/dpu': '' } : {}, now),
    ),
    ...kubeSystem(now),
    ...ovnWorkloads(step, hosts, dpus, now),
    ...(step === 16
      ? hosts.map(({ node: name }) => lease(`${NAMESPACE}/ovn-dpu-${name}`, 'ovnkube-dpu-node', 40, now))
      : []),
  ];
}

function kindNode(
  { node: name, hostIP }: Placement,
  number: number,
  labels: Record<string, string>,
  now: Date,
): KubernetesObject[] {
  const subnet = `10.244.${number}`;
  // An isolated host's address was reported while it still was in the cluster.
  const address = hostIP ?? `172.18.0.${2 + number}`;
  const cidr = `${address}/16`;
  const gateway = {
    bridge: 'breth0',
    node: name,
    nextHop: '172.18.0.1',
    address: cidr,
    chassis: `${digest(name).slice(0, 8)}-0000-4000-8000-${digest(name).slice(8, 20)}`,
  };
  return node(
    {
      name,
      address,
      kubelet: KUBELET,
      runtime: 'containerd://2.1.3',
      osImage: 'Debian GNU/Linux 12 (bookworm)',
      kernel: '6.8.0-79-generic',
      labels: { 'k8s.ovn.org/zone-name': name, ...labels },
      annotations:
        hostIP === undefined
          ? { 'k8s.ovn.org/node-subnets': JSON.stringify({ default: [`${subnet}.0/24`] }) }
          : { ...nodeAnnotations({ subnet, cidr, gateway }), 'k8s.ovn.org/zone-name': name },
      ready: hostIP !== undefined,
    },
    now,
  );
}

function kubeSystem(now: Date): KubernetesObject[] {
  const coredns: Container = { name: 'coredns', image: 'registry.k8s.io/coredns/coredns:v1.12.1' };
  return deployment(
    {
      name: 'coredns',
      namespace: 'kube-system',
      labels: { 'k8s-app': 'kube-dns' },
      spec: { containers: [coredns] },
      placements: ['10.244.0.3', '10.244.0.4'].map((podIP) => ({ ...CONTROL_PLANE, podIP })),
    },
    now,
  );
}

const K8S_NODE = fromField('K8S_NODE', 'spec.nodeName');

/** What the manifest generator of step 8 was told. */
const SETTINGS = [
  ...commonEnvironment,
  value('OVN_GATEWAY_OPTS', ''),
  value('OVN_HYBRID_OVERLAY_ENABLE', 'false'),
  value('OVN_DISABLE_FORWARDING', 'false'),
  value('OVN_ADMIN_NETWORK_POLICY_ENABLE', 'true'),
  value('OVN_EGRESSIP_ENABLE', 'true'),
  value('OVN_EGRESSIP_HEALTHCHECK_PORT', '9107'),
  value('OVN_EGRESSFIREWALL_ENABLE', 'true'),
  value('OVN_EGRESSQOS_ENABLE', 'true'),
  value('OVN_EGRESSSERVICE_ENABLE', 'true'),
  value('OVN_DISABLE_SNAT_MULTIPLE_GWS', 'false'),
  value('OVN_ENCAP_PORT', ''),
  value('OVN_DISABLE_PKT_MTU_CHECK', 'false'),
  value('OVN_EMPTY_LB_EVENTS', 'false'),
  value('OVN_MULTICAST_ENABLE', 'false'),
  value('OVN_UNPRIVILEGED_MODE', 'no'),
  value('OVNKUBE_LOGLEVEL', '5'),
  value('OVNKUBE_LIBOVSDB_CLIENT_LOGFILE', ''),
  value('OVNKUBE_CONFIG_DURATION_ENABLE', 'true'),
  value('OVNKUBE_METRICS_SCALE_ENABLE', 'false'),
  value('OVN_V4_JOIN_SUBNET', '100.64.0.0/16'),
  value('OVN_V6_JOIN_SUBNET', 'fd98::/64'),
  value('OVN_V4_MASQUERADE_SUBNET', '169.254.0.0/17'),
  value('OVN_V6_MASQUERADE_SUBNET', 'fd69::/112'),
  value('OVN_EX_GW_NETWORK_INTERFACE', ''),
  value('OVN_NETWORK_CONNECT_ENABLE', 'false'),
  value('OVN_PRE_CONF_UDN_ADDR_ENABLE', 'false'),
  value('OVN_ROUTE_ADVERTISEMENTS_ENABLE', 'false'),
  value('OVN_ADVERTISED_UDN_ISOLATION_MODE', 'strict'),
  value('OVN_NETWORK_QOS_ENABLE', 'false'),
  value('OVN_ENABLE_DNSNAMERESOLVER', 'false'),
  value('OVN_OBSERV_ENABLE', 'false'),
  value('OVN_MULTI_NETWORK_ENABLE', 'false'),
  value('OVN_NETWORK_SEGMENTATION_ENABLE', 'false'),
  value('OVN_ENABLE_INTERCONNECT', 'true'),
  value('OVN_ENABLE_MULTI_EXTERNAL_GATEWAY', 'true'),
  value('OVN_ENABLE_OVNKUBE_IDENTITY', 'true'),
];

const LOG_LEVEL = '-vconsole:info -vfile:info';

const container = (name: string, program: string, env: unknown[]): Container => ({
  name,
  image: IMAGE,
  command: ['/root/ovnkube.sh', program],
  env,
});

const zoneContainers = (nodeName: unknown, ...extra: unknown[]): Container[] => [
  container('nb-ovsdb', 'local-nb-ovsdb', [value('OVN_LOGLEVEL_NB', LOG_LEVEL)]),
  container('sb-ovsdb', 'local-sb-ovsdb', [value('OVN_LOGLEVEL_SB', LOG_LEVEL)]),
  container('ovn-northd', 'run-ovn-northd', [value('OVN_LOGLEVEL_NORTHD', LOG_LEVEL)]),
  container('ovnkube-controller', 'ovnkube-controller-with-node', [...SETTINGS, nodeName, ...extra]),
  container('ovn-controller', 'ovn-controller', [
    nodeName,
    value('OVN_LOGLEVEL_CONTROLLER', '-vconsole:info'),
  ]),
  container('ovs-metrics-exporter', 'ovs-metrics', []),
];

function ovnWorkloads(step: 14 | 16, hosts: Placement[], dpus: Placement[], now: Date): KubernetesObject[] {
  const separate = step === 16;
  const onControlPlane = { 'node-role.kubernetes.io/control-plane': '' };
  const everywhere = [CONTROL_PLANE, ...(separate ? [] : hosts), ...dpus];
  const set = (name: string, placements: Placement[], containers: Container[], spec: object) =>
    daemonSet(
      {
        name,
        namespace: NAMESPACE,
        placements,
        updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '100%' } },
        spec: { containers, tolerations: TOLERATE_ALL, serviceAccountName: 'ovnkube-node', ...spec },
      },
      now,
    );
  const ovs = container('ovs-daemons', 'ovs-server', []);
  const identity = container('ovnkube-identity', 'ovnkube-identity', [...commonEnvironment]);
  const manager = container('ovnkube-cluster-manager', 'ovn-cluster-manager', [
    ...SETTINGS,
    value('OVN_ENABLE_PERSISTENT_IPS', 'true'),
    value('OVN_V4_TRANSIT_SUBNET', '100.88.0.0/16'),
    value('OVN_V6_TRANSIT_SUBNET', 'fd97::/64'),
  ]);
  const dpuNode = fromField('K8S_NODE_DPU', 'spec.nodeName');
  const dpuMode = [value('OVNKUBE_NODE_MODE', 'dpu'), value('DPU_REPRESENTOR_MODE', 'veth')];
  const hostContainer = container('ovnkube-node', 'ovn-node', [
    ...SETTINGS,
    K8S_NODE,
    value('OVNKUBE_NODE_MODE', 'dpu-host'),
    value('OVNKUBE_NODE_MGMT_PORT_NETDEV', 'eth0-1'),
  ]);
  return [
    ...set('ovs-node', everywhere, [ovs], { affinity: avoiding('k8s.ovn.org/dpu-host') }),
    ...set('ovnkube-identity', [CONTROL_PLANE], [identity], {
      nodeSelector: onControlPlane,
      serviceAccountName: 'ovnkube-identity',
    }),
    // The guide's single-node-zone DaemonSet stays on the DPUs, beside the one of their own.
    ...set('ovnkube-node', everywhere, zoneContainers(K8S_NODE), {
      affinity: avoiding('k8s.ovn.org/dpu-host'),
    }),
    ...(separate
      ? [
          ...set('ovnkube-node-dpu', dpus, zoneContainers(dpuNode, ...dpuMode), {
            nodeSelector: { 'k8s.ovn.org/dpu': '' },
          }),
          ...set('ovnkube-node-dpu-host', hosts, [hostContainer], {
            nodeSelector: { 'k8s.ovn.org/dpu-host': '' },
          }),
        ]
      : []),
    ...deployment(
      {
        name: 'ovnkube-control-plane',
        namespace: NAMESPACE,
        placements: [CONTROL_PLANE],
        spec: {
          containers: [manager],
          serviceAccountName: 'ovnkube-cluster-manager',
          hostNetwork: true,
          nodeSelector: onControlPlane,
          tolerations: TOLERATE_ALL,
        },
      },
      now,
    ),
  ];
}
