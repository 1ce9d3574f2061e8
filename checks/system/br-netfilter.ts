import { evidence } from '../../facts/fact.ts';
import { defineCheck, verdictOf } from '../define.ts';

export const brNetfilter = defineCheck({
  id: 'system/br-netfilter',
  title: 'br_netfilter is loaded',
  description: 'kubeadm asks for it before a node joins.',
  severity: 'error',
  scope: 'node',
  roles: ['dpu'],
  tags: ['system'],
  covers: ['A40'],
  requires: ['kernelModules'],
  messages: {
    NOT_LOADED: {
      text: 'br_netfilter is not loaded',
      cause: 'Nothing has loaded it since the last boot.',
      remedy:
        'sudo modprobe br_netfilter, and at each boot: echo br_netfilter | sudo tee /etc/modules-load.d/br_netfilter.conf',
      source: 'seed A L179',
    },
  },
  docs: ['seed A L179'],
  judge({ facts: { kernelModules }, report }) {
    const path = kernelModules.get('br_netfilter');
    const said = evidence(
      'ls -d /sys/module/br_netfilter /proc/sys/net/bridge',
      path ?? 'No such file or directory',
    );
    if (path !== undefined) return verdictOf([], [said]);
    const about = {
      subject: 'br_netfilter',
      args: {},
      observed: said.said,
      expected: '/sys/module/br_netfilter',
    };
    return verdictOf([report('NOT_LOADED', { ...about, evidence: [said] })], [said]);
  },
});
