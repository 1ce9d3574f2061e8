import { examinedPfs, vfsOf } from '../../facts/derived/functions.ts';
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
  covers: ['A22', 'G22', 'G40'],
  // Of the management port's own VF, the gateway's checks tell the same fault in the document's words.
  after: ['sriov/virtfn-links', 'gateway/pf-pci-address', 'gateway/pf-netdevs'],
  requires: ['netdevs', 'ovnkube', 'pci'],
  expects: ['pf'],
  hardware: true,
  messages: {
    PHYSFN_MISSING: {
      text: 'VF {vf} has no physfn link',
      cause: 'The kernel shows a physfn link on every VF whose PF it manages.',
      remedy: 'Look at the link: ls -l /sys/bus/pci/devices/{vf}/physfn',
      source: 'kernel: Documentation/ABI/testing/sysfs-bus-pci',
    },
    OTHER_PF: {
      text: 'VF {vf} has a physfn link to {physfn}, and not to {pf}, whose virtfn link leads to it',
      cause: 'The links of a VF and its PF lead to each other.',
      remedy: 'Look at both: ls -l /sys/bus/pci/devices/{vf}/physfn; ls -l /sys/bus/pci/devices/{pf}/',
    },
    NO_VIRTFN: {
      text: 'VF {vf} has a physfn link to {pf}, and no virtfn link of {pf} leads to it',
      cause: 'The links of a VF and its PF lead to each other.',
      remedy: 'Look at both: ls -l /sys/bus/pci/devices/{vf}/physfn; ls -l /sys/bus/pci/devices/{pf}/',
    },
  },
  docs: ['seed A L87-90', 'seed G L166'],
  judge({ facts, expected, report }) {
    const { functions } = facts.pci;
    const { pfs } = examinedPfs(facts, expected.pf?.value);
    const vfs = pfs.flatMap((pf) => vfsOf(pf, facts.pci));
    const strays = [...functions.values()].flatMap((one) => {
      const pf = pfs.find(({ address }) => address === one.physfn);
      const linked = pf === undefined || [...pf.virtfns.values()].includes(one.address);
      return linked ? [] : [{ address: one.address, pf: pf.address }];
    });
    if (vfs.length + strays.length === 0) return notApplicable('no PF on this node has VFs');
    const saidOf = (vf: string) =>
      evidence(`/sys/bus/pci/devices/${vf}/physfn`, functions.get(vf)?.physfnLink ?? 'does not exist');
    const finding = (code: keyof typeof CODES, { address: vf, pf }: { address: string; pf: string }) => {
      const physfn = functions.get(vf)?.physfn;
      return report(code, {
        subject: vf,
        args: { vf, pf, physfn: physfn ?? '' },
        observed: functions.get(vf)?.physfnLink ?? 'no link',
        expected: CODES[code] === 'physfn' ? `../${pf}` : `a virtfn link from ${pf}`,
        evidence: [saidOf(vf)],
      });
    };
    const wrong = vfs
      .filter((vf) => functions.get(vf.address)?.physfn !== vf.pf)
      .map((vf) => finding(functions.get(vf.address)?.physfn ? 'OTHER_PF' : 'PHYSFN_MISSING', vf));
    return verdictOf(
      [...wrong, ...strays.map((vf) => finding('NO_VIRTFN', vf))],
      vfs.map(({ address }) => saidOf(address)),
    );
  },
});

/** The end of the pair of links that is wrong. */
const CODES = { PHYSFN_MISSING: 'physfn', OTHER_PF: 'physfn', NO_VIRTFN: 'virtfn' } as const;
