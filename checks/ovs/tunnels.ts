import { tunnels } from '../../facts/derived/ovs-topology.ts';
import { evidence } from '../../facts/fact.ts';
import { defineCheck, notApplicable, verdictOf } from '../define.ts';
import { ofInterface, withoutOvn } from './common.ts';

export const tunnelsExist = defineCheck({
  id: 'ovs/tunnels',
  title: 'a tunnel leads to another chassis',
  description:
    'Pods on different nodes reach each other through tunnels. Only a cluster of one node has none.',
  severity: 'warning',
  scope: 'node',
  roles: ['dpu', 'control-plane', 'worker'],
  tags: ['ovs', 'ovn', 'tunnels'],
  covers: ['A64'],
  after: ['ovs/integration-bridge', 'ovs/chassis-settings', 'ovs/encap-ip'],
  requires: ['ovs', 'processes'],
  messages: {
    NONE: {
      text: 'no tunnel leads to another chassis',
      cause:
        'OVN knows no other chassis, or this one has no encapsulation address. A cluster of one node has none.',
      remedy: 'Look which chassis OVN knows: ovn-sbctl list Chassis; and at the log of ovn-controller',
    },
  },
  docs: ['seed A L425-429'],
  judge({ facts: { ovs, processes }, subject, report }) {
    const why = withoutOvn({ ovs, processes }, subject);
    if (why !== undefined) return notApplicable(why);
    const all = tunnels(ovs);
    if (all.length > 0)
      return verdictOf(
        [],
        all.map((port) => ofInterface(port, 'options')),
      );
    const said = evidence('ovs-vsctl list-ports br-int', 'no tunnel');
    if (!processes.some(({ name }) => name === 'ovn-controller')) {
      return notApplicable('there is no tunnel, and ovn-controller, which makes them, does not run here', [
        said,
      ]);
    }
    const about = { observed: 'none', expected: 'one to each other chassis', evidence: [said] };
    return verdictOf([report('NONE', { subject: 'tunnels', args: {}, ...about })], [said]);
  },
});
