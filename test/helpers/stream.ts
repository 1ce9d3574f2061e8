import { type Flow, parseFlow } from '../../facts/flows.ts';
import type { Connection, StreamDirection, StreamSample } from '../../facts/traffic/stream.ts';

/*
 * Hand-written sequences of dumps: there is no hardware here. The lines have the form of those that
 * shared samples 049 and 050 (OVN-Kubernetes on ConnectX) and test/recorded/vm-igb show.
 */

export const CLIENT: Connection = {
  protocol: 6,
  source: '10.244.1.5',
  sourcePort: 40_000,
  destination: '10.244.2.6',
  destinationPort: 5201,
};

export const SERVER: Connection = {
  protocol: 6,
  source: CLIENT.destination,
  sourcePort: CLIENT.destinationPort,
  destination: CLIENT.source,
  destinationPort: CLIENT.sourcePort,
};

export interface Line {
  readonly ufid?: string;
  readonly recirc?: number;
  readonly port?: string;
  /** What stands in ipv4(…) beside frag, and in tcp(…). */
  readonly ip?: string;
  readonly ports?: string;
  readonly packets: number;
  readonly mark?: string;
  readonly actions?: string;
  readonly destinationMac?: string;
}

export function flow(line: Line): Flow {
  const { ufid = 'a', recirc = 0, port = 'pf0vf1', packets, mark = 'offloaded:yes, dp:tc' } = line;
  const {
    ip = 'src=10.244.1.5,dst=10.244.2.0/255.255.255.0,proto=6',
    ports,
    actions = 'genev_sys_6081',
  } = line;
  const mac = line.destinationMac ?? '0a:58:0a:f4:01:01';
  const text = `ufid:${ufid}, skb_priority(0/0),ct_state(0/0),recirc_id(0x${recirc.toString(16)}),dp_hash(0/0),in_port(${port}),packet_type(ns=0/0,id=0/0),eth(src=0a:58:0a:f4:01:05,dst=${mac}),eth_type(0x0800),ipv4(${ip},tos=0/0,ttl=64,frag=no)${ports === undefined ? '' : `,tcp(${ports})`}, packets:${packets}, bytes:${packets * 1400}, used:0.100s, ${mark}, actions:${actions}`;
  const parsed = parseFlow(text);
  if (parsed === undefined) throw new Error(`no flow: ${text}`);
  return parsed;
}

export interface SampleOptions {
  readonly software?: StreamSample['software'] | null;
  readonly cut?: boolean;
}

/** One dump of these flows; the representor's counters tell of software alone, and of few packets. */
export function sample(at: number, lines: readonly Line[], options: SampleOptions = {}): StreamSample {
  const { software = { rx: 100 + at / 1000, tx: 50 + at / 1000, source: 'ethtool -S pf0vf1' }, cut = false } =
    options;
  return { at, flows: lines.map(flow), cut, software: software ?? undefined };
}

/** A direction in which 10,000 packets were sent. */
export const direction = (
  samples: readonly StreamSample[],
  given: Partial<StreamDirection> = {},
): StreamDirection => ({
  sender: 'default/client',
  dpu: 'dpu1',
  representor: 'pf0vf1',
  simulated: undefined,
  connection: CLIENT,
  packets: 10_000,
  samples,
  failure: undefined,
  ...given,
});

/** Two passes, as OVN has them: through connection tracking, then out. */
export const tracked = (packets: number, mark = 'offloaded:yes, dp:tc'): readonly Line[] => [
  { ufid: 'a', packets, mark, actions: 'ct(zone=6,nat),recirc(0x2)' },
  { ufid: 'b', recirc: 2, packets, mark, actions: 'set(tunnel(tun_id=0x5,dst=172.31.2.150)),genev_sys_6081' },
];

/** A direction that hardware forwards. */
export const offloaded = (given: Partial<StreamDirection> = {}): StreamDirection =>
  direction([sample(0, []), sample(1000, tracked(3000)), sample(4000, tracked(9990))], given);

export const reverse = (given: Partial<StreamDirection> = {}): StreamDirection => {
  const lines = (packets: number): readonly Line[] => [
    { packets, port: 'pf0vf3', ip: 'src=10.244.2.6,dst=10.244.1.0/255.255.255.0,proto=6' },
  ];
  return direction([sample(0, []), sample(1000, lines(3000)), sample(4000, lines(9990))], {
    sender: 'default/server',
    dpu: 'dpu2',
    representor: 'pf0vf3',
    connection: SERVER,
    ...given,
  });
};
