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
  readonly sourceIp: string | undefined;
  readonly destinationIp: string | undefined;
  /** 1 is ICMP, 6 TCP, 17 UDP, 58 ICMPv6; undefined matches any. */
  readonly ipProtocol: number | undefined;
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

const seconds = (used: string | undefined): number | undefined => {
  const value = Number.parseFloat(used ?? '');
  return Number.isFinite(value) ? value : undefined;
};
