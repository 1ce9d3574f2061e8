import { ovsVsctl } from '../bluefield/dpu.ts';
import { type Fault, fault } from './fault.ts';
import { pairOf, pauseController, resumeController } from './ovs-daemons.ts';

const BLUEFIELD = ['bluefield'] as const;

/** Told from OVN's own and from those of other faults. */
const COOKIE = '0xd0cd0d';

const TUNNELS = 'ovs-vsctl --timeout=20 --bare --columns=name find Interface type=geneve';

/** What is wrong with the tunnel's way out of a DPU, beside addresses and routes. */
export const underlayFaults: Fault[] = [
  fault(
    BLUEFIELD,
    'tunnel-option-wrong',
    'an option of the tunnel to the other DPU is not as OVN sets it (key: key, value: 5)',
    async (lab, { pair = 1, key = 'key', value = '5' }) => {
      const { dpu } = lab.pair(pair);
      const other = pairOf(lab, pair === 1 ? 2 : 1).dpuAddress;
      // ovn-controller would mend it.
      await pauseController(dpu);
      const tunnel = (await dpu.sh(`${TUNNELS} options:remote_ip=${other}`)).trim();
      const was = (await dpu.sh(`ovs-vsctl --if-exists get Interface ${tunnel} options:${key}`)).trim();
      await ovsVsctl(dpu, [`set Interface ${tunnel} options:${key}=${value}`]);
      return async () => {
        await ovsVsctl(dpu, [
          was === ''
            ? `remove Interface ${tunnel} options ${key}`
            : `set Interface ${tunnel} options:${key}=${was}`,
        ]);
        await resumeController(dpu);
      };
    },
  ),
  fault(
    BLUEFIELD,
    'uplink-tagged',
    "a DPU's p0 is in a VLAN of its own (value: 100)",
    async (lab, target) => {
      const { dpu } = lab.pair(target.pair);
      const { value = '100' } = target;
      await ovsVsctl(dpu, [`set Port p0 tag=${value}`]);
      return () => ovsVsctl(dpu, [`remove Port p0 tag ${value}`]);
    },
  ),
  fault(
    BLUEFIELD,
    'tunnel-blocked',
    "a flow of a DPU's external bridge drops what comes in by the tunnel",
    async (lab, { pair }) => {
      const { dpu } = lab.pair(pair);
      const flow = 'table=0,priority=60000,in_port=p0,udp,tp_dst=6081,actions=drop';
      await dpu.sh(`ovs-ofctl add-flow brp0 cookie=${COOKIE},${flow}`);
      return async () => void (await dpu.sh(`ovs-ofctl del-flows brp0 cookie=${COOKIE}/-1`));
    },
  ),
];
