import { evidence } from '../../facts/fact.ts';
import { defineCheck, notApplicable, verdictOf } from '../define.ts';

export const devlinkHealth = defineCheck({
  id: 'sriov/devlink-health',
  title: 'no health reporter of a network device is in error',
  description:
    "Drivers tell by devlink's health reporters what they could not recover from by themselves: a queue that hangs, firmware that answers no more.",
  severity: 'warning',
  scope: 'node',
  roles: ['dpu-host', 'dpu'],
  tags: ['sriov', 'devlink', 'driver'],
  covers: ['G26'],
  requires: ['devlinkHealth'],
  hardware: true,
  messages: {
    ERROR: {
      text: 'the health reporter {reporter} of {device} is in state {state}',
      cause: 'The driver has met an error that it could not recover from, or may not recover from by itself.',
      remedy:
        'See what it was, then have it recovered: devlink health diagnose {device} reporter {reporter}; dmesg | tail -n 50; devlink health recover {device} reporter {reporter}',
      source: 'kernel: Documentation/networking/devlink/devlink-health.rst',
    },
  },
  docs: ['devlink-health(8)'],
  judge({ facts: { devlinkHealth: health }, report }) {
    if (health.unavailable !== undefined) return notApplicable(health.unavailable.message);
    const { reporters } = health;
    if (reporters.length === 0) return notApplicable('devlink shows no health reporter here');
    const saidOf = ({ device, name, state }: (typeof reporters)[number]) =>
      evidence('devlink -j health show', `${device}: ${name} ${state}`);
    const bad = reporters.filter(({ state }) => state === 'error');
    const findings = bad.map((one) => {
      const { device, name: reporter, state } = one;
      return report('ERROR', {
        subject: `${device} ${reporter}`,
        args: { device, reporter, state },
        observed: `state ${state}`,
        expected: 'state healthy',
        evidence: [saidOf(one)],
      });
    });
    const count = evidence('devlink -j health show', `${reporters.length} reporters, ${bad.length} in error`);
    return verdictOf(findings, [count]);
  },
});
