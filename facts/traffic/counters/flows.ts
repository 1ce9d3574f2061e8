import type { Flow } from '../../flows.ts';
import { matchesAddress } from './ip-match.ts';

/** Which flows a packet of a path may be in at one place. What is undefined is not asked of the flow. */
export interface FlowMatch {
  readonly inPort?: string;
  /** Among the ports that its actions send to. */
  readonly toPort?: string;
  /** It is the first pass of a packet through the datapath; later ones, after conntrack, would count it again. */
  readonly firstPass?: true;
  /** It came out of a tunnel. */
  readonly fromTunnel?: true;
  /** Its actions send it into a tunnel. */
  readonly toTunnel?: true;
  readonly source?: string;
  readonly destination?: string;
  /** 1 is ICMP, 6 TCP, 58 ICMPv6. */
  readonly protocol: number;
}

export function matchesFlow(flow: Flow, match: FlowMatch): boolean {
  const { inPort, toPort, source, destination, protocol } = match;
  const isIp = flow.etherType === undefined || flow.etherType === 0x0800 || flow.etherType === 0x86dd;
  if (!isIp || (flow.ipProtocol !== undefined && flow.ipProtocol !== protocol)) return false;
  if (isMulticast(flow.destinationMac)) return false;
  if (inPort !== undefined && flow.inPort !== inPort) return false;
  if (match.firstPass && flow.recircId !== 0) return false;
  if (match.fromTunnel && flow.tunnel === undefined) return false;
  if (match.toTunnel && !entersTunnel(flow.actions)) return false;
  if (source !== undefined && !matchesAddress(flow.sourceIp, source)) return false;
  if (destination !== undefined && !matchesAddress(flow.destinationIp, destination)) return false;
  return toPort === undefined || sendsTo(flow.actions, toPort);
}

/** Broadcast and multicast: neighbour and router discovery, not the packets of a path. */
const isMulticast = (mac: string | undefined): boolean =>
  mac !== undefined && !mac.includes('/') && (Number.parseInt(mac.slice(0, 2), 16) & 1) === 1;

/** `tnl_push(…)` of the datapath in user space, `set(tunnel(…))` of the kernel's. */
export const entersTunnel = (actions: string): boolean => /\btnl_push\(|\bset\(tunnel\(/.test(actions);

/** Whether a port is among those that actions send to, at any depth: `ct(…),recirc(0x1)`, `check_pkt_len(…,gt(7),le(8))`. */
export const sendsTo = (actions: string, port: string): boolean =>
  actions.split(/[,()]/).some((word) => word === port);

/** The packets by which the matching flows grew. A flow that was deleted and made anew meanwhile counts from zero. */
export function flowGrowth(before: readonly Flow[], after: readonly Flow[], match: FlowMatch): number {
  const earlier = new Map(
    before.flatMap((flow) => (flow.ufid === undefined ? [] : [[flow.ufid, flow.packets]])),
  );
  return after
    .filter((flow) => matchesFlow(flow, match))
    .reduce((sum, flow) => {
      const was = earlier.get(flow.ufid ?? '') ?? 0;
      return sum + (flow.packets >= was ? flow.packets - was : flow.packets);
    }, 0);
}
