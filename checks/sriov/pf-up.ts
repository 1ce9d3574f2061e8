import { isHostPfRepresentor } from '../../facts/derived/dpu-ports.ts';
import { examinedPfs } from '../../facts/derived/functions.ts';
import { isRepresentor } from '../../facts/derived/gateway.ts';
import { evidence } from '../../facts/fact.ts';
import { defineCheck, notApplicable, verdictOf } from '../define.ts';

export const pfUp = defineCheck({
  id: 'sriov/pf-up',
  title: 'the PF is up and has a carrier',
  description: 'VFs send nothing while their PF is down.',
  severity: 'error',
  scope: 'node',
  roles: ['dpu-host'],
  tags: ['sriov', 'link'],
  covers: ['A21', 'A23'],
  after: ['sriov/pf-netdev'],
  requires: ['links', 'netdevs', 'ovnkube', 'pci'],
  expects: ['pf'],
  hardware: true,
  // The PF has its carrier from its representor.
  explainedByDpu: {
    check: 'ovs/ports-up',
    explains: (own, { code, subject }, netdevs) =>
      own.code === 'NO_CARRIER' && code === 'DOWN' && isHostPfRepresentor(subject, netdevs.get(subject)),
  },
  messages: {
    DOWN: {
      text: 'the PF {netdev} is down',
      cause: 'Nothing has set it up since it was created or since the machine was booted.',
      remedy: 'sudo ip link set {netdev} up',
      source: 'seed A L93-96',
    },
    NO_CARRIER: {
      text: 'the PF {netdev} is up and has no carrier',
      cause:
        'The DPU does not forward for this port: it is booting or has failed, or no cable is plugged in.',
      remedy: 'Look at the DPU and at the port: ethtool {netdev}; dmesg | grep {netdev}',
    },
    ONE_DOWN: {
      text: 'the PF {netdev} is down or has no carrier, and another one is up',
      cause: 'It may be a port that is not in use.',
      remedy:
        'Name the PF that counts with --set pf=<netdev>, or set this one up: sudo ip link set {netdev} up',
      level: 'warn',
    },
  },
  docs: ['seed A L77-82', 'seed A L93-96'],
  judge({ facts, expected, report }) {
    const { pfs } = examinedPfs(facts, expected.pf?.value);
    // A PF in switchdev mode lists its representors too; those are not the PF.
    const names = pfs.flatMap((pf) => pf.netdevs.filter((name) => !isRepresentor(facts.netdevs.get(name))));
    const ports = facts.links.filter((link) => names.includes(link.name));
    if (ports.length === 0) return notApplicable('ip shows no network device of a PF');
    const saidOf = ({ name, flags }: (typeof ports)[number]) =>
      evidence('ip -j -d addr show', `${name}: <${flags.join(',')}>`);
    const wrong = ports.filter(({ flags }) => !flags.includes('UP') || !flags.includes('LOWER_UP'));
    const findings = wrong.map((port) => {
      const code = port.flags.includes('UP') ? 'NO_CARRIER' : 'DOWN';
      return report(wrong.length < ports.length ? 'ONE_DOWN' : code, {
        subject: port.name,
        args: { netdev: port.name },
        observed: `<${port.flags.join(',')}>`,
        expected: 'UP and LOWER_UP',
        evidence: [saidOf(port)],
      });
    });
    return verdictOf(findings, ports.map(saidOf));
  },
});
