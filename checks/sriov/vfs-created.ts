import { examinedPfs, hasVfs, isPassedThrough } from '../../facts/derived/functions.ts';
import { evidence } from '../../facts/fact.ts';
import { defineCheck, notApplicable, verdictOf } from '../define.ts';

export const vfsCreated = defineCheck({
  id: 'sriov/vfs-created',
  title: 'the PF has VFs',
  description: 'The management port and every pod on a DPU host need a VF. One PF with VFs is enough.',
  severity: 'error',
  scope: 'node',
  roles: ['dpu-host'],
  tags: ['sriov', 'sysfs'],
  covers: ['A20', 'G22', 'G36'],
  after: ['sriov/supported'],
  requires: ['netdevs', 'ovnkube', 'pci'],
  expects: ['pf'],
  hardware: true,
  messages: {
    NO_VFS: {
      text: "ls: cannot access '/sys/bus/pci/devices/*/virtfn*': No such file or directory",
      cause:
        'No VFs have been created on the PF: sriov_numvfs is 0 after each boot, until something writes it.',
      remedy: "Create them: echo '3' > /sys/bus/pci/devices/{pf}/sriov_numvfs",
      source: 'seed G L146, seed A L72',
    },
    NO_DRIVER: {
      text: 'no network driver is bound to the PF {pf}, so it can have no VFs',
      cause: 'VFs are made by the driver of the PF, and vanish with it.',
      remedy:
        'Give it back to its network driver, and look why it was lost: readlink /sys/bus/pci/devices/{pf}/driver; echo > /sys/bus/pci/devices/{pf}/driver_override; echo {pf} > /sys/bus/pci/drivers_probe; dmesg | grep {pf}',
    },
  },
  docs: ['seed A L70-73', 'seed G L145-146'],
  judge({ facts, expected, report }) {
    const { pfs } = examinedPfs(facts, expected.pf?.value);
    const [first] = pfs;
    if (first === undefined) return notApplicable('no PF on this node supports SR-IOV');
    const said = pfs.map((pf) =>
      evidence(
        `/sys/bus/pci/devices/${pf.address}/sriov_numvfs`,
        pf.sriovNumVfs?.toString() ?? 'does not exist',
      ),
    );
    // Where links and number disagree, sriov/virtfn-count says so.
    if (pfs.some(hasVfs)) return verdictOf([], said);
    const unbound = pfs.find((pf) => pf.driver === undefined || isPassedThrough(pf.driver));
    const pf = unbound ?? first;
    const finding = report(unbound === undefined ? 'NO_VFS' : 'NO_DRIVER', {
      subject: pf.address,
      args: { pf: pf.address },
      observed:
        unbound === undefined
          ? `sriov_numvfs ${pf.sriovNumVfs ?? 'does not exist'}, and no virtfn link`
          : `bound to ${unbound.driver ?? 'no driver'}`,
      expected: 'at least one VF',
      evidence: [
        ...said,
        evidence(`readlink /sys/bus/pci/devices/${pf.address}/driver`, pf.driver ?? 'does not exist'),
      ],
    });
    return verdictOf([finding], said);
  },
});
