import { defineCheck, notApplicable, verdictOf } from '../define.ts';
import { externalId, withoutOvn } from './common.ts';

const REMOTE = /^(unix|tcp|ssl|ptcp|pssl):.+/;

export const chassisSettings = defineCheck({
  id: 'ovs/chassis-settings',
  title: 'ovn-controller has the settings of a chassis',
  description: 'Without any of them ovn-controller does not register this node, and no tunnel leads to it.',
  severity: 'error',
  scope: 'node',
  roles: ['dpu', 'control-plane', 'worker'],
  tags: ['ovs', 'ovn', 'external-ids'],
  covers: ['A64'],
  after: ['ovs/daemons'],
  requires: ['ovs', 'processes'],
  messages: {
    NOT_SET: {
      text: 'external_ids:{key} is not set',
      cause:
        'ovnkube-node writes it when it starts (system-id: Open vSwitch itself); it was removed, or ovnkube-node never got that far.',
      remedy:
        'Restart ovnkube-node (for system-id: systemctl restart openvswitch-switch.service) and look: ovs-vsctl get Open_vSwitch . external_ids',
    },
    ENCAP_TYPE: {
      text: 'external_ids:ovn-encap-type is {value}',
      cause: 'OVN-Kubernetes joins its nodes by geneve.',
      remedy: 'ovs-vsctl set Open_vSwitch . external_ids:ovn-encap-type=geneve',
    },
    REMOTE: {
      text: 'external_ids:ovn-remote is {value}, which names no database',
      cause: 'ovn-controller connects to unix:, tcp: or ssl: addresses, several with commas.',
      remedy:
        'Restart ovnkube-node, which writes it; look: ovs-vsctl get Open_vSwitch . external_ids:ovn-remote',
    },
  },
  docs: ['ovn-controller(8)', 'https://ovn-kubernetes.io/installation/launching-ovn-kubernetes-with-dpu/'],
  judge({ facts: { ovs, processes }, subject, report }) {
    const why = withoutOvn({ ovs, processes }, subject);
    if (why !== undefined) return notApplicable(why);
    const keys = ['system-id', 'ovn-remote', 'ovn-encap-type'];
    const findings = keys.flatMap((key) => {
      const value = ovs.openVSwitch.externalIds.get(key) ?? '';
      const about = { subject: key, observed: value || 'not set', evidence: [externalId(ovs, key)] };
      if (value === '') return [report('NOT_SET', { ...about, args: { key }, expected: 'a value' })];
      if (key === 'ovn-encap-type' && !value.split(',').includes('geneve')) {
        return [report('ENCAP_TYPE', { ...about, args: { value }, expected: 'geneve' })];
      }
      if (key === 'ovn-remote' && !value.split(',').every((remote) => REMOTE.test(remote.trim()))) {
        return [report('REMOTE', { ...about, args: { value }, expected: 'unix:…, tcp:… or ssl:…' })];
      }
      return [];
    });
    return verdictOf(
      findings,
      keys.map((key) => externalId(ovs, key)),
    );
  },
});
