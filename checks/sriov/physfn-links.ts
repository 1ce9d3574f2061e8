import { evidence } from '../../facts/fact.ts';
import { defineCheck, notApplicable, verdictOf } from '../define.ts';

export const physfnLinks = defineCheck({
  id: 'sriov/physfn-links',
  title: 'every VF links back to its PF',
  description: 'OVN-Kubernetes finds the PF of a VF by its physfn link alone.',
  severity: 'error',
  scope: 'node',
  roles: ['dpu-host'],
  tags: ['sriov', 'sysfs'],
  covers: ['A22', 'G22'],
  requires: ['pci'],
  hardware: true,
  messages: {
    PHYSFN_MISSING: {
      text: 'VF {vf} has no physfn link',
      cause: 'The kernel shows a physfn link on every VF whose PF it manages.',
      remedy: 'Look at the link: ls -l /sys/bus/pci/devices/{vf}/physfn',
    },
  },
  docs: ['seed A L72'],
  judge({ facts: { pci }, report }) {
    const links = [...pci.functions.values()].flatMap((pf) =>
      [...pf.virtfns.values()].map((vf) => ({ pf: pf.address, vf })),
    );
    if (links.length === 0) return notApplicable('no PF on this node has VFs');
    const findings = links
      .filter(({ pf, vf }) => pci.functions.get(vf)?.physfn !== pf)
      .map(({ pf, vf }) =>
        report('PHYSFN_MISSING', {
          subject: vf,
          args: { vf },
          observed: pci.functions.get(vf)?.physfnLink ?? 'no link',
          expected: `../${pf}`,
          evidence: [
            evidence(
              `/sys/bus/pci/devices/${vf}/physfn`,
              pci.functions.get(vf)?.physfnLink ?? 'does not exist',
            ),
          ],
        }),
      );
    return verdictOf(
      findings,
      links.map(({ pf, vf }) => evidence(`/sys/bus/pci/devices/${vf}/physfn`, `../${pf}`)),
    );
  },
});
