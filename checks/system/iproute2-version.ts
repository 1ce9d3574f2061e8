import { iprouteSuffices } from '../../facts/derived/versions.ts';
import { evidence } from '../../facts/fact.ts';
import { defineCheck, undetermined, verdictOf } from '../define.ts';

export const iproute2Version = defineCheck({
  id: 'system/iproute2-version',
  title: 'iproute2 is 4.12 or above',
  description: 'Older releases know neither devlink nor the output that is read here.',
  severity: 'error',
  scope: 'node',
  roles: ['dpu-host', 'dpu'],
  tags: ['system', 'versions'],
  covers: ['A2'],
  requires: ['iprouteVersion'],
  messages: {
    TOO_OLD: {
      text: 'iproute2 is {version}, and 4.12 or above is needed',
      cause: 'iproute >= 4.12',
      remedy: 'Upgrade it: apt-get install --only-upgrade iproute2 (dnf upgrade iproute)',
      source: 'seed A L6',
    },
  },
  docs: ['seed A L6'],
  judge({ facts: { iprouteVersion }, report }) {
    const { text } = iprouteVersion;
    const said = evidence('ip -V', text || 'no version');
    const suffices = iprouteSuffices(text);
    if (suffices === undefined)
      return undetermined('ip -V names no release of iproute2', 'Look: ip -V', [said]);
    if (suffices) return verdictOf([], [said]);
    const about = { subject: 'iproute2', args: { version: text }, observed: text, expected: '4.12 or above' };
    return verdictOf([report('TOO_OLD', { ...about, evidence: [said] })], [said]);
  },
});
