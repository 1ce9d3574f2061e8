import { integrationBridge } from '../../facts/derived/ovs-topology.ts';
import { evidence } from '../../facts/fact.ts';
import { defineCheck, notApplicable, verdictOf } from '../define.ts';
import { withoutOvn } from './common.ts';

export const failMode = defineCheck({
  id: 'ovs/fail-mode',
  title: 'the integration bridge fails secure',
  description:
    'In standalone mode it would switch like any bridge while ovn-controller is away, past all policies.',
  severity: 'error',
  scope: 'node',
  roles: ['dpu', 'control-plane', 'worker'],
  tags: ['ovs', 'ovn'],
  covers: ['A64c'],
  after: ['ovs/integration-bridge'],
  requires: ['ovs', 'processes'],
  messages: {
    NOT_SECURE: {
      text: 'bridge {bridge} has fail_mode {mode}',
      cause:
        'ovn-controller sets fail_mode secure when it makes the bridge; somebody changed it or made the bridge by hand.',
      remedy: 'ovs-vsctl set-fail-mode {bridge} secure',
    },
  },
  docs: ['seed A L415'],
  judge({ facts: { ovs, processes }, subject, report }) {
    const bridge = integrationBridge(ovs);
    if (bridge === undefined) return notApplicable('there is no integration bridge on this node');
    const mode = bridge.failMode ?? '[] (standalone)';
    const said = evidence(`ovs-vsctl get Bridge ${bridge.name} fail_mode`, mode);
    if (bridge.failMode === 'secure') return verdictOf([], [said]);
    // The software testbed makes the bridge by hand first: sudo ovs-vsctl add-br br-int.
    const why = withoutOvn({ ovs, processes }, subject);
    if (why !== undefined) return notApplicable(why, [said]);
    const args = { bridge: bridge.name, mode };
    const about = { subject: bridge.name, args, observed: mode, expected: 'secure', evidence: [said] };
    return verdictOf([report('NOT_SECURE', about)], [said]);
  },
});
