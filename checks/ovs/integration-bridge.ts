import { integrationBridge, integrationBridgeName } from '../../facts/derived/ovs-topology.ts';
import { defineCheck, notApplicable, verdictOf } from '../define.ts';
import { bridgesOf, portsOf, withoutOvn } from './common.ts';

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
  requires: ['ovs', 'processes'],
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
  judge({ facts: { ovs, processes }, subject, report }) {
    const bridge = integrationBridgeName(ovs);
    const found = integrationBridge(ovs);
    if (found !== undefined) return verdictOf([], [bridgesOf(ovs), portsOf(found)]);
    const why = withoutOvn({ ovs, processes }, subject);
    if (why !== undefined) return notApplicable(why, [bridgesOf(ovs)]);
    const about = { observed: bridgesOf(ovs).said, expected: bridge, evidence: [bridgesOf(ovs)] };
    return verdictOf([report('MISSING', { subject: bridge, args: { bridge }, ...about })], []);
  },
});
