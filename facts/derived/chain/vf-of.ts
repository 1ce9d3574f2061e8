import { type Evidence, evidence } from '../../fact.ts';
import { DETAILS, NETWORK_STATUS } from './annotations.ts';
import type { Attachment } from './attachments.ts';
import type { HostPf, HostVf } from './host-functions.ts';

/** The VF that a pod holds for one of its networks. */
export type HeldVf =
  | {
      readonly kind: 'found';
      readonly pf: HostPf;
      readonly vf: HostVf;
      readonly ground: string;
      readonly evidence: readonly Evidence[];
    }
  /** It is named, and the host has none like it. */
  | {
      readonly kind: 'missing';
      readonly name: string;
      readonly ground: string;
      readonly evidence: readonly Evidence[];
    }
  /** Two say different things of it. */
  | {
      readonly kind: 'contradiction';
      readonly name: string;
      readonly ground: string;
      readonly evidence: readonly Evidence[];
    }
  /** Nothing names it. */
  | { readonly kind: 'unnamed'; readonly ground: string };

type Pair = { readonly pf: HostPf; readonly vf: HostVf };

/**
 * Finds the VF by the device that Multus reports, which is its PCI address, and by the numbers in the connection
 * details. There pfId is the PCI function number of the PF on this very host, so that here, and only here, it may be
 * read as such.
 */
export function heldVf({ details, multus }: Attachment, pfs: readonly HostPf[]): HeldVf {
  const all = pfs.flatMap((pf) => pf.vfs.map((vf) => ({ pf, vf })));
  const address = multus.kind === 'read' ? multus.value.pciAddress : undefined;
  const device = address === undefined ? undefined : all.filter(({ vf }) => vf.address === address);
  const numbers = details.kind === 'read' ? details.value : undefined;
  const numbered = numbers === undefined ? undefined : all.filter((one) => hasNumbers(one, numbers));
  const said = [
    ...(address === undefined ? [] : [evidence(NETWORK_STATUS, `device-info pci-address ${address}`)]),
    ...(details.kind === 'read' ? [evidence(DETAILS, details.said)] : []),
  ];
  const [byDevice] = device ?? [];
  const [byNumbers, another] = numbered ?? [];
  if (byDevice !== undefined && byNumbers !== undefined && !numbered?.some(({ vf }) => vf === byDevice.vf)) {
    return {
      kind: 'contradiction',
      name: byDevice.vf.address,
      ground: `Multus reports ${byDevice.vf.address}, and the connection details name VF ${numbers?.vfId} of PF ${numbers?.pfId}, which is ${byNumbers.vf.address}`,
      evidence: said,
    };
  }
  if (byDevice !== undefined)
    return { kind: 'found', ...byDevice, ground: 'Multus reports its PCI address', evidence: said };
  if (address !== undefined)
    return { kind: 'missing', name: address, ground: 'no PF of the host has this VF', evidence: said };
  if (byNumbers !== undefined && another === undefined)
    return {
      kind: 'found',
      ...byNumbers,
      ground: `the connection details name VF ${numbers?.vfId} of PF ${numbers?.pfId}`,
      evidence: said,
    };
  if (numbers === undefined) return { kind: 'unnamed', ground: 'nothing names the VF that the pod holds' };
  const name = `VF ${numbers.vfId} of PF ${numbers.pfId}`;
  if (byNumbers === undefined)
    return { kind: 'missing', name, ground: 'no PF of the host has this VF', evidence: said };
  return {
    kind: 'unnamed',
    ground: `the connection details name ${name}, and ${(numbered ?? []).map(({ vf }) => vf.address).join(' and ')} are such`,
  };
}

/** The number of a PCI function is the last digit of its address; a simulated PF's address is its number. */
function hasNumbers(
  { pf, vf }: Pair,
  { pfId, vfId }: { readonly pfId: string; readonly vfId: string },
): boolean {
  return (pf.address.split('.').at(-1) ?? pf.address) === pfId && String(vf.number) === vfId;
}
