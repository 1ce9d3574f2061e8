import { offloadInForce } from '../../facts/derived/offload-in-force.ts';
import { defineCheck, notApplicable, pass, undetermined, verdictOf } from '../define.ts';
import { NO_OVS } from './common.ts';

export const hwOffloadInForce = defineCheck({
  id: 'ovs/hw-offload-in-force',
  title: 'the running ovs-vswitchd has hardware offload switched on',
  description: 'The setting in the database says what the next start will do, not what the daemon does.',
  severity: 'error',
  scope: 'node',
  roles: ['dpu'],
  tags: ['ovs', 'offload'],
  covers: ['A30'],
  after: ['ovs/hw-offload'],
  requires: ['datapath', 'ovs', 'ovsOffloadLog', 'processes'],
  hardware: true,
  messages: {
    NOT_RESTARTED: {
      text: 'ovs-vswitchd was not restarted since hw-offload was set',
      cause: 'Changing this value requires restarting the daemon (ovs-vswitchd.conf.db(5)).',
      remedy: 'systemctl restart openvswitch-switch.service',
      source: 'seed A L112-116',
    },
  },
  docs: ['seed A L112-116', 'ovs-vswitchd.conf.db(5)'],
  judge({ facts: { datapath, ovs, ovsOffloadLog, processes }, report }) {
    if (!ovs.present) return notApplicable(NO_OVS);
    const { inForce, evidence } = offloadInForce(ovsOffloadLog, datapath.flows, processes);
    if (inForce === true) return pass(evidence);
    if (inForce === undefined) {
      return undetermined(
        'nothing on the node tells whether offload was on when ovs-vswitchd started',
        'Restart it, and look for the line: systemctl restart openvswitch-switch.service; grep -E "Flow API Enabled|Flow HW offload is enabled" /var/log/openvswitch/ovs-vswitchd.log',
        evidence,
      );
    }
    const about = {
      subject: 'hw-offload',
      observed: evidence[0]?.said ?? '',
      expected: 'a start after the setting',
    };
    return verdictOf([report('NOT_RESTARTED', { ...about, args: {}, evidence })], evidence);
  },
});
