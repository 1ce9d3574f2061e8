import type { KubernetesObject } from '../objects.ts';

export const NAMESPACE = 'ovn-kubernetes';

export interface OvnSettings {
  netCidr: string;
  svcCidr: string;
  apiServer: string;
  mtu: string;
}

/** The ConfigMap ovn-config and the namespace that stands for traffic from hosts. */
export function ovnConfig({ netCidr, svcCidr, apiServer, mtu }: OvnSettings): KubernetesObject[] {
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } },
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'ovn-host-network' } },
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'ovn-config', namespace: NAMESPACE },
      data: {
        net_cidr: netCidr,
        svc_cidr: svcCidr,
        k8s_apiserver: apiServer,
        mtu,
        host_network_namespace: 'ovn-host-network',
        routable_mtu: '',
      },
    },
  ];
}

/** What kubeadm leaves of the configuration that it made the cluster with; kind makes its clusters by kubeadm. */
export const kubeadmConfig = (networking: Record<string, string>): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'kubeadm-config', namespace: 'kube-system' },
  data: {
    ClusterConfiguration: [
      'apiServer: {}',
      'apiVersion: kubeadm.k8s.io/v1beta4',
      'kind: ClusterConfiguration',
      'networking:',
      '  dnsDomain: cluster.local',
      ...Object.entries(networking).map(([key, text]) => `  ${key}: ${text}`),
      'scheduler: {}',
      '',
    ].join('\n'),
  },
});

export const value = (name: string, text: string) => ({ name, value: text });

export const fromConfig = (name: string, key: string) => ({
  name,
  valueFrom: { configMapKeyRef: { name: 'ovn-config', key } },
});

export const fromField = (name: string, fieldPath: string) => ({
  name,
  valueFrom: { fieldRef: { fieldPath } },
});

/** What every container of OVN-Kubernetes that runs ovnkube is given. */
export const commonEnvironment = [
  fromConfig('OVN_NET_CIDR', 'net_cidr'),
  fromConfig('OVN_SVC_CIDR', 'svc_cidr'),
  fromConfig('K8S_APISERVER', 'k8s_apiserver'),
  fromConfig('OVN_MTU', 'mtu'),
  fromField('K8S_NODE_IP', 'status.hostIP'),
  value('OVN_GATEWAY_MODE', 'shared'),
];

/** The affinity by which DaemonSets keep away from these nodes. */
export const avoiding = (...labels: string[]) => ({
  nodeAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: {
      nodeSelectorTerms: [{ matchExpressions: labels.map((key) => ({ key, operator: 'DoesNotExist' })) }],
    },
  },
});

export const TOLERATE_ALL = [{ operator: 'Exists' }];

/** OVN-Kubernetes derives a MAC address from the IPv4 address. */
export const ovnMac = (address: string): string =>
  ['0a', '58', ...address.split('.').map((octet) => Number(octet).toString(16).padStart(2, '0'))].join(':');

/** The annotations of a node in OVN's network; gateway only where one is configured. */
export function nodeAnnotations(options: {
  subnet: string;
  cidr: string;
  gateway?: { bridge: string; node: string; nextHop: string; address: string; chassis: string };
}): Record<string, string> {
  const { subnet, cidr, gateway } = options;
  return {
    'k8s.ovn.org/node-subnets': JSON.stringify({ default: [`${subnet}.0/24`] }),
    'k8s.ovn.org/host-cidrs': JSON.stringify([cidr]),
    'k8s.ovn.org/node-primary-ifaddr': JSON.stringify({ ipv4: cidr }),
    ...(gateway === undefined
      ? {}
      : {
          'k8s.ovn.org/node-chassis-id': gateway.chassis,
          'k8s.ovn.org/l3-gateway-config': JSON.stringify({
            default: {
              mode: 'shared',
              'bridge-id': gateway.bridge,
              'interface-id': `${gateway.bridge}_${gateway.node}`,
              'mac-address': '10:70:fd:01:81:c0',
              'ip-addresses': [gateway.address],
              'ip-address': gateway.address,
              'next-hops': [gateway.nextHop],
              'next-hop': gateway.nextHop,
              'node-port-enable': 'true',
              'vlan-id': '0',
            },
          }),
        }),
  };
}

/** The service accounts of OVN-Kubernetes with the roles that they are bound to, in short (its rbac-*.yaml). */
export const accessControl = (...accounts: readonly string[]): KubernetesObject[] =>
  accounts.flatMap((name): KubernetesObject[] => [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace: NAMESPACE } },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name },
      rules: [{ apiGroups: [''], resources: ['nodes', 'pods'], verbs: ['get', 'list', 'watch'] }],
    },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
      subjects: [{ kind: 'ServiceAccount', name, namespace: NAMESPACE }],
    },
  ]);
