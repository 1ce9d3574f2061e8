import { configSpace } from './pci-config.ts';
import { relativeTarget, type SysfsTree } from './sysfs.ts';

export interface PciFunction {
  address: string;
  vendor: number;
  device: number;
  /** 24 bits: 0x020000 is an Ethernet controller, 0x060400 a bridge. */
  class: number;
  driver?: string;
  netdevs?: PciNetdev[];
  /** A physical function with SR-IOV. Virtual functions list their physfn themselves. */
  sriov?: { totalVfs: number; vfDevice: number };
  physfn?: string;
}

export interface PciNetdev {
  name: string;
  physPortName?: string;
  physSwitchId?: string;
}

const hex = (value: number, digits: number) => value.toString(16).padStart(digits, '0');

/** Adds PCI functions below one root port, the way the kernel lays them out. */
export function addPciFunctions(tree: SysfsTree, rootPort: string, functions: readonly PciFunction[]): void {
  const bridge: PciFunction = {
    address: rootPort,
    vendor: 0x8086,
    device: 0xa338,
    class: 0x060400,
    driver: 'pcieport',
  };
  tree.opaque.push('bus/pci/devices', 'bus/pci/drivers', 'devices/pci0000:00');
  addFunction(tree, 'devices/pci0000:00', bridge, functions);
  for (const one of functions) addFunction(tree, `devices/pci0000:00/${rootPort}`, one, functions);
}

function addFunction(tree: SysfsTree, parent: string, one: PciFunction, all: readonly PciFunction[]): void {
  const directory = `${parent}/${one.address}`;
  const file = (name: string, content: string | Buffer) => {
    tree.files[`${directory}/${name}`] = content;
  };
  const link = (from: string, to: string) => {
    tree.links[from] = relativeTarget(from, to);
  };
  const vfs = all.filter((other) => other.physfn === one.address);

  file('vendor', `0x${hex(one.vendor, 4)}\n`);
  file('device', `0x${hex(one.device, 4)}\n`);
  file('class', `0x${hex(one.class, 6)}\n`);
  file('subsystem_vendor', `0x${hex(one.vendor, 4)}\n`);
  file('subsystem_device', '0x0062\n');
  file('revision', '0x01\n');
  file('irq', '0\n');
  file('enable', '1\n');
  file('numa_node', '-1\n');
  file('resource', '0x0000000000000000 0x0000000000000000 0x0000000000000000\n'.repeat(13));
  file('config', configSpace(one, vfs.length));
  file('uevent', uevent(one));
  link(`${directory}/subsystem`, 'bus/pci');
  link(`bus/pci/devices/${one.address}`, directory);
  if (one.driver !== undefined) {
    link(`${directory}/driver`, `bus/pci/drivers/${one.driver}`);
    link(`bus/pci/drivers/${one.driver}/${one.address}`, directory);
  }
  if (one.sriov) {
    file('sriov_totalvfs', `${one.sriov.totalVfs}\n`);
    file('sriov_numvfs', `${vfs.length}\n`);
    file('sriov_offset', '3\n');
    file('sriov_stride', '1\n');
    file('sriov_vf_device', `${hex(one.sriov.vfDevice, 4)}\n`);
    file('sriov_drivers_autoprobe', '1\n');
    vfs.forEach((vf, index) => {
      link(`${directory}/virtfn${index}`, `${parent}/${vf.address}`);
    });
  }
  if (one.physfn !== undefined) link(`${directory}/physfn`, `${parent}/${one.physfn}`);
  if (one.netdevs) tree.directories.push(`${directory}/net`);
  for (const netdev of one.netdevs ?? []) addNetdev(tree, directory, netdev);
}

/** Puts a netdev below its PCI function. The rest of its attributes are the kernel's own. */
export function addNetdev(tree: SysfsTree, pciDirectory: string, netdev: PciNetdev): void {
  const directory = `${pciDirectory}/net/${netdev.name}`;
  tree.directories.push(directory);
  tree.links[`${directory}/device`] = relativeTarget(`${directory}/device`, pciDirectory);
  tree.links[`class/net/${netdev.name}`] = relativeTarget(`class/net/${netdev.name}`, directory);
  if (netdev.physPortName !== undefined) {
    tree.files[`${directory}/phys_port_name`] = `${netdev.physPortName}\n`;
  }
  if (netdev.physSwitchId !== undefined) {
    tree.files[`${directory}/phys_switch_id`] = `${netdev.physSwitchId}\n`;
  }
}

function uevent(one: PciFunction): string {
  return [
    ...(one.driver === undefined ? [] : [`DRIVER=${one.driver}`]),
    `PCI_CLASS=${hex(one.class, 1).toUpperCase()}`,
    `PCI_ID=${hex(one.vendor, 4)}:${hex(one.device, 4)}`.toUpperCase(),
    `PCI_SUBSYS_ID=${hex(one.vendor, 4)}:0062`.toUpperCase(),
    `PCI_SLOT_NAME=${one.address}`,
    '',
  ].join('\n');
}
