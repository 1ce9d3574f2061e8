import type { ExecutionContext } from 'ava';
import { CHECKS } from '../../checks/index.ts';
import type { Role, Simulation } from '../../facts/derived/role.ts';
import type { DevlinkHealth } from '../../facts/devlink-health.ts';
import { evidence } from '../../facts/fact.ts';
import type { FactName, FactValues } from '../../facts/index.ts';
import type { Address, Link } from '../../facts/links.ts';
import type { Netdev } from '../../facts/netdevs.ts';
import type { Ovnkube, Setting } from '../../facts/ovnkube.ts';
import type { Pci, PciFunction } from '../../facts/pci.ts';
import type { Process } from '../../facts/processes.ts';
import type { InventoryNode } from '../../inventory/node.ts';
import type { GatheredNode } from '../../runner/gather.ts';
import { judgePlanned, type Verdicts } from '../../runner/judge.ts';
import { planRun } from '../../runner/plan.ts';
import type { Result } from '../../runner/report.ts';

/** Typed facts, made by hand: what a healthy node would say, to be broken in one place by each test. */
export type NodeFacts = { -readonly [Name in FactName]?: FactValues[Name] };

export const aLink = (name: string, given: Partial<Link> = {}): Link => ({
  name,
  index: 2,
  linkIndex: undefined,
  linkName: undefined,
  linkNetnsid: undefined,
  flags: ['BROADCAST', 'MULTICAST', 'UP', 'LOWER_UP'],
  mtu: 1500,
  operstate: 'UP',
  mac: '02:00:00:00:00:01',
  master: undefined,
  kind: undefined,
  altnames: [],
  vfs: [],
  addresses: [],
  parentDevice: undefined,
  ...given,
});

export const anAddress = (address: string, prefixLength = 22): Address => ({
  family: 'inet',
  address,
  prefixLength,
  scope: 'global',
});

/** A network device of a PCI function; of none where the address is undefined. */
export const aNetdev = (
  name: string,
  pciAddress: string | undefined,
  given: Partial<Netdev> = {},
): Netdev => ({
  name,
  deviceLink: pciAddress && `../../../${pciAddress}`,
  sysfsLink: pciAddress
    ? `../../devices/pci0000:00/0000:00:01.0/${pciAddress}/net/${name}`
    : `../../devices/virtual/net/${name}`,
  pciAddress,
  auxiliary: undefined,
  physPortName: undefined,
  physSwitchId: undefined,
  ...given,
});

export const aPciFunction = (address: string, given: Partial<PciFunction> = {}): PciFunction => ({
  address,
  vendor: '15b3',
  device: 'a2d6',
  class: '020000',
  driver: 'mlx5_core',
  physfn: undefined,
  physfnLink: undefined,
  virtfns: new Map(),
  sriovTotalVfs: undefined,
  sriovNumVfs: undefined,
  sriovOffset: undefined,
  sriovStride: undefined,
  netdevs: [],
  hasNetDirectory: true,
  ...given,
});

export const aProcess = (name: string, given: Partial<Process> = {}): Process => ({
  pid: 4711,
  name,
  args: [`/usr/bin/${name}`],
  environment: new Map(),
  environmentReadable: true,
  startedAfterBoot: 1_700_000_000,
  state: 'S',
  ...given,
});

export const aSetting = (flag: string, value: string): Setting => ({
  value,
  evidence: evidence('/proc/4711/cmdline (ovnkube)', `--${flag}=${value}`),
});

/** ovnkube as it runs on a DPU host that derives its gateway interface (seed G L26-28). */
export const anOvnkube = (given: Partial<Ovnkube> = {}): Ovnkube => ({
  pid: 4711,
  configuration: undefined,
  mode: aSetting('ovnkube-node-mode', 'dpu-host'),
  managementPort: aSetting('ovnkube-node-mgmt-port-netdev', 'pf0vf0'),
  managementPortResource: undefined,
  gatewayInterface: aSetting('gateway-interface', 'derive-from-mgmt-port'),
  networkSegmentation: false,
  mtu: undefined,
  tunnelled: true,
  devices: new Map(),
  environmentReadable: true,
  ...given,
});

export const NO_OVNKUBE = anOvnkube({
  pid: undefined,
  mode: undefined,
  managementPort: undefined,
  gatewayInterface: undefined,
  environmentReadable: false,
});

/** Seed G L58-59: the VF that is the management port, and its PF. */
export const PF = '0000:01:00.0';
export const VFS = ['0000:01:02.3', '0000:01:02.4', '0000:01:02.5'] as const;

/**
 * A DPU host as seeds A and G have it: PF eth0 with three VFs. The first is the management port pf0vf0, the second is
 * at the node's disposal, the third is in a pod.
 */
export function dpuHost(): Required<
  Pick<NodeFacts, 'devlinkHealth' | 'links' | 'lspci' | 'netdevs' | 'ovnkube' | 'pci' | 'processes'>
