import { examinedPfs, vfAddress, vfsOf } from '../../facts/derived/functions.ts';
import { evidence } from '../../facts/fact.ts';
import { defineCheck, notApplicable, verdictOf } from '../define.ts';

export const virtfnLinks = defineCheck({
  id: 'sriov/virtfn-links',
  title: 'each virtfn link leads to a VF of its own',
  description: "A pod's VF is told to the DPU by the number of the virtfn link that leads to it.",
  severity: 'error',
  scope: 'node',
  roles: ['dpu-host'],
  tags: ['sriov', 'sysfs'],
  covers: ['A22', 'G22', 'G36'],
  after: ['sriov/virtfn-count'],
  requires: ['netdevs', 'ovnkube', 'pci'],
  expects: ['pf'],
  hardware: true,
  messages: {
    DANGLING: {
      text: 'virtfn{number} of {pf} leads to {vf}, and there is no such PCI function',
      cause: 'The VF was removed from the bus, or has fallen off it.',
      remedy:
        'Look at it, and have the bus searched again: ls /sys/bus/pci/devices/{vf}; dmesg | grep {vf}; echo 1 > /sys/bus/pci/rescan',
    },
    TWICE: {
      text: 'virtfn{number} of {pf} leads to {vf}, as another virtfn link does',
      cause: 'A VF has one number only.',
      remedy: 'Look at the links: ls -l /sys/bus/pci/devices/*/virtfn*',
    },
    OTHER_VF: {
      text: 'virtfn{number} of {pf} leads to {vf}, and VF {number} of {pf} is {wanted}',
      cause:
        "A VF's address follows from its number, by sriov_offset and sriov_stride. The DPU would plug another VF's representor.",
      remedy:
        'Look at the links and the numbers: ls -l /sys/bus/pci/devices/{pf}/; cat /sys/bus/pci/devices/{pf}/sriov_offset /sys/bus/pci/devices/{pf}/sriov_stride',
      source: 'kernel: Documentation/ABI/testing/sysfs-bus-pci',
    },
  },
  docs: ['seed G L145-146', 'seed A L87-90'],
  judge({ facts, expected, report }) {
    const { pfs } = examinedPfs(facts, expected.pf?.value);
    const vfs = pfs.flatMap((pf) =>
      vfsOf(pf, facts.pci).map((vf) => ({ ...vf, wanted: vfAddress(pf, vf.number) ?? vf.address })),
    );
    if (vfs.length === 0) return notApplicable('no PF on this node has VFs');
    const saidOf = ({ pf, number, address }: (typeof vfs)[number]) =>
      evidence(`/sys/bus/pci/devices/${pf}/virtfn${number}`, `../${address}`);
    const seen = new Set<string>();
    const codeOf = (vf: (typeof vfs)[number]) => {
      const twice = seen.has(vf.address);
      seen.add(vf.address);
      if (twice) return 'TWICE';
      if (vf.state === 'missing') return 'DANGLING';
      return vf.wanted === vf.address ? undefined : 'OTHER_VF';
    };
    const findings = vfs.flatMap((vf) => {
      const code = codeOf(vf);
      if (code === undefined) return [];
      const { number, pf, wanted } = vf;
      return [
        report(code, {
          subject: vf.address,
          args: { number, pf, vf: vf.address, wanted },
          observed: `../${vf.address}`,
          expected: wanted === vf.address ? 'a PCI function of its own' : `../${wanted}`,
          evidence: [saidOf(vf)],
        }),
      ];
    });
    return verdictOf(findings, vfs.map(saidOf));
  },
});
