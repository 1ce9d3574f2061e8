import { defineFact, evidence, FactError } from './fact.ts';
import { attributes, paths } from './sources.ts';
import { DEVICES, linksBelow, sysfsLinks } from './sysfs-links.ts';

/** A PCI function that carries a network device, is an SR-IOV PF, or is a VF (kernel: Documentation/ABI/testing/sysfs-bus-pci). */
export interface PciFunction {
  /** 0000:02:00.3 */
  readonly address: string;
  /** 15b3, without 0x. */
  readonly vendor: string;
  /** 101e, without 0x. */
  readonly device: string;
  /** 020000 for an Ethernet controller, without 0x. */
  readonly class: string;
  /** Name of the bound driver; undefined when unbound. */
  readonly driver: string | undefined;
  /** Of a VF: the address that its physfn link names, whether or not that function exists. */
  readonly physfn: string | undefined;
  /** The physfn link as stored. */
  readonly physfnLink: string | undefined;
  /** Of a PF: the addresses of its virtfn links, by VF number. */
  readonly virtfns: ReadonlyMap<number, string>;
  /** Undefined where the attribute does not exist: the function is no SR-IOV PF. */
  readonly sriovTotalVfs: number | undefined;
  readonly sriovNumVfs: number | undefined;
  /** Of a PF: the distance of its first VF's routing ID from its own, and that of a VF from the one before. */
  readonly sriovOffset: number | undefined;
  readonly sriovStride: number | undefined;
  /** The names in its net/ directory, in byte order as os.ReadDir gives them. */
  readonly netdevs: readonly string[];
  /** It has a net/ directory, be it empty. */
  readonly hasNetDirectory: boolean;
}

export interface Pci {
  /** All functions by address. */
  readonly functions: ReadonlyMap<string, PciFunction>;
}

/** PCI functions with their SR-IOV attributes, links and network devices, from sysfs. */
export const pci = defineFact({
  title: 'PCI functions',
  sources: {
    values: attributes(
      `${DEVICES}/*/vendor`,
      `${DEVICES}/*/device`,
      `${DEVICES}/*/class`,
      `${DEVICES}/*/sriov_totalvfs`,
      `${DEVICES}/*/sriov_numvfs`,
      `${DEVICES}/*/sriov_offset`,
      `${DEVICES}/*/sriov_stride`,
    ),
    links: sysfsLinks,
    netdevs: paths(`${DEVICES}/*/net`, `${DEVICES}/*/net/*`),
  },
  parse({ values, links: all, netdevs }): Pci {
    const links = linksBelow(DEVICES, all);
    const addresses = new Set([...values.values.keys()].map((path) => addressOf(path)));
    for (const path of links.keys()) addresses.add(addressOf(path));
    const virtfns = virtfnsByFunction(links);
    const names = netdevsByFunction(netdevs);
    const count = (path: string) => countIn(path, values.values.get(path));
    const functions = new Map<string, PciFunction>();
    for (const address of [...addresses].sort()) {
      const at = `${DEVICES}/${address}`;
      const physfnLink = links.get(`${at}/physfn`);
      functions.set(address, {
        address,
        vendor: hex(values.values.get(`${at}/vendor`)),
        device: hex(values.values.get(`${at}/device`)),
        class: hex(values.values.get(`${at}/class`)),
        driver: basename(links.get(`${at}/driver`)),
        physfn: basename(physfnLink),
        physfnLink,
        virtfns: virtfns.get(address) ?? new Map(),
        sriovTotalVfs: count(`${at}/sriov_totalvfs`),
        sriovNumVfs: count(`${at}/sriov_numvfs`),
        sriovOffset: count(`${at}/sriov_offset`),
        sriovStride: count(`${at}/sriov_stride`),
        netdevs: names.get(address) ?? [],
        hasNetDirectory: netdevs.includes(`${at}/net`),
      });
    }
    return { functions };
  },
});

const addressOf = (path: string): string => path.split('/')[5] ?? '';

const hex = (value: string | undefined): string => (value ?? '').replace(/^0x/, '').toLowerCase();

/** What isn't a number is no absent attribute: nothing is known then. */
function countIn(path: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (/^\d{1,6}$/.test(value)) return Number(value);
  throw new FactError({
    code: 'unparsable',
    message: `${path} was expected to be a number`,
    hint: `Look at it on the node: cat ${path}`,
    evidence: evidence(path, value.slice(0, 80)),
  });
}

const basename = (path: string | undefined): string | undefined =>
  path?.replace(/\/+$/, '').split('/').at(-1);

function virtfnsByFunction(links: ReadonlyMap<string, string>): Map<string, Map<number, string>> {
  const byFunction = new Map<string, Map<number, string>>();
  for (const [path, target] of links) {
    const number = /\/virtfn(\d+)$/.exec(path)?.[1];
    const vf = basename(target);
    if (number === undefined || vf === undefined) continue;
    const address = addressOf(path);
    const virtfns = byFunction.get(address) ?? new Map<number, string>();
    virtfns.set(Number(number), vf);
    byFunction.set(address, new Map([...virtfns].sort(([a], [b]) => a - b)));
  }
  return byFunction;
}

function netdevsByFunction(netdevs: readonly string[]): Map<string, string[]> {
  const byFunction = new Map<string, string[]>();
  for (const path of netdevs) {
    const name = path.split('/')[7];
    if (name === undefined) continue;
    const address = addressOf(path);
    byFunction.set(address, [...(byFunction.get(address) ?? []), name]);
  }
  for (const names of byFunction.values()) names.sort(byBytes);
  return byFunction;
}

const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));
