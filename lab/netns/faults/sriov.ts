import { type BluefieldOptions, PF, pairsOf } from '../bluefield/options.ts';
import type { NetnsLab } from '../lab.ts';
import { moveAside } from './aside.ts';
import { type Fault, type FaultTarget, fault, undoAll } from './fault.ts';
import { editSysfs } from './sysfs-edit.ts';

const BLUEFIELD = ['bluefield'] as const;
const PF_DEVICE = 'bus/pci/devices/0000:02:00.0';

const vfAddress = (index: number) => `0000:02:00.${3 + index}`;
const vfDevice = (index: number) => `bus/pci/devices/${vfAddress(index)}`;

/** The netdev that a VF has on the host: VF 0 is the management port. */
function vfNetdev(lab: NetnsLab, { pair = 1, index = 1 }: FaultTarget): string {
  const netdev = pairsOf(lab.state.options as BluefieldOptions)[pair - 1]?.vfs[index]?.netdev;
  if (netdev === undefined) throw new Error(`pair ${pair} has no VF ${index}`);
  return netdev;
}

/** A fault in the host's stacked sysfs alone. */
function sysfsFault(name: string, summary: string, script: (target: FaultTarget) => string): Fault {
  return fault(BLUEFIELD, name, summary, (lab, target) =>
    editSysfs(lab.pair(target.pair).host, script(target)),
  );
}

/** Binds a VF to another driver, or to none: it loses its netdev. */
function driverFault(name: string, summary: string, driver: string | undefined): Fault {
  return fault(BLUEFIELD, name, summary, async (lab, target) => {
    const { index = 1 } = target;
    const { host } = lab.pair(target.pair);
    const moved = await moveAside(lab, host, vfNetdev(lab, target));
    const edited = await editSysfs(
      host,
      `cd ${vfDevice(index)}
      rm -r driver net ../../../../bus/pci/drivers/mlx5_core/${vfAddress(index)}
      sed -i '/^DRIVER=/d' uevent
      ${driver === undefined ? '' : bind(driver, vfAddress(index))}`,
    );
    return undoAll([moved, edited]);
  });
}

function bind(driver: string, address: string): string {
  return `mkdir -p ../../../../bus/pci/drivers/${driver}
    ln -s ../../../../bus/pci/drivers/${driver} driver
    ln -s "../../../../devices/pci0000:00/0000:00:01.0/${address}" ../../../../bus/pci/drivers/${driver}/${address}
    sed -i '1i DRIVER=${driver}' uevent`;
}

export const sriovFaults: Fault[] = [
  sysfsFault(
    'numvfs-changed',
    'sriov_numvfs is not the number of VFs there are (value: 2)',
    ({ value = '2' }) => `echo ${value} >${PF_DEVICE}/sriov_numvfs`,
  ),
  sysfsFault(
    'totalvfs-too-few',
    'sriov_totalvfs is too small (value: 1)',
    ({ value = '1' }) => `echo ${value} >${PF_DEVICE}/sriov_totalvfs`,
  ),
  sysfsFault(
    'sriov-absent',
    'the PF has no SR-IOV attributes at all',
    () => `rm ${PF_DEVICE}/sriov_* ${PF_DEVICE}/virtfn*`,
  ),
  sysfsFault(
    'virtfn-removed',
    'the PF lacks the virtfn link of a VF',
    ({ index = 1 }) => `rm ${PF_DEVICE}/virtfn${index}`,
  ),
  sysfsFault('physfn-removed', 'a VF has no physfn link', ({ index = 1 }) => `rm ${vfDevice(index)}/physfn`),
  sysfsFault(
    'physfn-elsewhere',
    'the physfn link of a VF leads to another device',
    ({ index = 1 }) => `ln -sfn ../../0000:00:1d.0/0000:05:00.0 ${vfDevice(index)}/physfn`,
  ),
  sysfsFault(
    'physfn-dangling',
    'the physfn link of a VF leads nowhere',
    ({ index = 1 }) => `ln -sfn ../0000:0a:00.0 ${vfDevice(index)}/physfn`,
  ),
  fault(
    BLUEFIELD,
    'pf-in-other-netns',
    "the PF's net/ directory is empty: its netdev is in another netns",
    (lab, target) => moveAside(lab, lab.pair(target.pair).host, PF),
  ),
  fault(
    BLUEFIELD,
    'pf-unbound',
    'the PF has no driver and therefore no net/ directory',
    async (lab, target) => {
      const { host } = lab.pair(target.pair);
      const moved = await moveAside(lab, host, PF);
      const edited = await editSysfs(
        host,
        `rm -r ${PF_DEVICE}/driver ${PF_DEVICE}/net bus/pci/drivers/mlx5_core/0000:02:00.0
      sed -i '/^DRIVER=/d' ${PF_DEVICE}/uevent`,
      );
      return undoAll([moved, edited]);
    },
  ),
  fault(BLUEFIELD, 'vf-in-other-netns', 'the netdev of a VF is in another netns', (lab, target) =>
    moveAside(lab, lab.pair(target.pair).host, vfNetdev(lab, target)),
  ),
  fault(BLUEFIELD, 'management-port-missing', 'the netdev of VF 0 is in another netns', (lab, target) =>
    moveAside(lab, lab.pair(target.pair).host, vfNetdev(lab, { ...target, index: 0 })),
  ),
  driverFault('vf-on-vfio-pci', 'a VF is bound to vfio-pci', 'vfio-pci'),
  driverFault('vf-unbound', 'a VF is bound to no driver', undefined),
];
