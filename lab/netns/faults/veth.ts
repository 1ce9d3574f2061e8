import type { NetnsLab } from '../lab.ts';
import type { LabNode } from '../node.ts';
import { ipBatch } from '../run.ts';
import type { VethOptions } from '../veth/plan.ts';
import { type Fault, fault } from './fault.ts';

const VETH = ['veth'] as const;

function representor(lab: NetnsLab, pair: number, index: number): string {
  return `rep${(lab.state.options as VethOptions).rep0 ? 0 : pair - 1}-${index}`;
}

/** Exchanges two netdevs of one name between two nodes: each gets the other's peer. */
async function exchange(a: LabNode, b: LabNode, netdev: string): Promise<void> {
  await ipBatch([`link set ${netdev} name lab-crossed netns ${b.pid}`], { netns: a.netns });
  await ipBatch([`link set ${netdev} netns ${a.pid}`], { netns: b.netns });
  await ipBatch([`link set lab-crossed name ${netdev} up`], { netns: b.netns });
  await ipBatch([`link set ${netdev} up`], { netns: a.netns });
}

async function exchangeNames(node: LabNode, a: string, b: string): Promise<void> {
  await node.sh(`
    ip link set ${a} down; ip link set ${b} down
    ip link set ${a} name lab-crossed
    ip link set ${b} name ${a}
    ip link set lab-crossed name ${b}
    ip link set ${a} up; ip link set ${b} up`);
}

export const vethFaults: Fault[] = [
  fault(
    VETH,
    'veth-crossed-hosts',
    'a veth pair leads from each host to the other DPU (index: 3)',
    async (lab, { index = 3 }) => {
      const [a, b] = [lab.pair(1).host, lab.pair(2).host];
      await exchange(a, b, `eth0-${index}`);
      return () => exchange(a, b, `eth0-${index}`);
    },
  ),
  fault(
    VETH,
    'veth-crossed-indices',
    'two veth pairs of a host are exchanged (index: 3, with 4)',
    async (lab, { pair, index = 3 }) => {
      const { host } = lab.pair(pair);
      const names = [`eth0-${index}`, `eth0-${index + 1}`] as const;
      await exchangeNames(host, ...names);
      return () => exchangeNames(host, ...names);
    },
  ),
  fault(
    VETH,
    'veth-missing',
    'a veth pair is missing on both ends (index: 3)',
    async (lab, { pair = 1, index = 3 }) => {
      const { host, dpu } = lab.pair(pair);
      const other = representor(lab, pair, index);
      await host.sh(`ip link delete eth0-${index}`);
      return async () => {
        await ipBatch([
          `link add eth0-${index} netns ${host.netns} type veth peer name ${other} netns ${dpu.netns}`,
        ]);
        await host.sh(`ip link set eth0-${index} up; ethtool -K eth0-${index} tx off >/dev/null`);
        await dpu.sh(`ip link set ${other} up; ethtool -K ${other} tx off >/dev/null`);
      };
    },
  ),
  fault(VETH, 'veth-down', 'a host interface is down (index: 3)', async (lab, { pair, index = 3 }) => {
    const { host } = lab.pair(pair);
    await host.sh(`ip link set eth0-${index} down`);
    return async () => {
      await host.sh(`ip link set eth0-${index} up`);
    };
  }),
  fault(VETH, 'stray-interface', 'temp-hostP-0 was left behind on the host', async (lab, { pair = 1 }) => {
    const { host, dpu } = lab.pair(pair);
    const stray = `temp-host${pair - 1}-0`;
    await ipBatch([
      `link add ${stray} netns ${host.netns} type veth peer name temp-rep${pair - 1}-0 netns ${dpu.netns}`,
    ]);
    return async () => {
      await host.sh(`ip link delete ${stray}`);
    };
  }),
  fault(
    VETH,
    'address-on-host-interface',
    'a host interface has an address (index: 3)',
    async (lab, { pair, index = 3 }) => {
      const { host } = lab.pair(pair);
      await host.sh(`ip addr add 10.214.0.5/24 dev eth0-${index}`);
      return async () => {
        await host.sh(`ip addr del 10.214.0.5/24 dev eth0-${index}`);
      };
    },
  ),
  fault(VETH, 'default-route-on-host', 'a host still has a default route', async (lab, { pair }) => {
    const { host } = lab.pair(pair);
    await host.sh('ip route add default dev eth0-0');
    return async () => {
      await host.sh('ip route del default');
    };
  }),
];
