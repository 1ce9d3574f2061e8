import { type Evidence, evidence } from '../../fact.ts';
import type { HostPf } from './host-functions.ts';
import type { Representors } from './representors.ts';

/** The number that a PF of the host has on the DPU's eswitch, and how that is known. */
export type PfNumber =
  | {
      readonly known: true;
      /** Undefined where the DPU tells no controllers. */
      readonly controller: number | undefined;
      readonly pf: number;
      readonly ground: string;
      readonly evidence: readonly Evidence[];
    }
  | { readonly known: false; readonly ground: string };

/**
 * Finds the PF's number on the DPU. The number of its PCI function on the host, which OVN-Kubernetes takes for it, is
 * none: how the host counts functions says nothing of the eswitch. MAC addresses tell best, then what the driver
 * calls the PF's port, then that only one remains.
 */
export function pfNumber(
  pf: HostPf,
  { pfs: hostPfs, representors }: { readonly pfs: readonly HostPf[]; readonly representors: Representors },
): PfNumber {
  return (
    byMac(pf, representors) ??
    byVfMac(pf, representors) ??
    byPortName(pf, representors) ??
    byExclusion(hostPfs, representors) ?? {
      known: false,
      ground: `nothing tells which PF of the DPU's eswitch ${nameOf(pf)} is: neither a MAC address, nor the name of its port, nor that there is only one`,
    }
  );
}

/** Its network device, else its address; a simulated PF has no more than a number. */
export const nameOf = ({ netdev, address }: HostPf): string =>
  netdev ?? (address.includes(':') ? address : `PF ${address}`);

function byMac(pf: HostPf, { pfs }: Representors): PfNumber | undefined {
  const alike = pfs.filter(({ functionMac }) => functionMac !== undefined && pf.macs.includes(functionMac));
  const [only, another] = alike;
  if (only === undefined || another !== undefined) return undefined;
  return {
    known: true,
    controller: only.controller,
    pf: only.pf,
    ground: `the function behind ${only.name} has the MAC address of ${nameOf(pf)}`,
    evidence: [evidence('devlink -j port show', `${only.name} function hw_addr ${only.functionMac}`)],
  };
}

function byVfMac(pf: HostPf, { vfs }: Representors): PfNumber | undefined {
  const alike = vfs.filter((representor) =>
    pf.vfs.some(
      ({ number, macs }) =>
        number === representor.vf &&
        representor.functionMac !== undefined &&
        macs.includes(representor.functionMac),
    ),
  );
  const [first] = alike;
  if (first === undefined || alike.some((one) => one.pf !== first.pf || one.controller !== first.controller))
    return undefined;
  return {
    known: true,
    controller: first.controller,
    pf: first.pf,
    ground: `the function behind ${first.name} has the MAC address of VF ${first.vf} of ${nameOf(pf)}`,
    evidence: [evidence('devlink -j port show', `${first.name} function hw_addr ${first.functionMac}`)],
  };
}

/** mlx5 counts the ports p0, p1 of a PF on the host, and the PFs of the eswitch, by the physical port that they belong to. */
function byPortName(pf: HostPf, representors: Representors): PfNumber | undefined {
  const number = Number(/^p(\d{1,4})$/.exec(pf.physPortName ?? '')?.[1] ?? Number.NaN);
  const same = numbersOf(representors).filter((one) => one.pf === number);
  if (same.length === 0) return undefined;
  return {
    known: true,
    ...nearest(same),
    ground: `the driver calls the port of ${nameOf(pf)} ${pf.physPortName}`,
    evidence: [evidence(`/sys/class/net/${pf.netdev}/phys_port_name`, pf.physPortName ?? '')],
  };
}

function byExclusion(hostPfs: readonly HostPf[], representors: Representors): PfNumber | undefined {
  const numbers = numbersOf(representors);
  const [first] = numbers;
  if (first === undefined || hostPfs.length !== 1 || numbers.some(({ pf }) => pf !== first.pf))
    return undefined;
  return {
    known: true,
    ...nearest(numbers),
    ground: 'the host has one PF with VFs, and the eswitch one with representors',
    evidence: [],
  };
}

interface Numbered {
  readonly controller: number | undefined;
  readonly pf: number;
}

const numbersOf = ({ pfs, vfs }: Representors): readonly Numbered[] => [...pfs, ...vfs];

/** Of a DPU that serves several hosts, OVN-Kubernetes knows the controller 1 alone (sriovnet, GetVfRepresentorDPU). */
function nearest(numbers: readonly Numbered[]): Numbered {
  const controllers = numbers.map(({ controller }) => controller);
  const pf = numbers[0]?.pf ?? 0;
  return { pf, controller: controllers.includes(1) ? 1 : controllers[0] };
}
