import { KIND_VETH_SETTINGS } from './kind-veth.ts';

/** A named selection of checks with their expectations. */
export interface Suite {
  readonly name: string;
  readonly description: string;
  /** Check ids, groups or tags; empty for all. */
  readonly select: readonly string[];
  readonly skip: readonly string[];
  /** Of all checks, those too that have traffic sent; they are chosen only where somebody asks for them. */
  readonly active?: true;
  /** It is for a testbed: nodes on which nothing is left of it are examined as parts of it. */
  readonly simulation?: 'veth' | 'tap';
  /** Where nothing is named, the cluster of kubectl's kubeconfig is examined rather than this machine. */
  readonly ofCluster?: true;
  /** Expectations by name; --set and the inventory come before them. */
  readonly expect: Readonly<Record<string, string | number | readonly string[]>>;
}

/** The first one is what `dpu-doctor` runs when no suite is named. */
export const SUITES: readonly Suite[] = [
  {
    name: 'node',
    description:
      'everything: what a node shows by itself, by its role, and what a cluster tells where one is named',
    select: [],
    skip: [],
    expect: {},
  },
  {
    name: 'cluster',
    description: 'what the API of a Kubernetes cluster tells, without logging in to any node',
    select: ['cluster'],
    skip: [],
    ofCluster: true,
    expect: {},
  },
  {
    name: 'gateway',
    description: 'derivation of the gateway interface from the management port (seed G)',
    select: ['gateway'],
    skip: [],
    expect: {},
  },
  {
    name: 'bluefield',
    description:
      'VF allocation on a BlueField: SR-IOV on the host, OVS on the DPU, and the cluster where one is named (seed A)',
    select: ['sriov', 'ovs', 'system', 'cluster', 'chain'],
    skip: [],
    expect: {
      // BlueField-1 to -4 (pci.ids); that of seed A L9 is a BlueField-2.
      'dpu-devices': ['15b3:a2d6', '15b3:a2d2', '15b3:a2d9', '15b3:a2dc', '15b3:a2df'],
      'cluster-roles': ['control-plane', 'dpu-host', 'dpu'],
    },
  },
  {
    name: 'kind-veth',
    description:
      'the veth topology in kind: hosts, DPUs and the pairs between them, and the cluster where one is named (seed K)',
    select: ['veth', 'system', 'cluster', 'chain'],
    skip: [],
    simulation: 'veth',
    expect: { 'kind-cluster': 'dpu', 'ovnkube-settings': KIND_VETH_SETTINGS },
  },
  {
    name: 'software-testbed',
    description: 'the TAP testbed of virtual machines (seed S)',
    select: ['tap', 'system'],
    skip: [],
    simulation: 'tap',
    expect: {},
  },
  {
    name: 'traffic',
    description:
      "sends traffic on every path that a pod's packets take, says where they vanish, and proves offload; it makes pods where a cluster is named, and removes them",
    select: ['traffic'],
    skip: [],
    expect: { 'max-packet-loss': 0 },
  },
  {
    name: 'conformance',
    description: 'everything, and traffic on every path',
    select: [],
    skip: [],
    active: true,
    expect: { 'max-packet-loss': 0 },
  },
];
