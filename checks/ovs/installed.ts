import { evidence } from '../../facts/fact.ts';
import { defineCheck, notApplicable, verdictOf } from '../define.ts';

export const installed = defineCheck({
  id: 'ovs/installed',
  title: 'Open vSwitch is installed on the control plane of a DPF cluster',
  description:
    'The DOCA Platform Framework asks for Open vSwitch on its control plane nodes, and only there.',
  severity: 'error',
  scope: 'node',
  roles: ['control-plane'],
  tags: ['ovs', 'dpf'],
  covers: ['D4'],
  requires: ['dpf', 'ovsInstallation'],
  messages: {
    NOT_INSTALLED: {
      text: 'Open vSwitch is not installed',
      cause: 'Open vSwitch (OVS) packages installed - i.e. `openvswitch-switch` for Ubuntu 24.04',
      remedy: 'Install it: apt-get install -y openvswitch-switch',
      source: 'seed D L74',
    },
  },
  docs: ['seed D L74'],
  judge({ facts: { dpf, ovsInstallation }, report }) {
    if (dpf.length === 0) {
      return notApplicable('no pod of the DPF operator has run on this node', [
        evidence('ls -d /var/log/pods/dpf-operator-system_*', 'none exists'),
      ]);
    }
    const found = [...ovsInstallation.packages, ...ovsInstallation.programs];
    const said = evidence(
      'ls -d /usr/share/doc/openvswitch*; command -v ovs-vswitchd ovsdb-server ovs-vsctl',
      found.join(' ') || 'none exists',
    );
    if (found.length > 0) return verdictOf([], [said]);
    return verdictOf(
      [
        report('NOT_INSTALLED', {
          subject: 'openvswitch-switch',
          args: {},
          observed: 'neither package nor program',
          expected: 'openvswitch-switch (openvswitch on RHEL)',
          evidence: [said, evidence('ls -d /var/log/pods/dpf-operator-system_*', dpf[0] ?? '')],
        }),
      ],
      [said],
    );
  },
});
