import { examinedPfs } from '../../facts/derived/functions.ts';
import { evidence } from '../../facts/fact.ts';
import { defineCheck, verdictOf } from '../define.ts';

export const supported = defineCheck({
  id: 'sriov/supported',
  title: 'the PF supports SR-IOV',
  description: 'The kernel shows sriov_totalvfs on every PF whose hardware and firmware support SR-IOV.',
  severity: 'error',
  scope: 'node',
  roles: ['dpu-host'],
  tags: ['sriov', 'sysfs'],
  covers: ['A19', 'G21', 'G48'],
  requires: ['netdevs', 'ovnkube', 'pci'],
  expects: ['pf'],
  hardware: true,
  messages: {
    PF_NOT_FOUND: {
      text: 'Device "{pf}" does not exist.',
      cause: 'The PF that is expected is no network device of this node.',
      remedy: 'Look at what there is with ip link show, and correct the expectation: --set pf=<netdev>',
      source: 'ip-link(8)',
    },
    NOT_SUPPORTED: {
      text: 'cat: /sys/class/net/{pf}/device/sriov_totalvfs: No such file or directory',
      cause: 'SR-IOV is off in the firmware or the BIOS, or the device is no PF.',
      remedy:
        'Turn SR-IOV on in the BIOS and in the firmware, then power-cycle. On a BlueField: mlxconfig -d {address} set SRIOV_EN=1 NUM_OF_VFS=<n>',
      source: 'seed A L66',
    },
    NONE_OFFERED: {
      text: 'sriov_totalvfs of {address} is 0',
      cause: 'The firmware offers no VFs.',
      remedy:
        'Let the firmware offer some, then power-cycle. On a BlueField: mlxconfig -d {address} set SRIOV_EN=1 NUM_OF_VFS=<n>',
      source: 'seed A L66',
    },
  },
  docs: ['seed A L66-67', 'seed G L74'],
  judge({ facts, expected, report }) {
    const named = expected.pf?.value;
    const { pfs, how } = examinedPfs(facts, named);
    const total = (address: string) => `/sys/bus/pci/devices/${address}/sriov_totalvfs`;
    const said = pfs.map((pf) =>
      evidence(total(pf.address), pf.sriovTotalVfs?.toString() ?? 'does not exist'),
    );
    if (pfs.length === 0) {
      const absent = named !== undefined && facts.pci.functions.size > 0;
      const seen = absent
        ? evidence('ls /sys/class/net', [...facts.netdevs.keys()].join(' ') || 'no network device')
        : evidence('/sys/bus/pci/devices/*/sriov_totalvfs', 'no such file');
      const common = { expected: 'a PF with sriov_totalvfs', evidence: [seen] };
      const args = { pf: named ?? '*', address: '<pci-address>' };
      const finding = absent
        ? report('PF_NOT_FOUND', { ...common, subject: args.pf, args, observed: `no ${named}` })
        : report('NOT_SUPPORTED', { ...common, subject: 'SR-IOV', args, observed: 'on no PCI function' });
      return verdictOf([finding], [seen]);
    }
    // Of several PFs of one DPU, one is enough.
    if (pfs.some((pf) => (pf.sriovTotalVfs ?? 0) > 0)) return verdictOf([], said, how);
    const findings = pfs.map((pf, index) =>
      report(pf.sriovTotalVfs === undefined ? 'NOT_SUPPORTED' : 'NONE_OFFERED', {
        subject: pf.address,
        args: { pf: pf.netdevs[0] ?? '*', address: pf.address },
        observed: `sriov_totalvfs ${pf.sriovTotalVfs ?? 'does not exist'}`,
        expected: 'at least one VF',
        evidence: said.slice(index, index + 1),
      }),
    );
    return verdictOf(findings, said, how);
  },
});
