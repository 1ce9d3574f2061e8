import { describePort, isPodPort } from '../../facts/derived/chain/ovs-ports.ts';
import { attached } from '../../facts/derived/ovs-topology.ts';
import { definePairCheck, notApplicable, verdictOf } from '../define.ts';
import { CHAIN_REQUIRES, pairChainsOf, straysOf } from './pair-chains.ts';

const MOST_SHOWN = 16;

export const portsWithoutPod = definePairCheck({
  id: 'chain/ports-without-pod',
  title: 'every port of the DPU with the iface-id of a pod has that pod on the host',
  description:
    'The port of a pod that is gone keeps its representor from the pod that gets the VF next, and tells that nobody cleaned up after it.',
  severity: 'warning',
  scope: 'pair',
  roles: ['dpu-host', 'dpu'],
  tags: ['ovs', 'ovn', 'representors', 'cluster'],
  covers: ['A64f'],
  after: ['chain/port-duplicates', 'chain/pod-ports'],
  ...CHAIN_REQUIRES,
  messages: {
    NO_POD: {
      text: 'the port {port} belongs to no pod of the host: {ground}',
      cause:
        'The pod was deleted while ovnkube on the DPU did not run, or the port belongs to a host that this DPU no longer serves.',
      remedy: 'See that nobody needs it, then remove it on the DPU: ovs-vsctl del-port {port}',
    },
  },
  docs: ['seed A L408-433'],
  judge(input) {
    if (!input.dpu.ovs.present) return notApplicable('Open vSwitch does not run on the DPU');
    const ports = attached(input.dpu.ovs).filter(isPodPort);
    if (ports.length === 0) return notApplicable('no port of the DPU has the iface-id of a pod');
    const findings = straysOf(pairChainsOf(input), 'port-without-pod').map(({ subject, ground, evidence }) =>
      input.report('NO_POD', {
        subject,
        args: { port: subject, ground },
        observed: ground,
        expected: 'a pod on the host for each port with an iface-id of pods',
        evidence,
      }),
    );
    return verdictOf(findings, ports.slice(0, MOST_SHOWN).map(describePort));
  },
});
