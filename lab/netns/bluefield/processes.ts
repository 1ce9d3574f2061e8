import type { NetnsLab } from '../lab.ts';
import { type StandIn, startStandIn } from '../stand-in.ts';
import {
  type BluefieldOptions,
  CLUSTER_SUBNET,
  CONTROL_PLANE_ADDRESS,
  NEXT_HOP,
  type Pair,
  SERVICE_SUBNET,
} from './options.ts';

export async function startProcesses(lab: NetnsLab, pair: Pair, options: BluefieldOptions): Promise<void> {
  const { host, dpu } = options.ovnkube ?? {};
  await Promise.all([
    startStandIn(lab.node(pair.host), { ...hostOvnkube(pair), ...host }),
    startStandIn(lab.node(pair.dpu), { ...dpuOvnkube(pair, options.gatewayInterface), ...dpu }),
    ...(options.kubelet === false
      ? []
      : [
          startStandIn(lab.node(pair.host), kubelet(pair.host, pair.hostAddress)),
          startStandIn(lab.node(pair.dpu), kubelet(pair.dpu, pair.dpuAddress)),
        ]),
  ]);
}

const COMMON_ARGUMENTS = [
  `--cluster-subnets=${CLUSTER_SUBNET}`,
  `--k8s-service-cidr=${SERVICE_SUBNET}`,
  `--k8s-apiserver=https://${CONTROL_PLANE_ADDRESS}:6443`,
  `--nb-address=tcp:${CONTROL_PLANE_ADDRESS}:6641`,
  `--sb-address=tcp:${CONTROL_PLANE_ADDRESS}:6642`,
  '--loglevel=4',
  '--pidfile=/var/run/ovn-kubernetes/ovnkube.pid',
  '--logfile=/var/log/ovn-kubernetes/ovnkube.log',
];

const COMMON_ENVIRONMENT = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  OVN_DAEMONSET_VERSION: '1.0.0',
  K8S_APISERVER: `https://${CONTROL_PLANE_ADDRESS}:6443`,
  OVN_NET_CIDR: CLUSTER_SUBNET,
  OVN_SVC_CIDR: SERVICE_SUBNET,
  OVN_GATEWAY_MODE: 'shared',
  OVN_MTU: '1400',
};

/** ovnkube as the DaemonSet ovnkube-node-dpu-host runs it. */
export function hostOvnkube({ host }: Pair): StandIn {
  return {
    program: 'ovnkube',
    args: [
      `--init-node=${host}`,
      ...COMMON_ARGUMENTS,
      '--gateway-mode=shared',
      '--gateway-interface=derive-from-mgmt-port',
      '--ovnkube-node-mode=dpu-host',
      '--ovnkube-node-mgmt-port-netdev=enp2s0f0v0',
    ],
    env: {
      ...COMMON_ENVIRONMENT,
      K8S_NODE: host,
      OVNKUBE_NODE_MODE: 'dpu-host',
      OVNKUBE_NODE_MGMT_PORT_NETDEV: 'enp2s0f0v0',
      OVN_GATEWAY_OPTS: '--gateway-interface=derive-from-mgmt-port',
    },
  };
}

/**
 * ovnkube as the DaemonSet ovnkube-node-dpu runs it: under the host's node name. No gateway options are in the pod's
 * environment; ovnkube.sh makes the arguments of the external ids.
 */
export function dpuOvnkube({ host, dpu, dpuAddress }: Pair, gatewayInterface = 'p0'): StandIn {
  return {
    program: 'ovnkube',
    args: [
      `--init-node=${host}`,
      ...COMMON_ARGUMENTS,
      '--gateway-mode=shared',
      `--gateway-interface=${gatewayInterface}`,
      `--gateway-nexthop=${NEXT_HOP}`,
      `--encap-ip=${dpuAddress}`,
      '--ovnkube-node-mode=dpu',
    ],
    env: {
      ...COMMON_ENVIRONMENT,
      K8S_NODE: dpu,
      OVNKUBE_NODE_MODE: 'dpu',
      OVN_ENCAP_IP: dpuAddress,
      OVN_GATEWAY_OPTS: '',
    },
  };
}

function kubelet(node: string, address: string): StandIn {
  return {
    program: 'kubelet',
    args: [
      '--bootstrap-kubeconfig=/etc/kubernetes/bootstrap-kubelet.conf',
      '--kubeconfig=/etc/kubernetes/kubelet.conf',
      '--config=/var/lib/kubelet/config.yaml',
      '--container-runtime-endpoint=unix:///var/run/containerd/containerd.sock',
      `--hostname-override=${node}`,
      `--node-ip=${address}`,
    ],
    env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' },
  };
}
