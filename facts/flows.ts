/** A number of which only the bits of the mask must be equal. */
export interface MaskedNumber {
  readonly value: number;
  readonly mask: number;
}

/** One flow of a datapath, as `dpctl/dump-flows -m --names` prints it (ovs-vswitchd(8), ovs-dpctl(8)). */
export interface Flow {
  /** Name of the port it came in by, or its number where the dump gives no names. */
  readonly inPort: string;
  /** 0 for a packet's first pass through the datapath. */
  readonly recircId: number;
  /** 0x0800 is IPv4, 0x86dd IPv6, 0x0806 ARP, 0x88cc LLDP; undefined matches any. */
  readonly etherType: number | undefined;
  readonly sourceMac: string | undefined;
  readonly destinationMac: string | undefined;
  /** As printed: `10.0.0.1`, or with the mask, as in `10.0.0.0/255.255.255.0`; `0.0.0.0/0.0.0.0` matches any. */
  readonly sourceIp: string | undefined;
  readonly destinationIp: string | undefined;
  /** 1 is ICMP, 6 TCP, 17 UDP, 58 ICMPv6; undefined matches any. */
  readonly ipProtocol: number | undefined;
  /** Of TCP, UDP or SCTP; undefined matches any. */
  readonly sourcePort: MaskedNumber | undefined;
  readonly destinationPort: MaskedNumber | undefined;
  /** Bits of connection tracking, `OVS_CS_F_…` in the kernel's linux/openvswitch.h; undefined matches any. */
  readonly ctState: MaskedNumber | undefined;
  /** Of the tunnel that the packet came out of; undefined where it came out of none. */
  readonly tunnel:
    | { readonly source: string | undefined; readonly destination: string | undefined }
    | undefined;
  /** Open vSwitch's name for the flow, with `-m`: another one after the flow was made anew with another mask. */
  readonly ufid: string | undefined;
  /** All that it matches, as printed. */
  readonly match: string;
  readonly packets: number;
  readonly bytes: number;
  /** Seconds since its last packet; undefined for never. */
  readonly usedAgo: number | undefined;
  /** `yes` where the hardware forwards it, `partial` where it helps; undefined without the field. */
  readonly offloaded: string | undefined;
  /** tc, ovs, dpdk, doca …: where the flow sits. tc alone doesn't say that hardware has it. */
  readonly layer: string | undefined;
  readonly actions: string;
}

/** Parses one line; undefined where it is none, or was cut. */
export function parseFlow(line: string): Flow | undefined {
  const actionsAt = line.indexOf(', actions:');
  const countersAt = line.indexOf(', packets:');
  if (countersAt < 0 || actionsAt < countersAt) return undefined;
  const key = fields(line.slice(0, countersAt));
  const counters = fields(line.slice(countersAt + 2, actionsAt));
  const inner = key.has('encap') ? fields(key.get('encap') ?? '') : key;
  const ports = assignments(inner.get('tcp') ?? inner.get('udp') ?? inner.get('sctp') ?? '');
  const ip = assignments(inner.get('ipv4') ?? inner.get('ipv6') ?? '');
  const eth = assignments(key.get('eth') ?? '');
  const inPort = key.get('in_port');
  const packets = Number(counters.get('packets'));
  const bytes = Number(counters.get('bytes'));
  if (inPort === undefined || !Number.isFinite(packets) || !Number.isFinite(bytes)) return undefined;
  return {
    inPort,
    recircId: integer(key.get('recirc_id')) ?? 0,
    etherType: integer(inner.get('eth_type')),
    sourceMac: eth.get('src'),
    destinationMac: eth.get('dst'),
    sourceIp: ip.get('src'),
    destinationIp: ip.get('dst'),
    ipProtocol: exact(ip.get('proto')),
    sourcePort: masked(ports.get('src'), 0xffff),
    destinationPort: masked(ports.get('dst'), 0xffff),
    ctState: ctState(key.get('ct_state')),
    tunnel: tunnel(key.get('tunnel')),
    ufid: key.get('ufid'),
    match: line.slice(0, countersAt).replace(/^ufid:[^,]*, ?/, ''),
    packets,
    bytes,
    usedAgo: seconds(counters.get('used')),
    offloaded: counters.get('offloaded'),
    layer: counters.get('dp'),
    actions: line.slice(actionsAt + ', actions:'.length).split(', dp-extra-info:')[0] ?? '',
  };
}

/** Splits `a(b(c),d),e:f` at the commas outside of parentheses, into names and what stands in them. */
function fields(text: string): Map<string, string> {
  const found = new Map<string, string>();
  let depth = 0;
  let start = 0;
  for (let at = 0; at <= text.length; at++) {
    const char = text[at];
    if (char === '(') depth++;
    else if (char === ')') depth--;
    else if (at === text.length || (char === ',' && depth === 0)) {
      const part = text.slice(start, at).trim();
      start = at + 1;
      const name = /^[a-z0-9_-]+/.exec(part)?.[0] ?? '';
      const rest = part.slice(name.length);
      if (rest.startsWith('(') && rest.endsWith(')')) found.set(name, rest.slice(1, -1));
      else if (rest.startsWith(':')) found.set(name, rest.slice(1));
    }
  }
  return found;
}

/** `src=1,dst=2` */
const assignments = (text: string): Map<string, string> =>
  new Map(
    text
      .split(',')
      .filter((pair) => pair.includes('='))
      .map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
  );

function integer(text: string | undefined): number | undefined {
  const value = Number(text?.split('/')[0] || Number.NaN);
  return Number.isInteger(value) ? value : undefined;
}

/** A value that is matched at all: `6` or `6/0xff`, not `6/0`. */
const exact = (text: string | undefined): number | undefined =>
  /\/(0x)?0+$/.test(text ?? '') ? undefined : integer(text);

/** `5201`, `0x1400/0xfc00`; a mask of 0 matches anything. */
function masked(text: string | undefined, all: number): MaskedNumber | undefined {
  if (text === undefined) return undefined;
  const [value, mask] = text.split('/');
  const parsed = { value: integer(value), mask: mask === undefined ? all : integer(mask) };
  if (parsed.value === undefined || parsed.mask === undefined || parsed.mask === 0) return undefined;
  return { value: parsed.value, mask: parsed.mask };
}

/** From the lowest bit of `OVS_CS_F_…`, as `lib/odp-util.c` of Open vSwitch abbreviates them. */
const CT_STATES = ['new', 'est', 'rel', 'rpl', 'inv', 'trk', 'snat', 'dnat'];

/** `0x22/0x3e`, or `-new+est-rel+trk`: without -m the names of the bits that are matched. */
function ctState(text: string | undefined): MaskedNumber | undefined {
  if (text === undefined || /^[0-9]/.test(text)) return masked(text, 0xff);
  let value = 0;
  let mask = 0;
  for (const [, sign, name = ''] of text.matchAll(/([+-])([a-z]{3,4})/g)) {
    const bit = CT_STATES.indexOf(name);
    if (bit < 0) continue;
    mask |= 1 << bit;
    if (sign === '+') value |= 1 << bit;
  }
  return mask === 0 ? undefined : { value, mask };
}

function tunnel(text: string | undefined): Flow['tunnel'] {
  if (text === undefined) return undefined;
  const outer = assignments(text.replace(/\(.*\)/, ''));
  return {
    source: outer.get('src') ?? outer.get('ipv6_src'),
    destination: outer.get('dst') ?? outer.get('ipv6_dst'),
  };
}

const seconds = (used: string | undefined): number | undefined => {
  const value = Number.parseFloat(used ?? '');
  return Number.isFinite(value) ? value : undefined;
};
