import test, { type ExecutionContext } from 'ava';
import { judgeDirection } from '../../../../facts/traffic/proof/direction.ts';
import { type DirectionProof, LEAST_PACKETS } from '../../../../facts/traffic/proof/verdict.ts';
import type { StreamDirection, StreamSample } from '../../../../facts/traffic/stream.ts';
import { direction, type Line, offloaded, sample, tracked } from '../../../helpers/stream.ts';

const is = (
  t: ExecutionContext,
  given: StreamDirection,
  verdict: DirectionProof['verdict'],
  why: RegExp,
): DirectionProof => {
  const proof = judgeDirection(given);
  t.is(proof.verdict, verdict, proof.why);
  t.regex(proof.why, why);
  return proof;
};

/** Counters that saw so many packets more in the last sample than in the first. */
const saw = (samples: readonly StreamSample[], packets: number): readonly StreamSample[] =>
  samples.map((one, index) => ({
    ...one,
    software: { rx: index === samples.length - 1 ? 70 + packets : 70, tx: 5, source: 'ethtool -S pf0vf1' },
  }));

const SOFTWARE = 'dp:ovs';
const IN_TC = 'dp:tc';

test('all passes in the hardware, counts that grew by what was sent, a quiet representor: offloaded', (t) => {
  const proof = is(
    t,
    offloaded(),
    'offloaded',
    /counted 9990 packets where 10000 were sent, and software saw 4$/,
  );
  t.is(proof.share, 0.999);
  t.is(proof.flows.length, 2);
  t.true(proof.evidence.some(({ said }) => /recirc_id\(0x2\).*offloaded:yes.*grew by 9990/.test(said)));
});

test('too few packets tell nothing', (t) => {
  is(t, offloaded({ packets: LEAST_PACKETS - 1 }), 'undetermined', /only 1999 packets/);
  is(t, offloaded({ packets: undefined }), 'undetermined', /not known how many/);
});

test('what was not looked at is not judged', (t) => {
  is(t, offloaded({ representor: undefined }), 'undetermined', /representor/);
  is(t, offloaded({ samples: offloaded().samples.slice(2) }), 'undetermined', /before and after/);
  const failure = { code: 'timeout', message: 'dpu1 had not answered' } as const;
  is(t, offloaded({ failure }), 'undetermined', /^dpu1 had not answered$/);
});

test('marked as offloaded with packets:0: hardware forwards nothing', (t) => {
  const zero = [sample(0, []), sample(1000, tracked(0)), sample(4000, tracked(0))];
  is(
    t,
    direction(saw(zero, 9900)),
    'in-software',
    /saw 9900 of 10000 packets in software, though flows are marked/,
  );
  is(t, direction(saw(zero, 20)), 'undetermined', /counted 0 of 10000 packets/);
});

test('counts that do not grow are of an earlier connection', (t) => {
  const stale = [0, 1000, 4000].map((at) => sample(at, tracked(50_000)));
  is(t, direction(stale), 'undetermined', /counted 0 of 10000/);
  is(t, direction(saw(stale, 10_000)), 'in-software', /saw 10000/);
});

const others: Readonly<Record<string, Partial<Line>>> = {
  'another destination': { ip: 'src=10.244.1.5,dst=10.244.3.0/255.255.255.0,proto=6' },
  'another source': { ip: 'src=10.244.1.7,dst=10.244.2.6,proto=6' },
  'another port': { ports: 'src=40001,dst=5201' },
  'a range of ports that leaves it out': { ports: 'src=0/0,dst=0x1000/0xfc00' },
  'another representor': { port: 'pf0vf2' },
  UDP: { ip: 'src=10.244.1.5,dst=10.244.2.6,proto=17' },
  ICMP: { ip: 'src=10.244.1.5,dst=10.244.2.6,proto=1' },
  multicast: { destinationMac: '33:33:00:00:00:01', ip: 'proto=0/0' },
  'dropped packets': { actions: 'drop' },
};

for (const [name, line] of Object.entries(others)) {
  test(`a flow of ${name} proves nothing of this connection`, (t) => {
    const samples = [sample(0, []), sample(4000, [{ packets: 9990, ...line }])];
    is(t, direction(samples), 'undetermined', /no dump had a flow of this connection from pf0vf1/);
    // Nor does it hide that the connection itself is in software.
    const both = [
      sample(0, []),
      sample(4000, [
        { ufid: 'x', packets: 9990, ...line },
        { packets: 9990, mark: SOFTWARE },
      ]),
    ];
    is(t, direction(both), 'in-software', /none of the flows/);
  });
}

test('ICMP in software beside it, which connection tracking keeps there, is no fault of the stream', (t) => {
  const icmp = { ufid: 'i', ip: 'src=10.244.1.5,dst=10.244.2.6,proto=1', mark: SOFTWARE, packets: 5000 };
  is(t, direction([sample(0, []), sample(4000, [...tracked(9990), icmp])]), 'offloaded', /9990/);
});

