import type { SysfsTree } from './sysfs.ts';

export type Topology = 'bluefield' | 'veth' | 'tap';
export type Role = 'dpu-host' | 'dpu' | 'control-plane' | 'worker' | 'hypervisor';

/** What a topology wants one node to be. */
export interface NodePlan {
  name: string;
  role: Role;
  /** On a host: the name of its DPU node. */
  dpu?: string;
  /** The netdev that carries the management address. Without one sshd listens outside the node's netns. */
  management?: string;
  /** The default route leads over the management network. */
  defaultRoute?: boolean;
  /** `ip` commands for inside the node, run once all links exist. */
  ip?: string[];
  /** Netdevs whose transmit checksum must be computed, because OVS in user space reads them. */
  checksummed?: string[];
  sysctl?: Record<string, string>;
  /** Sysctls that are not per network namespace: the node gets a file to read instead. */
  machineSysctl?: Record<string, string>;
  files?: Record<string, string>;
  /** Programs to write with mode 755. */
  programs?: Record<string, string | Buffer>;
  /** No OVS or OVN: neither files nor dpkg records. */
  withoutOvs?: boolean;
  /** Directories of the machine that the node sees at the same path; the machine's cgroups are in /run/lab then. */
  shared?: string[];
  /** Namespaces of the plan that the node knows in /run/netns, by their names there. */
  netns?: Record<string, string>;
  osRelease: string;
  sysfs?: SysfsTree;
}

/** One end of a veth pair. `node` is a node or an extra network namespace of the plan. */
export interface LinkEnd {
  node: string;
  netdev: string;
  mac?: string;
}

export interface Plan {
  topology: Topology;
  /** Goes into the inventory; absent where the PCI tree is stacked to look like hardware. */
  simulation?: 'veth' | 'tap';
  nodes: NodePlan[];
  /** Network namespaces that are no nodes: the fabric between them, pods. */
  namespaces?: { name: string; ip: string[]; checksummed?: string[] }[];
  links: [LinkEnd, LinkEnd][];
}
