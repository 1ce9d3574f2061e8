import { bridgeHolding } from '../../facts/derived/ovs-topology.ts';
import { evidence } from '../../facts/fact.ts';
import type { Process } from '../../facts/processes.ts';
import { defineCheck, notApplicable, verdictOf } from '../define.ts';
import { externalId, NO_OVS } from './common.ts';

/** ovnkube.sh asks for the external ids of the gateway only where OVN_GATEWAY_OPTS gives no options. */
export const gatewayOptions = (processes: readonly Process[]): string | undefined =>
  processes
    .filter(({ name }) => name === 'ovnkube')
    .map(({ environment }) => environment.get('OVN_GATEWAY_OPTS') ?? '')
    .find((options) => options.includes('--gateway-interface'));

export const dpuGatewayInterface = defineCheck({
  id: 'ovs/gateway-interface',
  title: "the DPU's gateway interface is set and exists",
  description: 'OVN-Kubernetes on the DPU makes its gateway of this bridge or network device.',
  severity: 'error',
  scope: 'node',
  roles: ['dpu'],
  tags: ['ovs', 'external-ids', 'gateway'],
  covers: ['A26'],
  after: ['ovs/daemons', 'ovs/external-bridge'],
  requires: ['links', 'ovs', 'processes'],
  messages: {
    NOT_SET: {
      text: "Couldn't get the required OVN Gateway Interface. Exiting...",
      cause: 'external_ids:ovn-gw-interface is not set, and OVN_GATEWAY_OPTS gives no --gateway-interface.',
      remedy: 'sudo ovs-vsctl set Open_vSwitch . external-ids:ovn-gw-interface="<external bridge or uplink>"',
      source: 'OVN-Kubernetes release-1.0, dist/images/ovnkube.sh; seed A L108',
    },
    MISSING: {
      text: 'gateway interface {interface} is neither a bridge, nor a port of one, nor a network device',
      cause: 'It was renamed or deleted, or the name is misspelt.',
      remedy:
        'sudo ovs-vsctl set Open_vSwitch . external-ids:ovn-gw-interface="<external bridge or uplink>"; ovs-vsctl list-br lists the bridges',
    },
  },
  docs: ['seed A L108', 'https://ovn-kubernetes.io/installation/launching-ovn-kubernetes-with-dpu/'],
  judge({ facts: { links, ovs, processes }, subject, report }) {
    if (!ovs.present) return notApplicable(NO_OVS);
    const said = externalId(ovs, 'ovn-gw-interface');
    const name = ovs.openVSwitch.externalIds.get('ovn-gw-interface');
    const options = gatewayOptions(processes);
    if (!name) {
      if (options !== undefined) return notApplicable(`OVN_GATEWAY_OPTS gives it: ${options}`, [said]);
      if (subject.simulation !== undefined)
        return notApplicable('seed K sets none on its simulated DPUs', [said]);
      const about = {
        subject: 'ovn-gw-interface',
        observed: said.said,
        expected: 'a bridge or network device',
      };
      return verdictOf([report('NOT_SET', { ...about, args: {}, evidence: [said] })], [said]);
    }
    const bridge = bridgeHolding(ovs, name);
    const link = links.find((candidate) => candidate.name === name);
    // Seed A names the uplink p0, which is a port of brp0; newer documents name the bridge. OVN-Kubernetes takes both.
    if (bridge?.name === name) return verdictOf([], [said, evidence('ovs-vsctl list-br', name)]);
    if (bridge !== undefined)
      return verdictOf([], [said, evidence(`ovs-vsctl port-to-br ${name}`, bridge.name)]);
    if (link !== undefined)
      return verdictOf([], [said, evidence(`ip link show ${name}`, `index ${link.index}`)]);
    const about = { subject: name, observed: name, expected: 'a bridge, a port of one, or a network device' };
    return verdictOf([report('MISSING', { ...about, args: { interface: name }, evidence: [said] })], [said]);
  },
});