test('wildcarded ports and addresses match', (t) => {
  const wild = [
    { packets: 9990, ip: 'src=0.0.0.0/0.0.0.0,dst=0.0.0.0/0.0.0.0,proto=0/0', ports: 'src=0/0,dst=0/0' },
    { packets: 9990, ports: 'src=40000,dst=0x1400/0xfc00' },
  ];
  for (const line of wild) is(t, direction([sample(0, []), sample(4000, [line])]), 'offloaded', /9990/);
});

test('dp:tc without the mark of the hardware is software, and so is partial', (t) => {
  for (const mark of [IN_TC, SOFTWARE, 'offloaded:partial, dp:tc', 'offloaded:yes, dp:ovs']) {
    const samples = [sample(0, []), sample(1000, tracked(3000, mark)), sample(4000, tracked(9990, mark))];
    is(t, direction(samples), 'in-software', /none of the flows that carry it is marked/);
  }
});

test('large segments are one packet each to software: few packets in its flows are enough to tell', (t) => {
  const merged = [sample(0, []), sample(4000, tracked(250, SOFTWARE))];
  is(t, direction(merged), 'in-software', /counted 250/);
  is(t, direction([sample(0, []), sample(4000, tracked(99, SOFTWARE))]), 'undetermined', /only 99 of 10000/);
});

test('a first pass in the hardware and a second one in software is no offload', (t) => {
  const [first, second] = tracked(9990) as readonly [Line, Line];
  const samples = [sample(0, []), sample(4000, [first, { ...second, mark: SOFTWARE }])];
  is(t, direction(saw(samples, 9980)), 'in-software', /saw 9980/);
  is(t, direction(samples), 'in-software', /only those in software counted/);
});

test('a pass that no dump shows proves nothing', (t) => {
  const [first] = tracked(9990) as readonly [Line];
  is(t, direction([sample(0, []), sample(4000, [first])]), 'undetermined', /recirc_id\(0x2\), and no dump/);
  // What is in software in one pass is in software, whatever the next one is.
  const inSoftware = [sample(0, []), sample(4000, [{ ...first, mark: SOFTWARE }])];
  is(t, direction(inSoftware), 'in-software', /none of the flows/);
});

test('half in the hardware is offloaded in part, with the share', (t) => {
  const half = [
    sample(0, []),
    sample(4000, [
      { ufid: 'a', packets: 5000 },
      { ufid: 'c', packets: 4990, mark: SOFTWARE },
    ]),
  ];
  const proof = is(
    t,
    direction(saw(half, 4990)),
    'in-part',
    /counted 5000 of 10000 packets, and software saw 4990/,
  );
  t.is(proof.share, 0.5);
});

test('flows that count in the hardware while the representor sees packets are believed in part', (t) => {
  const proof = is(t, direction(saw(offloaded().samples, 4000)), 'in-part', /software saw 4000/);
  t.is(proof.share, 0.6);
});

test('without a counter of software alone, flows are no proof: TC counts what software forwards, too', (t) => {
  const without = offloaded().samples.map((one) => ({ ...one, software: undefined }));
  is(
    t,
    direction(without),
    'undetermined',
    /software may have forwarded: no counter of the representor tells/,
  );
  const [first, ...rest] = offloaded().samples as readonly [StreamSample, ...StreamSample[]];
  is(t, direction([{ ...first, software: undefined }, ...rest]), 'undetermined', /no counter/);
  const otherSource = rest.map((one) => ({ ...one, software: { rx: 100, tx: 5, source: 'ip stats' } }));
  is(t, direction([first, ...otherSource]), 'undetermined', /different places/);
});

test('counters of the representor that began anew say nothing', (t) => {
  const values = [100_000, 40, 60];
  const samples = offloaded().samples.map((one, index) => ({
    ...one,
    software: { rx: values[index] ?? 0, tx: 0, source: 'ethtool -S pf0vf1' },
  }));
  is(t, direction(samples), 'undetermined', /began anew/);
});

test('flows that were made anew between dumps are added up, and never read as negative', (t) => {
  const renewed = [
    sample(0, tracked(900_000)),
    sample(1000, tracked(903_000)),
    sample(2000, tracked(2500)),
    sample(3000, tracked(6900)),
  ];
  is(t, direction(renewed), 'offloaded', /counted 9900/);
  const otherNames = (packets: number): Line[] =>
    tracked(packets).map((line) => ({
      ...line,
      ufid: `new-${line.ufid}`,
      recirc: line.recirc === 2 ? 7 : 0,
      actions: line.actions?.replace('0x2)', '0x7)') ?? '',
    }));
  const replaced = [sample(0, []), sample(1000, tracked(4000)), sample(2000, otherNames(5700))];
  is(t, direction(replaced), 'offloaded', /counted 9700/);
});

test('flows that expired with what they had counted leave the rest untold', (t) => {
  const expired = [sample(0, []), sample(1000, tracked(4000)), sample(12_000, [])];
  is(t, direction(expired), 'undetermined', /counted 4000 of 10000 packets, .*went away between two dumps/);
});

