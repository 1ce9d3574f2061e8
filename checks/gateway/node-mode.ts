import { defineCheck, notApplicable, verdictOf } from '../define.ts';
import { fileUnreadable, SETTINGS, settingsOf } from './settings.ts';

const MODES = ['full', 'dpu', 'dpu-host'];

export const nodeMode = defineCheck({
  id: 'gateway/node-mode',
  title: 'OVN-Kubernetes runs in the mode of this node',
  description:
    'A DPU host leaves packet processing to its DPU; in another mode OVN-Kubernetes would set up its own gateway, and derive-from-mgmt-port would not be resolved.',
  severity: 'error',
  scope: 'node',
  roles: ['dpu-host', 'dpu'],
  tags: ['gateway', 'ovn-kubernetes', 'configuration'],
  covers: ['A15', 'A17', 'G7', 'G10', 'G25', 'G27'],
  after: ['cluster/dpu-labels', 'ovnkube/node-mode'],
  requires: ['ovnkube'],
  expects: [...SETTINGS],
  messages: {
    UNKNOWN_MODE: {
      text: 'unexpected ovnkube-node-mode: {mode}. supported modes: [full dpu dpu-host]',
      cause: 'OVN-Kubernetes knows no such mode and ends at its start.',
      remedy: 'Set --ovnkube-node-mode={role}, by OVNKUBE_NODE_MODE in the DaemonSet of ovnkube-node.',
      source: 'ovn-kubernetes go-controller/pkg/config/config.go',
    },
    WRONG_MODE: {
      text: 'OVN-Kubernetes runs in {mode} mode on a node whose role is {role}',
      cause:
        'Must be used in DPU host mode (`--ovnkube-node-mode=dpu-host`) on a DPU host, in dpu mode on a DPU.',
      remedy:
        'Set --ovnkube-node-mode={role}, and see that the DaemonSet of that mode selects this node: kubectl -n ovn-kubernetes get daemonsets',
      source: 'seed G L86, seed A L52 and L58',
    },
  },
  docs: ['seed G L84-88'],
  judge({ facts: { ovnkube }, expected, subject, report }) {
    const { mode } = settingsOf(ovnkube, expected);
    if (ovnkube.mode === undefined && ovnkube.pid === undefined)
      return notApplicable('no ovnkube runs here, so its mode shows nowhere', mode ? [mode.evidence] : []);
    if (mode === undefined) return fileUnreadable(ovnkube) ?? notApplicable('nothing tells the mode');
    const code = MODES.includes(mode.value) ? 'WRONG_MODE' : 'UNKNOWN_MODE';
    if (mode.value === subject.role) return verdictOf([], [mode.evidence]);
    const finding = report(code, {
      subject: 'ovnkube-node-mode',
      args: { mode: mode.value, role: subject.role },
      observed: mode.value,
      expected: subject.role,
      evidence: [mode.evidence],
    });
    return verdictOf([finding], [mode.evidence]);
  },
});
