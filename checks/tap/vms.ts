import { evidence } from '../../facts/fact.ts';
import { defineCheck, notApplicable, verdictOf } from '../define.ts';

export const vms = defineCheck({
  id: 'tap/vms',
  title: 'all virtual machines of the testbed run',
  description: 'A TAP interface has no carrier until its virtual machine runs.',
  severity: 'error',
  scope: 'node',
  roles: ['hypervisor'],
  tags: ['tap'],
  covers: ['S2'],
  requires: ['virtualMachines'],
  expects: ['testbed-vms'],
  simulations: ['tap'],
  messages: {
    UNKNOWN: {
      text: 'libvirt knows no virtual machine {name}',
      cause: 'It was not created, or has another name here.',
      remedy: 'sudo ./scripts/create-all-vms.sh. If it has another name: --set testbed-vms=<names>',
    },
    NOT_RUNNING: {
      text: 'the virtual machine {name} does not run: it is {state}',
      cause:
        'It was not started, or stopped since: deployment.sh start creates the TAP interfaces and starts it.',
      remedy: 'virsh start {name}',
    },
  },
  docs: ['seed S L14-17', 'https://github.com/Billy99/dpu-software/blob/main/scripts/deployment.sh'],
  judge({ facts: { virtualMachines }, expected, report }) {
    const { virsh, states } = virtualMachines;
    if (virsh === undefined)
      return notApplicable('no TAP interface or bridge of the testbed is on this machine');
    if (!virsh)
      return notApplicable('virsh is not installed on this machine', [
        evidence('command -v virsh', 'nothing'),
      ]);
    const { value: names, from } = expected['testbed-vms'];
    const said = evidence(
      'virsh -r -c qemu:///system domstats --state',
      [...states].map(([name, state]) => `${name} ${state}`).join(', ') || 'no virtual machine',
    );
    const about = { expected: `running (${from})`, evidence: [said] };
    const findings = names.flatMap((name) => {
      const state = states.get(name);
      // A blocked one waits for a resource while it runs.
      if (state === 'running' || state === 'blocked') return [];
      if (state === undefined)
        return [
          report('UNKNOWN', { ...about, subject: name, args: { name }, observed: 'unknown to libvirt' }),
        ];
      return [report('NOT_RUNNING', { ...about, subject: name, args: { name, state }, observed: state })];
    });
    return verdictOf(findings, [said]);
  },
});
