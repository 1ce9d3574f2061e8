import { evidence } from '../../facts/fact.ts';
import { defineCheck, notApplicable, verdictOf } from '../define.ts';
import { LISTING, row } from './common.ts';

/** Names that step 4 gives to veth ends before it moves and renames them (seed K L115-178, dpu-simulator's veth.go). */
const INTERMEDIATE = /^(?:host\d+-eth\d+-\d+|dpu\d+-rep\d+-\d+|temp-(?:host|rep)\d+-\d+)$/;

export const leftovers = defineCheck({
  id: 'veth/leftovers',
  title: 'no veth end has kept its intermediate name',
  description:
    'A veth end that was moved but not renamed is a VF or representor that OVN-Kubernetes does not find by its name.',
  severity: 'error',
  scope: 'node',
  roles: ['dpu-host', 'dpu', 'control-plane', 'worker'],
  tags: ['veth'],
  covers: ['K19', 'K20', 'K24', 'K25'],
  requires: ['links'],
  simulations: ['veth'],
  messages: {
    NOT_RENAMED: {
      text: '{name} was not renamed',
      cause:
        'The set-up hides errors of its renames. Of temp-host0-0 and temp-host1-0 it is the rule: their name, eth0-0, already belongs to the eth0 that was renamed before, and the kernel answers "RTNETLINK answers: File exists".',
      remedy:
        'Rename what has the name, then this one: ip link set eth0-0 name eth0; ip link set {name} down; ip link set {name} name <eth0-N or repP-N>. Or delete it with its other end: ip link delete {name}',
    },
  },
  docs: ['seed K L103-178', 'https://github.com/ovn-kubernetes/dpu-simulator/blob/main/pkg/kind/veth.go'],
  judge({ facts: { links }, report }) {
    if (links.length === 0) return notApplicable('ip shows no network device');
    const findings = links
      .filter(({ name }) => INTERMEDIATE.test(name))
      .map(({ name }) =>
        report('NOT_RENAMED', {
          subject: name,
          args: { name },
          observed: name,
          expected: 'no host<P>-eth0-<I>, dpu<P>-rep<P>-<I>, temp-host<P>-0 or temp-rep<P>-0',
          evidence: [evidence(LISTING, name)],
        }),
      );
    return verdictOf(findings, [evidence(LISTING, row(links.map(({ name }) => name)))]);
  },
});
