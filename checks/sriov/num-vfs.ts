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
  covers: ['A19', 'A20'],
  after: ['sriov/virtfn-count'],
  requires: ['netdevs', 'ovnkube', 'pci'],
  expects: ['num-vfs', 'pf'],
  hardware: true,
  messages: {
    TOO_FEW: {
      text: 'write error: Numerical result out of range',
      cause: 'The firmware offers fewer VFs than are wanted.',
      remedy:
        'Raise the number in the firmware, then power-cycle. On a BlueField: mlxconfig -d {pf} set NUM_OF_VFS={wanted}',
      source: 'seed A L66; kernel: drivers/pci/iov.c',
    },
    OTHER_NUMBER: {
      text: '{pf} has {count} VFs and not {wanted}',
      cause: 'sriov_numvfs was written with another number.',
      remedy:
        "Write 0 first, or the answer is 'Device or resource busy'; pods that hold VFs lose them: echo 0 > /sys/bus/pci/devices/{pf}/sriov_numvfs; echo {wanted} > /sys/bus/pci/devices/{pf}/sriov_numvfs",
      source: 'seed A L72',
    },
  },
  docs: ['seed A L66-73'],
  judge({ facts, expected, report }) {
    const wanted = expected['num-vfs'];
    const { pfs } = examinedPfs(facts, expected.pf?.value);
    if (pfs.length === 0) return notApplicable('no PF on this node supports SR-IOV');
    const said = pfs.flatMap((pf) => [
      evidence(`/sys/bus/pci/devices/${pf.address}/sriov_numvfs`, `${pf.sriovNumVfs ?? 'does not exist'}`),
      evidence(
        `/sys/bus/pci/devices/${pf.address}/sriov_totalvfs`,
        `${pf.sriovTotalVfs ?? 'does not exist'}`,
      ),
    ]);
    const counts = pfs.map(({ address: pf, sriovNumVfs: count = 0, sriovTotalVfs: total = 0 }) => {
      return { pf, count, total, wanted: wanted?.value ?? count };
    });
    // Of several PFs of one DPU, the number is meant for one.
    if (counts.some(({ count, total, wanted }) => count === wanted && wanted <= total)) {
      return wanted === undefined
        ? notApplicable('no number is expected: --set num-vfs=<n>', said)
        : verdictOf([], said);
    }
    const findings = counts.map(({ pf, count, total, wanted: number }, index) =>
      report(total < number ? 'TOO_FEW' : 'OTHER_NUMBER', {
        subject: pf,
        args: { pf, count, wanted: number },
        observed: `${count} VFs of at most ${total}`,
        expected: `${number} VFs (${wanted?.from ?? 'as many as there are'})`,
        evidence: said.slice(index * 2, index * 2 + 2),
      }),
    );
    return verdictOf(findings, said);
  },
});
