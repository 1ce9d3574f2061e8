import { evidence } from '../../fact.ts';
import type { Attachment } from './attachments.ts';
import { broken, type ChainLink, found, missing, NOT_KNOWN, unknown } from './chain.ts';
import { describeState, type HostPf, type HostVf } from './host-functions.ts';
import { nameOf } from './pf-number.ts';
import type { HeldVf } from './vf-of.ts';

/** The VF that a pod holds, and its PF. */
export function heldLinks(held: HeldVf, attachment: Attachment): readonly ChainLink[] {
  const noPf = unknown('pf', NOT_KNOWN, 'the VF that would tell it is not known');
  switch (held.kind) {
    case 'found': {
      const { vf, pf, ground } = held;
      const back = comeBack(vf, attachment);
      const link =
        back === undefined
          ? vfLink(vf, pf, ground, held.evidence)
          : broken('vf', vfName(vf, pf), back, [vf.evidence, ...held.evidence]);
      return [link, pfLink(pf, vf)];
    }
    case 'missing':
      return [missing('vf', held.name, held.ground, held.evidence), noPf];
    case 'contradiction':
      return [broken('vf', held.name, held.ground, held.evidence), noPf];
    case 'unnamed':
      return [unknown('vf', NOT_KNOWN, held.ground), noPf];
  }
}

/**
 * The CNI moves the VF's network device into the pod once the DPU is ready. After that it is on the host again only
 * where it was made anew: the DPU was reset, or the VFs were.
 */
function comeBack(vf: HostVf, { pod, status, multus }: Attachment): string | undefined {
  const isMoved =
    pod.phase === 'Running' &&
    !pod.deleting &&
    status.kind === 'read' &&
    status.value.status === 'Ready' &&
    multus.kind === 'read' &&
    multus.value.pciAddress === vf.address &&
    !multus.value.isVdpa;
  return isMoved && vf.state === 'here'
    ? "its network device is in the host's network namespace and not in the pod's"
    : undefined;
}

const vfName = (vf: HostVf, pf: HostPf): string => `${vf.address} (VF ${vf.number} of ${nameOf(pf)})`;

/** A VF with a driver that is not meant for network devices may be so on purpose (vDPA, a virtual machine). */
export function vfLink(vf: HostVf, pf: HostPf, ground: string, more: ChainLink['evidence'] = []): ChainLink {
  const shown = [vf.evidence, ...more];
  return vf.state === 'missing' || vf.state === 'unbound'
    ? broken('vf', vfName(vf, pf), describeState(vf.state), shown)
    : found('vf', vfName(vf, pf), ground, shown);
}

export function pfLink(pf: HostPf, vf: HostVf): ChainLink {
  // A simulated PF has no PCI address, only the number in the names of its VFs.
  if (!pf.address.includes(':'))
    return found('pf', nameOf(pf), 'the name of the VF holds its number', [vf.evidence]);
  const name = pf.netdev === undefined ? pf.address : `${pf.netdev} ${pf.address}`;
  return found('pf', name, `virtfn${vf.number} leads to the VF`, [
    evidence(`/sys/bus/pci/devices/${pf.address}/virtfn${vf.number}`, vf.address),
  ]);
}
