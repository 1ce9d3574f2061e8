/** The few pieces of ASN.1's distinguished encoding rules (ITU-T X.690) that a certificate is made of. */

export function encode(tag: number, ...contents: readonly Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  return Buffer.concat([Buffer.from([tag]), lengthOf(content.length), content]);
}

function lengthOf(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length]);
  const bytes = Buffer.from(length.toString(16).replace(/^(?=(..)*.$)/, '0'), 'hex');
  return Buffer.concat([Buffer.from([0x80 | bytes.length]), bytes]);
}

export const sequence = (...contents: readonly Buffer[]): Buffer => encode(0x30, ...contents);
export const set = (...contents: readonly Buffer[]): Buffer => encode(0x31, ...contents);
export const boolean = (value: boolean): Buffer => encode(0x01, Buffer.from([value ? 0xff : 0]));
export const text = (value: string): Buffer => encode(0x0c, Buffer.from(value));
export const octets = (value: Buffer): Buffer => encode(0x04, value);

/** Of whole bytes, as signatures are. */
export const bits = (value: Buffer): Buffer => encode(0x03, Buffer.from([0]), value);

/** Of a positive number; a leading one bit would make it negative. */
export const integer = (value: Buffer): Buffer =>
  encode(0x02, (value[0] ?? 0) & 0x80 ? Buffer.concat([Buffer.from([0]), value]) : value);

/** UTCTime, which has two digits for the year: RFC 5280 wants it until 2049. */
export const time = (value: Date): Buffer =>
  encode(0x17, Buffer.from(`${value.toISOString().replace(/\D/g, '').slice(2, 14)}Z`));

/** From its dotted form; only the last arcs may be above 127. */
export function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...arcs] = dotted.split('.').map(Number);
  return encode(0x06, Buffer.from([40 * first + second, ...arcs.flatMap(base128)]));
}

function base128(arc: number): number[] {
  const bytes = [arc & 0x7f];
  for (let rest = arc >> 7; rest > 0; rest >>= 7) bytes.unshift(0x80 | (rest & 0x7f));
  return bytes;
}
