import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import { parseFlow } from '../../../../facts/flows.ts';
import { linkCounters, procNetDev } from '../../../../facts/traffic/counters/devices.ts';
import { entersTunnel, flowGrowth, matchesFlow, sendsTo } from '../../../../facts/traffic/counters/flows.ts';
import { matchesAddress } from '../../../../facts/traffic/counters/ip-match.ts';
import { portCounters } from '../../../../facts/traffic/counters/ports.ts';
import { grownDrops, queueDrops } from '../../../../facts/traffic/counters/queues.ts';
import { hostileText } from '../../../helpers/hostile.ts';

const recorded = (name: string): string =>
  readFileSync(resolve(import.meta.dirname, '../../../recorded/traffic', name), 'utf8');

const flows = (name: string) =>
  recorded(name)
    .split('\n')
    .flatMap((line) => parseFlow(line) ?? []);

test('devices of a real DPU, and of a pod', (t) => {
  const devices = linkCounters(JSON.parse(recorded('ip-s-link.json')));
  t.true((devices.get('pf0vf1')?.rx ?? 0) > 100);
  t.deepEqual([devices.get('p0')?.rxLost, devices.get('p0')?.txLost], [0, 0]);
  const own = procNetDev(recorded('proc-net-dev.txt'));
  t.deepEqual([...own.keys()], ['lo', 'eth0']);
  t.true((own.get('eth0')?.tx ?? 0) > 100);
});

test('ports of a real bridge: those without drop counters say so', (t) => {
  const ports = portCounters(recorded('dump-ports-br-int.txt'));
  t.true(ports.has('LOCAL') && ports.size === 7);
  const withDrops = [...ports.values()].filter(({ rxLost }) => rxLost !== undefined);
  t.is(withDrops.length, 4);
  t.true([...ports.values()].some(({ rx, rxLost }) => rx > 0 && rxLost === undefined));
});

test('the flows of this very packet grew by what was sent, both ways', (t) => {
  const [before, after] = [flows('flows-before.txt'), flows('flows-after.txt')];
  const request = { source: '10.233.65.4', destination: '10.233.66.4', protocol: 1 };
  const reply = { source: '10.233.66.4', destination: '10.233.65.4', protocol: 1 };
  const grown = (match: Parameters<typeof flowGrowth>[2]): number => flowGrowth(before, after, match);
  t.is(grown({ ...request, inPort: 'pf0vf1', firstPass: true }), 20);
  t.is(grown({ ...request, inPort: 'pf0vf1', toTunnel: true }), 20);
  t.is(grown({ ...reply, fromTunnel: true, firstPass: true }), 20);
  t.is(grown({ ...reply, toPort: 'pf0vf1' }), 20);
  t.is(grown({ ...request, inPort: 'pf0vf2' }), 0);
  t.is(grown({ ...request, destination: '10.233.66.5', inPort: 'pf0vf1' }), 0);
  t.is(grown({ ...request, protocol: 6, inPort: 'pf0vf1' }), 0);
});

test('a flow that was made anew counts from zero; multicast and neighbour requests are no packets of a path', (t) => {
  const flow = (
    counter: number,
    ufid: string,
    extra = 'eth(src=0a:58:0a:e9:41:04,dst=0a:58:0a:e9:41:01),eth_type(0x0800)',
  ) =>
    parseFlow(
      `ufid:${ufid}, recirc_id(0),in_port(a),${extra},ipv4(src=10.0.0.1,dst=10.0.0.2,proto=1,frag=no), packets:${counter}, bytes:0, used:1s, actions:b`,
    ) as NonNullable<ReturnType<typeof parseFlow>>;
  const id = '0e581804-a911-43fb-b833-31906ec6445d';
  const match = { inPort: 'a', protocol: 1 };
  t.is(flowGrowth([flow(10, id)], [flow(4, id)], match), 4);
  t.is(flowGrowth([flow(10, id)], [flow(14, id)], match), 4);
  t.is(flowGrowth([], [flow(4, id)], match), 4);
  t.false(
    matchesFlow(flow(1, id, 'eth(src=0a:58:0a:e9:41:04,dst=33:33:00:00:00:02),eth_type(0x86dd)'), match),
  );
  t.false(
    matchesFlow(flow(1, id, 'eth(src=0a:58:0a:e9:41:04,dst=ff:ff:ff:ff:ff:ff),eth_type(0x0806)'), match),
  );
});

test('actions of both datapaths', (t) => {
  const kernel =
    'set(tunnel(tun_id=0x3,dst=192.168.41.128,ttl=64,tp_dst=6081,flags(df|csum|key))),genev_sys_6081';
  t.true(entersTunnel(kernel) && sendsTo(kernel, 'genev_sys_6081'));
  t.true(sendsTo('check_pkt_len(size=1414,gt(userspace(pid=1)),le(pf0vf1))', 'pf0vf1'));
  t.false(sendsTo('pf0vf10,pf0vf11', 'pf0vf1'));
  t.false(entersTunnel('pf0vf1'));
});

test('addresses as flows show them', (t) => {
  t.true(matchesAddress('10.233.65.4/255.255.255.252', '10.233.65.6'));
  t.false(matchesAddress('10.233.65.4/255.255.255.252', '10.233.65.8'));
  t.true(matchesAddress('10.233.66.4/0.0.0.0', '1.2.3.4'));
  t.true(matchesAddress(undefined, '1.2.3.4'));
  t.true(matchesAddress('fe80::/ffc0::', 'fe80::1'));
  t.false(matchesAddress('fe80::/ffc0::', 'fd00::1'));
  t.true(matchesAddress('fd00:0:0:0::1', 'fd00::1'));
  t.true(matchesAddress('::ffff:10.0.0.1', '::ffff:a00:1'));
  t.false(matchesAddress('10.0.0.1', 'fd00::1'));
  t.false(matchesAddress('nonsense', '10.0.0.1'));
});

test('what a queueing discipline dropped', (t) => {
  const queues = queueDrops(recorded('tc-s-qdisc.json'));
  t.is(queues.get('p0')?.kind, 'noqueue');
  const later = new Map([...queues, ['p0', { kind: 'tbf', packets: 7 }] as const]);
  t.deepEqual([...grownDrops(queues, later)], [['p0', { kind: 'tbf', packets: 7 }]]);
});

test('nothing that a node says makes a parser throw', (t) => {
  fc.assert(
    fc.property(hostileText, fc.jsonValue(), hostileText, (text, value, other) => {
      procNetDev(text);
      portCounters(text);
      queueDrops(text);
      queueDrops(JSON.stringify(value));
      linkCounters(value);
      matchesAddress(text, other);
      sendsTo(text, other);
    }),
  );
  const near = fc.array(
    fc.constantFrom(' ', 'port', '1', ': rx pkts=', '\n', 'tx pkts=', 'drop=?', 'eth0:', '9'),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(near, (parts) => {
      for (const { rx, tx } of [
        ...portCounters(parts.join('')).values(),
        ...procNetDev(parts.join('')).values(),
      ])
        if (!Number.isFinite(rx) || !Number.isFinite(tx)) throw new Error('no number');
    }),
  );
  t.pass();
});
