import { evidence } from '../../facts/fact.ts';
import { defineCheck, verdictOf } from '../define.ts';

export const swap = defineCheck({
  id: 'system/swap',
  title: 'swap is off',
  description: 'kubelet does not start with swap on, unless it is configured to.',
  severity: 'error',
  scope: 'node',
  roles: ['dpu'],
  tags: ['system'],
  covers: ['A39'],
  requires: ['swaps'],
  messages: {
    ON: {
      text: 'swap is on: {path}',
      cause: 'It is in /etc/fstab or a unit of systemd, or was switched on by hand.',
      remedy: 'sudo swapoff -a, and take it out of /etc/fstab',
      source: 'seed A L178',
    },
  },
  docs: ['seed A L178'],
  judge({ facts: { swaps }, report }) {
    const findings = swaps.map(({ path, type, size }) =>
      report('ON', {
        subject: path,
        args: { path },
        observed: `${path}, ${type}, ${size} KiB`,
        expected: 'no swap area',
        evidence: [evidence('cat /proc/swaps', `${path} ${type} ${size}`)],
      }),
    );
    return verdictOf(findings, [evidence('cat /proc/swaps', 'no swap area')]);
  },
});
