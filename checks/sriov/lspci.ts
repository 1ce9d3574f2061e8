import { examinedPfs, vfsOf } from '../../facts/derived/functions.ts';
import { evidence } from '../../facts/fact.ts';
import { defineCheck, notApplicable, verdictOf } from '../define.ts';

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
  },
  docs: ['seed A L85-90', 'seed G L138-140'],
  judge({ facts, expected, report }) {
    const vfs = examinedPfs(facts, expected.pf?.value).pfs.flatMap((pf) => vfsOf(pf, facts.pci));
    if (vfs.length === 0) return notApplicable('no PF on this node has VFs');
    const saidOf = (vf: string) => {
      const listed = facts.lspci.get(vf);
      return evidence(
        'lspci -nD',
        listed ? `${vf} ${listed.class}: ${listed.vendor}:${listed.device}` : `no ${vf}`,
      );
    };
    const findings = vfs
      .filter((vf) => !facts.lspci.has(vf.address))
      .map(({ address }) =>
        report('NOT_LISTED', {
          subject: address,
          args: { vf: address },
          observed: `no ${address} among ${facts.lspci.size} functions`,
          expected: `a line for ${address}`,
          evidence: [saidOf(address)],
        }),
      );
    return verdictOf(
      findings,
      vfs.map((vf) => saidOf(vf.address)),
    );
  },
});
