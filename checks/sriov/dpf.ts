import { examinedPfs, type Vf, vfsOf } from '../../facts/derived/functions.ts';
import type { FactValues } from '../../facts/index.ts';

/** The bridge that DPF makes on a DPU host; seed D's claims hold where it is. */
export const DPF_BRIDGE = 'br-dpu';

export const NO_DPF = `there is no bridge ${DPF_BRIDGE}: this is no host that DPF has provisioned`;

/** The VFs of the PF that DPF uses, by number; undefined on a host that DPF has not provisioned. */
export function dpfVfs(
  facts: Pick<FactValues, 'links' | 'netdevs' | 'ovnkube' | 'pci'>,
  pf: string | undefined,
): readonly Vf[] | undefined {
  if (!facts.links.some(({ name }) => name === DPF_BRIDGE)) return undefined;
  const [first] = examinedPfs(facts, pf).pfs;
  return first === undefined ? [] : vfsOf(first, facts.pci);
}
