import {
  externalBridge,
  integrationBridge,
  joinedBridges,
  patchPairs,
} from '../../facts/derived/ovs-topology.ts';
import { defineCheck, notApplicable, verdictOf } from '../define.ts';
import { externalId, ofInterface, portsOf, withoutOvn } from './common.ts';

export const patchPorts = defineCheck({
  id: 'ovs/patch-ports',
  title: 'patch ports join the integration bridge and the bridge to the outside',
  description: 'They are the only way of the pods out of OVN.',
  severity: 'error',
  scope: 'node',
  roles: ['dpu'],
  tags: ['ovs', 'ovn', 'gateway'],
  covers: ['A64'],
  after: ['ovs/integration-bridge', 'ovs/external-bridge', 'ovs/patch-peers'],
  requires: ['ovs', 'processes'],
  expects: ['external-bridge'],
  messages: {
    MISSING: {
      text: 'no patch port joins {inner} and {outer}',
      cause:
        'ovn-controller makes them for the localnet port of the gateway: OVN-Kubernetes could not set up the gateway, or ovn-controller does not run.',
      remedy:
        'Look at external_ids:ovn-bridge-mappings and at the log of ovnkube-node: ovs-vsctl get Open_vSwitch . external_ids:ovn-bridge-mappings',
    },
    NO_MAPPING: {
      text: 'no patch port joins {inner} and {outer}: external_ids:ovn-bridge-mappings is not set',
      cause:
        'ovn-controller makes the patch ports of the gateway for the bridge that is mapped to its network. ovnkube-node writes the mapping when it sets up the gateway.',
      remedy: 'ovs-vsctl set Open_vSwitch . external_ids:ovn-bridge-mappings=physnet:{outer}',
      source: 'ovn-controller(8)',
    },
    OTHER_MAPPING: {
      text: 'no patch port joins {inner} and {outer}: external_ids:ovn-bridge-mappings is {mapping}, and maps no bridge to physnet',
      cause: 'OVN-Kubernetes calls the network of its gateway physnet, and the mapping is network:bridge.',
      remedy: 'ovs-vsctl set Open_vSwitch . external_ids:ovn-bridge-mappings=physnet:{outer}',
      source: 'ovn-controller(8)',
    },
  },
  docs: ['seed A L408-428', 'ovn-controller(8)'],
  judge({ facts: { ovs, processes }, expected, subject, report }) {
    const why = withoutOvn({ ovs, processes }, subject);
    if (why !== undefined) return notApplicable(why);
    const inner = integrationBridge(ovs);
    const outer = externalBridge(ovs, expected['external-bridge']?.value)?.bridge;
    if (inner === undefined || outer === undefined) return notApplicable('there are no two bridges to join');
    const bridges = joinedBridges(ovs, outer);
    const pair = patchPairs(ovs).find((ends) => bridges.includes(ends.outer.bridge));
    if (pair !== undefined)
      return verdictOf([], [ofInterface(pair.inner, 'options'), ofInterface(pair.outer, 'options')]);
    const mapping = externalId(ovs, 'ovn-bridge-mappings');
    const said = [portsOf(inner), portsOf(outer), mapping];
    const mapped = ovs.openVSwitch.externalIds.get('ovn-bridge-mappings');
    const isPhysnet = /(^|,)\s*physnet:/.test(mapped ?? '');
    const code = mapped === undefined ? 'NO_MAPPING' : isPhysnet ? 'MISSING' : 'OTHER_MAPPING';
    return verdictOf(
      [
        report(code, {
          subject: outer.name,
          args: { inner: inner.name, outer: outer.name, mapping: mapped ?? '' },
          observed: 'no such pair',
          expected: `patch-${outer.name}_<node>-to-${inner.name} and its peer`,
          evidence: said,
        }),
      ],
      said,
    );
  },
});
