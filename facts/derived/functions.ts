import type { Netdev } from '../netdevs.ts';
import type { Ovnkube } from '../ovnkube.ts';
import type { Pci, PciFunction } from '../pci.ts';
import { RENAMED_MANAGEMENT_PORT } from './gateway.ts';

/** The PFs that SR-IOV is judged on, and how they were chosen. */
export interface ExaminedPfs {
  readonly pfs: readonly PciFunction[];
  readonly how: string;
  /** The PF that was named is not there under that name. */
  readonly missing: boolean;
}

interface FunctionFacts {
  readonly pci: Pci;
  readonly netdevs: ReadonlyMap<string, Netdev>;
  readonly ovnkube: Pick<Ovnkube, 'managementPort'>;
}

/**
 * The PFs that concern the DPU: the one that is named (by network device, one of its other names or PCI address), else the one whose VF is the
 * management port, else those of a known DPU, else all with VFs, else all that could have some. Another SR-IOV NIC in
 * the same machine is nobody's business.
 */
export function examinedPfs(facts: FunctionFacts, named: string | undefined): ExaminedPfs {
  const { pci } = facts;
  const capable = [...pci.functions.values()].filter((one) => one.sriovTotalVfs !== undefined);
  if (named !== undefined) {
    const pf = pci.functions.get(netdevOf(named, facts)?.pciAddress ?? named);
    if (pf !== undefined) return { pfs: [pf], how: `${named} is the PF by expectation`, missing: false };
    const nameless = capable.filter((one) => one.netdevs.length === 0);
    return { pfs: nameless, how: `${named} is no network device here`, missing: true };
  }
  const managed = managementPf(facts);
  if (managed !== undefined) return { ...managed, missing: false };
  const known = capable.filter(isKnownDpu);
  const candidates = known.length > 0 ? known : capable;
  const withVfs = candidates.filter(hasVfs);
  const what = known.length > 0 ? 'PFs of a DPU' : 'PFs';
  return withVfs.length > 0
    ? { pfs: withVfs, how: `${what} with VFs`, missing: false }
    : { pfs: candidates, how: `${what} that can have VFs`, missing: false };
}

/** The network device of this name or alternative name. */
const netdevOf = (name: string, { netdevs }: FunctionFacts): Netdev | undefined =>
  netdevs.get(name) ?? [...netdevs.values()].find(({ altnames }) => altnames?.includes(name));

/** By the number that the PF tells, or by its virtfn links. */
export const hasVfs = (pf: PciFunction): boolean => (pf.sriovNumVfs ?? 0) > 0 || pf.virtfns.size > 0;

function managementPf(facts: FunctionFacts) {
  const { pci, ovnkube } = facts;
  const names = [RENAMED_MANAGEMENT_PORT, ovnkube.managementPort?.value];
  const addresses = names.map((name) => (name === undefined ? undefined : netdevOf(name, facts)?.pciAddress));
  for (const address of addresses) {
    if (address === undefined) continue;
    // The PF's own link goes before the VF's: a physfn link that leads elsewhere is to be found, not to be followed.
    const physfn = pci.functions.get(address)?.physfn;
    const pf = ownerOf(address, pci) ?? (physfn === undefined ? undefined : pci.functions.get(physfn));
    if (pf !== undefined) return { pfs: [pf], how: `the management port ${address} is its VF` };
  }
  return undefined;
}

/** The PF whose virtfn link leads to this VF. */
export const ownerOf = (vf: string, { functions }: Pci): PciFunction | undefined =>
  [...functions.values()].find(({ virtfns }) => [...virtfns.values()].includes(vf));

/**
 * The PCI address that the VF of this number has: the kernel adds sriov_offset and sriov_stride to the PF's routing ID
 * (Documentation/ABI/testing/sysfs-bus-pci). Undefined where the PF does not show them.
 */
export function vfAddress(pf: PciFunction, number: number): string | undefined {
  const { address, sriovOffset, sriovStride } = pf;
  const [, domain, bus = '', device = '', fn = ''] =
    /^([0-9a-f]+):([0-9a-f]{2}):([01][0-9a-f])\.([0-7])$/.exec(address) ?? [];
  if (domain === undefined || sriovOffset === undefined || sriovStride === undefined) return undefined;
  const own = (parseInt(bus, 16) << 8) | (parseInt(device, 16) << 3) | Number(fn);
  const id = own + sriovOffset + number * sriovStride;
  const hex = (value: number) => value.toString(16).padStart(2, '0');
  return `${domain}:${hex(id >> 8)}:${hex((id >> 3) & 0x1f)}.${id & 7}`;
}

/** Network functions of DPUs as a host sees them (pci.ids): BlueField-1 to -4, and Intel's IPU. */
const KNOWN_DPUS = new Set(['15b3:a2d2', '15b3:a2d6', '15b3:a2d9', '15b3:a2dc', '15b3:a2df', '8086:1452']);

export const isKnownDpu = ({ vendor, device }: PciFunction): boolean => KNOWN_DPUS.has(`${vendor}:${device}`);

/** Where a VF's network device is. */
export type VfState =
  /** In this network namespace. */
  | 'here'
  /** The driver has made one and it is in another network namespace, such as a pod's. */
  | 'elsewhere'
  /** A driver is bound that has made none: vDPA, InfiniBand, or a kernel that hides it. */
  | 'none'
  /** Bound to a driver that hands it to user space or a virtual machine. */
  | 'passed-through'
  | 'unbound'
  /** There is no such PCI function. */
  | 'missing';

export interface Vf {
  readonly pf: string;
  /** N of virtfnN. */
  readonly number: number;
  readonly address: string;
  readonly driver: string | undefined;
  readonly state: VfState;
  readonly netdevs: readonly string[];
}

/** The VFs that a PF's virtfn links name. */
export const vfsOf = (pf: PciFunction, { functions }: Pci): Vf[] =>
  [...pf.virtfns].map(([number, address]) => {
    const vf = functions.get(address);
    return {
      pf: pf.address,
      number,
      address,
      driver: vf?.driver,
      state: stateOf(vf),
      netdevs: vf?.netdevs ?? [],
    };
  });

const PASS_THROUGH = /^(vfio-pci|.*_vfio_pci|pci-stub|uio_pci_generic|igb_uio|xen-pciback|pciback)$/;

export const isPassedThrough = (driver: string | undefined): boolean => PASS_THROUGH.test(driver ?? '');

function stateOf(vf: PciFunction | undefined): VfState {
  if (vf === undefined) return 'missing';
  if (vf.netdevs.length > 0) return 'here';
  if (vf.driver === undefined) return 'unbound';
  if (isPassedThrough(vf.driver)) return 'passed-through';
  return vf.hasNetDirectory ? 'elsewhere' : 'none';
}

/** One VF and its state, for evidence. */
export function describeVf({ number, address, driver, state, netdevs }: Vf): string {
  const where: Record<VfState, string> = {
    here: netdevs.join(' '),
    elsewhere: `its network device is in another network namespace (${driver})`,
    none: `no network device shows here (${driver})`,
    'passed-through': `bound to ${driver}`,
    unbound: 'no driver is bound',
    missing: 'no such PCI function',
  };
  return `vf ${number} ${address}: ${where[state]}`;
}
