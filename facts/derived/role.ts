import type { Outcome } from '../fact.ts';
import type { Identity } from '../identity.ts';
import type { Link } from '../links.ts';
import type { Netdev } from '../netdevs.ts';
import { argument, type Ovnkube } from '../ovnkube.ts';
import type { Ovs } from '../ovs.ts';
import type { Pci } from '../pci.ts';
import type { Process } from '../processes.ts';
import type { TestbedScripts } from '../testbed-scripts.ts';
import { isKnownDpu } from './functions.ts';

/** What a node is in the system that its operators built. */
export const ROLES = ['dpu-host', 'dpu', 'control-plane', 'worker', 'hypervisor'] as const;

export type Role = (typeof ROLES)[number];

/** Nothing on such a node is hardware: veth pairs in kind (seed K), TAP pairs of virtual machines (seed S). */
export const SIMULATIONS = ['veth', 'tap'] as const;

export type Simulation = (typeof SIMULATIONS)[number];

/** What a node was found to be, and what tells it. */
export interface FoundRole {
  readonly role: Role | undefined;
  readonly simulation: Simulation | undefined;
  /** The command or file and what it said, for people; says so where nothing told anything. */
  readonly ground: string;
}

/** The facts that tell a node's role; each may be missing. */
export interface RoleFacts {
  readonly identity: Outcome<Identity>;
  readonly links: Outcome<readonly Link[]>;
  readonly netdevs: Outcome<ReadonlyMap<string, Netdev>>;
  readonly ovnkube: Outcome<Ovnkube>;
  readonly ovs: Outcome<Ovs>;
  readonly pci: Outcome<Pci>;
  readonly processes: Outcome<readonly Process[]>;
  readonly testbedScripts: Outcome<TestbedScripts>;
}

export const ROLE_FACTS = [
  'identity',
  'links',
  'netdevs',
  'ovnkube',
  'ovs',
  'pci',
  'processes',
  'testbedScripts',
] as const;

/** Finds out what a node is: the strongest sign first. */
export function findRole(facts: RoleFacts): FoundRole {
  const leftovers = unmovedEnds(facts);
  const simulation = findSimulation(facts) ?? leftovers;
  const signs = [
    // What the hardware shows can't be set wrong, as OVN-Kubernetes' mode can.
    bluefield(facts),
    hostPfRepresentor(facts),
    managementVf(facts),
    ovnkubeMode(facts),
    simulation === leftovers ? undefined : simulation,
    hostNodeName(facts),
    dpuFunction(facts),
    configuredMode(facts),
    process(facts, 'kube-apiserver', 'control-plane'),
    leftovers,
    process(facts, 'kubelet', 'worker'),
    // Where neither shows, as in a cluster whose OVN databases stand alone (seed A L47-49).
    process(facts, 'ovn-northd', 'control-plane'),
  ];
  const found = signs.find((sign) => sign !== undefined);
  if (found === undefined) return { role: undefined, simulation: undefined, ground: nothingTold(facts) };
  return { role: found.role, simulation: simulation?.simulation, ground: found.ground };
}

/** What is looked for, and the facts that tell whether it is there. */
const LOOKED_FOR: readonly (readonly [what: string, ...facts: (keyof RoleFacts)[]])[] = [
  ['ovnkube, kubelet or kube-apiserver', 'processes'],
  ['BlueField', 'identity', 'pci'],
  ['representors', 'netdevs'],
  ['SR-IOV management port', 'netdevs', 'pci'],
  ['simulated VFs', 'links'],
];

/** Says what is not there, and why nobody could look for the rest. */
function nothingTold(facts: RoleFacts): string {
  const absent: string[] = [];
  const unseen = new Map<string, string[]>();
  for (const [what, ...names] of LOOKED_FOR) {
    const lacking = names.map((name) => facts[name]).find(({ ok }) => !ok);
    if (lacking === undefined || lacking.ok) absent.push(`no ${what}`);
    else unseen.set(lacking.failure.message, [...(unseen.get(lacking.failure.message) ?? []), what]);
  }
  return [
    ...(absent.length === 0 ? [] : [absent.join(', ')]),
    ...[...unseen].map(([why, whats]) => `nothing is known of ${whats.join(', ')}: ${why}`),
  ].join('; ');
}

