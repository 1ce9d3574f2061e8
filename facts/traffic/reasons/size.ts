import { versionOf } from '../../derived/addresses.ts';
import { evidence } from '../../fact.ts';
import { concerned, type Finder, type Scene } from './scene.ts';

/**
 * Bytes that Geneve with OVN's option adds to an IP packet: Ethernet header 14, option 8, Geneve 8, UDP 8, IP 20 or 40
 * (RFC 8926; ovn-architecture(7), Tunnel Encapsulations).
 */
const OVERHEAD = { 4: 58, 6: 78 };

/** A link beside the loss whose MTU is smaller than what has to pass. */
export const tooNarrow: Finder = (scene) => {
  const { path, smallPass, loss } = scene;
  if (path.size !== 'mtu' || smallPass !== true) return undefined;
  const size = path.from.mtu ?? 0;
  const isApart = isBetween(loss);
  for (const { chassis, links } of concerned(scene)) {
    const version = versionOf(chassis.encapIps[0] ?? '') ?? 4;
    const needed = size + (isApart ? OVERHEAD[version] : 0);
    const names = isApart ? [chassis.uplink] : [loss.lost?.name, loss.last?.name];
    const narrow = links.find(({ name, mtu }) => names.includes(name) && mtu > 0 && mtu < needed);
    if (narrow === undefined) continue;
    return {
      reason: `the MTU of ${narrow.name} on ${chassis.target} is ${narrow.mtu}, and packets of ${size} bytes need ${needed} there`,
      remedy: `Raise it, on ${chassis.target}: ip link set ${narrow.name} mtu ${needed}; or lower the pods' MTU in OVN-Kubernetes' configuration (mtu).`,
      evidence: [evidence(`ip link show ${narrow.name} on ${chassis.target}`, `mtu ${narrow.mtu}`)],
      ...(isApart ? { at: { kind: 'uplink', node: chassis.target } } : {}),
    };
  }
  return undefined;
};

/** Packets at the MTU vanish where small ones pass, and nothing that drops them is to be seen. */
export const tooLong: Finder = (scene) => {
  const { path, smallPass, loss, received } = scene;
  // Of packets of one length either all are too long or none.
  if (path.size !== 'mtu' || smallPass !== true || received > 0) return undefined;
  const size = path.from.mtu ?? 0;
  const isApart = isBetween(loss);
  // What has left one uplink is too long for what lies before the other, whether that could be counted or not.
  const last = scene.readings.findIndex(({ hop }) => hop === loss.last);
  const beyond = loss.last?.kind === 'uplink' ? scene.readings[last + 1]?.hop : undefined;
  const where = isApart ? ' on the network between the DPUs' : '';
  return {
    reason: `packets of ${size} bytes are too long${where}: small ones pass`,
    remedy: `Compare the MTU of every link on the way with ${size} bytes${isApart ? ` and ${OVERHEAD[4]} of the tunnel (${OVERHEAD[6]} over IPv6), switches between the DPUs among them` : ''}.`,
    evidence: [],
    ...(beyond?.kind === 'uplink' ? { at: beyond } : {}),
  };
};

const isBetween = ({ lost, last }: Scene['loss']): boolean =>
  lost?.kind === 'uplink' || lost?.kind === 'tunnel' || last?.kind === 'uplink';
