import { defineFact, FactError, succeeded } from './fact.ts';
import { command } from './sources.ts';

/** One line of `lspci -nD`. */
export interface PciListing {
  /** 0000:02:00.3 */
  readonly address: string;
  /** 0200 for an Ethernet controller. */
  readonly class: string;
  /** 15b3 */
  readonly vendor: string;
  /** 101e */
  readonly device: string;
  /** 01, or ff where its configuration space does not answer: all that is read there is ones. Undefined for 00. */
  readonly revision?: string | undefined;
}

const LINE =
  /^([0-9a-f]{4,}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]) ([0-9a-f]{4}): ([0-9a-f]{4}):([0-9a-f]{4})(?: \(rev ([0-9a-f]{2})\))?/;

/** PCI functions by address as lspci lists them; numeric, because looking names up costs more than the rest. */
export const lspci = defineFact({
  title: 'PCI functions listed by lspci',
  sources: { list: command(['lspci', '-nD']) },
  parse({ list }): ReadonlyMap<string, PciListing> {
    const lines = succeeded(list)
      .split('\n')
      .filter((line) => line.trim() !== '');
    const functions = lines
      .map((line) => LINE.exec(line))
      .filter((match) => match !== null)
      .map(([, address = '', type = '', vendor = '', device = '', revision]): [string, PciListing] => [
        address,
        { address, class: type, vendor, device, revision },
      ]);
    if (functions.length === 0 && lines.length > 0)
      throw new FactError({ code: 'unparsable', message: `lspci -nD was expected to list PCI functions` });
    return new Map(functions);
  },
});
