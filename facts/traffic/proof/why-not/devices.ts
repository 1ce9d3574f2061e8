import { isUplink } from '../../../derived/dpu-ports.ts';
import { attached } from '../../../derived/ovs-topology.ts';
import { evidence } from '../../../fact.ts';
import { chassisOf } from '../../hops/chassis.ts';
import { type Finder, known, type NotOffloaded } from './reason.ts';

/**
 * In legacy mode the eswitch forwards by MAC address alone, and Open vSwitch has nothing to offload to. Where the port has
 * a switch id, its own eswitch is in switchdev mode, and that of another device does not matter.
 */
export const eswitch: Finder = ({ proof, direction, facts }, gap) => {
  const netdevs = known(facts.netdevs, gap);
  if (netdevs?.get(direction.representor ?? '')?.physSwitchId !== undefined) return [];
  const devlink = known(facts.devlink, gap);
  if (devlink?.unavailable !== undefined) gap(devlink.unavailable);
  return [...(devlink?.eswitches.values() ?? [])]
    .filter(({ mode }) => mode === 'legacy')
    .map(({ handle }) => ({
      code: 'LEGACY' as const,
      what: handle,
      evidence: [evidence(`${proof.dpu}: devlink -j dev eswitch show ${handle}`, 'mode legacy')],
    }));
};

/** Flows go to the hardware by TC through the port that they come in on; the datapath in user space does not ask for it. */
export const tcOffload: Finder = (given, gap) => {
  const { proof, direction, facts } = given;
  const { representor } = direction;
  const ovs = known(facts.ovs, gap);
  const ethtool = known(facts.ethtool, gap);
  const netdevs = known(facts.netdevs, gap);
  if (ovs === undefined || ethtool === undefined || representor === undefined) return [];
  const ports = attached(ovs);
  if (ports.find(({ name }) => name === representor)?.bridge.datapathType === 'netdev') return [];
  const uplinks = leavesDpu(given)
    ? ports.map(({ name }) => name).filter((name) => isUplink(name, netdevs?.get(name)))
    : [];
  return [representor, ...uplinks].flatMap((name) => {
    const feature = ethtool.get(name);
    if (feature?.on !== false) return [];
    return {
      code: feature.fixed ? ('TC_FIXED' as const) : ('TC_OFF' as const),
      what: name,
      evidence: [evidence(`${proof.dpu}: ethtool -k ${name}`, feature.said)],
    };
  });
};

/** What leaves the DPU by a device that Open vSwitch does not have goes through the kernel's own network. */
export const uplink: Finder = (given, gap) => {
  const { proof, facts } = given;
  const ovs = known(facts.ovs, gap);
  if (ovs === undefined || !leavesDpu(given)) return [];
  const chassis = chassisOf(proof.dpu, ovs, facts, false);
  if (chassis.uplink === undefined || chassis.uplinkInBridge) return [];
  const bridges = ovs.bridges.map(
    ({ name, ports }) => `${name}: ${ports.map((port) => port.name).join(' ')}`,
  );
  return [
    {
      code: 'UPLINK_OUT',
      what: chassis.uplink,
      evidence: [evidence(`${proof.dpu}: ovs-vsctl show`, bridges.join('; '))],
    },
  ];
};

/** Between pods of one DPU nothing passes an uplink. */
const leavesDpu = ({ proof, other }: NotOffloaded): boolean => other?.dpu !== proof.dpu;
