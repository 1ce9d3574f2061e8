/** What a node is in the system that its operators built. */
export const ROLES = ['dpu-host', 'dpu', 'control-plane', 'worker', 'hypervisor'] as const;

export type Role = (typeof ROLES)[number];

/** Nothing on such a node is hardware: veth pairs in kind (seed K), TAP pairs of virtual machines (seed S). */
export const SIMULATIONS = ['veth', 'tap'] as const;

export type Simulation = (typeof SIMULATIONS)[number];
