import type { StandInOptions } from '../stand-in.ts';

/** Hosts with a BlueField-2 each, in DPU mode, and one control-plane node. */
export interface BluefieldOptions {
  /** Host-DPU pairs; 2 unless given. */
  pairs?: number;
  /** false: as before ovnkube first started, VF0 and its representor still have their own names. */
  managementPortRenamed?: boolean;
  /** Gives VF1 and VF2 to pods: network namespaces of their own, in which they are eth0. */
  pods?: boolean;
  /** false: VF1 and up are nobody's. Their representors are in no bridge, and OVN has no ports for them. */
  plugged?: boolean;
  /** A directory of the machine that every node sees at the same path, for kubelets that are to run there. */
  shared?: string;
  /** false: no process stands in for kubelet. */
  kubelet?: boolean;
  /** external_ids:ovn-gw-interface on the DPUs. */
  gatewayInterface?: string;
  /** Arguments, environment and configuration file of the ovnkube stand-ins, where not the usual. */
  ovnkube?: { host?: StandInOptions; dpu?: StandInOptions };
}

export const CONTROL_PLANE = 'control-plane';
export const CONTROL_PLANE_ADDRESS = '192.168.40.111';
export const NEXT_HOP = '192.168.40.254';
export const PF = 'enp2s0f0np0';
export const CLUSTER_SUBNET = '10.233.64.0/18';
export const SERVICE_SUBNET = '10.96.0.0/12';
export const NUM_VFS = 3;

/** Everything about one host-DPU pair that follows from its number, counted from 1. */
export interface Pair {
  number: number;
  host: string;
  dpu: string;
  hostAddress: string;
  dpuAddress: string;
  /** The /24 that OVN-Kubernetes gave the node, without its last octet. */
  subnet: string;
  vfs: Vf[];
}

export interface Vf {
  index: number;
  /** The netdev's name on the host (or in its pod), and the representor's on the DPU. */
  netdev: string;
  representor: string;
  /** The namespace in which the netdev is: the host's or a pod's. */
  namespace: string;
  address: string;
  mac: string;
  /** Whether its representor is in br-int from the start. */
  plugged: boolean;
  /** The logical switch port, which is the representor's iface-id. */
  port: string;
}

export function pairsOf(options: BluefieldOptions): Pair[] {
  return Array.from({ length: options.pairs ?? 2 }, (_, index) => pairOf(index + 1, options));
}

function pairOf(number: number, options: BluefieldOptions): Pair {
  const { managementPortRenamed = true, pods = false, plugged = true } = options;
  const host = `host${number}`;
  const subnet = `10.233.${64 + number}`;
  const vfs = Array.from({ length: NUM_VFS }, (_, index): Vf => {
    const last = index === 0 ? 2 : 3 + index;
    const renamed = index === 0 && managementPortRenamed;
    const inPod = index > 0 && pods;
    return {
      index,
      netdev: renamed ? 'ovn-k8s-mp0' : inPod ? 'eth0' : `enp2s0f0v${index}`,
      representor: renamed ? 'ovn-k8s-mp0' : `pf0vf${index}`,
      plugged: plugged || index === 0,
      namespace: inPod ? podNamespace(host, index) : host,
      address: `${subnet}.${last}`,
      mac: ovnMac(subnet, last),
      port: index === 0 ? `k8s-${host}` : `ovn-kubernetes_ovs-offload-pod${index}-${host}`,
    };
  });
  return {
    number,
    host,
    dpu: `dpu${number}`,
    hostAddress: `192.168.42.${200 + number}`,
    dpuAddress: `192.168.41.${126 + number}`,
    subnet,
    vfs,
  };
}

export const isPlugged = ({ plugged }: Vf): boolean => plugged;

export const podNamespace = (host: string, vf: number) => `${host}-pod${vf}`;

/** OVN-Kubernetes derives a port's MAC address from its IPv4 address. */
export function ovnMac(subnet: string, last: number): string {
  const octets = [...subnet.split('.').map(Number), last];
  return ['0a', '58', ...octets.map((octet) => octet.toString(16).padStart(2, '0'))].join(':');
}
