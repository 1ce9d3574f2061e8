import { evidence } from '../../facts/fact.ts';
import { defineCheck, notApplicable, verdictOf } from '../define.ts';
import { NO_OVS } from './common.ts';

export const hwOffload = defineCheck({
  id: 'ovs/hw-offload',
  title: 'hardware offload is switched on in Open vSwitch',
  description: "Without it every packet of every pod goes through the DPU's processor cores.",
  severity: 'error',
  scope: 'node',
  roles: ['dpu'],
  tags: ['ovs', 'offload'],
  covers: ['A29'],
  after: ['ovs/daemons'],
  requires: ['ovs'],
  hardware: true,
  messages: {
    NOT_SET: {
      text: 'other_config:hw-offload is not set',
      cause: 'It is off unless it is set (ovs-vswitchd.conf.db(5)).',
      remedy:
        'ovs-vsctl set Open_vSwitch . other_config:hw-offload=true; systemctl restart openvswitch-switch.service',
      source: 'seed A L115',
    },
    OFF: {
      text: 'other_config:hw-offload is {value}',
      cause: 'Only true turns it on. Turning it off takes effect at the next restart.',
      remedy:
        'ovs-vsctl set Open_vSwitch . other_config:hw-offload=true; systemctl restart openvswitch-switch.service',
      source: 'seed A L115',
    },
    KEPT_OUT: {
      text: 'other_config:tc-policy is skip_hw',
      cause: 'It keeps every flow out of the hardware: flows go to TC, which forwards them in software.',
      remedy:
        'ovs-vsctl remove Open_vSwitch . other_config tc-policy; systemctl restart openvswitch-switch.service',
      source: 'ovs-vswitchd.conf.db(5)',
    },
  },
  docs: ['seed A L112-117'],
  judge({ facts: { ovs }, report }) {
    if (!ovs.present) return notApplicable(NO_OVS);
    const value = ovs.openVSwitch.otherConfig.get('hw-offload');
    const said = evidence('ovs-vsctl get Open_vSwitch . other_config:hw-offload', value ?? 'no such key');
    // Open vSwitch compares without regard to case.
    if (value?.toLowerCase() === 'true') {
      const policy = ovs.openVSwitch.otherConfig.get('tc-policy');
      if (policy !== 'skip_hw') return verdictOf([], [said]);
      const kept = evidence('ovs-vsctl get Open_vSwitch . other_config:tc-policy', policy);
      const about = { observed: policy, expected: 'none, or not set', evidence: [kept] };
      return verdictOf([report('KEPT_OUT', { subject: 'tc-policy', args: {}, ...about })], [said, kept]);
    }
    const about = { subject: 'hw-offload', observed: said.said, expected: 'true', evidence: [said] };
    return verdictOf(
      [
        value === undefined
          ? report('NOT_SET', { ...about, args: {} })
          : report('OFF', { ...about, args: { value } }),
      ],
      [said],
    );
  },
});
