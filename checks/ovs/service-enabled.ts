import { evidence } from '../../facts/fact.ts';
import { defineCheck, notApplicable, verdictOf } from '../define.ts';

export const serviceEnabled = defineCheck({
  id: 'ovs/service-enabled',
  title: 'Open vSwitch starts with the machine',
  description: 'After the next boot of the DPU its host would be without network.',
  severity: 'error',
  scope: 'node',
  roles: ['dpu'],
  tags: ['ovs', 'systemd'],
  covers: ['A28'],
  after: ['ovs/daemons'],
  requires: ['identity', 'ovsInstallation'],
  messages: {
    NOT_ENABLED: {
      text: '{unit} is not enabled',
      cause: 'Nothing starts Open vSwitch at boot.',
      remedy: 'systemctl enable {unit}',
      source: 'seed A L114',
    },
  },
  docs: ['seed A L114'],
  judge({ facts: { identity, ovsInstallation }, report }) {
    const { units, wantedBy } = ovsInstallation;
    const init = evidence('/proc/1/comm', identity.init);
    if (identity.init !== 'systemd') {
      return notApplicable(`systemd does not run here: process 1 is ${identity.init || 'unknown'}`, [init]);
    }
    const unit = units[0]?.split('/').at(-1);
    if (unit === undefined) {
      return notApplicable(
        'Open vSwitch has no unit of systemd here: it is started by something else, as in a container',
        [evidence('ls /lib/systemd/system/openvswitch*.service', 'No such file or directory')],
      );
    }
    const said = evidence(
      `ls /etc/systemd/system/*.wants/${unit}`,
      wantedBy.join(' ') || 'No such file or directory',
    );
    if (wantedBy.length > 0) return verdictOf([], [said]);
    const about = { observed: 'no target wants it', expected: 'systemctl is-enabled says enabled' };
    return verdictOf(
      [report('NOT_ENABLED', { subject: unit, args: { unit }, ...about, evidence: [said] })],
      [said],
    );
  },
});
