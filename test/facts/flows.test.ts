import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import { datapath, MAX_FLOWS } from '../../facts/datapath.ts';
import { isOffloaded, offloadProofs } from '../../facts/derived/offload-proof.ts';
import { parseFact } from '../../facts/fact.ts';
import { parseFlow } from '../../facts/flows.ts';
import { cpuClock } from '../helpers/cpu-clock.ts';

const recorded = (name: string): string =>
  readFileSync(resolve(import.meta.dirname, '../recorded/ovs', name), 'utf8');

const answered = (stdout: string, stderr = '', exitCode = 0) =>
  parseFact(datapath, { flows: { command: 'ovs-appctl dpctl/dump-flows', exitCode, stdout, stderr } });

const value = (stdout: string) => {
  const outcome = answered(stdout);
  if (!outcome.ok) throw new Error(outcome.failure.message);
  return outcome.value;
};

test('the flows of a real userspace datapath', (t) => {
  const { flows, cut, unparsed } = value(recorded('flows-userspace-tcp.txt'));
  t.false(cut);
  t.is(unparsed, 0);
  const busiest = [...flows].sort((a, b) => b.packets - a.packets)[0];
  t.like(busiest, {
    inPort: 'pf0vf1',
    recircId: 0,
    etherType: 0x0800,
    ipProtocol: undefined,
    layer: 'ovs',
    offloaded: undefined,
  });
  t.true((busiest?.packets ?? 0) > 100 && (busiest?.bytes ?? 0) > 20_000_000);
  t.true(flows.some(({ etherType }) => etherType === 0x0806));
  t.true(flows.every(({ actions }) => actions !== '' && !actions.includes('dp-extra-info')));
});

test('software that forwards TCP is no offload, and five pings tell nothing', (t) => {
  const isRepresentor = (port: string): boolean => port.startsWith('pf0vf');
  const verdicts = (name: string) =>
    new Map(
      offloadProofs(value(recorded(name)).flows, isRepresentor).map(({ port, verdict }) => [port, verdict]),
    );
  t.is(verdicts('flows-userspace-tcp.txt').get('pf0vf1'), 'software');
  t.is(verdicts('flows-userspace-ping.txt').get('pf0vf1'), 'unsure');
});

test('representors are given in the order of their names, whatever the order of the flows', (t) => {
  const { flows } = value(recorded('flows-userspace-tcp.txt'));
  const ports = (given: typeof flows) => offloadProofs(given, () => true).map(({ port }) => port);
  t.true(ports(flows).length > 1);
  t.deepEqual(ports(flows), ports(flows).toSorted());
  t.deepEqual(ports(flows.toReversed()), ports(flows));
});

const SAMPLES = resolve(import.meta.dirname, '../../../shared/samples');
const withSamples = existsSync(SAMPLES) ? test : test.skip;

const sample = (name: string) =>
  readFileSync(resolve(SAMPLES, name), 'utf8')
    .split('\n')
    .map(parseFlow)
    .filter((flow) => flow !== undefined);

withSamples('flows of real hardware (skipped where the samples are not beside the checkout)', (t) => {
  const [inTunnel] = sample('049-dump-flows-m-offloaded-ovn173.txt');
  t.like(inTunnel, {
    inPort: 'genev_sys_6081',
    ipProtocol: 1,
    packets: 36,
    offloaded: 'yes',
    layer: 'tc',
    usedAgo: 0.32,
  });
  t.is(inTunnel?.sourceMac, '00:17:21:62:55:10');
  t.true(inTunnel !== undefined && isOffloaded(inTunnel));

  const tcp = sample('050-dump-flows-type-offloaded-ovn173.txt');
  t.deepEqual(
    tcp.map(({ recircId }) => recircId),
    [0, 2, 0, 0],
  );
  t.like(tcp[3], { etherType: 0x88cc, actions: 'drop', packets: 0 });
  t.false(tcp.some(isOffloaded), 'without -m nothing says so');

  t.deepEqual(
    sample('038-dump-flows-tc-offloaded-veth.txt').map(({ packets }) => packets),
    [9, 9],
  );
  t.is(sample('046-dump-flows-offload-unsupported-2019.txt').length, 3, 'a line of the log is no flow');
  t.is(sample('048-dump-flows-type-offloaded-ovn207.txt')[0]?.packets, 16764463);
});

// Hand-written, after lib/odp-util.c and lib/dpctl.c of Open vSwitch.
test('VLANs, masks and words of a flow', (t) => {
  const line =
    'ufid:1, recirc_id(0x1f),in_port(pf0vf1),eth(src=00:00:00:00:00:01,dst=00:00:00:00:00:02),eth_type(0x8100),vlan(vid=5,pcp=0),encap(eth_type(0x0800),ipv4(src=10.0.0.1,dst=10.0.0.2,proto=17,frag=no),udp(src=1,dst=2)), packets:3, bytes:180, used:never, offloaded:partial, dp:ovs, actions:pop_vlan,userspace(pid=1,slow_path(action))';
  t.like(parseFlow(line), {
    recircId: 0x1f,
    etherType: 0x0800,
    ipProtocol: 17,
    sourceIp: '10.0.0.1',
    usedAgo: undefined,
    offloaded: 'partial',
    actions: 'pop_vlan,userspace(pid=1,slow_path(action))',
  });
});