interface Sign {
  readonly role: Role;
  readonly ground: string;
  readonly simulation?: Simulation;
}

/** Seed G L26, L34-36, seed A L52 and L58: the mode that ovnkube runs in. */
function ovnkubeMode(facts: RoleFacts): Sign | undefined {
  for (const running of list(facts.processes)) {
    if (running.name !== 'ovnkube') continue;
    const variable = running.environment.get('OVNKUBE_NODE_MODE');
    const given = argument(running, 'ovnkube-node-mode');
    const mode = given?.value ?? variable;
    if (mode !== 'dpu' && mode !== 'dpu-host') continue;
    const said = given?.evidence.said ?? `OVNKUBE_NODE_MODE=${variable}`;
    return { role: mode, ground: `ovnkube (process ${running.pid}) runs with ${said}` };
  }
  return facts.ovnkube.ok && facts.ovnkube.value.pid !== undefined ? configuredMode(facts) : undefined;
}

/** The mode in OVN-Kubernetes' configuration file, whether or not ovnkube runs. */
function configuredMode({ ovnkube }: RoleFacts): Sign | undefined {
  if (!ovnkube.ok || ovnkube.value.mode === undefined) return undefined;
  const { value, evidence } = ovnkube.value.mode;
  if (value !== 'dpu' && value !== 'dpu-host') return undefined;
  return { role: value, ground: `${evidence.source}: ${evidence.said}` };
}

/** The least number of interfaces of the simulated form that is no accident. */
const SEVERAL = 2;

type SimulationSign = Sign & { readonly simulation: Simulation };

const namesOf = ({ links }: RoleFacts, pattern: RegExp, kind: string): readonly string[] =>
  list(links)
    .filter((link) => link.kind === kind && pattern.test(link.name))
    .map((link) => link.name);

function findSimulation(facts: RoleFacts): SimulationSign | undefined {
  const { netdevs } = facts;
  const named = (pattern: RegExp, kind: string) => namesOf(facts, pattern, kind);
  const hardware =
    netdevs.ok && [...netdevs.value.values()].some((netdev) => netdev.physSwitchId !== undefined);
  const sign = (role: Role, simulation: Simulation, what: string, names: readonly string[]) =>
    names.length >= SEVERAL && !hardware
      ? { role, simulation, ground: `ip link shows ${names.length} ${what}, such as ${names[0]}` }
      : undefined;
  return (
    sign('dpu', 'veth', 'veth representors', named(/^rep\d+-\d+$/, 'veth')) ??
    sign('dpu-host', 'veth', 'veth VFs', named(/^eth\d+-\d+$/, 'veth')) ??
    sign('hypervisor', 'tap', 'TAPs of the software testbed', named(/^tap\d+-vf\d+-[it]$/, 'tun')) ??
    sign('hypervisor', 'tap', 'bridges of the software testbed', named(/^br\d+-vf\d+$/, 'bridge')) ??
    (hardware ? undefined : virtualMachine(facts))
  );
}

/**
 * Ends of veth pairs that the set-up of seed K has not moved to a node or not renamed there (L115-178). Both ends are in
 * one place only on the machine that runs the containers.
 */
function unmovedEnds(facts: RoleFacts): SimulationSign | undefined {
  const ofHosts = namesOf(facts, /^(?:host\d+-eth\d+-\d+|temp-host\d+-\d+)$/, 'veth');
  const ofDpus = namesOf(facts, /^(?:dpu\d+-rep\d+-\d+|temp-rep\d+-\d+)$/, 'veth');
  const both = [...ofHosts, ...ofDpus];
  if (both.length < SEVERAL) return undefined;
  const ground = `ip link shows ${both.length} veth ends by the names that the set-up gives them first, such as ${both[0]}`;
  const role = ofDpus.length === 0 ? 'dpu-host' : ofHosts.length === 0 ? 'dpu' : 'hypervisor';
  return { role, simulation: 'veth', ground };
}

/** The lists of scripts/variables.sh (seed S L38-43). No check concerns a gateway. */
const LISTS: ReadonlyMap<string, Role> = new Map([
  ['INFRA_CTRL_LIST', 'control-plane'],
  ['INFRA_DPU_LIST', 'dpu'],
  ['TENANT_CTRL_LIST', 'control-plane'],
  ['TENANT_DPU_HOST_LIST', 'dpu-host'],
  ['TENANT_WORKER_LIST', 'worker'],
]);

