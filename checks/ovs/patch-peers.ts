import { attached } from '../../facts/derived/ovs-topology.ts';
import { defineCheck, notApplicable, verdictOf } from '../define.ts';
import { NO_OVS, ofInterface } from './common.ts';

export const patchPeers = defineCheck({
  id: 'ovs/patch-peers',
  title: 'every patch port and its peer name each other',
  description: 'A patch port whose peer does not point back forwards nothing.',
  severity: 'error',
  scope: 'node',
  roles: ['dpu', 'control-plane', 'worker'],
  tags: ['ovs', 'ovn'],
  covers: ['A64b'],
  after: ['ovs/integration-bridge', 'ovs/external-bridge', 'ovs/bridge-datapaths'],
  requires: ['ovs'],
  messages: {
    NO_PEER: {
      text: 'patch port {port} has no peer {peer}',
      cause: 'The other end was deleted, or options:peer was changed.',
      remedy: 'Let ovn-controller make the pair anew: ovs-vsctl del-port {port}',
    },
    ASYMMETRIC: {
      text: 'patch port {port} names {peer} as its peer, which names {other}',
      cause: 'options:peer of one of them was changed by hand.',
      remedy: 'ovs-vsctl set Interface {peer} options:peer={port}',
    },
  },
  docs: ['seed A L408-428'],
  judge({ facts: { ovs }, report }) {
    if (!ovs.present) return notApplicable(NO_OVS);
    const patches = attached(ovs).filter(({ type }) => type === 'patch');
    if (patches.length === 0) return notApplicable('no bridge has a patch port');
    const findings = patches.flatMap((port) => {
      const peer = port.options.get('peer') ?? '(none)';
      const end = patches.find(({ name }) => name === peer);
      const expected = `${peer} with peer ${port.name}`;
      const about = { subject: port.name, expected, evidence: [ofInterface(port, 'options')] };
      // Where another port names this one as its peer, that port's finding says it.
      if (end === undefined && patches.some(({ options }) => options.get('peer') === port.name)) return [];
      if (end === undefined)
        return [report('NO_PEER', { ...about, args: { port: port.name, peer }, observed: `peer ${peer}` })];
      const both = { ...about, evidence: [ofInterface(port, 'options'), ofInterface(end, 'options')] };
      const other = end.options.get('peer') ?? '(none)';
      const args = { port: port.name, peer };
      if (other !== port.name)
        return [report('ASYMMETRIC', { ...both, args: { ...args, other }, observed: `peer ${other}` })];
      return [];
    });
    return verdictOf(
      findings,
      patches.map((port) => ofInterface(port, 'options')),
    );
  },
});
