import { isUplink } from '../../facts/derived/dpu-ports.ts';
import { attached, externalBridge, joinedBridges } from '../../facts/derived/ovs-topology.ts';
import { evidence } from '../../facts/fact.ts';
import { defineCheck, notApplicable, verdictOf } from '../define.ts';
import { NO_OVS } from './common.ts';

export const portsUp = defineCheck({
  id: 'ovs/ports-up',
  title: "the network devices of Open vSwitch's ports are up",
  description:
    'A port whose device is down forwards nothing, and Open vSwitch reports no error for it. An internal port must be up where it has an address; br-int has none and is down by design.',
  severity: 'error',
  scope: 'node',
  roles: ['dpu'],
  tags: ['ovs', 'representors', 'link'],
  covers: ['A64'],
  after: ['ovs/port-errors'],
  requires: ['links', 'netdevs', 'ovs'],
  expects: ['external-bridge'],
  messages: {
    DOWN: {
      text: '{netdev} is a port of {bridge} and is down',
      cause: 'Nothing has set it up since it was made, or somebody has set it down.',
      remedy: 'sudo ip link set {netdev} up',
    },
    NO_CARRIER: {
      text: 'uplink {netdev} of {bridge} is up and has no carrier',
      cause: 'No cable is plugged in, or the switch at the other end has turned the port off.',
      remedy: 'Look at the cable, the switch and the port: ethtool {netdev}; dmesg | grep {netdev}',
    },
  },
  docs: ['seed A L401-433'],
  judge({ facts: { links, netdevs, ovs }, expected, report }) {
    if (!ovs.present) return notApplicable(NO_OVS);
    const ports = attached(ovs).flatMap(({ name, type, bridge }) => {
      const link = links.find((one) => one.name === name);
      if (link === undefined || (type === 'internal' && link.addresses.length === 0)) return [];
      return type === '' || type === 'system' || type === 'internal' ? [{ link, bridge: bridge.name }] : [];
    });
    if (ports.length === 0) return notApplicable('no port of a bridge is a network device of this node');
    // The second uplink of a BlueField is on a bridge of its own, often without a cable.
    const outer = externalBridge(ovs, expected['external-bridge']?.value)?.bridge;
    const outside = outer === undefined ? [] : joinedBridges(ovs, outer).map(({ name }) => name);
    const needsCarrier = ({ link: { name }, bridge }: (typeof ports)[number]) =>
      outside.includes(bridge) && isUplink(name, netdevs.get(name));
    const saidOf = ({ link: { name, flags } }: (typeof ports)[number]) =>
      evidence('ip -j -d addr show', `${name}: <${flags.join(',')}>`);
    const findings = ports.flatMap((port) => {
      const { name, flags } = port.link;
      const isUp = flags.includes('UP');
      // The carrier of a representor follows the function that it stands for, which the host may keep down.
      if (isUp && (flags.includes('LOWER_UP') || !needsCarrier(port))) return [];
      return [
        report(isUp ? 'NO_CARRIER' : 'DOWN', {
          subject: name,
          args: { netdev: name, bridge: port.bridge },
          observed: `<${flags.join(',')}>`,
          expected: isUp ? 'LOWER_UP' : 'UP',
          evidence: [saidOf(port)],
        }),
      ];
    });
    return verdictOf(findings, ports.map(saidOf));
  },
});
