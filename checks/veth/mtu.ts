import { fittingPairs, pairsByName } from '../../facts/derived/veth.ts';
import { evidence } from '../../facts/fact.ts';
import { definePairCheck, notApplicable, verdictOf } from '../define.ts';

export const mtu = definePairCheck({
  id: 'veth/mtu',
  title: 'both ends of every simulated VF have one MTU',
  description:
    'The kernel drops what is longer than the receiving end takes, without a message to the sender.',
  severity: 'error',
  scope: 'pair',
  roles: ['dpu-host', 'dpu'],
  tags: ['veth', 'mtu'],
  covers: ['K7', 'K8'],
  after: ['veth/leftovers'],
  requires: { host: ['links'], dpu: ['links'] },
  simulations: ['veth'],
  messages: {
    MTU_DIFFERS: {
      text: '{vf} has MTU {vfMtu} and its representor {representor} has MTU {representorMtu}',
      cause: 'A veth end drops frames that are longer than its own MTU, whatever the other end may send.',
      remedy: 'Set one MTU on both nodes: ip link set {vf} mtu {representorMtu}',
    },
  },
  docs: ['seed K L36-41', 'ip-link(8)'],
  judge({ host, dpu, subject, report }) {
    const pairs = fittingPairs(pairsByName(host.links, dpu.links));
    if (pairs.length === 0) return notApplicable('no VF and representor belong together');
    const said = ({ host: { link: vf }, dpu: { link: representor } }: (typeof pairs)[number]) => [
      evidence(`${subject.host.name}: ip -j link show ${vf.name}`, `mtu ${vf.mtu}`),
      evidence(`${subject.dpu.name}: ip -j link show ${representor.name}`, `mtu ${representor.mtu}`),
    ];
    const findings = pairs
      .filter((pair) => pair.host.link.mtu !== pair.dpu.link.mtu)
      .map((pair) => {
        const [vf, representor] = [pair.host.link, pair.dpu.link];
        return report('MTU_DIFFERS', {
          subject: vf.name,
          args: {
            vf: vf.name,
            vfMtu: vf.mtu,
            representor: representor.name,
            representorMtu: representor.mtu,
          },
          observed: `${vf.mtu} and ${representor.mtu}`,
          expected: 'the same on both',
          evidence: said(pair),
        });
      });
    return verdictOf(findings, pairs.flatMap(said));
  },
});
