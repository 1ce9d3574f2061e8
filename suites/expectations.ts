/**
 * What the checks may be told to expect: by `--set`, by the inventory, by a suite, else by the default. One table, so
 * that a name means the same in every check. Names are the ones used with `--set name=value`.
 */
export interface ExpectationDefinition {
  readonly type: 'text' | 'number' | 'list';
  readonly description: string;
  /** Absent: nothing is expected unless somebody says so. */
  readonly default?: string | number | readonly string[];
  /** Where the default comes from: a document with its line. */
  readonly defaultFrom?: string;
}

const define = <const T extends Record<string, ExpectationDefinition>>(table: T): T => table;

export const EXPECTATIONS = define({
  pf: { type: 'text', description: 'network device of the PF under examination' },
  'dpu-devices': {
    type: 'list',
    description: 'PCI vendor and device that the PF of the DPU may have, such as 15b3:a2d6',
  },
  'num-vfs': { type: 'number', description: 'VFs that the PF must have' },
  'management-port': { type: 'text', description: 'network device given to --ovnkube-node-mgmt-port-netdev' },
  'management-port-resource': {
    type: 'text',
    description: 'device plugin resource given to --ovnkube-node-mgmt-port-dp-resource-name',
  },
  'gateway-interface': { type: 'text', description: 'value of --gateway-interface' },
  'ovnkube-node-mode': { type: 'text', description: 'value of --ovnkube-node-mode: full, dpu or dpu-host' },
  'ovnkube-settings': {
    type: 'list',
    description:
      'variables of the containers of OVN-Kubernetes, as NAME=value, such as OVN_GATEWAY_MODE=shared',
  },
  'external-bridge': { type: 'text', description: "bridge of Open vSwitch that holds the DPU's uplink" },
  uplink: { type: 'text', description: 'network device of the DPU that leads to the wire' },
  'host-node-name': { type: 'text', description: 'name of the DPU host as a node of Kubernetes' },
  'control-plane-address': {
    type: 'text',
    description: "address at which the control plane's tunnels end, its ovn-encap-ip",
  },
  'cluster-roles': {
    type: 'list',
    description: 'roles of which the cluster must have a node each, such as control-plane, dpu-host and dpu',
  },
  'kind-cluster': { type: 'text', description: 'name of the kind cluster of the veth topology' },
  'max-packet-loss': {
    type: 'number',
    description: 'percent of the packets of a path that may be lost',
    default: 0,
  },
  'max-round-trip': {
    type: 'number',
    description: 'milliseconds that a packet may take there and back, on average',
  },
  'inotify-watches': {
    type: 'number',
    description: 'least value of fs.inotify.max_user_watches',
    default: 524288,
    defaultFrom: 'seed K L237',
  },
  'inotify-instances': {
    type: 'number',
    description: 'least value of fs.inotify.max_user_instances',
    default: 512,
    defaultFrom: 'seed K L238',
  },
  'veth-pairs': {
    type: 'number',
    description: 'veth pairs between a simulated DPU host and its DPU',
    default: 16,
    defaultFrom: 'seed K L104',
  },
  'testbed-vfs': {
    type: 'number',
    description: 'TAP pairs of each DPU of the software testbed (NUM_VF of scripts/variables.sh)',
    default: 20,
    defaultFrom: 'seed S L23',
  },
  'testbed-node-numbers': {
    type: 'list',
    description: 'numbers of the nodes of the software testbed that have TAP pairs',
    default: ['2', '3'],
    defaultFrom: 'seed S L22',
  },
  'testbed-vms': {
    type: 'list',
    description: 'virtual machines of the software testbed',
    default: ['gw-1', 'infra-1', 'infra-2', 'infra-3', 'tenant-1', 'tenant-2', 'tenant-3', 'tenant-4'],
    defaultFrom: 'seed S L38-43',
  },
  'testbed-management-interface': {
    type: 'text',
    description: 'management interface of a virtual machine of the software testbed',
    default: 'enp1s0',
    defaultFrom: 'seed S L27',
  },
  'testbed-data-interface': {
    type: 'text',
    description: 'data interface of a virtual machine of the software testbed',
    default: 'enp7s0',
    defaultFrom: 'seed S L28',
  },
  'testbed-vf0-interface': {
    type: 'text',
    description: 'interface that VF 0 is inside of a virtual machine of the software testbed',
    default: 'enp2s0f1',
    defaultFrom: 'TAP_0 of scripts/variables.sh, seed S L32',
  },
  'testbed-variables-sha256': {
    type: 'text',
    description: 'SHA-256 of scripts/variables.sh as it must be on every node of the software testbed',
  },
  'testbed-bridge': {
    type: 'text',
    description: 'external OVS bridge of a DPU of the software testbed',
    default: 'br-ex',
    defaultFrom: 'BRIDGE_NAME of scripts/variables.sh, seed S L32',
  },
});

export type ExpectationName = keyof typeof EXPECTATIONS;

type Definitions = typeof EXPECTATIONS;

type ValueOf<D extends ExpectationDefinition> = D['type'] extends 'number'
  ? number
  : D['type'] extends 'list'
    ? readonly string[]
    : string;

/** A value that is expected, and who says so. */
export interface Expectation<Value> {
  readonly value: Value;
  /** `--set`, `inventory`, `suite veth`, or `default (seed A L72)`. */
  readonly from: string;
}

/** The expectation of this name: undefined unless it has a default or somebody gave it. */
export type ExpectationOf<Name extends ExpectationName> = Definitions[Name] extends {
  default: string | number | readonly string[];
}
  ? Expectation<ValueOf<Definitions[Name]>>
  : Expectation<ValueOf<Definitions[Name]>> | undefined;
