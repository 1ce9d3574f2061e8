import { holderOf, isLoopback, isSameAddress } from '../../facts/derived/addresses.ts';
import { type Attached, encapIps, tunnels } from '../../facts/derived/ovs-topology.ts';
import type { Ovs } from '../../facts/ovs.ts';
import { defineCheck, notApplicable, verdictOf } from '../define.ts';
import { externalId, ofInterface, withoutOvn } from './common.ts';

export const tunnelEndpoints = defineCheck({
  id: 'ovs/tunnel-endpoints',
  title: 'the tunnels lead from this node to others',
  description: 'Pods on different nodes reach each other through them.',
  severity: 'error',
  scope: 'node',
  roles: ['dpu', 'control-plane', 'worker'],
  tags: ['ovs', 'ovn', 'tunnels'],
  covers: ['A64d'],
  after: ['ovs/integration-bridge', 'ovs/chassis-settings', 'ovs/encap-ip'],
  requires: ['links', 'ovs', 'processes'],
  messages: {
    LOCAL_IP: {
      text: 'tunnel {tunnel} starts at {local}, and ovn-encap-ip is {encap}',
      cause: 'options:local_ip was changed by hand, or ovn-encap-ip was, and ovn-controller does not run.',
      remedy: 'Let ovn-controller make it anew: ovs-vsctl del-port {tunnel}',
    },
    OTHER_TYPE: {
      text: 'tunnel {tunnel} is of type {type}, and ovn-encap-type is {wanted}',
      cause:
        'Its type was changed by hand, or the other chassis is registered with this type alone: OVN-Kubernetes uses geneve.',
      remedy:
        'Let ovn-controller make it anew: ovs-vsctl del-port {tunnel}; and look how the other one is registered: ovn-sbctl list Encap',
    },
    KEY: {
      text: 'tunnel {tunnel} has options:key {key}, and OVN needs flow',
      cause:
        "The option was changed by hand. OVN's flows set each packet's key, which names its logical network.",
      remedy: 'Let ovn-controller make it anew: ovs-vsctl del-port {tunnel}',
      source: 'OVN, controller/encaps.c',
    },
    TO_ITSELF: {
      text: 'tunnel {tunnel} leads to {remote}, an address of this node',
      cause: 'Another chassis is registered with the address of this one, as after cloning a machine.',
      remedy:
        'Give every node its own address and system-id, and delete the wrong one: ovn-sbctl chassis-del <chassis>',
    },
    TO_LOOPBACK: {
      text: 'tunnel {tunnel} leads to {remote}, an address of the loopback',
      cause: 'Another chassis is registered with such an address: external_ids:ovn-encap-ip is wrong there.',
      remedy:
        'Find out which chassis has it, and mend ovn-encap-ip on that node: ovn-sbctl find Encap ip={remote}',
      level: 'warn',
    },
    TWICE: {
      text: 'tunnels {tunnel} and {other} both lead to {remote}',
      cause: 'Two chassis are registered with one address: one of them is stale, or a clone.',
      remedy: 'Find and delete the stale one: ovn-sbctl list Encap; ovn-sbctl chassis-del <chassis>',
    },
  },
  docs: ['seed A L425-429'],
  judge({ facts: { links, ovs, processes }, subject, report }) {
    const why = withoutOvn({ ovs, processes }, subject);
    if (why !== undefined) return notApplicable(why);
    const all = tunnels(ovs);
    if (all.length === 0) return notApplicable('no tunnel leads to another chassis');
    const encap = encapIps(ovs);
    const types = encapTypes(ovs);
    const findings = all.flatMap((port, index) => {
      const tunnel = port.name;
      const local = port.options.get('local_ip');
      const remote = port.options.get('remote_ip') ?? '';
      const said = [ofInterface(port, 'options')];
      const about = { subject: tunnel, observed: ofInterface(port, 'options').said };
      // ovn-controller gives local_ip only where it is told to (ovn-set-local-ip) or has several to choose from.
      if (local !== undefined && encap.length > 0 && !encap.some((ip) => isSameAddress(ip, local))) {
        const evidences = [...said, externalId(ovs, 'ovn-encap-ip')];
        const args = { tunnel, local, encap: encap.join(',') };
        return [
          report('LOCAL_IP', {
            ...about,
            args,
            expected: `local_ip=${encap.join(' or ')}`,
            evidence: evidences,
          }),
        ];
      }
      if (holderOf(links, remote) !== undefined) {
        return [
          report(isLoopback(remote) ? 'TO_LOOPBACK' : 'TO_ITSELF', {
            ...about,
            args: { tunnel, remote },
            expected: 'an address of another node',
            evidence: said,
          }),
        ];
      }
      const isRight = ({ type }: Attached): boolean => types.length === 0 || types.includes(type);
      // A chassis may be registered with several types; what could not be set up, ovs/port-errors tells.
      const isSetUp = port.error === undefined;
      if (isSetUp && !isRight(port) && !all.some((one) => isRight(one) && leadsTo(one, remote))) {
        const args = { tunnel, type: port.type, wanted: types.join(',') };
        const shown = [ofInterface(port, 'type'), externalId(ovs, 'ovn-encap-type')];
        const wrong = { ...about, args, observed: port.type, expected: args.wanted, evidence: shown };
        return [report('OTHER_TYPE', wrong)];
      }
      const key = port.options.get('key');
      if (isSetUp && key !== 'flow')
        return [
          report('KEY', {
            ...about,
            args: { tunnel, key: key ?? '0, as none is set' },
            expected: 'key=flow',
            evidence: said,
          }),
        ];
      const other = all.slice(0, index).find((before) => sameWay(before, port));
      if (other === undefined || remote === 'flow') return [];
      const args = { tunnel: other.name, other: tunnel, remote };
      return [report('TWICE', { ...about, args, expected: 'one tunnel to an address', evidence: said })];
    });
    return verdictOf(
      findings,
      all.map((port) => ofInterface(port, 'options')),
    );
  },
});

const leadsTo = ({ options }: Attached, remote: string): boolean =>
  isSameAddress(options.get('remote_ip') ?? '', remote);

const encapTypes = (ovs: Ovs): readonly string[] =>
  (ovs.openVSwitch.externalIds.get('ovn-encap-type') ?? '')
    .split(',')
    .map((type) => type.trim())
    .filter((type) => type !== '');

/** By the same type: OVN may be told several, and each leads its own way. */
const sameWay = (a: Attached, b: Attached): boolean =>
  a.type === b.type &&
  ['remote_ip', 'local_ip'].every((option) => a.options.get(option) === b.options.get(option));
