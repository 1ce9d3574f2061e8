import { PF } from '../bluefield/options.ts';
import type { LabNode } from '../node.ts';
import { waitFor } from '../wait.ts';
import { type Fault, fault } from './fault.ts';

const BLUEFIELD = ['bluefield'] as const;

/** The state of a netdev, restored with the routes that the kernel dropped with it. */
async function setDown(node: LabNode, netdev: string) {
  const routes = (await node.sh(`ip route show dev ${netdev}`))
    .split('\n')
    .filter((line) => !/proto kernel/.test(line));
  await node.sh(`ip link set ${netdev} down`);
  return async () => {
    await node.sh(`ip link set ${netdev} up`);
    for (const route of routes.filter(Boolean))
      await node.sh(`ip route replace ${route.replace(/ linkdown/, '')} dev ${netdev}`);
  };
}

export const linkFaults: Fault[] = [
  fault(BLUEFIELD, 'pf-down', 'the PF is administratively down', (lab, { pair }) =>
    setDown(lab.pair(pair).host, PF),
  ),
  fault(BLUEFIELD, 'pf-without-carrier', 'the PF is up without a carrier', async (lab, { pair }) => {
    const { host, dpu } = lab.pair(pair);
    const carrier = async () => (await host.sh(`cat /sys/class/net/${PF}/carrier`)).trim();
    const undo = await setDown(dpu, 'pf0hpf');
    await waitFor(`${PF} to lose its carrier`, async () => (await carrier()) === '0');
    return async () => {
      await undo();
      await waitFor(`${PF} to have a carrier again`, async () => (await carrier()) === '1');
    };
  }),
  fault(BLUEFIELD, 'uplink-down', "the DPU's uplink p0 is administratively down", (lab, { pair }) =>
    setDown(lab.pair(pair).dpu, 'p0'),
  ),
  fault(
    BLUEFIELD,
    'representor-down',
    'the representor of a VF is administratively down',
    (lab, { pair, index = 1 }) => setDown(lab.pair(pair).dpu, `pf0vf${index}`),
  ),
];