/** A virtual machine of the software testbed goes by its host name, as the testbed's own scripts do (get_node_type). */
function virtualMachine({ identity, testbedScripts }: RoleFacts): SimulationSign | undefined {
  if (!identity.ok || !testbedScripts.ok) return undefined;
  const { hostname } = identity.value;
  const { machines } = testbedScripts.value;
  const machine = machines.get(hostname) ?? machines.get(hostname.split('.')[0] ?? '');
  const role = machine && LISTS.get(machine.list);
  return role && { role, simulation: 'tap', ground: `${machine.path} lists ${hostname} in ${machine.list}` };
}

function bluefield({ identity }: RoleFacts): Sign | undefined {
  if (!identity.ok) return undefined;
  const { kernel, product } = identity.value;
  if (/bluefield/i.test(product ?? '')) return { role: 'dpu', ground: `the machine calls itself ${product}` };
  if (/bluefield/i.test(kernel)) return { role: 'dpu', ground: `its kernel is ${kernel}` };
  return undefined;
}

/** Seed A L107: only a DPU names the host that it serves. */
function hostNodeName({ ovs }: RoleFacts): Sign | undefined {
  const name = ovs.ok ? ovs.value.openVSwitch.externalIds.get('host-k8s-nodename') : undefined;
  return name ? { role: 'dpu', ground: `ovs-vsctl shows external_ids:host-k8s-nodename=${name}` } : undefined;
}

/** A representor of the host's PF or VFs exists only where the eswitch is: on the DPU. */
function hostPfRepresentor({ netdevs }: RoleFacts): Sign | undefined {
  if (!netdevs.ok) return undefined;
  const representor = [...netdevs.value.values()].find((netdev) =>
    /^(c[1-9]\d*)pf\d+|^pf\d+$/.test(netdev.physPortName ?? ''),
  );
  return representor
    ? {
        role: 'dpu',
        ground: `${representor.name} is a representor of the host (phys_port_name ${representor.physPortName})`,
      }
    : undefined;
}

/** Seed A L244: the management port of a DPU host is a VF. So may be that of a node that offloads to a plain NIC: it has OVS itself. */
function managementVf({ netdevs, ovs, pci }: RoleFacts): Sign | undefined {
  if (!netdevs.ok || !pci.ok) return undefined;
  if (ovs.ok && ovs.value.bridges.some(({ name }) => name === 'br-int')) return undefined;
  const address = netdevs.value.get('ovn-k8s-mp0')?.pciAddress;
  const physfn = address === undefined ? undefined : pci.value.functions.get(address)?.physfn;
  return physfn ? { role: 'dpu-host', ground: `ovn-k8s-mp0 is the VF ${address} of ${physfn}` } : undefined;
}

/** A BlueField whose own cores switch nothing (NIC mode) looks the same: there OVN-Kubernetes works on the host's own OVS. */
function dpuFunction(facts: RoleFacts): Sign | undefined {
  if (!facts.pci.ok || switchesItself(facts)) return undefined;
  const found = [...facts.pci.value.functions.values()].find(isKnownDpu);
  return found
    ? {
        role: 'dpu-host',
        ground: `PCI function ${found.address} is that of a DPU (${found.vendor}:${found.device})`,
      }
    : undefined;
}

/** ovnkube runs, and neither as a DPU's nor as a DPU host's, and the integration bridge is on this node. */
function switchesItself(facts: RoleFacts): boolean {
  const { ovs, processes } = facts;
  const runs = list(processes).some(({ name }) => name === 'ovnkube');
  const bridge = ovs.ok && ovs.value.bridges.some(({ name }) => name === 'br-int');
  return runs && bridge && ovnkubeMode(facts) === undefined;
}

function process({ processes }: RoleFacts, name: string, role: Role): Sign | undefined {
  const found = list(processes).find((candidate) => candidate.name === name);
  return found ? { role, ground: `${name} runs (process ${found.pid})` } : undefined;
}

const list = <Item>(outcome: Outcome<readonly Item[]>): readonly Item[] => (outcome.ok ? outcome.value : []);
