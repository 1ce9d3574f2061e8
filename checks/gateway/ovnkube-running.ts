import { evidence } from '../../facts/fact.ts';
import { defineCheck, expectedGap, notApplicable, pass, verdictOf } from '../define.ts';

export const ovnkubeRunning = defineCheck({
  id: 'gateway/ovnkube-running',
  title: 'OVN-Kubernetes runs on the node',
  description:
    'Without it no pod gets a network. An error in its configuration or in derive-from-mgmt-port ends it at its start, again and again; that shows in the checks before this one.',
  severity: 'error',
  scope: 'node',
  roles: ['dpu-host', 'dpu'],
  tags: ['gateway', 'ovn-kubernetes'],
  covers: ['G25', 'K1'],
  after: ['gateway/management-port-exists', 'gateway/pf-pci-address', 'gateway/pf-netdevs'],
  requires: ['ovnkube', 'processes'],
  messages: {
    NOT_RUNNING: {
      text: 'no ovnkube runs on a node of the cluster',
      cause: 'Its pod is not scheduled here, or ends at its start.',
      remedy:
        'Look at its pods and why the last one ended: kubectl -n ovn-kubernetes get pods -o wide; kubectl -n ovn-kubernetes logs --previous <pod>',
    },
  },
  docs: ['seed G L81', 'seed K L3'],
  judge({ facts: { ovnkube, processes }, subject, report }) {
    const kubelet = processes.find(({ name }) => name === 'kubelet');
    if (ovnkube.pid !== undefined) return pass([evidence(`/proc/${ovnkube.pid}/comm`, 'ovnkube')]);
    if (kubelet === undefined)
      return notApplicable('no kubelet runs here either: the node is in no cluster yet', [
        evidence('/proc/*/comm', 'neither ovnkube nor kubelet'),
      ]);
    const said = [evidence(`/proc/${kubelet.pid}/comm`, 'kubelet'), evidence('/proc/*/comm', 'no ovnkube')];
    if (subject.simulation === 'veth' && subject.role === 'dpu-host')
      return expectedGap('OVN-K will work on DPU nodes but fail on isolated host nodes (expected)', said);
    const finding = report('NOT_RUNNING', {
      subject: 'ovnkube',
      args: {},
      observed: 'kubelet runs and ovnkube does not',
      expected: 'a process named ovnkube',
      evidence: said,
    });
    return verdictOf([finding], said);
  },
});
