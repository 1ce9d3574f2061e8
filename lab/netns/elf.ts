/** A Linux program that ignores its arguments and waits for ever: what a stand-in process runs. */
export function waitingProgram(arch: string): Buffer {
  const code = MACHINE_CODE[arch];
  if (!code) throw new Error(`no waiting program for ${arch}`);
  const base = 0x400000n;
  const elf = Buffer.alloc(0x78 + code.text.length);
  Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]).copy(elf);
  elf.writeUInt16LE(2, 0x10);
  elf.writeUInt16LE(code.machine, 0x12);
  elf.writeUInt32LE(1, 0x14);
  elf.writeBigUInt64LE(base + 0x78n, 0x18);
  elf.writeBigUInt64LE(0x40n, 0x20);
  elf.writeUInt16LE(0x40, 0x34);
  elf.writeUInt16LE(0x38, 0x36);
  elf.writeUInt16LE(1, 0x38);
  // One program header: load the whole file, readable and executable.
  elf.writeUInt32LE(1, 0x40);
  elf.writeUInt32LE(5, 0x44);
  elf.writeBigUInt64LE(base, 0x50);
  elf.writeBigUInt64LE(base, 0x58);
  elf.writeBigUInt64LE(BigInt(elf.length), 0x60);
  elf.writeBigUInt64LE(BigInt(elf.length), 0x68);
  elf.writeBigUInt64LE(0x10000n, 0x70);
  code.text.copy(elf, 0x78);
  return elf;
}

const MACHINE_CODE: Record<string, { machine: number; text: Buffer }> = {
  // again: mov eax, 34 (pause); syscall; jmp again
  x64: { machine: 62, text: Buffer.from('b8220000000f05ebf7', 'hex') },
  // again: mov x0..x4, 0; mov x8, 73 (ppoll); svc 0; b again
  arm64: {
    machine: 183,
    text: Buffer.from(
      ['d2800000', 'd2800001', 'd2800002', 'd2800003', 'd2800004', 'd2800928', 'd4000001', '17fffff9']
        .map((word) => Buffer.from(word, 'hex').reverse().toString('hex'))
        .join(''),
      'hex',
    ),
  },
};
