import { definePairCheck, notApplicable, verdictOf } from '../define.ts';
import { linkEvidence, NODE_CHAIN_REQUIRES, nodeChainsOf, straysOf } from './pair-chains.ts';

export const danglingRepresentors = definePairCheck({
  id: 'chain/dangling-representors',
  title: "no representor of the DPU stands for a VF that its host hasn't got",
  description:
    'A representor without its VF is left from an earlier number of VFs, or tells that the DPU serves another host than it is taken for.',
  severity: 'warning',
  scope: 'pair',
  roles: ['dpu-host', 'dpu'],
  tags: ['representors'],
  covers: [],
  after: ['chain/vf-representors'],
  hardware: true,
  ...NODE_CHAIN_REQUIRES,
  messages: {
    NO_VF: {
      text: 'the representor {name} stands for no VF of the host: {ground}',
      cause: 'The host has fewer VFs than the eswitch has representors, or it is not the host of this DPU.',
      remedy:
        'Compare both sides: on the host ls -d /sys/bus/pci/devices/*/virtfn*; on the DPU devlink port show. Look whether the pair is right: ovs-vsctl get Open_vSwitch . external_ids:host-k8s-nodename',
    },
  },
  docs: ['seed A L408-433'],
  judge(input) {
    const chains = nodeChainsOf(input);
    const findings = straysOf(chains, 'representor-without-vf').map(({ subject, ground, evidence }) =>
      input.report('NO_VF', {
        subject,
        args: { name: subject, ground },
        observed: ground,
        expected: 'a VF of the host for each representor',
        evidence,
      }),
    );
    const known = chains.chains.filter(({ links }) =>
      links.some(({ kind, state }) => kind === 'representor' && state === 'found'),
    );
    if (findings.length === 0 && known.length === 0)
      return notApplicable('no representor is known to stand for a VF of the host');
    return verdictOf(findings, linkEvidence(known, 'vf', 'representor'));
  },
});
