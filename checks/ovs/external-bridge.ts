import { isHostPfRepresentor, isUplink } from '../../facts/derived/dpu-ports.ts';
import { externalBridge, integrationBridgeName, joinedBridges } from '../../facts/derived/ovs-topology.ts';
import { evidence } from '../../facts/fact.ts';
import type { Netdev } from '../../facts/netdevs.ts';
import type { Bridge, Ovs } from '../../facts/ovs.ts';
import { defineCheck, notApplicable, verdictOf } from '../define.ts';
import { bridgesOf, NO_OVS, portsOf, withoutOvn } from './common.ts';

export const externalBridgeExists = defineCheck({
  id: 'ovs/external-bridge',
  title: 'the bridge to the outside is there',
  description: "It holds the DPU's uplink and the representor of the host's PF.",
  severity: 'error',
  scope: 'node',
  roles: ['dpu'],
  tags: ['ovs', 'gateway'],
  covers: ['A31', 'A35'],
  after: ['ovs/daemons'],
  requires: ['netdevs', 'ovs', 'processes'],
  expects: ['external-bridge', 'testbed-bridge'],
  messages: {
    MISSING: {
      text: 'bridge {bridge} does not exist',
      cause: 'It was never made, or was deleted.',
      remedy: 'ovs-vsctl add-br {bridge}',
      source: 'seed A L121',
    },
    UNKNOWN: {
      text: 'no bridge leads to the outside',
      cause:
        'Neither external_ids:ovn-bridge-mappings nor external_ids:ovn-gw-interface nor a patch port names one.',
      remedy:
        'Create a bridge and attach both the uplink and the PF representor on the DPU: ovs-vsctl add-br brp0',
      source: 'seed A L119',
    },
    OTHER_BRIDGE: {
      text: 'bridge {bridge} is named as the one to the outside, and {other} has {ports}',
      cause:
        'What names the bridge names another one than the uplink and the representor of the host are on.',
      remedy:
        'See what names it ({ground}), and where the ports belong: ovs-vsctl list-ports {other}; then for example: ovs-vsctl set Open_vSwitch . external_ids:ovn-bridge-mappings=physnet:{other}',
      source: 'seed A L119-124',
    },
    NO_LOCAL_PORT: {
      text: 'bridge {bridge} has no internal port of its own name',
      cause: 'Its port was deleted; the address of the DPU belongs on it.',
      remedy: 'ovs-vsctl add-port {bridge} {bridge} -- set Interface {bridge} type=internal',
      source: 'seed A L132',
    },
  },
  docs: ['seed A L119'],
  judge({ facts: { netdevs, ovs, processes }, expected, subject, report }) {
    if (!ovs.present) return notApplicable(NO_OVS);
    const given = expected['external-bridge'];
    const testbed = expected['testbed-bridge'];
    const missing = {
      name: testbed.value,
      bridge: undefined,
      ground: `testbed-bridge=${testbed.value} is expected (${testbed.from})`,
    };
    const found = externalBridge(ovs, given?.value) ?? (subject.simulation === 'tap' ? missing : undefined);
    const bridges = bridgesOf(ovs);
    if (found === undefined) {
      const why = withoutOvn({ ovs, processes }, subject);
      if (why !== undefined) return notApplicable(why, [bridges]);
      const about = { observed: bridges.said, expected: 'a bridge such as brp0', evidence: [bridges] };
      return verdictOf([report('UNKNOWN', { subject: 'external bridge', args: {}, ...about })], [bridges]);
    }
    const { name, bridge, ground } = found;
    const why = evidence('what names the external bridge', given ? `${ground} (${given.from})` : ground);
    if (bridge === undefined) {
      const about = { observed: bridges.said, expected: `${name}: ${ground}`, evidence: [bridges, why] };
      return verdictOf(
        [report('MISSING', { subject: name, args: { bridge: name }, ...about })],
        [bridges, why],
      );
    }
    const right = subject.simulation === undefined ? bridgeOfUplink(ovs, bridge, netdevs) : undefined;
    if (right !== undefined) {
      const args = { bridge: name, other: right.bridge.name, ports: right.ports.join(' and '), ground };
      const seen = [why, portsOf(bridge), portsOf(right.bridge)];
      const about = { observed: portsOf(bridge).said, expected: args.ports, evidence: seen };
      return verdictOf([report('OTHER_BRIDGE', { subject: name, args, ...about })], seen);
    }
    const local = bridge.ports.some((port) => port.name === name && port.interfaces[0]?.type === 'internal');
    const about = { observed: portsOf(bridge).said, expected: name, evidence: [portsOf(bridge)] };
    return verdictOf(
      local ? [] : [report('NO_LOCAL_PORT', { subject: name, args: { bridge: name }, ...about })],
      [why, portsOf(bridge)],
    );
  },
});

/** The one other bridge that has what a bridge to the outside is for, where this one and those joined to it have nothing of it. */
function bridgeOfUplink(ovs: Ovs, named: Bridge, netdevs: ReadonlyMap<string, Netdev>) {
  const outward = (bridge: Bridge): readonly string[] =>
    bridge.ports
      .flatMap(({ interfaces }) => interfaces)
      .filter(({ type }) => type !== 'internal' && type !== 'patch')
      .map(({ name }) => name)
      .filter((name) => isUplink(name, netdevs.get(name)) || isHostPfRepresentor(name, netdevs.get(name)));
  const inner = integrationBridgeName(ovs);
  // The integration bridge leads to the outside by the very bridge that should be named.
  const reached = named.name === inner ? [named] : joinedBridges(ovs, named);
  if (reached.some((bridge) => outward(bridge).length > 0)) return undefined;
  const others = ovs.bridges
    .filter(({ name }) => name !== named.name && name !== inner)
    .map((bridge) => ({ bridge, ports: outward(bridge) }))
    .filter(({ ports }) => ports.length > 0);
  return others.length === 1 ? others[0] : undefined;
}
