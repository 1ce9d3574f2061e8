import { evidence } from '../../facts/fact.ts';
import { sysctlPath } from '../../facts/sysctls.ts';
import { defineCheck, undetermined, verdictOf } from '../define.ts';

export const inotifyLimits = defineCheck({
  id: 'system/inotify-limits',
  title: 'the limits of inotify suffice for several nodes on one machine',
  description:
    'All nodes of a kind cluster share them; pods crash with "too many open files" when they are used up.',
  severity: 'error',
  scope: 'node',
  roles: ['dpu-host', 'dpu', 'control-plane', 'worker'],
  tags: ['system', 'sysctl'],
  covers: ['K36', 'K37'],
  requires: ['sysctls'],
  simulations: ['veth'],
  expects: ['inotify-watches', 'inotify-instances'],
  messages: {
    TOO_LOW: {
      text: '{name} is {value}, and {wanted} is needed',
      cause: 'Step 5 of the guide ("fix inotify limits") was not run on this node, or was undone.',
      remedy: 'sysctl -w {name}={wanted}',
      source: 'seed K L237-238',
    },
  },
  docs: ['seed K L230-239'],
  judge({ facts: { sysctls }, expected, report }) {
    const limits = [
      { name: 'fs.inotify.max_user_watches', wanted: expected['inotify-watches'] },
      { name: 'fs.inotify.max_user_instances', wanted: expected['inotify-instances'] },
    ] as const;
    const said = limits.map(({ name }) => evidence(sysctlPath(name), sysctls.get(name) ?? 'does not exist'));
    const unknown = limits.find(({ name }) => !/^\d+$/.test(sysctls.get(name) ?? ''));
    if (unknown !== undefined)
      return undetermined(`the kernel shows no ${unknown.name}`, `sysctl ${unknown.name}`, said);
    const findings = limits.flatMap(({ name, wanted }) => {
      const value = Number(sysctls.get(name));
      if (value >= wanted.value) return [];
      const about = {
        subject: name,
        observed: String(value),
        expected: `${wanted.value} or more (${wanted.from})`,
      };
      return [report('TOO_LOW', { ...about, args: { name, value, wanted: wanted.value }, evidence: said })];
    });
    return verdictOf(findings, said);
  },
});
