import { tunnels } from '../../facts/derived/ovs-topology.ts';
import { evidence } from '../../facts/fact.ts';
import { defineCheck, notApplicable, verdictOf } from '../define.ts';
import { NO_OVS, ofInterface } from './common.ts';

export const tunnelToControlPlane = defineCheck({
  id: 'ovs/tunnel-to-control-plane',
  title: 'a tunnel leads to the control plane',
  description:
    'Which address that is no DPU shows by itself: it has to be told, by control-plane-address in the inventory or with --set.',
  severity: 'error',
  scope: 'node',
  roles: ['dpu'],
  tags: ['ovs', 'ovn', 'tunnels'],
  covers: ['A64e'],
  after: ['ovs/tunnels', 'ovs/tunnel-endpoints'],
  requires: ['ovs'],
  expects: ['control-plane-address'],
  messages: {
    NONE: {
      text: 'no tunnel leads to the control plane, {address}',
      cause:
        'The control plane has another external_ids:ovn-encap-ip, or its chassis is not registered: its ovn-controller does not run, or is connected to another database.',
      remedy:
        'Compare, on the control plane: ovs-vsctl get Open_vSwitch . external_ids:ovn-encap-ip; and look which chassis OVN knows: ovn-sbctl list Encap',
    },
  },
  docs: ['seed A L425-429'],
  judge({ facts: { ovs }, expected, report }) {
    if (!ovs.present) return notApplicable(NO_OVS);
    const wanted = expected['control-plane-address'];
    const all = tunnels(ovs);
    const said = all.map((port) => ofInterface(port, 'options'));
    if (wanted === undefined)
      return notApplicable(
        'nothing tells the address of the control plane: --set control-plane-address=<address>',
        said,
      );
    const address = wanted.value;
    const found = all.find(({ options }) => options.get('remote_ip') === address);
    if (found !== undefined) return verdictOf([], [ofInterface(found, 'options')]);
    const shown = said.length > 0 ? said : [evidence('ovs-vsctl list-ports br-int', 'no tunnel')];
    const finding = report('NONE', {
      subject: address,
      args: { address },
      observed: all.map(({ options }) => options.get('remote_ip') ?? 'no remote_ip').join(' ') || 'no tunnel',
      expected: `remote_ip=${address} (${wanted.from})`,
      evidence: shown,
    });
    return verdictOf([finding], shown);
  },
});
