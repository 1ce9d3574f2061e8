/** One entry of a cpio archive; no data means a directory. */
export interface Entry {
  path: string;
  /** Type and permissions, as in stat. */
  mode: number;
  data?: Buffer;
}

const pad = (length: number): Buffer => Buffer.alloc((4 - (length % 4)) % 4);

function member(entry: Entry, inode: number): Buffer {
  const name = Buffer.from(`${entry.path}\0`);
  const data = entry.data ?? Buffer.alloc(0);
  const links = entry.data ? 1 : 2;
  const fields = [inode, entry.mode, 0, 0, links, 0, data.length, 0, 0, 0, 0, name.length, 0];
  const header = `070701${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}`;
  return Buffer.concat([Buffer.from(header), name, pad(header.length + name.length), data, pad(data.length)]);
}

/** A "newc" archive, as the kernel unpacks it; everything in it belongs to root. */
export function archive(entries: readonly Entry[]): Buffer {
  const members = entries.map((entry, index) => member(entry, index + 1));
  return Buffer.concat([...members, member({ path: 'TRAILER!!!', mode: 0, data: Buffer.alloc(0) }, 0)]);
}
