import { integrationBridge, integrationBridgeName, servesOvn } from '../../facts/derived/ovs-topology.ts';
import { defineCheck, notApplicable, verdictOf } from '../define.ts';
import { bridgesOf, NO_OVN, NO_OVS, portsOf } from './common.ts';

export const integrationBridgeExists = defineCheck({
  id: 'ovs/integration-bridge',
  title: 'the integration bridge is there',
  description: 'OVN attaches every pod of the host to this bridge.',
  severity: 'error',
  scope: 'node',
  roles: ['dpu', 'control-plane', 'worker'],
  tags: ['ovs', 'ovn'],
  covers: ['A64'],
  after: ['ovs/daemons'],
  requires: ['ovs'],
  messages: {
    MISSING: {
      text: 'bridge {bridge} does not exist',
      cause:
        'ovn-controller makes it when it starts, or it was deleted. Without it ovn-controller logs "br-int.mgmt: connection failed (No such file or directory)".',
      remedy:
        'Make it: ovs-vsctl --may-exist add-br {bridge} -- set Bridge {bridge} fail_mode=secure, then restart ovnkube-node',
    },
  },
  docs: ['seed A L414'],
  judge({ facts: { ovs }, subject, report }) {
    if (!ovs.present) return notApplicable(NO_OVS);
    if (!servesOvn(ovs, subject.role)) return notApplicable(NO_OVN, [bridgesOf(ovs)]);
    const bridge = integrationBridgeName(ovs);
    const found = integrationBridge(ovs);
    if (found !== undefined) return verdictOf([], [bridgesOf(ovs), portsOf(found)]);
    const about = { observed: bridgesOf(ovs).said, expected: bridge, evidence: [bridgesOf(ovs)] };
    return verdictOf([report('MISSING', { subject: bridge, args: { bridge }, ...about })], []);
  },
});
