import { examinedPfs, vfsOf } from '../../facts/derived/functions.ts';
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
  },
  docs: ['seed G L145-146', 'seed A L87-90'],
  judge({ facts, expected, report }) {
    const vfs = examinedPfs(facts, expected.pf?.value).pfs.flatMap((pf) => vfsOf(pf, facts.pci));
    if (vfs.length === 0) return notApplicable('no PF on this node has VFs');
    const saidOf = ({ pf, number, address }: (typeof vfs)[number]) =>
      evidence(`/sys/bus/pci/devices/${pf}/virtfn${number}`, `../${address}`);
    const seen = new Set<string>();
    const findings = vfs.flatMap((vf) => {
      const twice = seen.has(vf.address);
      seen.add(vf.address);
      if (!twice && vf.state !== 'missing') return [];
      return [
        report(twice ? 'TWICE' : 'DANGLING', {
          subject: vf.address,
          args: { number: vf.number, pf: vf.pf, vf: vf.address },
          observed: `../${vf.address}`,
          expected: 'a PCI function of its own',
          evidence: [saidOf(vf)],
        }),
      ];
    });
    return verdictOf(findings, vfs.map(saidOf));
  },
});
