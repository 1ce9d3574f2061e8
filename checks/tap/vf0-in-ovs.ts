import { evidence } from '../../facts/fact.ts';
import { defineCheck, expectedGap, notApplicable, pass, verdictOf } from '../define.ts';

export const vf0InOvs = defineCheck({
  id: 'tap/vf0-in-ovs',
  title: "VF 0 is a port of the DPU's Open vSwitch",
  description:
    'Until it is, the DPU host has no connection beyond its DPU. The testbed leaves it undone; whoever has done it gets a pass.',
  severity: 'error',
  scope: 'node',
  roles: ['dpu'],
  tags: ['tap', 'ovs'],
  covers: ['S16'],
  requires: ['links', 'ovs'],
  expects: ['testbed-vf0-interface', 'testbed-bridge', 'testbed-data-interface'],
  simulations: ['tap'],
  messages: {
    NOT_PLUMBED: {
      text: 'On DPUs (infra-2 and infra-3), plumb VF0 (tapx-vf0-i) into OvS: {device} is on no bridge',
      cause: 'This project is not complete.',
      remedy: 'ovs-vsctl add-port {bridge} {device}',
      source: 'seed S L87-90',
    },
    MISSING: {
      text: 'the interface {device} is missing, which VF 0 is on the DPU',
      cause: 'The virtual machine has lost the interface of its TAP, or the interface was renamed.',
      remedy:
        'Look at its interfaces on the hypervisor: virsh domiflist <virtual machine>. If VF 0 has another name here: --set testbed-vf0-interface=<name>',
      source: 'seed S L20-24',
    },
  },
  docs: ['seed S L87-90'],
  judge({ facts: { links, ovs }, expected, report }) {
    if (!ovs.present) return notApplicable('Open vSwitch does not run on this node');
    const { value: device, from } = expected['testbed-vf0-interface'];
    const holder = ovs.bridges.find(({ ports }) =>
      ports.some(({ name, interfaces }) => name === device || interfaces.some((own) => own.name === device)),
    );
    const source = `ovs-vsctl port-to-br ${device}`;
    if (holder !== undefined) return pass([evidence(source, holder.name)]);
    const has = (wanted: string) =>
      links.some(({ name, altnames }) => name === wanted || altnames.includes(wanted));
    if (!has(device) && has(expected['testbed-data-interface'].value)) {
      const shown = [evidence('ip -j -d addr show', links.map(({ name }) => name).join(' '))];
      const finding = { subject: device, observed: 'not there', expected: `${device} (${from})` };
      return verdictOf([report('MISSING', { ...finding, args: { device }, evidence: shown })], shown);
    }
    const bridge = expected['testbed-bridge'].value;
    return expectedGap(
      `the testbed's documents leave VF 0 out of Open vSwitch (seed S L90): ${device} is on no bridge. To have it: ovs-vsctl add-port ${bridge} ${device}`,
      [evidence(source, `no port named ${device}`)],
    );
  },
});
