import type { KubernetesObject } from '../objects.ts';
import { KUBELET, lease, node } from './nodes.ts';
import { NAMESPACE, nodeAnnotations, ovnMac } from './ovn.ts';
import { pod } from './workloads.ts';

export interface LargeClusterOptions {
  /** Host-DPU pairs; every pair is two nodes. */
  pairs: number;
  /** Running pods on the hosts, each with a VF. */
  pods: number;
}

const RESOURCE = 'mellanox.com/mlnx_sriov_cx6';

/** Nodes, leases and pods of a large cluster, one after the other: they are too many to be held at once. */
export function* largeCluster({ pairs, pods }: LargeClusterOptions): Generator<KubernetesObject> {
  const now = new Date();
  const versions = { kubelet: KUBELET, runtime: 'containerd://1.7.2', osImage: 'Ubuntu 22.04.3 LTS' };
  for (let pair = 0; pair < pairs; pair++) {
    const name = `host-${pair}`;
    const subnet = subnetOf(pair);
    const address = addressOf(pair, 1);
    const gateway = {
      bridge: 'brp0',
      node: name,
      nextHop: '172.16.0.1',
      address: `${addressOf(pair, 2)}/12`,
      chassis: `00000000-0000-4000-8000-${String(pair).padStart(12, '0')}`,
    };
    yield* node(
      {
        ...versions,
        name,
        address,
        kernel: '5.15.0-112-generic',
        labels: { 'k8s.ovn.org/dpu-host': '' },
        annotations: {
          ...nodeAnnotations({ subnet, cidr: `${address}/12`, gateway }),
          'k8s.ovn.org/node-mgmt-port': JSON.stringify({ default: { PfId: 0, FuncId: 0 } }),
        },
        resources: { [RESOURCE]: '62' },
      },
      now,
    );
    yield* node(
      {
        ...versions,
        name: `dpu-${pair}`,
        address: addressOf(pair, 2),
        architecture: 'arm64',
        kernel: '5.15.0-1021-bluefield',
        labels: { 'k8s.ovn.org/dpu': '' },
      },
      now,
    );
    yield lease(`${NAMESPACE}/ovn-dpu-${name}`, 'ovnkube-dpu-node', 40, now);
  }
  for (let number = 0; number < pods; number++) yield vfPod(number, pairs, now);
}

const subnetOf = (pair: number) => `10.${64 + (pair >> 8)}.${pair & 0xff}`;
const addressOf = (pair: number, function_: number) =>
  `172.${16 + (pair >> 8)}.${pair & 0xff}.${10 + function_}`;

function vfPod(number: number, pairs: number, now: Date): KubernetesObject {
  const pair = number % pairs;
  const vf = 1 + Math.floor(number / pairs);
  const address = `${subnetOf(pair)}.${3 + vf}`;
  const network = { ip_addresses: [`${address}/24`], mac_address: ovnMac(address) };
  const details = { pfId: '0', vfId: String(vf), sandboxId: String(number).padStart(64, '0') };
  const one = { [RESOURCE]: '1' };
  return pod(
    {
      name: `app-${number}`,
      namespace: 'default',
      labels: { app: 'app' },
      annotations: {
        'v1.multus-cni.io/default-network': 'default',
        'k8s.ovn.org/pod-networks': JSON.stringify({ default: network }),
        'k8s.ovn.org/dpu.connection-details': JSON.stringify({ default: details }),
        'k8s.ovn.org/dpu.connection-status': JSON.stringify({ default: { Status: 'Ready' } }),
      },
      placement: { node: `host-${pair}`, hostIP: addressOf(pair, 1), podIP: address },
      spec: {
        containers: [
          {
            name: 'app',
            image: 'alpine',
            command: ['sleep', '604800'],
            resources: { requests: one, limits: one },
          },
        ],
      },
    },
    now,
  );
}
