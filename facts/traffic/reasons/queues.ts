import { evidence } from '../../fact.ts';
import { concerned, type Finder } from './scene.ts';

/** A queueing discipline dropped about as many packets as are missing. */
export const queueDrops: Finder = (scene) => {
  const missing = scene.sent - scene.received;
  for (const { chassis, queueDrops: all } of concerned(scene)) {
    for (const [device, { kind, packets }] of all) {
      if (packets < Math.max(1, missing / 2)) continue;
      return {
        reason: `the queueing discipline ${kind} of ${device} on ${chassis.target} drops packets`,
        remedy: `Look at it, and who set it: tc -s qdisc show dev ${device}`,
        ...(device === chassis.uplink ? { at: { kind: 'uplink', node: chassis.target } } : {}),
        evidence: [
          evidence(`tc -s qdisc show dev ${device} on ${chassis.target}`, `${kind}: ${packets} more dropped`),
        ],
      };
    }
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