test('what a flow counted before the hardware took it was software', (t) => {
  const marks = [
    sample(1000, tracked(5000, IN_TC)),
    sample(2000, tracked(6000)),
    sample(4000, tracked(9990)),
  ];
  is(t, direction([sample(0, []), ...marks]), 'undetermined', /counted 3990 of 10000/);
  is(t, direction(saw([sample(0, []), ...marks], 6000)), 'in-part', /counted 3990 of 10000/);
  const moved = [sample(0, []), sample(1000, tracked(6000, SOFTWARE)), sample(4000, tracked(3990))];
  is(t, direction(saw(moved, 6000)), 'in-part', /counted 3990/);
});

test('flows that other connections share are proof where software saw nothing, and the share is told', (t) => {
  const shared = [sample(0, []), sample(4000, tracked(40_000))];
  is(t, direction(shared), 'offloaded', /other connections too: 25 % of what they counted/);
  is(t, direction(saw(shared, 9900)), 'in-software', /saw 9900/);
  const repeated = [sample(0, []), sample(4000, tracked(12_000))];
  is(t, direction(repeated), 'offloaded', /software saw 4$/);
});

test('a cut dump proves nothing, unless the representor saw it all', (t) => {
  const cut = [sample(0, []), sample(4000, tracked(9990), { cut: true })];
  is(t, direction(cut), 'undetermined', /more flows than are read/);
  is(t, direction(saw(cut, 9900)), 'in-software', /saw 9900/);
});

test('a dump without names of ports is no proof', (t) => {
  const numbered = [sample(0, []), sample(4000, [{ packets: 9990, port: '4' }])];
  is(t, direction(numbered), 'undetermined', /ports by their numbers/);
  const oneHasNone = [sample(0, [{ packets: 1, port: 'pf0hpf' }]), ...numbered.slice(1)];
  is(t, direction(oneHasNone), 'undetermined', /no dump had a flow/);
});

test("a service's address is another one after connection tracking", (t) => {
  const connection = { ...offloaded().connection, destination: '10.96.0.7', destinationPort: 80 };
  const translated = offloaded().connection;
  const lines: readonly Line[] = [
    {
      packets: 9990,
      ip: 'src=10.244.1.5,dst=10.96.0.7,proto=6',
      ports: 'src=0/0,dst=80',
      actions: 'ct(zone=6,nat),recirc(0x2)',
    },
    {
      ufid: 'b',
      recirc: 2,
      packets: 9990,
      ip: 'src=10.244.1.5,dst=10.244.2.6,proto=6',
      ports: 'src=0/0,dst=5201',
    },
  ];
  const samples = [sample(0, []), sample(4000, lines)];
  is(t, direction(samples, { connection, translated }), 'offloaded', /9990/);
  is(t, direction(samples, { connection }), 'undetermined', /recirc_id\(0x2\)/);
  // Before it, the address of the pod is that of another connection.
  const direct = [
    sample(0, []),
    sample(
      4000,
      lines.slice(1).map((line) => ({ ...line, recirc: 0 })),
    ),
  ];
  is(t, direction(direct, { connection, translated }), 'undetermined', /no dump had a flow/);
});

test('the datapath in user space: DOCA and DPDK offload without TC, each thread shows a flow', (t) => {
  for (const layer of ['doca', 'dpdk']) {
    const mark = `offloaded:yes, dp:${layer}`;
    const samples = [sample(0, []), sample(4000, [...tracked(9990, mark), ...tracked(12, mark)])];
    is(t, direction(samples), 'offloaded', /counted 9990 packets/);
  }
  const partly = [sample(0, []), sample(4000, tracked(9990, 'offloaded:partial, dp:ovs'))];
  is(t, direction(partly), 'in-software', /none of the flows/);
});

test('what stands in for hardware is never offloaded', (t) => {
  const simulated = 'pf0vf1 is a port of netdevsim';
  is(t, offloaded({ simulated }), 'simulated', /netdevsim/);
  is(t, offloaded({ simulated, takesFlows: true }), 'simulated', /netdevsim/);
  const inSoftware = [sample(0, []), sample(4000, tracked(9990, IN_TC))];
  is(t, direction(inSoftware, { simulated, takesFlows: true }), 'in-software', /none of the flows/);
  is(t, direction(inSoftware, { simulated: 'pf0vf1 is a veth pair' }), 'simulated', /veth/);
});

test('a flow of IPv4 is none of IPv6, whatever addresses it matches', (t) => {
  const connection = { ...offloaded().connection, source: 'fd00:1::5', destination: 'fd00:2::6' };
  is(t, offloaded({ connection }), 'undetermined', /no dump had a flow/);
  const any = [sample(0, []), sample(4000, [{ packets: 9990, ip: 'proto=0/0' }])];
  is(t, direction(any), 'offloaded', /9990/);
  is(t, direction(any, { connection }), 'undetermined', /no dump had a flow/);
});

test('what ends after one pass and what takes another one are counted together', (t) => {
  const [first, second] = tracked(6000) as readonly [Line, Line];
  const ends = { ufid: 'e', packets: 3990 };
  is(t, direction([sample(0, []), sample(4000, [first, second, ends])]), 'offloaded', /counted 9990/);
});
