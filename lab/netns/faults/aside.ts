import type { NetnsLab } from '../lab.ts';
import type { LabNode } from '../node.ts';
import { ipBatch, must } from '../run.ts';
import type { Undo } from './fault.ts';

interface Address {
  family: string;
  local: string;
  prefixlen: number;
  scope: string;
}

interface Route {
  dst: string;
  gateway?: string;
  protocol?: string;
}

/** Takes a netdev out of a node, into a network namespace that nobody looks at. */
export async function moveAside(lab: NetnsLab, node: LabNode, netdev: string): Promise<Undo> {
  const aside = lab.netns(`aside-${node.name}-${netdev}`);
  const [link] = await json<{ addr_info: Address[]; mtu: number }[]>(node, `ip -j addr show dev ${netdev}`);
  const routes = await json<Route[]>(node, `ip -j route show dev ${netdev}`);
  await ipBatch([`netns add ${aside}`]);
  await ipBatch([`link set ${netdev} netns ${aside}`], { netns: node.netns });
  await node.restackSysfs();

  return async () => {
    await must(['ip', '-netns', aside, 'link', 'set', netdev, 'netns', String(node.pid)]);
    await ipBatch([`netns delete ${aside}`]);
    await node.restackSysfs();
    const addresses = (link?.addr_info ?? []).filter(({ scope }) => scope !== 'link');
    await node.sh(`
      ip link set ${netdev} mtu ${link?.mtu ?? 1500} up
      ${addresses.map(({ local, prefixlen }) => `ip addr add ${local}/${prefixlen} dev ${netdev}`).join('\n')}
      ${routes.map((route) => restoreRoute(route, netdev)).join('\n')}
      sysctl -q -p /run/lab/sysctl.conf`);
  };
}

function restoreRoute({ dst, gateway, protocol }: Route, netdev: string): string {
  if (protocol === 'kernel') return '';
  return `ip route replace ${dst} ${gateway === undefined ? '' : `via ${gateway}`} dev ${netdev}`;
}

async function json<Value>(node: LabNode, command: string): Promise<Value> {
  return JSON.parse(await node.sh(command)) as Value;
}