test('a cut line is no flow, and is counted', (t) => {
  const [line = ''] = recorded('flows-userspace-tcp.txt')
    .split('\n')
    .filter((text) => text.includes('in_port'));
  for (const end of [line.indexOf(', packets'), line.indexOf(', actions'), 20])
    t.is(parseFlow(line.slice(0, end)), undefined);
  t.is(value(`${line.slice(0, line.indexOf(', packets'))}\nexit 0\n`).unparsed, 1);
});

test('no datapath has no flows, a dead daemon is a failure, a flood is cut', (t) => {
  t.deepEqual(value('exit 0\n').flows, []);
  const dead = answered('exit 1\n', recorded('appctl-dead.err'));
  t.like(dead.ok ? {} : dead.failure, {
    code: 'command-failed',
    message: 'ovs-vswitchd is not running, or its socket is not in /var/run/openvswitch',
  });
  const hung = answered('exit 142\n', recorded('vsctl-stopped.err'));
  t.is(hung.ok ? 'ok' : hung.failure.code, 'timeout');
  const line = 'in_port(1),eth_type(0x0800), packets:1, bytes:1, used:1s, actions:2';
  t.like(value(`${`${line}\n`.repeat(MAX_FLOWS + 1)}`), { cut: true });
  t.false(answered(`${line}\n`).ok, 'cut in mid-answer');
});

test('any text is flows or a reason', (t) => {
  const word = fc.constantFrom(
    'in_port(',
    'pf0vf1',
    ')',
    '((',
    ', packets:',
    '1',
    ', actions:',
    'eth(',
    'src=',
    ',',
    'offloaded:yes',
    '\n',
    'exit 0\n',
    'encap(',
    'ipv4(proto=6/',
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.array(word, { maxLength: 40 }).map((words) => words.join('')),
      ),
      (text) => {
        t.notThrows(() => answered(text));
        t.notThrows(() => parseFlow(text));
      },
    ),
  );
});

test('a long line takes no longer than its length', (t) => {
  const spent = cpuClock();
  parseFlow(
    `in_port(1),${'a('.repeat(200_000)}, packets:1, bytes:1, used:1s, actions:${')'.repeat(200_000)}`,
  );
  t.true(spent() < 2000);
});

test('where no bridge has a datapath, there is no flow: that is an answer', (t) => {
  // As OVS 3.1 prints it: dump-flows refuses, then dump-dps has nothing to name.
  const stderr =
    'ovs-vswitchd: no datapaths exist\novs-vswitchd: datapath not found (Invalid argument)\novs-appctl: ovs-vswitchd: server returned an error\n';
  t.deepEqual(answered('exit 2\n', stderr), { ok: true, value: { flows: [], cut: false, unparsed: 0 } });
});

test('ports, states, tunnels and names of flows, as real dumps have them', (t) => {
  const pod = value(recorded('flows-userspace-tcp.txt')).flows.find(({ packets }) => packets > 10_000);
  t.is(pod?.ufid, 'c5df156e-e2ee-47c5-b285-5c52304b0b7f');
  t.regex(pod?.match ?? '', /^skb_priority\(0\/0\),.*icmp\(type=8\/0,code=0\/0\)$/);
  t.is(pod?.sourceIp, '10.244.1.5/0.0.0.0');
  t.is(pod?.ctState, undefined, '0/0 matches anything');
});

withSamples('masks, states and tunnels of real hardware (skipped without the samples)', (t) => {
  const [inTunnel] = sample('049-dump-flows-m-offloaded-ovn173.txt');
  t.deepEqual(inTunnel?.tunnel, { source: '172.31.4.150', destination: '172.31.2.150' });
  t.deepEqual(inTunnel?.ctState, { value: 0, mask: 0x21 });
  t.is(inTunnel?.sourceIp, '10.199.200.16/255.255.255.240');
  const [, tracked] = sample('050-dump-flows-type-offloaded-ovn173.txt');
  t.deepEqual(tracked?.ctState, { value: 0x20, mask: 0x21 }, '-new+trk');
});

// Hand-written, after lib/odp-util.c of Open vSwitch.
test('ports with masks, and those that match anything', (t) => {
  const line = (ports: string) =>
    parseFlow(
      `recirc_id(0),in_port(pf0vf1),eth_type(0x86dd),ipv6(src=fd00::1,dst=fd00::/ffff::,proto=6,frag=no),tcp(${ports}), packets:3, bytes:180, used:never, actions:2`,
    );
  t.deepEqual(line('src=40000,dst=0x1400/0xfc00')?.sourcePort, { value: 40_000, mask: 0xffff });
  t.deepEqual(line('src=40000,dst=0x1400/0xfc00')?.destinationPort, { value: 0x1400, mask: 0xfc00 });
  t.is(line('src=0/0,dst=5201')?.sourcePort, undefined);
  t.is(line('src=0/0,dst=5201')?.destinationIp, 'fd00::/ffff::');
});
