import { evidence } from '../../facts/fact.ts';
import { defineCheck, expectedGap, notApplicable, pass } from '../define.ts';

export const vf0InOvs = defineCheck({
  id: 'tap/vf0-in-ovs',
  title: "VF 0 is a port of the DPU's Open vSwitch",
  description:
    'Until it is, the DPU host has no connection beyond its DPU. The testbed leaves it undone; whoever has done it gets a pass.',
  severity: 'warning',
  scope: 'node',
  roles: ['dpu'],
  tags: ['tap', 'ovs'],
  covers: ['S16'],
  requires: ['ovs'],
  expects: ['testbed-vf0-interface', 'testbed-bridge'],
  simulations: ['tap'],
  messages: {
    NOT_PLUMBED: {
      text: 'On DPUs (infra-2 and infra-3), plumb VF0 (tapx-vf0-i) into OvS: {device} is on no bridge',
      cause: 'This project is not complete.',
      remedy: 'ovs-vsctl add-port {bridge} {device}',
      source: 'seed S L87-90',
    },
  },
  docs: ['seed S L87-90'],
  judge({ facts: { ovs }, expected }) {
    if (!ovs.present) return notApplicable('Open vSwitch does not run on this node');
    const device = expected['testbed-vf0-interface'].value;
    const holder = ovs.bridges.find(({ ports }) =>
      ports.some(({ name, interfaces }) => name === device || interfaces.some((own) => own.name === device)),
    );
    const source = `ovs-vsctl port-to-br ${device}`;
    if (holder !== undefined) return pass([evidence(source, holder.name)]);
    const bridge = expected['testbed-bridge'].value;
    return expectedGap(
      `the testbed's documents leave VF 0 out of Open vSwitch (seed S L90): ${device} is on no bridge. To have it: ovs-vsctl add-port ${bridge} ${device}`,
      [evidence(source, `no port named ${device}`)],
    );
  },
});
