import { holderOf } from '../../derived/addresses.ts';
import { describePort } from '../../derived/chain/ovs-ports.ts';
import { evidence } from '../../fact.ts';
import type { Chassis } from '../hops/chassis.ts';
import { tunnelTo } from '../hops/chassis.ts';
import { type ChassisScene, concerned, type Finder, type Finding, type Scene } from './scene.ts';

/** Packets vanish on the way between two chassis. */
const isBetween = ({ loss }: Scene): boolean =>
  [loss.lost, loss.last].some((hop) => hop?.kind === 'tunnel' || hop?.kind === 'uplink');

export const uplinkBroken: Finder = (scene) => {
  if (!isBetween(scene)) return undefined;
  for (const { chassis, links } of concerned(scene)) {
    const { uplink, target } = chassis;
    if (uplink === undefined) continue;
    const link = links.find(({ name }) => name === uplink);
    if (!chassis.uplinkInBridge)
      return {
        reason: `the uplink ${uplink} is in no bridge to the outside on ${target}`,
        remedy: `Put it back, on ${target}: ovs-vsctl add-port BRIDGE ${uplink}`,
        evidence: [evidence('ovs-vsctl show', bridgesOf(chassis))],
        at: { kind: 'uplink', node: target },
      };
    if (link !== undefined && !(link.flags.includes('UP') && link.flags.includes('LOWER_UP')))
      return {
        reason: `the uplink ${uplink} of ${target} ${link.flags.includes('UP') ? 'has no carrier' : 'is down'}`,
        remedy: link.flags.includes('UP')
          ? `Look at the cable and the switch: ethtool ${uplink}`
          : `On ${target}: ip link set ${uplink} up`,
        evidence: [evidence(`ip link show ${uplink}`, `<${link.flags.join(',')}> state ${link.operstate}`)],
        at: { kind: 'uplink', node: target },
      };
  }
  return undefined;
};

const bridgesOf = ({ ovs }: Chassis): string =>
  ovs.bridges.map(({ name, ports }) => `${name}: ${ports.map((port) => port.name).join(' ')}`).join('\n');

/** Who leaves by the uplink and the uplink itself are in different VLANs. */
export const vlanApart: Finder = (scene) => {
  if (!isBetween(scene)) return undefined;
  for (const { chassis, links } of concerned(scene)) {
    const { ovs, uplink, target, encapIps } = chassis;
    const devices = encapIps.map((ip) => holderOf(links, ip)?.name);
    for (const { name: bridge, ports } of ovs.bridges) {
      const out = ports.find(({ interfaces }) => interfaces.some(({ name }) => name === uplink));
      const local = ports.find(({ interfaces }) => interfaces.some(({ name }) => devices.includes(name)));
      if (out === undefined || local === undefined || out.tag === undefined || out.tag === local.tag)
        continue;
      const tag = local.tag === undefined ? 'has none' : `has tag ${local.tag}`;
      return {
        reason: `${out.name} of ${target} has the VLAN tag ${out.tag}, and ${local.name}, which has the encap address, ${tag}`,
        remedy: `Take the tag off where the switch does not ask for it, on ${target}: ovs-vsctl remove Port ${out.name} tag ${out.tag}`,
        evidence: [
          evidence(
            `ovs-vsctl show on ${target}`,
            `Bridge ${bridge}: Port ${out.name}, tag: ${out.tag}; Port ${local.name}`,
          ),
        ],
        at: { kind: 'uplink', node: target },
      };
    }
  }
  return undefined;
};

/** The ends of the tunnel are not what the DPUs have. */
export const encapWrong: Finder = (scene) => {
  if (!isBetween(scene)) return undefined;
  const all = [scene.from, scene.to].flatMap((place) => scene.chassis.get(place?.chassis ?? '') ?? []);
  for (const seen of all) {
    const found = ownEncap(seen);
    if (found !== undefined) return found;
  }
  const [one, other] = all;
  if (one === undefined || other === undefined) return undefined;
  return remoteWrong(one, other) ?? remoteWrong(other, one) ?? optionsWrong(one, other);
};

/** OVN's default where the option is not set (ovs-vswitchd.conf.db(5), options:dst_port). */
const GENEVE_PORT = '6081';

