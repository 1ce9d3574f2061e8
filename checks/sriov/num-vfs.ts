import { examinedPfs } from '../../facts/derived/functions.ts';
import { evidence } from '../../facts/fact.ts';
import { defineCheck, notApplicable, verdictOf } from '../define.ts';

export const numVfs = defineCheck({
  id: 'sriov/num-vfs',
  title: 'the PF has as many VFs as expected',
  description: 'Pods that need a VF stay pending when there are fewer than planned.',
  severity: 'error',
  scope: 'node',
  roles: ['dpu-host'],
  tags: ['sriov', 'sysfs'],
  covers: ['A20'],
  after: ['sriov/vfs-created'],
  requires: ['netdevs', 'ovnkube', 'pci'],
  expects: ['num-vfs', 'pf'],
  hardware: true,
  messages: {
    OTHER_NUMBER: {
      text: '{pf} has {count} VFs and not {wanted}',
      cause: 'sriov_numvfs was written with another number.',
      remedy:
        "Write 0 first, or the answer is 'Device or resource busy'; pods that hold VFs lose them: echo 0 > /sys/bus/pci/devices/{pf}/sriov_numvfs; echo {wanted} > /sys/bus/pci/devices/{pf}/sriov_numvfs",
      source: 'seed A L72',
    },
  },
  docs: ['seed A L70-73'],
  judge({ facts, expected, report }) {
    const wanted = expected['num-vfs'];
    if (wanted === undefined) return notApplicable('no number is expected: --set num-vfs=<n>');
    const { pfs, how } = examinedPfs(facts, expected.pf?.value);
    if (pfs.length === 0) return notApplicable('no PF on this node supports SR-IOV');
    const said = pfs.map((pf) =>
      evidence(
        `/sys/bus/pci/devices/${pf.address}/sriov_numvfs`,
        pf.sriovNumVfs?.toString() ?? 'does not exist',
      ),
    );
    // Of several PFs of one DPU, the number is meant for one.
    const some = pfs.some((pf) => pf.sriovNumVfs === wanted.value);
    const findings = pfs.flatMap((pf, index) =>
      some
        ? []
        : [
            report('OTHER_NUMBER', {
              subject: pf.address,
              args: { pf: pf.address, count: pf.sriovNumVfs ?? 0, wanted: wanted.value },
              observed: `${pf.sriovNumVfs ?? 0}`,
              expected: `${wanted.value} (${wanted.from})`,
              evidence: said.slice(index, index + 1),
            }),
          ],
    );
    return verdictOf(findings, said, how);
  },
});
