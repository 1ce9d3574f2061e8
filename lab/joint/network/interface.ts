import type { LabNode } from '../../netns/index.ts';
import { ipBatch, must } from '../../netns/run.ts';
import type { Added } from './plugin.ts';

const MTU = 1400;

/** What a network namespace of the lab is called as a file. */
export const netnsFile = (netns: string): string => `/run/netns/${netns}`;

/** Moves a netdev of the node into the pod and gives it the pod's addresses. */
export async function moveIntoPod(
  node: LabNode,
  netdev: string,
  netns: string,
  ifname: string,
  { mac, address, gateway }: Added,
): Promise<void> {
  await ipBatch([`link set ${netdev} netns ${netns}`], { netns: node.netns });
  await inNetns(netns, [
    `link set ${netdev} name ${ifname} address ${mac} mtu ${MTU} up`,
    `addr add ${address}/24 dev ${ifname}`,
    `route add default via ${gateway} dev ${ifname}`,
  ]);
}

/** Gives the netdev back to the node, under the name that it has there. */
export async function moveBack(node: LabNode, netdev: string, netns: string, ifname: string): Promise<void> {
  await inNetns(netns, [
    `link set ${ifname} down name ${netdev}`,
    `link set ${netdev} netns ${netnsFile(node.netns)}`,
  ]);
  await ipBatch([`link set ${netdev} up`], { netns: node.netns });
}

/** Like ipBatch, in a namespace that has no name of its own. */
async function inNetns(netns: string, lines: readonly string[]): Promise<void> {
  await must(['nsenter', `--net=${netns}`, 'ip', '-batch', '-'], { input: `${lines.join('\n')}\n` });
}

export async function netdevsOf(node: LabNode): Promise<string[]> {
  const links = JSON.parse(await must(['ip', '-netns', node.netns, '-j', 'link'])) as { ifname: string }[];
  return links.map(({ ifname }) => ifname);
}
