import { defineFact, parseFact } from './fact.ts';
import { links as rtnetlink } from './links.ts';
import type { CommandAnswer } from './source.ts';
import { attributes } from './sources.ts';
import { linksBelow, NET, sysfsLinks } from './sysfs-links.ts';

/** A network device as sysfs shows it (kernel: Documentation/ABI/testing/sysfs-class-net). */
export interface Netdev {
  readonly name: string;
  /** The device link as stored; undefined for virtual devices. */
  readonly deviceLink: string | undefined;
  /** Where /sys/class/net/<name> points: …/0000:02:00.0/net/p0 or ../../devices/virtual/net/veth0. */
  readonly sysfsLink: string | undefined;
  /** The PCI function that it hangs on, also through a sub-function's auxiliary device; undefined for virtual devices. */
  readonly pciAddress: string | undefined;
  /** It sits on an auxiliary device of its PCI function (mlx5_core.sf.N): a sub-function. */
  readonly auxiliary: string | undefined;
  /** p0, pf0hpf, c1pf0vf3 …; undefined where the driver has none. */
  readonly physPortName: string | undefined;
  /** Equal on all ports of one eswitch; undefined in legacy mode and without eswitch. */
  readonly physSwitchId: string | undefined;
  /** Its alternative names, which only rtnetlink knows; undefined where iproute2 tells none. */
  readonly altnames?: readonly string[] | undefined;
}

export const netdevs = defineFact({
  title: 'network devices in sysfs',
  sources: {
    links: sysfsLinks,
    values: attributes(`${NET}/*/phys_port_name`, `${NET}/*/phys_switch_id`),
    addr: { ...rtnetlink.sources.addr, optional: true },
  },
  parse({ links, values, addr }): ReadonlyMap<string, Netdev> {
    const altnames = altnamesOf(addr);
    const devices = new Map<string, Netdev>();
    for (const [path, sysfsLink] of linksBelow(NET, links)) {
      const name = path.slice(NET.length + 1);
      if (name === '' || name.includes('/')) continue;
      const deviceLink = links.get(`${path}/device`);
      const addresses = `${sysfsLink} ${deviceLink ?? ''}`.match(PCI_ADDRESS);
      devices.set(name, {
        name,
        deviceLink,
        sysfsLink,
        pciAddress: deviceLink === undefined ? undefined : (deviceAddress(deviceLink) ?? addresses?.at(-1)),
        auxiliary: /mlx5_core\.sf\.\d+/.exec(`${sysfsLink} ${deviceLink ?? ''}`)?.[0],
        physPortName: values.values.get(`${path}/phys_port_name`) || undefined,
        physSwitchId: values.values.get(`${path}/phys_switch_id`) || undefined,
        altnames: altnames.get(name),
      });
    }
    return devices;
  },
});

/** What sysfs tells must not hang on iproute2. */
function altnamesOf(addr: CommandAnswer | undefined): ReadonlyMap<string, readonly string[]> {
  const outcome = addr?.stdout.includes('"altnames"') ? parseFact(rtnetlink, { addr }) : undefined;
  const known = outcome?.ok ? outcome.value : [];
  return new Map(known.flatMap(({ name, altnames }) => (altnames.length > 0 ? [[name, altnames]] : [])));
}

/** Domain, bus, device and function, as in domain.md G3. */
export const PCI_ADDRESS = /\b[0-9a-f]{4}:[0-9a-f]{2}:[01][0-9a-f]\.[0-7]\b/g;

const deviceAddress = (link: string): string | undefined => {
  const last = link.split('/').at(-1) ?? '';
  return /^[0-9a-f]{4}:[0-9a-f]{2}:[01][0-9a-f]\.[0-7]$/.test(last) ? last : undefined;
};
