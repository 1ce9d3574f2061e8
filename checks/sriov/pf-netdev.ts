import { examinedPfs } from '../../facts/derived/functions.ts';
import { evidence } from '../../facts/fact.ts';
import { defineCheck, notApplicable, verdictOf } from '../define.ts';

export const pfNetdev = defineCheck({
  id: 'sriov/pf-netdev',
  title: 'the PF has its network device in the network namespace of the node',
  description:
    'The PF is the gateway interface of a DPU host; in another network namespace it serves nobody.',
  severity: 'error',
  scope: 'node',
  roles: ['dpu-host'],
  tags: ['sriov', 'sysfs'],
  covers: ['G5', 'G30'],
  after: ['sriov/pf-driver'],
  requires: ['netdevs', 'ovnkube', 'pci'],
  expects: ['pf'],
  hardware: true,
  messages: {
    NO_NETDEVS: {
      text: 'no netdevs found for pci address {pf}',
      cause: "The PF PCI address doesn't have any associated network devices.",
      remedy:
        'Verify that the PF has network interfaces configured and are visible to the system. Bring it back from the network namespace that has it: ip netns list; ip netns exec <namespace> ip link set <netdev> netns 1',
      source: 'seed G L94-102',
    },
  },
  docs: ['seed G L94-102'],
  judge({ facts, expected, report }) {
    const { pfs } = examinedPfs(facts, expected.pf?.value);
    if (pfs.length === 0) return notApplicable('no PF on this node supports SR-IOV');
    const saidOf = (pf: (typeof pfs)[number]) =>
      evidence(
        `ls /sys/bus/pci/devices/${pf.address}/net`,
        pf.netdevs.join(' ') || (pf.hasNetDirectory ? 'the directory is empty' : 'No such file or directory'),
      );
    const findings = pfs
      .filter((pf) => pf.netdevs.length === 0)
      .map((pf) =>
        report('NO_NETDEVS', {
          subject: pf.address,
          args: { pf: pf.address },
          observed: pf.hasNetDirectory ? 'its net directory is empty' : 'it has no net directory',
          expected: 'a network device',
          evidence: [saidOf(pf)],
        }),
      );
    return verdictOf(findings, pfs.map(saidOf));
  },
});
