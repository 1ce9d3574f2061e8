import { describePort, isPodPort } from '../../facts/derived/chain/ovs-ports.ts';
import { attached } from '../../facts/derived/ovs-topology.ts';
import { definePairCheck, notApplicable, verdictOf } from '../define.ts';
import { NODE_CHAIN_REQUIRES, nodeChainsOf, straysOf } from './pair-chains.ts';

const MOST_SHOWN = 16;

export const portDuplicates = definePairCheck({
  id: 'chain/port-duplicates',
  title: 'no two ports of the DPU have the iface-id of one pod',
  description:
    'ovn-controller binds a logical port to one port of Open vSwitch. Where two have its iface-id, the pod may be bound to one that no VF is behind.',
  severity: 'error',
  scope: 'pair',
  roles: ['dpu-host', 'dpu'],
  tags: ['ovs', 'ovn', 'representors'],
  covers: ['A64f'],
  after: ['ovs/integration-bridge'],
  ...NODE_CHAIN_REQUIRES,
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
    const duplicates = straysOf(nodeChainsOf(input), 'duplicate-port');
    const ports = attached(input.dpu.ovs).filter(isPodPort);
    if (ports.length === 0 && duplicates.length === 0)
      return notApplicable('no port of the DPU has the iface-id of a pod');
    const findings = duplicates.map(({ subject, ground, evidence }) =>
      input.report('TWO_PORTS', {
        subject,
        args: { ports: subject, ground },
        observed: ground,
        expected: 'one port for each iface-id',
        evidence,
      }),
    );
    return verdictOf(findings, ports.slice(0, MOST_SHOWN).map(describePort));
  },
});
