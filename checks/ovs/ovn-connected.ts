import { evidence } from '../../facts/fact.ts';
import { defineCheck, notApplicable, verdictOf } from '../define.ts';
import { externalId, NO_OVS } from './common.ts';

export const ovnConnected = defineCheck({
  id: 'ovs/ovn-connected',
  title: 'ovn-controller is connected to the southbound database',
  description:
    'From it ovn-controller learns of pods, tunnels and policies; without it, it keeps what it had.',
  severity: 'error',
  scope: 'node',
  roles: ['dpu', 'control-plane', 'worker'],
  tags: ['ovs', 'ovn', 'external-ids'],
  covers: ['A18'],
  // Without its uplink the node has no way to the database: that is told there, and here only after a while.
  after: ['ovs/ovn-controller', 'ovs/chassis-settings', 'ovs/uplink-port', 'ovs/ports-up'],
  requires: ['ovnController', 'ovs'],
  messages: {
    NOT_CONNECTED: {
      text: '"ovn-controller" is not connected to OVN SB database, status: ({status})',
      cause:
        'external_ids:ovn-remote names an address where no southbound database listens, the network to it is down, or its certificate is refused.',
      remedy:
        'Look at the address and at the reason: ovs-vsctl get Open_vSwitch . external_ids:ovn-remote; grep reconnect /var/log/ovn/ovn-controller.log | tail',
      source: 'OVN-Kubernetes, readiness probe of ovn-controller',
    },
  },
  docs: ['seed A L60', 'ovn-controller(8)'],
  judge({ facts: { ovnController, ovs }, report }) {
    if (!ovs.present) return notApplicable(NO_OVS);
    const remote = externalId(ovs, 'ovn-remote');
    if (!ovs.openVSwitch.externalIds.has('ovn-remote'))
      return notApplicable('OVN is not set up on this node: it is told no database', [remote]);
    const { connection: status } = ovnController;
    if (status === undefined)
      return notApplicable(
        'ovn-controller has no pid file in /var/run/ovn or /var/run/openvswitch to be asked by',
        [remote],
      );
    const said = evidence('ovs-appctl -t ovn-controller connection-status', status);
    if (status === 'connected') return verdictOf([], [said, remote]);
    const about = { subject: 'ovn-controller', observed: status, expected: 'connected' };
    return verdictOf(
      [report('NOT_CONNECTED', { ...about, args: { status }, evidence: [said, remote] })],
      [said],
    );
  },
});
