import { globalAddresses } from '../../facts/derived/addresses.ts';
import { RENAMED_MANAGEMENT_PORT } from '../../facts/derived/gateway.ts';
import { evidence } from '../../facts/fact.ts';
import { defineCheck, notApplicable, verdictOf } from '../define.ts';

export const managementPortUp = defineCheck({
  id: 'gateway/management-port-up',
  title: 'the management port that OVN-Kubernetes has set up is up and has a carrier and an address',
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
    NO_ADDRESS: {
      text: 'the management port ovn-k8s-mp0 has no address',
      cause:
        "OVN-Kubernetes gives it the second address of the node's subnet when it starts; something has taken it away since.",
      remedy:
        'Restart ovnkube-node, which gives it its addresses and routes again; look: ip addr show ovn-k8s-mp0',
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
    const addresses = globalAddresses(port).map(({ address, prefixLength }) => `${address}/${prefixLength}`);
    const flags = `<${port.flags.join(',')}>`;
    const said = evidence('ip -j -d addr show', `${port.name}: ${[flags, ...addresses].join(' ')}`);
    const [isUp, hasCarrier] = [port.flags.includes('UP'), port.flags.includes('LOWER_UP')];
    if (isUp && hasCarrier && addresses.length > 0) return verdictOf([], [said]);
    // Without a carrier an IPv6 address may be kept back.
    const code = !isUp ? 'DOWN' : !hasCarrier ? 'NO_CARRIER' : 'NO_ADDRESS';
    const finding = report(code, {
      subject: port.name,
      args: {},
      observed: code === 'NO_ADDRESS' ? 'no global address' : flags,
      expected: code === 'NO_ADDRESS' ? "an address of the node's subnet" : 'UP and LOWER_UP',
      evidence: [said],
    });
    return verdictOf([finding], [said]);
  },
});
