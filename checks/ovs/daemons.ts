import { runsOvnKubernetes } from '../../facts/derived/ovs-topology.ts';
import { evidence } from '../../facts/fact.ts';
import { defineCheck, notApplicable, verdictOf } from '../define.ts';
import { ofOpenVSwitch, working } from './common.ts';

const DAEMONS = ['ovsdb-server', 'ovs-vswitchd'];

export const daemons = defineCheck({
  id: 'ovs/daemons',
  title: 'ovsdb-server and ovs-vswitchd run',
  description: 'Without them there is no switch on the DPU, and nothing about its bridges can be told.',
  severity: 'error',
  scope: 'node',
  roles: ['dpu', 'control-plane', 'worker'],
  tags: ['ovs'],
  covers: ['A1', 'A30'],
  requires: ['ovsInstallation', 'processes'],
  messages: {
    NOT_INSTALLED: {
      text: 'Open vSwitch is neither installed nor running',
      cause: 'A DPU switches the packets of its host with Open vSwitch 2.13 or above.',
      remedy: 'Install it: apt-get install -y openvswitch-switch (dnf install openvswitch)',
    },
    NOT_RUNNING: {
      text: '{daemon} is not running',
      cause: 'The daemon was stopped, was killed, or failed at its start.',
      remedy:
        'Restart Open vSwitch: systemctl restart openvswitch-switch.service, and look why it ended: tail -n 50 /var/log/openvswitch/{daemon}.log',
    },
    STOPPED: {
      text: '{daemon} is there and does not run: its process {pid} is in state {state}',
      cause: 'A signal or a debugger stopped it (T), or it ended and was not reaped (Z).',
      remedy: 'Let it go on: kill -CONT {pid}; else restart it: systemctl restart openvswitch-switch.service',
    },
    NO_SOCKET: {
      text: 'ovsdb-server runs and its socket /var/run/openvswitch/db.sock is gone',
      cause: 'The socket was deleted, or another runtime directory lies over it.',
      remedy: 'Restart Open vSwitch: systemctl restart openvswitch-switch.service',
    },
  },
  docs: ['seed A L114', 'ovs-vswitchd(8)'],
  judge({ facts: { ovsInstallation, processes }, subject, report }) {
    const { programs, runtimeFiles } = ovsInstallation;
    const own = ofOpenVSwitch(processes);
    const found = DAEMONS.map((name) => ({ name, process: working(own, name) }));
    const none = found.every(({ process }) => process === undefined);
    const socket = runtimeFiles.some((path) => path.endsWith('/db.sock'));
    const runtime = evidence('ls /var/run/openvswitch', runtimeFiles.join(' ') || 'empty, or does not exist');
    if (none && subject.role !== 'dpu' && !socket) {
      return notApplicable('no Open vSwitch runs on this node, and none has left a socket', [runtime]);
    }
    // kind's nodes get Open vSwitch in a pod, together with OVN-Kubernetes (seed K L385).
    if (none && subject.simulation === 'veth' && runtimeFiles.length === 0 && !runsOvnKubernetes(processes)) {
      return notApplicable(
        'neither Open vSwitch nor OVN-Kubernetes is deployed on this simulated DPU yet: no process, no socket',
        [runtime],
      );
    }
    if (none && programs.length === 0 && !socket) {
      const proof = [evidence('command -v ovs-vswitchd ovsdb-server ovs-vsctl', 'not found'), runtime];
      const expected = 'ovsdb-server and ovs-vswitchd';
      const observed = 'no program and no process';
      return verdictOf(
        [report('NOT_INSTALLED', { subject: 'openvswitch', args: {}, observed, expected, evidence: proof })],
        proof,
      );
    }
    const findings = found.flatMap(({ name, process }) => {
      const seen = evidence(
        `${name} in /proc`,
        process ? `process ${process.pid}, state ${process.state}` : 'no such process',
      );
      const about = { subject: name, expected: `${name} running`, observed: seen.said, evidence: [seen] };
      if (process === undefined) return [report('NOT_RUNNING', { ...about, args: { daemon: name } })];
      if (!/^[TtZX]/.test(process.state)) return [];
      return [
        report('STOPPED', { ...about, args: { daemon: name, pid: process.pid, state: process.state } }),
      ];
    });
    const gone = findings.length === 0 && runtimeFiles.length > 0 && !socket;
    const socketGone = report('NO_SOCKET', {
      subject: 'db.sock',
      args: {},
      observed: runtime.said,
      expected: '/var/run/openvswitch/db.sock',
      evidence: [runtime],
    });
    const evidences = found.map(({ name, process }) =>
      evidence(`${name} in /proc`, `process ${process?.pid}, state ${process?.state}`),
    );
    return verdictOf(gone ? [socketGone] : findings, evidences);
  },
});
