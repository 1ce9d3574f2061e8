import { atLeast, ovsRelease } from '../../facts/derived/versions.ts';
import { evidence } from '../../facts/fact.ts';
import { defineCheck, notApplicable, undetermined, verdictOf } from '../define.ts';
import { NO_OVS } from './common.ts';

const NEEDED = '2.13';

export const version = defineCheck({
  id: 'ovs/version',
  title: 'Open vSwitch is 2.13 or above',
  description: 'Older releases cannot offload what OVN-Kubernetes asks of them.',
  severity: 'error',
  scope: 'node',
  roles: ['dpu'],
  tags: ['ovs', 'versions'],
  covers: ['A1'],
  after: ['ovs/daemons'],
  requires: ['ovs', 'ovsOffloadLog'],
  messages: {
    TOO_OLD: {
      text: 'Open vSwitch is {version}, and 2.13 or above is needed',
      cause: 'Open vSwitch 2.13 or above',
      remedy:
        'Upgrade Open vSwitch (on BlueField, the DOCA image) and restart it: systemctl restart openvswitch-switch.service',
      source: 'seed A L5',
    },
  },
  docs: ['seed A L5'],
  judge({ facts: { ovs, ovsOffloadLog }, report }) {
    if (!ovs.present) return notApplicable(NO_OVS);
    const inDatabase = ovs.openVSwitch.ovsVersion;
    const line = ovsOffloadLog.lines.findLast(({ kind }) => kind === 'version');
    const said =
      inDatabase === undefined && line !== undefined
        ? evidence('/var/log/openvswitch/ovs-vswitchd.log', line.text)
        : evidence('ovs-vsctl get Open_vSwitch . ovs_version', inDatabase ?? '[]');
    const text = inDatabase ?? line?.text.split(' ').at(-1) ?? '';
    const release = ovsRelease(text);
    if (release === undefined) {
      return undetermined(
        'neither the database nor the log of ovs-vswitchd tells its version',
        'Ask the daemon: ovs-appctl version',
        [said],
      );
    }
    if (atLeast(release, NEEDED)) return verdictOf([], [said]);
    const about = { subject: 'ovs-vswitchd', observed: text, expected: `${NEEDED} or above` };
    return verdictOf([report('TOO_OLD', { ...about, args: { version: text }, evidence: [said] })], [said]);
  },
});
