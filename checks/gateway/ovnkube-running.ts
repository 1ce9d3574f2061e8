import { RENAMED_MANAGEMENT_PORT } from '../../facts/derived/gateway.ts';
import { evidence } from '../../facts/fact.ts';
import { furtherOvnkubes } from '../../facts/ovnkube.ts';
import { defineCheck, expectedGap, notApplicable, verdictOf } from '../define.ts';

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
  after: [
    'cluster/dpu-labels',
    'ovnkube/pods-ready',
    'ovnkube/placement',
    'gateway/management-port-exists',
    'gateway/pf-pci-address',
    'gateway/pf-netdevs',
  ],
  requires: ['links', 'ovnkube', 'processes'],
  messages: {
    NOT_RUNNING: {
      text: 'no ovnkube runs on a node of the cluster',
      cause: 'Its pod is not scheduled here, or ends at its start.',
      remedy:
        'Look at its pods and why the last one ended: kubectl -n ovn-kubernetes get pods -o wide; kubectl -n ovn-kubernetes logs --previous <pod>',
    },
    STOPPED: {
      text: 'ovnkube is there and does not run: its process {pid} is in state {state}',
      cause: 'A signal or a debugger stopped it (T).',
      remedy: 'Let it go on: kill -CONT {pid}; else delete its pod, which its DaemonSet makes anew.',
    },
    BESIDE: {
      text: 'a second ovnkube, in {mode} mode, runs beside the one in dpu-host mode: process {pid}',
      cause:
        'A further DaemonSet selects this node. Both set up management port and gateway, and one that is not in dpu-host mode wants Open vSwitch.',
      remedy:
        'Keep DaemonSets of other modes away from nodes with the label k8s.ovn.org/dpu-host, by an affinity with DoesNotExist: kubectl -n ovn-kubernetes get pods -o wide; kubectl -n ovn-kubernetes get daemonsets',
      source: 'seed A L52, seed K L437-439',
    },
  },
  docs: ['seed G L81', 'seed K L3'],
  judge({ facts: { links, ovnkube, processes }, subject, report }) {
    const { pid } = ovnkube;
    if (pid !== undefined) {
      const state = processes.find((process) => process.pid === pid)?.state ?? '';
      if (!/^[TtX]/.test(state)) {
        // On a DPU one in full mode may stay beside it (seed K); of the same mode, it is one that is being replaced.
        const further = subject.role === 'dpu-host' ? furtherOvnkubes(processes, pid) : [];
        const other = further.filter(({ mode }) => mode !== 'dpu-host');
        const findings = other.map(({ process, mode }) =>
          report('BESIDE', {
            subject: 'ovnkube',
            args: { mode, pid: process.pid },
            observed: `processes ${pid} and ${process.pid}`,
            expected: 'one ovnkube',
            evidence: [evidence(`/proc/${process.pid}/cmdline`, process.args.join(' '))],
          }),
        );
        return verdictOf(findings, [evidence(`/proc/${pid}/comm`, 'ovnkube')]);
      }
      const seen = evidence('ovnkube in /proc', `process ${pid}, state ${state}`);
      const about = {
        subject: 'ovnkube',
        observed: seen.said,
        expected: 'ovnkube running',
        evidence: [seen],
      };
      return verdictOf([report('STOPPED', { ...about, args: { pid, state } })], [seen]);
    }
    const kubelet = processes.find(({ name }) => name === 'kubelet');
    const port = links.find(({ name }) => name === RENAMED_MANAGEMENT_PORT);
    const none = evidence('/proc/*/comm', kubelet ? 'no ovnkube' : 'neither ovnkube nor kubelet');
    if (kubelet === undefined && port === undefined)
      return notApplicable('no kubelet runs here either: the node is in no cluster yet', [none]);
    const said = [
      ...(kubelet === undefined ? [] : [evidence(`/proc/${kubelet.pid}/comm`, 'kubelet')]),
      ...(port === undefined ? [] : [evidence('ip -j -d addr show', `${port.name}, which ovnkube set up`)]),
      none,
    ];
    if (subject.simulation === 'veth' && subject.role === 'dpu-host')
      return expectedGap('OVN-K will work on DPU nodes but fail on isolated host nodes (expected)', said);
    const finding = report('NOT_RUNNING', {
      subject: 'ovnkube',
      args: {},
      observed: 'no process named ovnkube',
      expected: 'a process named ovnkube',
      evidence: said,
    });
    return verdictOf([finding], said);
  },
});
