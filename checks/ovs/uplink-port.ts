import {
  isFunctionRepresentor,
  isHostPfRepresentor,
  isSimulatedRepresentor,
  isUplink,
} from '../../facts/derived/dpu-ports.ts';
import { externalBridge, joinedBridges } from '../../facts/derived/ovs-topology.ts';
import { evidence } from '../../facts/fact.ts';
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
  expects: ['external-bridge', 'uplink', 'testbed-data-interface'],
  messages: {
    NOT_ATTACHED: {
      text: 'uplink {uplink} is not a port of bridge {bridge}',
      cause: 'It was not attached, was detached, or is on another bridge.',
      remedy: 'ovs-vsctl add-port {bridge} {uplink}',
      source: 'seed A L123',
    },
    OTHER_VLAN: {
      text: 'uplink {uplink} is an access port of VLAN {tag}, and {others} of bridge {bridge} are not in it',
      cause:
        'What the bridge forwards as a switch stays in its VLAN: only what a flow sends to the port by name goes out by the uplink.',
      remedy:
        'Where the wire carries no such VLAN: ovs-vsctl clear Port {port} tag; where the VLAN is meant, give it to the others: ovs-vsctl set Port <port> tag={tag}',
      source: 'ovs-vswitchd.conf.db(5)',
      level: 'warn',
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
    const { simulation } = subject;
    // That of kind's container, or of a machine of the software testbed, unless it has another name there.
    const simulated = simulation === 'tap' ? expected['testbed-data-interface'].value : 'eth0';
    const isAlone = simulation === 'tap' && netdevs.has(simulated);
    const other = (name: string, type: string): boolean =>
      simulation !== undefined &&
      type === '' &&
      netdevs.has(name) &&
      (isAlone ? name === simulated : !isSimulatedRepresentor(name));
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
    if (ports.some(({ name, type }) => leads(name, type))) {
      const uplinks = bridge.ports.filter(({ interfaces }) =>
        interfaces.some(({ name, type }) => leads(name, type)),
      );
      // Ports that other bridges and tunnels are behind have no VLAN of their own.
      const inner = bridge.ports.filter(
        (port) =>
          !uplinks.includes(port) &&
          port.interfaces.every(
            ({ name, type }) => (type === '' && netdevs.has(name)) || name === bridge.name,
          ),
      );
      const cut = uplinks.find(
        ({ tag }) => tag !== undefined && inner.length > 0 && !inner.some((port) => port.tag === tag),
      );
      if (cut === undefined) return verdictOf([], said);
      const { name: port, tag = 0, interfaces } = cut;
      const others = inner.map(({ name }) => name).join(' and ');
      const shown = [cut, ...inner].map(({ name, tag }) =>
        evidence(`ovs-vsctl get Port ${name} tag`, `${tag ?? '[]'}`),
      );
      const finding = report('OTHER_VLAN', {
        subject: port,
        args: {
          uplink: interfaces.map(({ name }) => name).join(' '),
          tag,
          others,
          bridge: bridge.name,
          port,
        },
        observed: `tag ${tag}; ${inner.map(({ name, tag }) => `${name}: ${tag ?? 'no tag'}`).join(', ')}`,
        expected: 'no tag, or that of the other ports',
        evidence: shown,
      });
      return verdictOf([finding], [...said, ...shown]);
    }
    const uplink =
      wanted ??
      [...netdevs.values()].find(({ name }) => isIt(name, 'none'))?.name ??
      named ??
      (simulation === undefined ? 'p0' : simulated);
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
