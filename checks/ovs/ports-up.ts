import { isUplink } from '../../facts/derived/dpu-ports.ts';
import {
  type Attached,
  attached,
  externalBridge,
  integrationBridgeName,
  joinedBridges,
} from '../../facts/derived/ovs-topology.ts';
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
    GONE: {
      text: '{netdev} is a port of {bridge}, and no network device of this node',
      cause:
        'Its device was renamed, or moved to another network namespace, while Open vSwitch had it open: in user space it reports no error then.',
      remedy:
        'Find the device and give it its name again, or take the port away: ip -br link; ovs-vsctl del-port {bridge} {netdev}',
    },
    UNUSED_DOWN: {
      text: '{netdev} is a port of {bridge}, which OVN does not use, and is down',
      cause: 'The second port of the DPU has a bridge of its own, and may not be in use.',
      remedy: 'If it is in use: sudo ip link set {netdev} up',
      level: 'warn',
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
    const ports = attached(ovs).flatMap((netdev) => {
      const { name, type, bridge } = netdev;
      if (type === 'dpdk') return [{ ...ofDpdk(netdev), bridge: bridge.name }];
      const link = links.find((one) => one.name === name || one.altnames.includes(name));
      const isDevice = type === '' || type === 'system';
      // The kernel's datapath loses a port with its device, which ovs/port-errors tells.
      if (link === undefined && isDevice && bridge.datapathType === 'netdev') {
        const said = evidence(`ip link show ${name}`, `Device "${name}" does not exist.`);
        return [
          { name, isGone: true, isUp: false, hasCarrier: false, shown: said.said, said, bridge: bridge.name },
        ];
      }
      if (link === undefined || (type === 'internal' && link.addresses.length === 0)) return [];
      if (!isDevice && type !== 'internal') return [];
      const { flags } = link;
      const said = evidence('ip -j -d addr show', `${name}: <${flags.join(',')}>`);
      const shown = `<${flags.join(',')}>`;
      const [isUp, hasCarrier] = [flags.includes('UP'), flags.includes('LOWER_UP')];
      return [{ name, isGone: false, isUp, hasCarrier, shown, said, bridge: bridge.name }];
    });
    if (ports.length === 0) return notApplicable('no port of a bridge is a network device of this node');
    // The second uplink of a BlueField is on a bridge of its own, often without a cable.
    const outer = externalBridge(ovs, expected['external-bridge']?.value)?.bridge;
    const outside = outer === undefined ? [] : joinedBridges(ovs, outer).map(({ name }) => name);
    // Without a bridge to the outside nobody knows which bridges are OVN's.
    const isUsed = (bridge: string): boolean =>
      outside.length === 0 || bridge === integrationBridgeName(ovs) || outside.includes(bridge);
    const needsCarrier = ({ name, bridge }: (typeof ports)[number]) =>
      outside.includes(bridge) && isUplink(name, netdevs.get(name));
    const findings = ports.flatMap((port) => {
      const { name, isGone, isUp, hasCarrier, shown, said, bridge } = port;
      // The carrier of a representor follows the function that it stands for, which the host may keep down.
      if (isUp && (hasCarrier || !needsCarrier(port))) return [];
      const down = isGone ? 'GONE' : isUsed(bridge) ? 'DOWN' : 'UNUSED_DOWN';
      return [
        report(isUp ? 'NO_CARRIER' : down, {
          subject: name,
          args: { netdev: name, bridge },
          observed: shown,
          expected: isGone ? `a network device ${name}` : isUp ? 'LOWER_UP' : 'UP',
          evidence: [said],
        }),
      ];
    });
    return verdictOf(
      findings,
      ports.map(({ said }) => said),
    );
  },
});

/** DPDK and DOCA take ports away from the kernel, whose flags say nothing of them then: Open vSwitch itself tells their state. */
function ofDpdk({ name, adminState, linkState }: Attached) {
  const shown = `admin_state ${adminState ?? '[]'}, link_state ${linkState ?? '[]'}`;
  const said = evidence(`ovs-vsctl get Interface ${name} admin_state link_state`, shown);
  return { name, isGone: false, isUp: adminState !== 'down', hasCarrier: linkState !== 'down', shown, said };
}
