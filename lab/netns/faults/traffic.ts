import { ovsVsctl } from '../bluefield/dpu.ts';
import { waitUntilPlumbed } from '../bluefield/settle.ts';
import type { NetnsLab } from '../lab.ts';
import type { LabNode } from '../node.ts';
import { OVN_CONTROLLER } from '../ovn.ts';
import { waitFor } from '../wait.ts';
import { type Fault, fault } from './fault.ts';
import { pairOf, pauseController, resumeController } from './ovs-daemons.ts';

const BLUEFIELD = ['bluefield'] as const;

/** An address of the underlay that nobody has. */
const NOBODY = '192.168.41.250';

/** Told from OVN's own, whose cookies are parts of UUIDs. */
const COOKIE = '0xd0cd0c';

/** What keeps the packets of pods from arriving, beside what other files have: links, ports, daemons. */
export const trafficFaults: Fault[] = [
  fault(
    BLUEFIELD,
    'iface-id-wrong',
    'the port of a VF names another logical port (value: wrong)',
    async (lab, { pair, index = 1, value = 'wrong' }) => {
      const { dpu } = lab.pair(pair);
      const own = pairOf(lab, pair);
      const { representor, port } = own.vfs[index] ?? { representor: '', port: '' };
      const name = (id: string) =>
        ovsVsctl(dpu, [`set Interface ${representor} external_ids:iface-id=${id}`]);
      await name(value);
      await waitFor(`${representor} to be released`, async () => !(await hasFlows(dpu, representor)));
      return async () => {
        await name(port);
        await waitUntilPlumbed(lab, [own], { control: false });
      };
    },
  ),
  fault(
    BLUEFIELD,
    'encap-ip-wrong',
    "a DPU's ovn-encap-ip is an address that nobody has",
    async (lab, { pair, value = NOBODY }) => {
      const { dpu } = lab.pair(pair);
      const { dpuAddress } = pairOf(lab, pair);
      const set = async (ip: string) => {
        await ovsVsctl(dpu, [`set Open_vSwitch . external_ids:ovn-encap-ip=${ip}`]);
        await waitForRemote(lab, dpu, ip);
      };
      await set(value);
      return () => set(dpuAddress);
    },
  ),
  fault(
    BLUEFIELD,
    'tunnel-remote-wrong',
    'the tunnel to the other DPU leads to an address that nobody has',
    async (lab, { pair = 1, value = NOBODY }) => {
      const { dpu } = lab.pair(pair);
      const other = pairOf(lab, pair === 1 ? 2 : 1).dpuAddress;
      // ovn-controller would mend it.
      await pauseController(dpu);
      const tunnel = (await dpu.sh(`${TUNNELS} options:remote_ip=${other}`)).trim();
      const set = (ip: string) => ovsVsctl(dpu, [`set Interface ${tunnel} options:remote_ip=${ip}`]);
      await set(value);
      return async () => {
        await set(other);
        await resumeController(dpu);
      };
    },
  ),
  fault(BLUEFIELD, 'underlay-mtu', 'the switch takes no long packets to a DPU (value: 1400)', (lab, target) =>
    setMtu(lab, 'fabric', `uplink${target.pair ?? 1}`, target.value ?? '1400'),
  ),
  fault(
    BLUEFIELD,
    'uplink-mtu',
    "a DPU's p0 takes no long packets (value: 1400)",
    (lab, { pair, value = '1400' }) => setMtu(lab, lab.pair(pair).dpu.name, 'p0', value),
  ),
  fault(BLUEFIELD, 'underlay-route-missing', 'a DPU has no route to the others', async (lab, { pair }) => {
    const { dpu } = lab.pair(pair);
    const { dpuAddress } = pairOf(lab, pair);
    const routes = (await dpu.sh('ip route show dev brp0')).split('\n').filter((line) => line.trim() !== '');
    await dpu.sh(routes.map((route) => `ip route del ${route} dev brp0`).join('\n'));
    await waitFor(
      'Open vSwitch to have no route',
      async () => !(await routesOf(dpu)).includes(`SRC ${dpuAddress}\n`),
    );
    return async () => {
      // A route through a gateway takes one to the gateway.
      await dpu.sh(
        [...routes]
          .reverse()
          .map((route) => `ip route replace ${route} dev brp0`)
          .join('\n'),
      );
      await waitFor('Open vSwitch to have its routes', async () =>
        (await routesOf(dpu)).includes(`SRC ${dpuAddress}\n`),
      );
    };
  }),
  fault(
    BLUEFIELD,
    'flow-drops',
    "a flow of a DPU drops what comes to a VF's address, and nothing else",
    async (lab, { pair, index = 1 }) => {
      const { dpu } = lab.pair(pair);
      const address = pairOf(lab, pair).vfs[index]?.address;
      await dpu.sh(
        `ovs-ofctl add-flow br-int cookie=${COOKIE},table=0,priority=60000,icmp,nw_dst=${address},actions=drop`,
      );
      return async () => void (await dpu.sh(`ovs-ofctl del-flows br-int cookie=${COOKIE}/-1`));
    },
  ),
  fault(
    BLUEFIELD,
    'uplink-queue-drops',
    "a queueing discipline of a DPU's p0 lets few packets out (value: 4kbit)",
    async (lab, { pair, value = '4kbit' }) => {
      const { dpu } = lab.pair(pair);
      // This kernel may have no netem; a token bucket without room for a queue loses packets as well.
      await dpu.sh(`tc qdisc add dev p0 root tbf rate ${value} burst 1600 limit 1600`);
      return async () => void (await dpu.sh('tc qdisc del dev p0 root'));
    },
  ),
  fault(
    BLUEFIELD,
    'host-deaf',
    "a host's kernel answers no ping, by whatever interface",
    async (lab, { pair }) => {
      const { host } = lab.pair(pair);
      const ignore = (value: 0 | 1) => host.sh(`sysctl -qw net.ipv4.icmp_echo_ignore_all=${value}`);
      await ignore(1);
      return async () => void (await ignore(0));
    },
  ),
  fault(
    BLUEFIELD,
    'ovn-controller-stopped',
    'ovn-controller was stopped in good order, and has taken its flows and tunnels along',
    async (lab, { pair }) => {
      const { dpu } = lab.pair(pair);
      await dpu.sh('ovn-appctl --timeout=20 -t ovn-controller exit');
      await waitFor('the tunnels to go', async () => (await dpu.sh(TUNNELS)).trim() === '');
      return async () => {
        await dpu.sh(OVN_CONTROLLER);
        await waitUntilPlumbed(
          lab,
          [1, 2].map((number) => pairOf(lab, number)),
          { control: false },
        );
      };
    },
  ),
];

