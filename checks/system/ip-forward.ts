import { evidence } from '../../facts/fact.ts';
import { sysctlPath } from '../../facts/sysctls.ts';
import { defineCheck, undetermined, verdictOf } from '../define.ts';

const NAME = 'net.ipv4.ip_forward';

export const ipForward = defineCheck({
  id: 'system/ip-forward',
  title: 'the DPU forwards IPv4',
  description: 'kubeadm asks for it before a node joins, and the gateway needs it.',
  severity: 'error',
  scope: 'node',
  roles: ['dpu'],
  tags: ['system', 'sysctl'],
  covers: ['A41'],
  requires: ['sysctls'],
  messages: {
    OFF: {
      text: 'net.ipv4.ip_forward is {value}',
      cause: 'It is 0 at boot unless a file in /etc/sysctl.d sets it.',
      remedy:
        'sudo sysctl -w net.ipv4.ip_forward=1, and at each boot: echo net.ipv4.ip_forward=1 | sudo tee /etc/sysctl.d/90-forward.conf',
      source: 'seed A L180',
    },
  },
  docs: ['seed A L180'],
  judge({ facts: { sysctls }, report }) {
    const value = sysctls.get(NAME);
    const said = evidence(sysctlPath(NAME), value ?? 'does not exist');
    if (value === undefined) return undetermined(`the kernel shows no ${NAME}`, `sysctl ${NAME}`, [said]);
    if (value === '1') return verdictOf([], [said]);
    const about = { subject: NAME, args: { value }, observed: value, expected: '1', evidence: [said] };
    return verdictOf([report('OFF', about)], [said]);
  },
});