/** Both ends must take each other's packets for their own: by the UDP port, and whatever network they are of. */
function optionsWrong({ chassis: one }: ChassisScene, { chassis: other }: ChassisScene): Finding | undefined {
  const [there, back] = [tunnelTo(one, other), tunnelTo(other, one)];
  for (const [{ target }, tunnel] of [
    [one, there],
    [other, back],
  ] as const) {
    const key = tunnel?.options.get('key');
    if (tunnel === undefined || key === undefined || key === 'flow') continue;
    return {
      reason: `the tunnel ${tunnel.name} of ${target} has the fixed key ${key}, where OVN gives each packet its own`,
      remedy: `On ${target}: ovs-vsctl set Interface ${tunnel.name} options:key=flow; ovn-controller does so, where it works: ovn-appctl -t ovn-controller connection-status`,
      evidence: [evidence(`ovs-vsctl get Interface ${tunnel.name} options:key on ${target}`, key)],
    };
  }
  if (there === undefined || back === undefined || there.type !== 'geneve' || back.type !== 'geneve')
    return undefined;
  const [near, far] = [there, back].map(({ options }) => options.get('dst_port') ?? GENEVE_PORT);
  if (near === far) return undefined;
  return {
    reason: `the tunnels of ${one.target} and ${other.target} use different UDP ports, ${near} and ${far}`,
    remedy: `Give both the same, ${GENEVE_PORT} where no reason is known for another: ovs-vsctl get Interface ${there.name} options, on ${one.target}`,
    evidence: [
      evidence(`ovs-vsctl get Interface ${there.name} options:dst_port on ${one.target}`, near ?? ''),
      evidence(`ovs-vsctl get Interface ${back.name} options:dst_port on ${other.target}`, far ?? ''),
    ],
  };
}

function ownEncap({ chassis, links }: ChassisScene): Finding | undefined {
  const { target, encapIps, tunnels } = chassis;
  const foreign = encapIps.find((ip) => holderOf(links, ip) === undefined);
  if (links.length === 0) return undefined;
  if (foreign !== undefined && encapIps.every((ip) => holderOf(links, ip) === undefined))
    return {
      reason: `no device of ${target} has its encap address ${foreign}`,
      remedy: `Give the address back to the device that had it, or set the one that the DPU has, on ${target}: ovs-vsctl set Open_vSwitch . external_ids:ovn-encap-ip=ADDRESS`,
      evidence: [evidence('ovs-vsctl get Open_vSwitch . external_ids:ovn-encap-ip', encapIps.join(','))],
      at: { kind: 'tunnel', node: target },
    };
  const tunnel = tunnels.find(({ options }) => {
    const local = options.get('local_ip');
    return local !== undefined && local !== 'flow' && holderOf(links, local) === undefined;
  });
  return tunnel === undefined
    ? undefined
    : {
        reason: `no device of ${target} has ${tunnel.options.get('local_ip')}, the local_ip of its tunnel ${tunnel.name}`,
        remedy: `Look at the encap address on ${target}: ovs-vsctl get Open_vSwitch . external_ids:ovn-encap-ip`,
        evidence: [
          describePort(tunnel),
          evidence(
            `ovs-vsctl get Interface ${tunnel.name} options:local_ip`,
            tunnel.options.get('local_ip') ?? '',
          ),
        ],
      };
}

function remoteWrong(one: ChassisScene, { chassis: to }: ChassisScene): Finding | undefined {
  const { chassis: from } = one;
  if (from.target === to.target || to.encapIps.length === 0 || tunnelTo(from, to) !== undefined)
    return undefined;
  const remotes = from.tunnels.map(({ options }) => options.get('remote_ip') ?? '?').join(' ') || 'no tunnel';
  const dead = one.controllerRuns === false ? `ovn-controller is not running on ${from.target}, and ` : '';
  return {
    reason: `${dead}no tunnel of ${from.target} leads to ${to.encapIps.join(' or ')}, the encap address of ${to.target}`,
    remedy: `Look whether ovn-controller on both is connected and what the southbound database has: ovn-appctl -t ovn-controller connection-status; ovn-sbctl list Encap`,
    evidence: [evidence(`ovs-vsctl find Interface type=geneve, remote_ip, on ${from.target}`, remotes)],
  };
}
