/** What `ovs-appctl ofproto/trace` says that Open vSwitch would do with a packet. */
export interface Trace {
  /** Datapath actions; `drop` where it goes nowhere. */
  readonly actions: string;
  /** It goes nowhere: also where it is changed for the tunnel, and the tunnel's packet is dropped. */
  readonly isDropped: boolean;
  /** The last flow whose actions end in a drop, or table without a flow; undefined where none does. */
  readonly drop: { readonly bridge: string; readonly table: number; readonly flow: string } | undefined;
  /** What Open vSwitch calls an error, such as `native tunnel routing failed`. */
  readonly errors: readonly string[];
  /** The remote address of a tunnel, for which no neighbour has answered yet. */
  readonly neighbourMiss: string | undefined;
  /** Whom Open vSwitch sends the tunnel's packets to: the remote address, and the MAC address that it has for it. */
  readonly tunnelTo: { readonly mac: string; readonly address: string } | undefined;
  /** As it came in. */
  readonly destinationMac: string | undefined;
  /** The port that it came in by. */
  readonly inPort: string | undefined;
  /** The first table lets it go no further: nothing is known of that port. */
  readonly unknownPort: boolean;
}

const FLOW = /^ *(\d{1,3})\. (.{1,2000})$/;
const TUNNEL = /^ *-> tunneling from \S{1,64} \S{1,64} to ([0-9a-f:]{17}) ([0-9a-f.:]{2,64})$/m;
const MISS = /^ *-> neighbor cache miss for (\S{1,64}) on bridge /;

/** Pure and total; undefined where it is no trace, or was cut (lib/ofp-print.c and ofproto/ofproto-dpif-trace.c). */
export function parseTrace(text: string): Trace | undefined {
  const lines = text.split('\n');
  const actions = lines
    .findLast((line) => line.startsWith('Datapath actions: '))
    ?.slice(18)
    .trim();
  if (actions === undefined) return undefined;
  let bridge = '';
  let at: { readonly table: number; readonly flow: string } | undefined;
  let drop: Trace['drop'];
  const passed: number[] = [];
  let tunnelled = false;
  /** How far the lines are indented that tell of the tunnel's own packet. */
  let nested: number | undefined;
  let tunnelDrop: Trace['drop'];
  for (const line of lines) {
    const [, indent = '', name] = /^( *)bridge\("([^"]{1,64})"\)$/.exec(line) ?? [];
    bridge = name ?? bridge;
    tunnelled ||= /^ *-> tunneling to /.test(line);
    if (name !== undefined) nested = tunnelled ? indent.length : undefined;
    else if (nested !== undefined && /^ *(?![ -])./.test(line) && line.search(/\S/) <= nested)
      nested = undefined;
    if (nested !== undefined && line.trim() === 'drop' && at !== undefined) tunnelDrop ??= { bridge, ...at };
    const [, table, flow = ''] = FLOW.exec(line) ?? [];
    if (table !== undefined) {
      at = { table: Number(table), flow: withoutCookie(flow) };
      passed.push(at.table);
    } else if (line.trim() === 'drop' && at !== undefined) drop = { bridge, ...at };
  }
  return {
    actions,
    // Where nothing is put out, what became of the tunnel's packet is what became of the packet.
    drop: tunnelDrop !== undefined && putsNothingOut(actions) ? tunnelDrop : drop,
    isDropped: actions === 'drop' || (tunnelDrop !== undefined && putsNothingOut(actions)),
    errors: lines.filter((line) => /^ *>> /.test(line)).map((line) => line.trim().slice(3)),
    neighbourMiss: lines.map((line) => MISS.exec(line)?.[1]).find((address) => address !== undefined),
    tunnelTo: tunnelTo(text),
    destinationMac: /^Flow: .*?\bdl_dst=([0-9a-f:]{17})\b/m.exec(text)?.[1],
    inPort: /^Flow: .*?\bin_port="?([^",]{1,64})/m.exec(text)?.[1],
    unknownPort: actions === 'drop' && passed.length === 1 && drop?.table === 0 && isTableMiss(drop.flow),
  };
}

function tunnelTo(text: string): Trace['tunnelTo'] {
  const [, mac, address] = TUNNEL.exec(text) ?? [];
  return mac === undefined || address === undefined ? undefined : { mac, address };
}

/** Changes of the packet alone, and not one that sends it anywhere. */
const putsNothingOut = (actions: string): boolean =>
  actions === 'drop' ||
  /^(?:(?:set|ct_clear|pop_vlan|push_vlan)\b(?:\((?:[^()]|\([^()]*\))*\))?,?)*$/.test(actions);

/** The flow of the lowest priority that matches all, or none at all. */
const isTableMiss = (flow: string): boolean => flow === 'priority 0' || flow === 'No match.';

const withoutCookie = (flow: string): string => flow.replace(/, cookie 0x[0-9a-f]+$/, '').trim();
