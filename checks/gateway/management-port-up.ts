import { globalAddresses, inSubnet, parseSubnet } from '../../facts/derived/addresses.ts';
import { RENAMED_MANAGEMENT_PORT } from '../../facts/derived/gateway.ts';
import { evidence } from '../../facts/fact.ts';
import type { Address } from '../../facts/links.ts';
import { defineCheck, notApplicable, verdictOf } from '../define.ts';

export const managementPortUp = defineCheck({
  id: 'gateway/management-port-up',
  title:
    'the management port that OVN-Kubernetes has set up is up and has a carrier, an address of the pod network',
  description:
    'The node reaches its pods, and kubelet their probes, through the management port. Where ovnkube tells the pod networks, its address is in one of them.',
  severity: 'error',
  scope: 'node',
  roles: ['dpu-host'],
  tags: ['gateway', 'management-port', 'link'],
  covers: ['G2'],
  // A PF that is down takes the carrier from its VFs; a pod network that was changed under the nodes is told there.
  after: ['ovnkube/configuration', 'gateway/management-port-exists', 'sriov/pf-up'],
  requires: ['links', 'ovnkube'],
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
    OTHER_SUBNET: {
      text: 'the management port ovn-k8s-mp0 has {address}, which is in none of the pod networks ({subnets})',
      cause:
        "OVN-Kubernetes gives it the second address of the node's subnet when it starts; something has changed it since, or the pod network was changed.",
      remedy:
        'Restart ovnkube-node, which gives it its addresses and routes again; see which it should have: kubectl get node <node> -o yaml | grep node-subnets',
    },
  },
  docs: ['seed G L149-157'],
  judge({ facts: { links, ovnkube }, report }) {
    const port = links.find(({ name }) => name === RENAMED_MANAGEMENT_PORT);
    if (port === undefined) return notApplicable('OVN-Kubernetes has set up no management port here yet');
    const addresses = globalAddresses(port).map(({ address, prefixLength }) => `${address}/${prefixLength}`);
    const flags = `<${port.flags.join(',')}>`;
    const said = evidence('ip -j -d addr show', `${port.name}: ${[flags, ...addresses].join(' ')}`);
    const [isUp, hasCarrier] = [port.flags.includes('UP'), port.flags.includes('LOWER_UP')];
    if (isUp && hasCarrier && addresses.length > 0) {
      const subnets = podNetworks(ovnkube.clusterSubnets?.value);
      const about = {
        subject: port.name,
        evidence: [said, ...(ovnkube.clusterSubnets ? [ovnkube.clusterSubnets.evidence] : [])],
      };
      const own = globalAddresses(port);
      const known = subnets.filter(({ family }) => own.some((one) => one.family === family));
      if (known.length === 0) return verdictOf([], [said]);
      if (!own.some(({ address }) => known.some((subnet) => inSubnet(address, subnet)))) {
        const args = { address: addresses.join(' '), subnets: known.map(textOf).join(', ') };
        const expected = `an address in ${args.subnets}`;
        return verdictOf(
          [report('OTHER_SUBNET', { ...about, args, observed: args.address, expected })],
          [said],
        );
      }
      return verdictOf([], [said]);
    }
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

type Subnet = Omit<Address, 'scope'>;

const textOf = ({ address, prefixLength }: Subnet): string => `${address}/${prefixLength}`;

/** Without the prefix length of a node's part. */
const podNetworks = (told = ''): readonly Subnet[] =>
  told.split(',').flatMap((one) => parseSubnet(one.trim().split('/').slice(0, 2).join('/')) ?? []);
