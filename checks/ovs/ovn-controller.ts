import { evidence } from '../../facts/fact.ts';
import { defineCheck, notApplicable, verdictOf } from '../define.ts';
import { externalId, NO_OVS, working } from './common.ts';

export const ovnControllerRuns = defineCheck({
  id: 'ovs/ovn-controller',
  title: 'ovn-controller runs',
  description: 'What is plugged, moved or unplugged while it does not run never reaches Open vSwitch.',
  severity: 'error',
  scope: 'node',
  roles: ['dpu', 'control-plane', 'worker'],
  tags: ['ovs', 'ovn'],
  covers: ['A18'],
  after: ['ovs/daemons'],
  requires: ['ovs', 'processes'],
  messages: {
    NOT_RUNNING: {
      text: 'ovn-controller is not running',
      cause:
        'It was stopped, was killed, or failed at its start. OVN-Kubernetes runs it in its pod on this node.',
      remedy:
        'Look why it ended: tail -n 50 /var/log/ovn/ovn-controller.log; then delete the pod of ovnkube-node on this node, so that it is made anew',
      source: 'seed A L60',
    },
    STOPPED: {
      text: 'ovn-controller is there and does not run: its process {pid} is in state {state}',
      cause: 'A signal or a debugger stopped it (T), or it ended and was not reaped (Z).',
      remedy: 'Let it go on: kill -CONT {pid}; else delete the pod of ovnkube-node on this node',
    },
  },
  docs: ['seed A L60', 'ovn-controller(8)'],
  judge({ facts: { ovs, processes }, report }) {
    if (!ovs.present) return notApplicable(NO_OVS);
    const remote = externalId(ovs, 'ovn-remote');
    const process = working(processes, 'ovn-controller');
    if (process === undefined && !ovs.openVSwitch.externalIds.has('ovn-remote'))
      return notApplicable('OVN is not set up on this node: it is told no database', [remote]);
    const said = evidence(
      'ovn-controller in /proc',
      process ? `process ${process.pid}, state ${process.state}` : 'no such process',
    );
    const about = {
      subject: 'ovn-controller',
      observed: said.said,
      expected: 'ovn-controller running',
      evidence: [said, remote],
    };
    if (process === undefined) return verdictOf([report('NOT_RUNNING', { ...about, args: {} })], [said]);
    const { pid, state } = process;
    if (!/^[TtZX]/.test(state)) return verdictOf([], [said]);
    return verdictOf([report('STOPPED', { ...about, args: { pid, state } })], [said]);
  },
});
