import { globalAddresses } from '../../facts/derived/addresses.ts';
import { externalBridge } from '../../facts/derived/ovs-topology.ts';
import { evidence } from '../../facts/fact.ts';
import { defineCheck, notApplicable, verdictOf } from '../define.ts';

export const externalBridgeAddress = defineCheck({
  id: 'ovs/external-bridge-address',
  title: 'the bridge to the outside has an address',
  description: 'OVN-Kubernetes finds the DPU on its network by this address.',
  severity: 'error',
  scope: 'node',
  roles: ['dpu'],
  tags: ['ovs', 'gateway'],
  covers: ['A32'],
  after: ['ovs/external-bridge', 'ovs/bridge-datapaths'],
  requires: ['links', 'ovs'],
  expects: ['external-bridge'],
  messages: {
    NO_ADDRESS: {
      text: 'bridge {bridge} has no address',
      cause: 'The address is still on the uplink, was lost at a restart of Open vSwitch, or was never given.',
      remedy:
        'ip addr add <address>/<prefix length> dev {bridge}, and write it down where the system configures its network',
      source: 'seed A L122',
    },
  },
  docs: ['seed A L122'],
  judge({ facts: { links, ovs }, expected, report }) {
    const bridge = externalBridge(ovs, expected['external-bridge']?.value)?.bridge?.name;
    if (bridge === undefined) return notApplicable('there is no bridge to the outside');
    const link = links.find(({ name }) => name === bridge);
    const addresses = globalAddresses(link).map(({ address, prefixLength }) => `${address}/${prefixLength}`);
    const said = evidence(
      `ip addr show dev ${bridge}`,
      link ? addresses.join(' ') || 'no global address' : 'does not exist',
    );
    if (addresses.length > 0) return verdictOf([], [said]);
    const about = {
      subject: bridge,
      args: { bridge },
      observed: said.said,
      expected: 'an address',
      evidence: [said],
    };
    return verdictOf([report('NO_ADDRESS', about)], [said]);
  },
});
