import { RENAMED_MANAGEMENT_PORT } from '../../facts/derived/gateway.ts';
import { evidence } from '../../facts/fact.ts';
import { defineCheck, notApplicable, verdictOf } from '../define.ts';

export const managementPortUp = defineCheck({
  id: 'gateway/management-port-up',
  title: 'the management port that OVN-Kubernetes has set up is up and has a carrier',
  description: 'The node reaches its pods, and kubelet their probes, through the management port.',
  severity: 'error',
  scope: 'node',
  roles: ['dpu-host'],
  tags: ['gateway', 'management-port', 'link'],
  covers: ['G2'],
  // A PF that is down takes the carrier from its VFs.
  after: ['gateway/management-port-exists', 'sriov/pf-up'],
  requires: ['links'],
  // It has its carrier from its representor, which has the same name on the DPU.
  explainedByDpu: {
    check: 'ovs/ports-up',
    explains: (own, { code, subject }) =>
      own.code === 'NO_CARRIER' && code === 'DOWN' && /^ovn-k8s-mp0(_0)?$/.test(subject),
  },
  messages: {
    DOWN: {
      text: 'the management port ovn-k8s-mp0 is down',
      cause: 'OVN-Kubernetes sets it up when it starts; something has set it down since.',
      remedy:
        'sudo ip link set ovn-k8s-mp0 up; its addresses and routes come back when ovnkube-node is restarted',
    },
    NO_CARRIER: {
      text: 'the management port ovn-k8s-mp0 is up and has no carrier',
      cause: 'Its representor on the DPU is down, or the DPU does not forward for it.',
      remedy:
        'Look at the representor on the DPU, and set it up: ip link show ovn-k8s-mp0; sudo ip link set ovn-k8s-mp0 up',
    },
  },
  docs: ['seed G L149-157'],
  judge({ facts: { links }, report }) {
    const port = links.find(({ name }) => name === RENAMED_MANAGEMENT_PORT);
    if (port === undefined) return notApplicable('OVN-Kubernetes has set up no management port here yet');
    const said = evidence('ip -j -d addr show', `${port.name}: <${port.flags.join(',')}>`);
    if (port.flags.includes('UP') && port.flags.includes('LOWER_UP')) return verdictOf([], [said]);
    const finding = report(port.flags.includes('UP') ? 'NO_CARRIER' : 'DOWN', {
      subject: port.name,
      args: {},
      observed: `<${port.flags.join(',')}>`,
      expected: 'UP and LOWER_UP',
      evidence: [said],
    });
    return verdictOf([finding], [said]);
  },
});