const TUNNELS = 'ovs-vsctl --timeout=20 --bare --columns=name find Interface type=geneve';

/** Waits until the other chassis have taken up a DPU's encap address. */
async function waitForRemote(lab: NetnsLab, dpu: LabNode, ip: string): Promise<void> {
  const others = lab.nodes.filter(({ role, name }) => role === 'dpu' && name !== dpu.name);
  await waitFor(`a tunnel to ${ip} on the other DPUs`, async () => {
    const tunnels = await Promise.all(others.map((node) => node.sh(`${TUNNELS} options:remote_ip=${ip}`)));
    return tunnels.every((found) => found.trim() !== '');
  });
}

const routesOf = (dpu: LabNode): Promise<string> =>
  dpu.sh('ovs-appctl --timeout=5 ovs/route/show | grep -w "dev brp0"; true');

async function hasFlows(dpu: LabNode, representor: string): Promise<boolean> {
  return (await dpu.sh(`ovs-ofctl --names dump-flows br-int table=0,in_port=${representor}`)).includes(
    'in_port',
  );
}

async function setMtu(lab: NetnsLab, namespace: string, netdev: string, mtu: string) {
  const set = async (value: string): Promise<void> => {
    const argv = ['ip', 'link', 'set', netdev, 'mtu', value];
    const { exitCode, stderr } = await lab.execIn(namespace, argv);
    if (exitCode !== 0) throw new Error(`${argv.join(' ')}: ${stderr}`);
  };
  const { stdout } = await lab.execIn(namespace, ['ip', '-j', 'link', 'show', netdev]);
  const [{ mtu: was }] = JSON.parse(stdout) as [{ mtu: number }];
  await set(mtu);
  return () => set(String(was));
}
