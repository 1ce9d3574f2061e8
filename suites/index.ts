/** A named selection of checks with their expectations. */
export interface Suite {
  readonly name: string;
  readonly description: string;
  /** Check ids, groups or tags; empty for all. */
  readonly select: readonly string[];
  readonly skip: readonly string[];
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
    description: 'VF allocation on a BlueField: SR-IOV on the host, OVS on the DPU (seed A)',
    select: ['sriov', 'ovs', 'system'],
    skip: [],
    expect: {},
  },
  {
    name: 'kind-veth',
    description: 'the veth topology in kind: hosts, DPUs and the pairs between them (seed K)',
    select: ['veth', 'system'],
    skip: [],
    expect: {},
  },
  {
    name: 'software-testbed',
    description: 'the TAP testbed of virtual machines (seed S)',
    select: ['tap', 'system'],
    skip: [],
    expect: {},
  },
];