> {
  const vf = (address: string, netdevs: readonly string[]) =>
    aPciFunction(address, { device: '101e', physfn: PF, physfnLink: `../${PF}`, netdevs });
  const functions = [
    aPciFunction(PF, {
      sriovTotalVfs: 16,
      sriovNumVfs: 3,
      virtfns: new Map(VFS.map((address, number) => [number, address])),
      netdevs: ['eth0'],
    }),
    vf(VFS[0], ['pf0vf0']),
    vf(VFS[1], ['eth0v1']),
    vf(VFS[2], []),
    // A NIC that has SR-IOV and nothing to do with the DPU.
    aPciFunction('0000:05:00.0', {
      vendor: '8086',
      device: '1563',
      driver: 'ixgbe',
      sriovTotalVfs: 63,
      sriovNumVfs: 0,
      netdevs: ['eno1'],
    }),
  ];
  return {
    devlinkHealth: NO_REPORTERS,
    links: [
      aLink('eth0', {
        addresses: [anAddress('192.168.42.201')],
        vfs: [0, 1, 2].map((vf) => ({ vf, mac: '00:00:00:00:00:00' })),
      }),
      aLink('pf0vf0'),
      aLink('eth0v1'),
      aLink('eno1', { flags: ['BROADCAST', 'MULTICAST'] }),
    ],
    netdevs: new Map(
      [
        aNetdev('eth0', PF, { physPortName: 'p0' }),
        aNetdev('pf0vf0', VFS[0]),
        aNetdev('eth0v1', VFS[1]),
        aNetdev('eno1', '0000:05:00.0'),
      ].map((netdev) => [netdev.name, netdev]),
    ),
    pci: pciOf(functions),
    lspci: new Map(
      functions.map(({ address, vendor, device }) => [address, { address, class: '0200', vendor, device }]),
    ),
    ovnkube: anOvnkube(),
    processes: [aProcess('ovnkube'), aProcess('kubelet')],
  };
}

export const NO_REPORTERS: DevlinkHealth = { unavailable: undefined, reporters: [] };

export const pciOf = (functions: readonly PciFunction[]): Pci => ({
  functions: new Map(functions.map((one) => [one.address, one])),
});

/** The PCI functions with one of them changed, or taken away. */
export function withFunction(pci: Pci, address: string, change: Partial<PciFunction> | undefined): Pci {
  const functions = new Map(pci.functions);
  const before = functions.get(address) ?? aPciFunction(address);
  if (change === undefined) functions.delete(address);
  else functions.set(address, { ...before, ...change });
  return { functions };
}

/** The links with one of them changed, or taken away. */
export const withLink = (
  links: readonly Link[],
  name: string,
  change: Partial<Link> | undefined,
): readonly Link[] =>
  links.flatMap((link) =>
    link.name !== name ? [link] : change === undefined ? [] : [{ ...link, ...change }],
  );

/** The network devices with one of them changed, added, or taken away. */
export function withNetdev(
  netdevs: ReadonlyMap<string, Netdev>,
  name: string,
  change: Partial<Netdev> | undefined,
): ReadonlyMap<string, Netdev> {
  const changed = new Map(netdevs);
  if (change === undefined) changed.delete(name);
  else changed.set(name, { ...(changed.get(name) ?? aNetdev(name, undefined)), ...change });
  return changed;
}

export interface JudgeNode {
  readonly role?: Role;
  readonly simulation?: Simulation;
  readonly expect?: NonNullable<InventoryNode['expect']>;
}

/** The verdicts of the checks of these groups on a node with these facts, as the runner gives them. */
export function judgeNode(
  facts: NodeFacts,
  groups: readonly string[],
  { role = 'dpu-host', simulation, expect = {} }: JudgeNode = {},
): ReadonlyMap<string, Result> {
  const node: GatheredNode = {
    node: { name: 'host1', access: { kind: 'local' }, expect },
    uri: 'local:',
    role,
    simulation,
    roleGround: 'test',
    facts: new Map(Object.entries(facts).map(([name, value]) => [name as FactName, { ok: true, value }])),
    unreachable: undefined,
    durationMs: 0,
    answers: new Map(),
  };
  const checks = CHECKS.filter(({ id }) => groups.includes(id.split('/')[0] ?? ''));
  const verdicts: Verdicts = new Map();
  const options = { set: { from: '--set', values: {} }, suite: { from: 'suite', values: {} } };
  const results = planRun(checks, [node]).planned.map((planned) => judgePlanned(planned, verdicts, options));
  return new Map(results.map((result) => [result.checkId, result]));
}

/** The checks that came to one of these verdicts. */
export const idsWith = (results: ReadonlyMap<string, Result>, ...verdicts: readonly string[]): string[] =>
  [...results.values()].filter(({ verdict }) => verdicts.includes(verdict)).map(({ checkId }) => checkId);

/** Asserts that this check alone fails (or warns), with this code, and gives its finding. */
export function onlyFault(
  t: ExecutionContext,
  results: ReadonlyMap<string, Result>,
  id: string,
  code: string,
  verdict: 'fail' | 'warn' = 'fail',
) {
  const found = [...results.values()]
    .filter((result) => ['fail', 'warn', 'error'].includes(result.verdict))
    .map((result) => `${result.checkId} ${result.verdict} ${result.reason ?? ''}`.trim());
  t.deepEqual(found, [`${id} ${verdict}`]);
  const findings = results.get(id)?.findings ?? [];
  t.deepEqual([...new Set(findings.map((finding) => finding.code))], [code]);
  const [finding] = findings;
  if (finding === undefined) throw new Error(`${id} has no finding`);
  t.true(finding.evidence.length > 0);
  t.notRegex(`${finding.message} ${finding.remedy} ${finding.cause}`, /\{\w+\}/);
  return finding;
}
