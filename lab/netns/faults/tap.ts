import { HYPERVISOR, VARIABLES_FILE } from '../tap/plan.ts';
import { holdTaps } from '../tap/start.ts';
import { editFile } from './edit-file.ts';
import { type Fault, type FaultTarget, fault } from './fault.ts';

const TAP = ['tap'] as const;

// The documents number the pairs 2 and 3.
const names = ({ pair = 1, index = 4 }: FaultTarget) => ({
  bridge: `br${pair + 1}-vf${index}`,
  tap: `tap${pair + 1}-vf${index}-t`,
});

export const tapFaults: Fault[] = [
  fault(TAP, 'bridge-member-missing', 'a TAP is in no bridge (index: 4)', async (lab, target) => {
    const node = lab.node(HYPERVISOR);
    const { bridge, tap } = names(target);
    await node.sh(`ip link set ${tap} nomaster`);
    return async () => {
      await node.sh(`ip link set ${tap} master ${bridge}`);
    };
  }),
  fault(
    TAP,
    'bridge-members-crossed',
    'a TAP is in the bridge of another VF (index: 4, in that of 5)',
    async (lab, target) => {
      const node = lab.node(HYPERVISOR);
      const { bridge, tap } = names(target);
      const other = names({ ...target, index: (target.index ?? 4) + 1 });
      await node.sh(`ip link set ${tap} master ${other.bridge}`);
      return async () => {
        await node.sh(`ip link set ${tap} master ${bridge}`);
      };
    },
  ),
  fault(TAP, 'bridge-missing', 'the bridge of a TAP pair is missing (index: 4)', async (lab, target) => {
    const node = lab.node(HYPERVISOR);
    const { bridge, tap } = names(target);
    await node.sh(`ip link delete ${bridge}`);
    return async () => {
      await node.sh(`
        ip link add ${bridge} type bridge
        ip link set ${tap.replace(/t$/, 'i')} master ${bridge}
        ip link set ${tap} master ${bridge}
        ip link set ${bridge} up`);
    };
  }),
  fault(TAP, 'tap-missing', 'a TAP is missing (index: 4)', async (lab, target) => {
    const node = lab.node(HYPERVISOR);
    const { bridge, tap } = names(target);
    await node.sh(`ip link delete ${tap}`);
    return async () => {
      await holdTaps(node, [tap]);
      await node.sh(`ip link set ${tap} master ${bridge} up`);
    };
  }),
  fault(
    TAP,
    'tap-without-carrier',
    'a TAP is there but no virtual machine holds it (index: 4)',
    async (lab, target) => {
      const node = lab.node(HYPERVISOR);
      const { bridge, tap } = names(target);
      await node.sh(`
      ip link delete ${tap}
      ip tuntap add dev ${tap} mode tap
      ip link set ${tap} master ${bridge} up`);
      return async () => {
        await node.sh(`ip link delete ${tap}`);
        await holdTaps(node, [tap]);
        await node.sh(`ip link set ${tap} master ${bridge} up`);
      };
    },
  ),
  fault(
    TAP,
    'variables-differ',
    'variables.sh on a DPU differs from that on the hypervisor',
    (lab, { pair }) =>
      editFile(lab.pair(pair).dpu, VARIABLES_FILE, 'sed \'s/NUM_VF:-"[0-9]*"/NUM_VF:-"10"/\''),
  ),
  fault(
    TAP,
    'system-id-cloned',
    'both DPUs have one OVS system-id, as after cloning a virtual machine',
    async (lab) => {
      const [a, b] = [lab.pair(1).dpu, lab.pair(2).dpu];
      const id = (node: typeof a) =>
        node.sh('ovs-vsctl --timeout=20 get Open_vSwitch . external_ids:system-id');
      const [theirs, own] = [(await id(a)).trim(), (await id(b)).trim()];
      const set = (value: string) =>
        b.sh(`ovs-vsctl --timeout=20 set Open_vSwitch . 'external_ids:system-id=${value}'`);
      await set(theirs);
      return async () => {
        await set(own);
      };
    },
  ),
];
