import { existsSync } from 'node:fs';
import { addPciFunctions, type PciFunction } from '../pci.ts';
import { emptySysfs, type SysfsTree } from '../sysfs.ts';
import { type Pair, PF } from './options.ts';

const IGB = { vendor: 0x8086, device: 0x1533, class: 0x020000, driver: 'igb' };
const MELLANOX = 0x15b3;
const BLUEFIELD_2 = 0xa2d6;
const VIRTUAL_FUNCTION = 0x101e;
const ETHERNET = 0x020000;

const mlx5 = { vendor: MELLANOX, class: ETHERNET, driver: 'mlx5_core' };

/** The host's side: a PF with its VFs, and the NIC that carries management. */
export function hostSysfs({ host, vfs }: Pair): SysfsTree {
  const tree = withModules();
  const pf: PciFunction = {
    ...mlx5,
    address: '0000:02:00.0',
    device: BLUEFIELD_2,
    sriov: { totalVfs: 16, vfDevice: VIRTUAL_FUNCTION },
    netdevs: [{ name: PF, physPortName: 'p0' }],
  };
  const functions = vfs.map(
    ({ index, netdev, namespace }): PciFunction => ({
      ...mlx5,
      address: `0000:02:00.${3 + index}`,
      device: VIRTUAL_FUNCTION,
      physfn: pf.address,
      // The kernel shows a netdev only in the network namespace in which it is.
      netdevs: namespace === host ? [{ name: netdev }] : [],
    }),
  );
  addPciFunctions(tree, '0000:00:01.0', [pf, ...functions]);
  addPciFunctions(tree, '0000:00:1d.0', [{ ...IGB, address: '0000:05:00.0', netdevs: [{ name: 'eno1' }] }]);
  return tree;
}

/** The DPU's side: uplink, PF representor and VF representors all belong to the DPU's own PCI function. */
export function dpuSysfs({ number, vfs }: Pair): SysfsTree {
  const tree = withModules();
  const physSwitchId = `c2cfc60003a14${(0x200 + number).toString(16)}`;
  addPciFunctions(tree, '0000:00:00.0', [
    {
      ...mlx5,
      address: '0000:03:00.0',
      device: BLUEFIELD_2,
      sriov: { totalVfs: 16, vfDevice: VIRTUAL_FUNCTION },
      netdevs: [
        { name: 'p0', physPortName: 'p0', physSwitchId },
        { name: 'pf0hpf', physPortName: 'c1pf0', physSwitchId },
        ...vfs.map(({ index, representor }) => ({
          name: representor,
          physPortName: `c1pf0vf${index}`,
          physSwitchId,
        })),
      ],
    },
  ]);
  return tree;
}

/** The control plane: an ordinary computer with two ordinary NICs. */
export function controlPlaneSysfs(): SysfsTree {
  const tree = withModules();
  addPciFunctions(tree, '0000:00:1d.0', [
    { ...IGB, address: '0000:05:00.0', netdevs: [{ name: 'eno1' }] },
    { ...IGB, address: '0000:06:00.0', netdevs: [{ name: 'eth0' }] },
  ]);
  return tree;
}

function withModules(): SysfsTree {
  const tree = emptySysfs();
  tree.files['module/mlx5_core/initstate'] = 'live\n';
  if (!existsSync('/sys/module/br_netfilter')) tree.files['module/br_netfilter/initstate'] = 'live\n';
  return tree;
}
