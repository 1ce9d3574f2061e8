import type { PciFunction } from './pci.ts';

const PCI_EXPRESS_CAPABILITY = 0x60;
const SRIOV_EXTENDED_CAPABILITY = 0x100;

/** The configuration space that lspci reads, with the SR-IOV capability on a physical function. */
export function configSpace(one: PciFunction, numVfs: number): Buffer {
  const config = Buffer.alloc(4096);
  // A virtual function answers ffff here; software takes the ids from its sysfs attributes.
  config.writeUInt16LE(one.vendor, 0x00);
  config.writeUInt16LE(one.device, 0x02);
  config.writeUInt16LE(0x0406, 0x04);
  config.writeUInt16LE(0x0010, 0x06);
  config.writeUInt8(0x01, 0x08);
  config.writeUIntLE(one.class, 0x09, 3);
  config.writeUInt8(one.class === 0x060400 ? 1 : 0, 0x0e);
  if (one.class !== 0x060400) {
    config.writeUInt16LE(one.vendor, 0x2c);
    config.writeUInt16LE(0x0062, 0x2e);
  }
  config.writeUInt8(PCI_EXPRESS_CAPABILITY, 0x34);
  config.writeUInt8(0x10, PCI_EXPRESS_CAPABILITY);
  config.writeUInt16LE(one.class === 0x060400 ? 0x0042 : 0x0002, PCI_EXPRESS_CAPABILITY + 2);
  if (one.sriov) writeSriov(config, one.sriov, numVfs);
  return config;
}

function writeSriov(config: Buffer, sriov: { totalVfs: number; vfDevice: number }, numVfs: number): void {
  const at = SRIOV_EXTENDED_CAPABILITY;
  config.writeUInt32LE(0x0001_0010, at);
  config.writeUInt16LE(numVfs > 0 ? 0x0009 : 0, at + 0x08);
  config.writeUInt16LE(sriov.totalVfs, at + 0x0c);
  config.writeUInt16LE(sriov.totalVfs, at + 0x0e);
  config.writeUInt16LE(numVfs, at + 0x10);
  config.writeUInt16LE(3, at + 0x14);
  config.writeUInt16LE(1, at + 0x16);
  config.writeUInt16LE(sriov.vfDevice, at + 0x1a);
  config.writeUInt32LE(1, at + 0x1c);
  config.writeUInt32LE(1, at + 0x20);
}
