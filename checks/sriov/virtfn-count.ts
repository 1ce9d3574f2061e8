import { examinedPfs, hasVfs } from '../../facts/derived/functions.ts';
import { evidence } from '../../facts/fact.ts';
import { defineCheck, notApplicable, verdictOf } from '../define.ts';

export const virtfnCount = defineCheck({
  id: 'sriov/virtfn-count',
  title: 'the PF has a virtfn link for each of its VFs',
  description:
    'The DPU is told a VF by the number of its virtfn link; a VF without one can get no representor.',
  severity: 'error',
  scope: 'node',
  roles: ['dpu-host'],
  tags: ['sriov', 'sysfs'],
  covers: ['A20', 'G22', 'G36'],
  after: ['sriov/vfs-created'],
  requires: ['netdevs', 'ovnkube', 'pci'],
  expects: ['pf'],
  hardware: true,
  messages: {
    OTHER_COUNT: {
      text: '{pf} has {count} virtfn links for {numvfs} VFs',
      cause: 'VFs were removed from the bus one by one, or the creation of VFs was not completed.',
      remedy:
        "Look at the kernel's messages, then make the VFs anew: dmesg | grep {pf}; echo 0 > /sys/bus/pci/devices/{pf}/sriov_numvfs; echo {wanted} > /sys/bus/pci/devices/{pf}/sriov_numvfs",
      source: 'kernel: Documentation/ABI/testing/sysfs-bus-pci',
    },
    NO_NUMBER: {
      text: '{pf} has {count} virtfn links, and no sriov_numvfs tells how many VFs there are',
      cause:
        'The kernel shows sriov_numvfs beside the virtfn links of every PF: what stands in sysfs was hidden.',
      remedy:
        'Look at both, and at what lies over sysfs: ls /sys/bus/pci/devices/{pf}/; grep sysfs /proc/mounts',
      source: 'kernel: Documentation/ABI/testing/sysfs-bus-pci',
    },
  },
  docs: ['seed A L70-73', 'seed G L145-146'],
  judge({ facts, expected, report }) {
    const pfs = examinedPfs(facts, expected.pf?.value).pfs.filter(hasVfs);
    if (pfs.length === 0) return notApplicable('no PF on this node has VFs');
    const saidOf = (pf: (typeof pfs)[number]) => [
      evidence(`/sys/bus/pci/devices/${pf.address}/sriov_numvfs`, `${pf.sriovNumVfs ?? 'does not exist'}`),
      evidence(
        `ls -d /sys/bus/pci/devices/${pf.address}/virtfn*`,
        [...pf.virtfns.keys()].map((number) => `virtfn${number}`).join(' ') || 'no link',
      ),
    ];
    const findings = pfs
      .filter((pf) => pf.virtfns.size !== (pf.sriovNumVfs ?? 0))
      .map((pf) => {
        const [count, numvfs] = [pf.virtfns.size, pf.sriovNumVfs ?? 0];
        const about = { subject: pf.address, observed: `${count} virtfn links`, evidence: saidOf(pf) };
        if (pf.sriovNumVfs === undefined)
          return report('NO_NUMBER', {
            ...about,
            args: { pf: pf.address, count },
            expected: `sriov_numvfs ${count}`,
          });
        return report('OTHER_COUNT', {
          ...about,
          args: { pf: pf.address, count, numvfs, wanted: Math.max(count, numvfs) },
          expected: `${numvfs} virtfn links`,
        });
      });
    return verdictOf(findings, pfs.flatMap(saidOf));
  },
});
