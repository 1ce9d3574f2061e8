import { type Evidence, evidence, type Outcome } from '../../fact.ts';
import type { Link } from '../../links.ts';
import type { Netdev } from '../../netdevs.ts';
import type { Pci, PciFunction } from '../../pci.ts';
import { examinedPfs, hasVfs, vfsOf } from '../functions.ts';
import { isRepresentor, RENAMED_MANAGEMENT_PORT } from '../gateway.ts';
import { vethPorts } from '../veth.ts';
import { DETAILS } from './annotations.ts';
import type { Attachment } from './attachments.ts';
import type { ChainHost } from './input.ts';

/** A PF of the host, or what stands for one where veth pairs stand for VFs. */
export interface HostPf {
  /** PCI address; of a simulated one its number. */
  readonly address: string;
  readonly netdev: string | undefined;
  /** Its MAC addresses in lower case: the present one, and the one that the hardware came with. */
  readonly macs: readonly string[];
  /** p0 where the driver calls the port so. */
  readonly physPortName: string | undefined;
  readonly vfs: readonly HostVf[];
}

export interface HostVf {
  /** N of virtfnN; of a simulated one the number at the end of its name. */
  readonly number: number;
  /** PCI address; of a simulated one its name. */
  readonly address: string;
  /** MAC addresses that the host gives it, in lower case. */
  readonly macs: readonly string[];
  /** `elsewhere`: in a network namespace that is not the host's, such as a pod's. */
  readonly state: ReturnType<typeof vfsOf>[number]['state'];
  readonly isManagementPort: boolean;
  readonly evidence: Evidence;
}

/** The PFs with VFs that concern the DPU: those that SR-IOV is judged on, and those of which pods hold a VF. */
export function hostFunctions(
  { facts, simulation }: ChainHost,
  attachments: readonly Attachment[],
): Outcome<readonly HostPf[]> {
  const { pci, links, netdevs, ovnkube } = facts;
  if (simulation !== undefined)
    return links.ok ? { ok: true, value: simulatedPfs(links.value, attachments) } : links;
  if (!pci.ok) return pci;
  if (!netdevs.ok) return netdevs;
  const { pfs } = examinedPfs(
    {
      pci: pci.value,
      netdevs: netdevs.value,
      ovnkube: ovnkube.ok ? ovnkube.value : { managementPort: undefined },
    },
    undefined,
  );
  const held = new Set(
    attachments.flatMap(({ multus }) => (multus.kind === 'read' ? (multus.value.pciAddress ?? []) : [])),
  );
  const others = [...pci.value.functions.values()].filter(
    (pf) => !pfs.includes(pf) && [...pf.virtfns.values()].some((vf) => held.has(vf)),
  );
  const known = {
    pci: pci.value,
    netdevs: netdevs.value,
    links: links.ok ? links.value : [],
    managementPorts: [
      RENAMED_MANAGEMENT_PORT,
      ...(ovnkube.ok ? [ovnkube.value.managementPort?.value ?? RENAMED_MANAGEMENT_PORT] : []),
    ],
  };
  return { ok: true, value: [...pfs.filter(hasVfs), ...others].map((pf) => hostPf(pf, known)) };
}

interface Known {
  readonly pci: Pci;
  readonly netdevs: ReadonlyMap<string, Netdev>;
  readonly links: readonly Link[];
  readonly managementPorts: readonly string[];
}

function hostPf(pf: PciFunction, { pci, netdevs, links, managementPorts }: Known): HostPf {
  // On a NIC whose eswitch is on the host itself, representors are beside the PF's own network device.
  const netdev = pf.netdevs.find((name) => !isRepresentor(netdevs.get(name)));
  const link = links.find(({ name }) => name === netdev);
  return {
    address: pf.address,
    netdev,
    macs: macsOf(link?.mac, link?.permanentMac),
    physPortName: netdev === undefined ? undefined : netdevs.get(netdev)?.physPortName,
    vfs: vfsOf(pf, pci).map((vf) => {
      const own = links.find(({ name }) => vf.netdevs.includes(name));
      return {
        number: vf.number,
        address: vf.address,
        macs: macsOf(link?.vfs.find((line) => line.vf === vf.number)?.mac, own?.mac, own?.permanentMac),
        state: vf.state,
        isManagementPort: vf.netdevs.some((name) => managementPorts.includes(name)),
        evidence: evidence(
          `/sys/bus/pci/devices/${pf.address}/virtfn${vf.number}`,
          `${vf.address}: ${vf.netdevs.join(' ') || STATES[vf.state]}`,
        ),
      };
    }),
  };
}

const STATES: Readonly<Record<HostVf['state'], string>> = {
  here: "its network device is in the host's network namespace",
  elsewhere: 'its network device is in another network namespace',
  none: 'its driver made no network device',
  'passed-through': 'its driver hands it to user space or a virtual machine',
  unbound: 'no driver is bound',
  missing: 'no such PCI function',
};

export const describeState = (state: HostVf['state']): string => STATES[state];

function macsOf(...macs: readonly (string | undefined)[]): readonly string[] {
  const usable = macs.flatMap((mac) => (mac === undefined || /^(00:?)*$/.test(mac) ? [] : mac.toLowerCase()));
  return [...new Set(usable)];
}

/**
 * The gateway interface, number 0, is no VF for pods (lib/dpusim/constants.go of dpu-simulator). A veth device that has
 * gone to a pod shows on the host no more, so the connection details alone tell of it.
 */
function simulatedPfs(links: readonly Link[], attachments: readonly Attachment[]): readonly HostPf[] {
  const here = vethPorts(links, 'host')
    .filter(({ index }) => index !== undefined && index > 0)
    .map(
      ({ pf, index, link }): SimulatedVf => ({
        pf: String(pf ?? 0),
        number: index ?? 0,
        address: link.name,
        macs: macsOf(link.mac),
        state: 'here',
        isManagementPort: false,
        evidence: evidence('ip -j -d addr show', link.name),
      }),
    );
  const gone = attachments
    .flatMap(({ details }) => simulatedVf(details))
    .filter((vf) => !here.some(({ pf, number }) => pf === vf.pf && number === vf.number));
  return [...Map.groupBy([...here, ...gone], ({ pf }) => pf)].map(([pf, vfs]) => ({
    address: pf,
    netdev: undefined,
    macs: [],
    physPortName: undefined,
    vfs: [...new Map(vfs.map((vf) => [vf.number, vf])).values()].sort((a, b) => a.number - b.number),
  }));
}

type SimulatedVf = HostVf & { readonly pf: string };

function simulatedVf(details: Attachment['details']): readonly SimulatedVf[] {
  if (details.kind !== 'read') return [];
  const { pfId, vfId, vfNetdevName } = details.value;
  if (!/^\d{1,4}$/.test(pfId) || !/^\d{1,4}$/.test(vfId)) return [];
  return [
    {
      pf: String(Number(pfId)),
      number: Number(vfId),
      address: vfNetdevName ?? `${pfId}-${vfId}`,
      macs: [],
      state: 'elsewhere',
      isManagementPort: false,
      evidence: evidence(DETAILS, details.said),
    },
  ];
}
