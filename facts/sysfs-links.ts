import { linkTargets } from './sources.ts';

export const NET = '/sys/class/net';
export const DEVICES = '/sys/bus/pci/devices';

/** The links of network devices and of PCI functions, asked together: one program reads them all. */
export const sysfsLinks = linkTargets(
  `${NET}/*`,
  `${NET}/*/device`,
  `${DEVICES}/*/driver`,
  `${DEVICES}/*/physfn`,
  `${DEVICES}/*/virtfn*`,
);

/** Those below one of the two. */
export const linksBelow = (
  directory: string,
  links: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> => new Map([...links].filter(([path]) => path.startsWith(`${directory}/`)));
