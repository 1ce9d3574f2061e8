import { runsOvnKubernetes } from '../../facts/derived/ovs-topology.ts';
import { evidence } from '../../facts/fact.ts';
import { defineCheck, notApplicable, verdictOf } from '../define.ts';
import { guestNames } from './names.ts';

export const guestInterfaces = defineCheck({
  id: 'tap/guest-interfaces',
  title: 'the virtual machine has the interfaces of its part in the testbed',
  description:
    'A DPU host has no data interface of its own: all its traffic goes through the TAP interfaces, as that of a real one through its DPU.',
  severity: 'error',
  scope: 'node',
  roles: ['dpu-host', 'dpu', 'control-plane', 'worker'],
  tags: ['tap'],
  covers: ['S6', 'S7', 'S8', 'S9'],
  requires: ['links', 'processes'],
  expects: ['testbed-management-interface', 'testbed-data-interface', 'testbed-vf0-interface', 'testbed-vfs'],
  simulations: ['tap'],
  messages: {
    NO_MANAGEMENT: {
      text: 'the management port {name} is missing',
      cause: 'Each VM has two interfaces. enp1s0 is used as a management port.',
      remedy: 'Look at its interfaces on the hypervisor: virsh domiflist <virtual machine>',
      source: 'seed S L26-27',
    },
    NO_DATA: {
      text: 'the data port {name} is missing',
      cause: 'enp7s0 is used as a data port and is where all Kubernetes traffic will flow.',
      remedy: 'Add the interface on the hypervisor: virsh edit <virtual machine>',
      source: 'seed S L28',
    },
    DATA_ON_HOST: {
      text: 'the DPU host still has the data port {name}',
      cause:
        'The servers hosting the DPUs (tenant-2 and tenant-3), enp7s0 is removed and all Kubernetes traffic will flow through the TAP interfaces.',
      remedy: 'Remove the interface on the hypervisor: virsh edit <virtual machine>',
      source: 'seed S L29-30',
    },
    NO_VF: {
      text: '{name} is missing, which VF {vf} is inside of the virtual machine',
      cause:
        'A DPU and its host each have an interface for every VF and its representor, joined by TAP interfaces. The virtual machine has lost this one, or it was renamed.',
      remedy:
        'Look at its interfaces on the hypervisor: virsh domiflist <virtual machine>. If fewer are wanted: --set testbed-vfs=<count>',
      source: 'seed S L20-24',
    },
  },
  docs: ['seed S L26-30'],
  judge({ facts: { links, processes }, expected, subject, report }) {
    const management = expected['testbed-management-interface'].value;
    const data = expected['testbed-data-interface'].value;
    const has = (name: string): boolean =>
      links.some((link) => link.name === name || link.altnames.includes(name));
    if (![management, data, expected['testbed-vf0-interface'].value].some(has))
      return notApplicable('the machine has none of the interfaces of the software testbed');
    const said = evidence('ip -j -d addr show', links.map(({ name }) => name).join(' '));
    const about = (name: string) => ({ subject: name, args: { name }, evidence: [said] });
    const isHost = subject.role === 'dpu-host';
    const guests = guestNames(expected['testbed-vf0-interface'].value, expected['testbed-vfs'].value);
    // Of another testbed most have other names; VF 0 is told by tap/host-route and tap/vf0-in-ovs; pods take the others.
    const isTheirs = guests.filter(has).length * 2 > guests.length;
    const isConcerned = subject.role === 'dpu' || (isHost && !runsOvnKubernetes(processes));
    const lost = isTheirs && isConcerned ? guests.filter((name, vf) => vf > 0 && !has(name)) : [];
    const absent = { observed: 'not there', expected: 'there' };
    return verdictOf(
      [
        ...(has(management) ? [] : [report('NO_MANAGEMENT', { ...about(management), ...absent })]),
        ...(isHost || has(data) ? [] : [report('NO_DATA', { ...about(data), ...absent })]),
        ...(isHost && has(data)
          ? [report('DATA_ON_HOST', { ...about(data), observed: 'there', expected: 'not there' })]
          : []),
        ...lost.map((name) =>
          report('NO_VF', { ...about(name), ...absent, args: { name, vf: guests.indexOf(name) } }),
        ),
      ],
      [said],
    );
  },
});
