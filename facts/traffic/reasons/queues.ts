import { evidence } from '../../fact.ts';
import { concerned, type Finder } from './scene.ts';

/** A queueing discipline dropped about as many packets as are missing. */
export const queueDrops: Finder = (scene) => {
  const missing = scene.sent - scene.received;
  const isPlaced = scene.loss.lost !== undefined || scene.loss.last !== undefined;
  for (const { chassis, queueDrops: all } of isPlaced ? concerned(scene) : scene.chassis.values()) {
    const own = [chassis.uplink, ...[scene.from, scene.to].map((place) => place?.port?.name)];
    for (const [device, { kind, packets }] of all) {
      if (packets < Math.max(1, missing / 2) || !(isPlaced || own.includes(device))) continue;
      return {
        isLossy: true,
        reason: `the queueing discipline ${kind} of ${device} on ${chassis.target} drops packets`,
        remedy: `Look at it, and who set it: tc -s qdisc show dev ${device}`,
        ...(own.includes(device)
          ? { at: { kind: device === chassis.uplink ? 'uplink' : 'representor', node: chassis.target } }
          : {}),
        evidence: [
          evidence(`tc -s qdisc show dev ${device} on ${chassis.target}`, `${kind}: ${packets} more dropped`),
        ],
      };
    }
  }
  for (const { place, queueDrops: all } of Object.values(scene.ends)) {
    const own = all.get(place.interface ?? '');
    if (own === undefined || own.packets < Math.max(1, missing / 2)) continue;
    return {
      isLossy: true,
      reason: `the queueing discipline ${own.kind} of ${place.interface} in ${place.name} drops packets`,
      remedy: `Look at it, and who set it, in ${place.name}: tc -s qdisc show dev ${place.interface}`,
      at: { kind: 'interface', node: place.node, of: place.name },
      evidence: [
        evidence(
          `tc -s qdisc show dev ${place.interface} in ${place.name}`,
          `${own.kind}: ${own.packets} more dropped`,
        ),
      ],
      reach: 'endpoint',
    };
  }
  return undefined;
};

/** The device itself counts what it drops. */
export const deviceDrops: Finder = ({ readings, loss, sent, received }) => {
  const at = readings.find(
    ({ hop, dropped = 0 }) =>
      (hop === loss.lost || hop === loss.last) && dropped >= Math.max(1, (sent - received) / 2),
  );
  if (at === undefined) return undefined;
  const { hop, dropped } = at;
  return {
    isLossy: true,
    reason: `${hop.name} of ${hop.node} drops packets or calls them errors`,
    remedy: `Look which counter grows: ip -s -s link show ${hop.name}; ethtool -S ${hop.name}`,
    evidence: [
      evidence(
        `ip -s link show ${hop.name} on ${hop.node}`,
        `${dropped} more dropped or in error (${hop.counter})`,
      ),
    ],
  };
};
