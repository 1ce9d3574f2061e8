import { evidence } from '../../facts/fact.ts';
import { type Sysctl, sysctlPath } from '../../facts/sysctls.ts';
import { defineCheck, verdictOf } from '../define.ts';

const WANTED: readonly (readonly [Sysctl, string])[] = [
  ['net.ipv6.conf.all.disable_ipv6', '0'],
  ['net.ipv6.conf.all.forwarding', '1'],
];

export const ipv6 = defineCheck({
  id: 'system/ipv6',
  title: 'IPv6 is on and forwarded',
  description: 'OVN-Kubernetes in kind asks for it on every node.',
  severity: 'error',
  scope: 'node',
  roles: ['dpu-host', 'dpu', 'control-plane', 'worker'],
  tags: ['system', 'sysctl'],
  covers: ['K34', 'K35'],
  requires: ['sysctls'],
  simulations: ['veth'],
  messages: {
    OTHER: {
      text: '{name} is {value}',
      cause: 'Step 5 of the guide was not run on this node, or was undone.',
      remedy: 'sysctl --ignore {name}={wanted}',
      source: 'seed K L235-236',
    },
    NO_IPV6: {
      text: 'the kernel has no {name}',
      cause: 'IPv6 is switched off at boot (ipv6.disable=1), or is not built in.',
      remedy: 'Take ipv6.disable=1 out of the command line of the kernel, and boot.',
    },
  },
  docs: ['seed K L230-239'],
  judge({ facts: { sysctls }, report }) {
    const said = WANTED.map(([name]) => evidence(sysctlPath(name), sysctls.get(name) ?? 'does not exist'));
    const findings = WANTED.flatMap(([name, wanted]) => {
      const value = sysctls.get(name);
      const about = { subject: name, observed: value ?? 'does not exist', expected: wanted, evidence: said };
      if (value === wanted) return [];
      return value === undefined
        ? [report('NO_IPV6', { ...about, args: { name } })]
        : [report('OTHER', { ...about, args: { name, value, wanted } })];
    });
    return verdictOf(findings, said);
  },
});
