import { definePairCheck, notApplicable, verdictOf } from '../define.ts';
import { CHAIN_REQUIRES, linkEvidence, pairChainsOf, podChains, straysOf } from './pair-chains.ts';

export const portDuplicates = definePairCheck({
  id: 'chain/port-duplicates',
  title: 'no two ports of the DPU have the iface-id of one pod',
  description:
    'ovn-controller binds a logical port to one port of Open vSwitch. Where two have its iface-id, the pod may be bound to one that no VF is behind.',
  severity: 'error',
  scope: 'pair',
  roles: ['dpu-host', 'dpu'],
  tags: ['ovs', 'ovn', 'representors', 'cluster'],
  covers: ['A64f'],
  after: ['cluster/nodes-ready', 'ovs/integration-bridge'],
  ...CHAIN_REQUIRES,
  messages: {
    TWO_PORTS: {
      text: 'the ports {ports} have one iface-id: {ground}',
      cause:
        'The port of an earlier sandbox of the pod was left behind, as when ovnkube on the DPU was not running while the pod was made anew.',
      remedy:
        'See which one is the representor of the pod: ovs-vsctl --columns=name,external_ids,ofport find Interface external_ids:iface-id!=""; then remove the other: ovs-vsctl del-port <port>',
      source: 'OVN-Kubernetes go-controller/pkg/cni/ovs.go, which removes earlier ports of the same iface-id',
    },
  },
  docs: ['seed A L408-433'],
  judge(input) {
    if (!input.dpu.ovs.present) return notApplicable('Open vSwitch does not run on the DPU');
    const chains = pairChainsOf(input);
    const duplicates = straysOf(chains, 'duplicate-port');
    const pods = podChains(chains);
    if (pods.length === 0 && duplicates.length === 0)
      return notApplicable('the host has no pod with a network of its own');
    const findings = duplicates.map(({ subject, ground, evidence }) =>
      input.report('TWO_PORTS', {
        subject,
        args: { ports: subject, ground },
        observed: ground,
        expected: 'one port for each iface-id',
        evidence,
      }),
    );
    return verdictOf(findings, linkEvidence(pods, 'pod', 'ovs-port'));
  },
});
