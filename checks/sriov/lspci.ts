import { examinedPfs, vfsOf } from '../../facts/derived/functions.ts';
import { evidence } from '../../facts/fact.ts';
import { defineCheck, notApplicable, undetermined, verdictOf } from '../define.ts';

export const lspciVfs = defineCheck({
  id: 'sriov/lspci',
  title: 'lspci lists the VFs of the PF',
  description: 'The PCI bus itself shows as many VFs as the PF is said to have.',
  severity: 'error',
  scope: 'node',
  roles: ['dpu-host'],
  tags: ['sriov', 'lspci'],
  covers: ['A22', 'G34'],
  after: ['sriov/virtfn-links'],
  requires: ['lspci', 'netdevs', 'ovnkube', 'pci'],
  expects: ['pf'],
  hardware: true,
  messages: {
    NOT_LISTED: {
      text: 'lspci does not list the VF {vf}',
      cause: 'sysfs names the VF, and its configuration space does not answer.',
      remedy: 'Look at it: lspci -nnD -s {vf}; dmesg | grep {vf}',
      source: 'seed A L85-90',
    },
    NO_ANSWER: {
      text: 'lspci shows the VF {vf} with revision ff: its configuration space does not answer',
      cause: 'The VF has fallen off the bus or was reset, or its PF or the DPU behind it was.',
      remedy:
        "Look at the kernel's messages and at the DPU, then make the VFs anew: dmesg | grep {vf}; lspci -nnvD -s {vf}; cat /sys/bus/pci/devices/{vf}/physfn/sriov_numvfs",
      source: 'lspci(8)',
    },
  },
  docs: ['seed A L85-90', 'seed G L138-140'],
  judge({ facts, expected, report }) {
    const vfs = examinedPfs(facts, expected.pf?.value).pfs.flatMap((pf) => vfsOf(pf, facts.pci));
    if (vfs.length === 0) return notApplicable('no PF on this node has VFs');
    const saidOf = (vf: string) => {
      const listed = facts.lspci.get(vf);
      return evidence(
        'lspci -nD',
        listed
          ? `${vf} ${listed.class}: ${listed.vendor}:${listed.device} (rev ${listed.revision ?? '00'})`
          : `no ${vf}`,
      );
    };
    if (facts.lspci.size === 0)
      return undetermined(
        'lspci lists no function at all, and sysfs does',
        'See what it says: lspci -nD; ls /proc/bus/pci /sys/bus/pci/devices',
        [evidence('lspci -nD', 'nothing')],
      );
    const found = (code: 'NOT_LISTED' | 'NO_ANSWER', vf: string, observed: string, expected: string) =>
      report(code, { subject: vf, args: { vf }, observed, expected, evidence: [saidOf(vf)] });
    const findings = vfs
      .filter(({ address }) => !facts.lspci.has(address))
      .map(({ address }) =>
        found(
          'NOT_LISTED',
          address,
          `no ${address} among ${facts.lspci.size} functions`,
          `a line for ${address}`,
        ),
      );
    // What a virtual machine has may be switched off by it.
    const silent = vfs
      .filter(
        ({ address, state }) => state !== 'passed-through' && facts.lspci.get(address)?.revision === 'ff',
      )
      .map(({ address }) => found('NO_ANSWER', address, 'rev ff', 'another revision'));
    return verdictOf(
      [...findings, ...silent],
      vfs.map((vf) => saidOf(vf.address)),
    );
  },
});
