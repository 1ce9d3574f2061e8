import {
  isFunctionRepresentor,
  isHostPfRepresentor,
  isSimulatedRepresentor,
  isUplink,
} from '../../facts/derived/dpu-ports.ts';
import { externalBridge, joinedBridges } from '../../facts/derived/ovs-topology.ts';
import { defineCheck, notApplicable, verdictOf } from '../define.ts';
import { portsOf } from './common.ts';

export const uplinkPort = defineCheck({
  id: 'ovs/uplink-port',
  title: "the DPU's uplink is a port of the bridge to the outside",
  description: 'Through it the packets of host, pods and tunnels leave the DPU.',
  severity: 'error',
  scope: 'node',
  roles: ['dpu'],
  tags: ['ovs', 'gateway'],
  covers: ['A33'],
  after: ['ovs/external-bridge'],
  requires: ['links', 'netdevs', 'ovs'],
  expects: ['external-bridge', 'uplink'],
  messages: {
    NOT_ATTACHED: {
      text: 'uplink {uplink} is not a port of bridge {bridge}',
      cause: 'It was not attached, was detached, or is on another bridge.',
      remedy: 'ovs-vsctl add-port {bridge} {uplink}',
      source: 'seed A L123',
    },
  },
  docs: ['seed A L119-134'],
  judge({ facts: { links, netdevs, ovs }, expected, subject, report }) {
    const bridge = externalBridge(ovs, expected['external-bridge']?.value)?.bridge;
    if (bridge === undefined) return notApplicable('there is no bridge to the outside');
    const bridges = joinedBridges(ovs, bridge);
    const ports = bridges.flatMap((joined) => joined.ports.flatMap(({ interfaces }) => interfaces));
    const wanted = expected.uplink?.value;
    const named = bridge.externalIds.get('bridge-uplink');
    // A simulated DPU's uplink is the network device of the container or machine, by whatever name.
    const other = (name: string, type: string): boolean =>
      subject.simulation !== undefined && type === '' && netdevs.has(name) && !isSimulatedRepresentor(name);
    // A bond of both uplinks, or a VLAN on one, stands for what it is made of.
    const madeOf = (name: string): readonly string[] => [
      ...links.filter(({ master }) => master === name).map((link) => link.name),
      ...links.flatMap((link) => (link.name === name ? (link.linkName ?? []) : [])),
    ];
    const isIt = (name: string, type: string): boolean => {
      if (wanted !== undefined) return name === wanted;
      if (type === 'internal') return false;
      const netdev = netdevs.get(name);
      if (isFunctionRepresentor(name, netdev) || isHostPfRepresentor(name, netdev)) return false;
      return isUplink(name, netdev) || name === named || other(name, type);
    };
    const said = bridges.map(portsOf);
    const leads = (name: string, type: string): boolean =>
      isIt(name, type) || (type !== 'internal' && madeOf(name).some((lower) => isIt(lower, type)));
    if (ports.some(({ name, type }) => leads(name, type))) return verdictOf([], said);
    const uplink =
      wanted ?? [...netdevs.values()].find(({ name }) => isIt(name, 'none'))?.name ?? named ?? 'p0';
    const about = {
      observed: said.map(({ said: ports }) => ports).join('; '),
      expected: uplink,
      evidence: said,
    };
    return verdictOf(
      [report('NOT_ATTACHED', { subject: uplink, args: { uplink, bridge: bridge.name }, ...about })],
      said,
    );
  },
});
