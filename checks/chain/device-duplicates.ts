import { definePairCheck, notApplicable, verdictOf } from '../define.ts';
import { CHAIN_REQUIRES, linkEvidence, pairChainsOf, podChains, straysOf } from './pair-chains.ts';

export const deviceDuplicates = definePairCheck({
  id: 'chain/device-duplicates',
  title: 'no two pods hold one VF',
  description:
    'A VF is in one network namespace. Of two pods that both are said to hold it, one has no network.',
  severity: 'error',
  scope: 'pair',
  roles: ['dpu-host', 'dpu'],
  tags: ['sriov', 'cluster'],
  covers: [],
  after: ['cluster/nodes-ready'],
  ...CHAIN_REQUIRES,
  messages: {
    TWO_PODS: {
      text: 'the VF {address} belongs to two pods: {ground}',
      cause:
        'Two resources of the device plugin have the same VF, or a pod kept the annotations of a VF that was given to another since.',
      remedy:
        'Look whether the pools overlap: kubectl -n kube-system get configmap sriovdp-config -o yaml; then delete one of the pods, so that it gets another VF',
    },
  },
  docs: ['seed A L408-433'],
  judge(input) {
    const chains = pairChainsOf(input);
    const holding = podChains(chains).filter(({ vf }) => vf !== undefined);
    if (holding.length === 0) return notApplicable('no pod of the host is known to hold a VF');
    const findings = straysOf(chains, 'duplicate-device').map(({ subject, ground, evidence }) =>
      input.report('TWO_PODS', {
        subject,
        args: { address: subject, ground },
        observed: ground,
        expected: 'one pod for each VF',
        evidence,
      }),
    );
    return verdictOf(findings, linkEvidence(holding, 'pod', 'vf'));
  },
});
