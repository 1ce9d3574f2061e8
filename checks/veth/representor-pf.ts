import { type VethPort, vethPorts } from '../../facts/derived/veth.ts';
import { evidence } from '../../facts/fact.ts';
import { definePairCheck, expectedGap, notApplicable, pass, verdictOf } from '../define.ts';
import { LISTING, row } from './common.ts';

export const representorPf = definePairCheck({
  id: 'veth/representor-pf',
  title: "the representors bear the PF number of their host's interfaces",
  description:
    'OVN-Kubernetes takes the first number of a name for the PF: the VF eth0-3 of the host is pfId 0, vfId 3, and its representor is rep0-3. A DPU whose representors bear another number refuses the pod.',
  severity: 'error',
  scope: 'pair',
  roles: ['dpu-host', 'dpu'],
  tags: ['veth'],
  covers: ['K64'],
  after: ['veth/representors', 'veth/host-interfaces', 'veth/peers', 'veth/peer-namespaces'],
  requires: { host: ['links'], dpu: ['links'] },
  simulations: ['veth'],
  messages: {
    OTHER_PF: {
      text: 'connection PF ID {host} does not match local DPU PF ID {dpu}',
      cause: "The representors were renamed, or are those of another pair's set-up.",
      remedy:
        'Rename them all, one after the other: ip link set {representor} down; ip link set {representor} name {wanted}; ip link set {wanted} up',
      source: 'OVN-Kubernetes go-controller/pkg/util/dpu_provider.go',
    },
  },
  docs: ['seed K L429-430', 'seed K L36-41'],
  judge({ host, dpu, subject, report }) {
    const [vf] = numbered(vethPorts(host.links, 'host'));
    const representors = numbered(vethPorts(dpu.links, 'dpu'));
    const [representor] = representors;
    if (vf?.pf === undefined || representor?.pf === undefined)
      return notApplicable('no simulated VF or representor has a number in its name');
    const seen = [
      evidence(`${subject.host.name}: ${LISTING}`, vf.link.name),
      evidence(`${subject.dpu.name}: ${LISTING}`, row(representors.map(({ link }) => link.name))),
    ];
    if (vf.pf === representor.pf) return pass(seen);
    const { pf } = representor;
    if (pairNumbers(subject.host.nodeName ?? subject.host.name)?.includes(pf) ?? true)
      return expectedGap(
        `the guide calls the representors of pair ${pf + 1} rep${pf}-N (seed K L39-41), and OVN-Kubernetes looks for rep${vf.pf}-N (seed K L430): it refuses the pods of this host with "connection PF ID ${vf.pf} does not match local DPU PF ID ${pf}"`,
        seen,
      );
    const [name, wanted] = [representor.link.name, `rep${vf.pf}-${representor.index}`];
    const finding = report('OTHER_PF', {
      subject: name,
      args: { host: vf.pf, dpu: representor.pf, representor: name, wanted },
      observed: name,
      expected: wanted,
      evidence: seen,
    });
    return verdictOf([finding], seen);
  },
});

const numbered = (ports: readonly VethPort[]): readonly VethPort[] =>
  ports.filter(({ pf, index }) => pf !== undefined && index !== undefined);

/**
 * The number, from 0, of the pair whose host has this name: the first and second worker of kind are pair 0, the next two
 * pair 1 (seed K L36-41). Other names tell it by their last number, from 0 or from 1; undefined where they have none.
 */
function pairNumbers(host: string): readonly number[] | undefined {
  const worker = /-worker(\d{0,4})$/.exec(host)?.[1];
  if (worker !== undefined) return [(Number(worker || 1) - 1) / 2];
  const number = /(\d{1,4})$/.exec(host)?.[1];
  return number === undefined ? undefined : [Number(number), Number(number) - 1];
}
