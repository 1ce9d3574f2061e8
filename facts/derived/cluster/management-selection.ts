import type { DevicePool, DeviceSelector } from './device-pools.ts';
import { type FunctionSelector, takesVf } from './function-selector.ts';
import type { ManagementVf } from './management-port.ts';

/** Whether a pool takes the management port's VF. */
export type Selection =
  | { readonly kind: 'free' }
  | { readonly kind: 'taken'; readonly vf: number | string; readonly by: string }
  | { readonly kind: 'unknown'; readonly why: string };

const FREE: Selection = { kind: 'free' };

/**
 * Whether the selectors of a pool fit the VF of the management port, by the annotation of ovnkube and by the network
 * device that ovnkube was told. Vendor, device id and driver are the same for all VFs of a PF: they are taken to fit,
 * unless a selector that names the PF of the management port has others.
 */
export function selectedBy(
  { selectors }: DevicePool,
  management: ManagementVf | undefined,
  netdev: string | undefined,
  among: readonly DevicePool[] = [],
): Selection {
  const [, stem, digits] = /^(.+?)v(\d{1,5})$/.exec(netdev ?? '') ?? [];
  const vf = management?.vf ?? (digits === undefined ? undefined : Number(digits));
  const sameKind = among
    .flatMap((pool) => pool.selectors)
    .filter(({ pfNames }) =>
      pfNames.some((one) => isSamePfName(one, management, stem, pfNames.length) === true),
    );
  let open: Selection = FREE;
  for (const selector of selectors) {
    if (sameKind.some((other) => isOtherKind(selector, other))) continue;
    const selection = takes(selector, vf, management, stem);
    if (selection.kind === 'taken') return selection;
    if (selection.kind === 'unknown') open = selection;
  }
  return open;
}

function takes(
  { pciAddresses, pfNames, rootDevices }: DeviceSelector,
  vf: number | undefined,
  management: ManagementVf | undefined,
  stem: string | undefined,
): Selection {
  const address = management?.pciAddress;
  if (pciAddresses.length > 0) {
    if (address === undefined)
      return { kind: 'unknown', why: 'the pool goes by PCI addresses, and that of the VF is not told' };
    if (!pciAddresses.includes(address)) return FREE;
  }
  const functions = [...pfNames, ...rootDevices];
  if (functions.length === 0)
    return { kind: 'taken', vf: vf ?? address ?? 0, by: pciAddresses.join(' ') || 'every VF of every PF' };
  if (vf === undefined)
    return { kind: 'unknown', why: 'neither an annotation of the node nor a setting tells which VF it is' };
  // Every list of a selector has to fit; a VF that one of them leaves out is not in the pool.
  const lists = [
    pfNames.filter((one) => isSamePfName(one, management, stem, pfNames.length) !== false),
    rootDevices.filter((one) => isSamePfAddress(one, management, rootDevices.length) !== false),
  ];
  const kept = [pfNames, rootDevices].every(
    (all, index) => all.length === 0 || (lists[index] ?? []).some((one) => takesVf(one, vf)),
  );
  if (!kept) return FREE;
  const taking = lists.flat().filter((one) => takesVf(one, vf));
  const certain = taking.some(
    (one) =>
      isSamePfName(one, management, stem, pfNames.length) === true ||
      isSamePfAddress(one, management, rootDevices.length) === true,
  );
  const by = taking.map(({ text }) => text).join(' ');
  return certain
    ? { kind: 'taken', vf, by }
    : { kind: 'unknown', why: `${by} takes VF ${vf}, and whether of the same PF is not told` };
}

/** Whether no device fits both. */
const isOtherKind = (one: DeviceSelector, other: DeviceSelector): boolean =>
  (['vendors', 'devices', 'drivers'] as const).some(
    (list) =>
      one[list].length > 0 && other[list].length > 0 && !one[list].some((text) => other[list].includes(text)),
  );

/** Whether a PF is the management port's; undefined where its name does not tell. */
function isSamePfName(
  { pf }: FunctionSelector,
  management: ManagementVf | undefined,
  stem: string | undefined,
  alternatives: number,
): boolean | undefined {
  if (stem !== undefined) {
    // systemd calls VFs enp2s0f0v0 where the PF is enp2s0f0 or, with the name of its port, enp2s0f0np0.
    if (pf === stem || (pf.startsWith(`${stem}np`) && /^\d+$/.test(pf.slice(stem.length + 2)))) return true;
    if (PREDICTABLE.test(pf) && PREDICTABLE.test(stem)) return false;
  }
  const [, digits] = PREDICTABLE.exec(pf) ?? [];
  if (digits !== undefined && management?.pf !== undefined && Number(digits) !== management.pf) return false;
  return alternatives === 1 ? true : undefined;
}

/** Names such as enp2s0f0np0, whose f is the PCI function (systemd.net-naming-scheme). */
const PREDICTABLE = /^en[a-z0-9]*?s\d+f(\d+)(?:np\d+)?$/;

function isSamePfAddress(
  { pf }: FunctionSelector,
  management: ManagementVf | undefined,
  alternatives: number,
): boolean | undefined {
  const [, digits] = /\.(\d)$/.exec(pf) ?? [];
  if (digits !== undefined && management?.pf !== undefined && Number(digits) !== management.pf) return false;
  return alternatives === 1 ? true : undefined;
}
