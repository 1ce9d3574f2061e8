import { attached } from '../../facts/derived/ovs-topology.ts';
import type { Ovs } from '../../facts/ovs.ts';
import { definePairCheck, notApplicable, undetermined, verdictOf } from '../define.ts';
import { linkEvidence, NODE_CHAIN_REQUIRES, nodeChainsOf, straysOf } from './pair-chains.ts';

/**
 * The port of Open vSwitch that has lost the representor which is not found: its name is all that is left of it. It says
 * the same in OVS' own words, so that one lost representor is one failure.
 */
function portWithout(ground: string, ovs: Ovs): string | undefined {
  const [, pf, vf] = /pfID: (\d+), vfIndex: (\d+)/.exec(ground) ?? [];
  if (!ovs.present || vf === undefined) return undefined;
  return attached(ovs).find(
    ({ name, error }) =>
      error === `could not open network device ${name} (No such device)` && name.endsWith(`pf${pf}vf${vf}`),
  )?.name;
}

export const vfRepresentors = definePairCheck({
  id: 'chain/vf-representors',
  title: 'every VF of the host has its representor on the DPU',
  description:
    'What a VF sends comes out of its representor on the DPU. Which representor stands for which VF is known by the numbers that the kernel gives its port, never by its name or place.',
  severity: 'error',
  scope: 'pair',
  roles: ['dpu-host', 'dpu'],
  tags: ['sriov', 'representors'],
  covers: [],
  after: [
    'sriov/virtfn-links',
    'sriov/eswitch-mode',
    'ovs/integration-bridge',
    'veth/representors',
    'veth/host-interfaces',
    'veth/other-interfaces',
  ],
  ...NODE_CHAIN_REQUIRES,
  messages: {
    NO_REPRESENTOR: {
      text: '{ground}',
      cause:
        'The VF was made while the eswitch was not in switchdev mode, the eswitch was reset, or the DPU belongs to another host.',
      remedy:
        'Look for it on the DPU: devlink port show; grep . /sys/class/net/*/phys_port_name; then make the VFs of {address} anew on the host',
      source: 'sriovnet, which OVN-Kubernetes calls',
    },
  },
  docs: ['seed A L408-433'],
  judge(input) {
    const chains = nodeChainsOf(input);
    const vfs = chains.chains.filter(({ vf }) => vf !== undefined);
    if (vfs.length === 0) return notApplicable('the host has no VF of its DPU');
    const lost = straysOf(chains, 'vf-without-representor');
    const told = lost.filter(({ ground }) => portWithout(ground, input.dpu.ovs) !== undefined);
    const [first] = told;
    if (first !== undefined && told.length === lost.length)
      return notApplicable(
        `ovs/port-errors tells of it: the representor of ${first.subject} is gone, and its port ${portWithout(first.ground, input.dpu.ovs)} has lost its device`,
        told.flatMap(({ evidence }) => evidence),
      );
    const findings = lost.map(({ subject, ground, evidence }) =>
      input.report('NO_REPRESENTOR', {
        subject,
        args: { ground, address: subject },
        observed: ground,
        expected: 'a representor on the eswitch of the DPU',
        evidence,
      }),
    );
    const unseen = chains.gaps.find(({ what }) => what.startsWith('representors'));
    if (findings.length === 0 && unseen !== undefined)
      return undetermined(
        `which representors are those of the host's VFs can't be told: ${unseen.why}`,
        'Compare by hand: on the host ip link show <PF>; on the DPU devlink port show',
        linkEvidence(vfs, 'vf', 'pf'),
      );
    return verdictOf(findings, linkEvidence(vfs, 'vf', 'representor'), `${vfs.length} VFs`);
  },
});
