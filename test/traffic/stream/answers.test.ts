import test from 'ava';
import fc from 'fast-check';
import { parseFact } from '../../../facts/fact.ts';
import type { Link } from '../../../facts/links.ts';
import { iperf3Received } from '../../../traffic/stream/conversation.ts';
import { refusalsOf } from '../../../traffic/stream/refusals.ts';
import { whatStandsIn } from '../../../traffic/stream/representor.ts';
import { sentSegments } from '../../../traffic/stream/sent.ts';
import { readDump, watchOf } from '../../../traffic/stream/watch.ts';

const dump = (stdout: string, stderr = '') =>
  readDump({ command: 'ovs-appctl dpctl/dump-flows', exitCode: 0, stdout, stderr });

const LINE = 'recirc_id(0),in_port(pf0vf1),eth_type(0x0800), packets:1, bytes:1, used:1s, actions:2';

test('a dump is whole, cut or a failure', (t) => {
  t.like(dump(`${LINE}\nexit 0\n`), { ok: true, value: { cut: false, flows: { length: 1 } } });
  t.like(dump('exit 0\n'), { ok: true, value: { cut: false, flows: { length: 0 } } });
  t.like(dump(`${`${LINE}\n`.repeat(2000)}exit 0\n`), { ok: true, value: { cut: true } });
  t.like(dump(`${LINE.slice(0, 40)}\nexit 0\n`), { ok: true, value: { cut: true } }, 'an unreadable line');
  t.false(dump(`${LINE}\n`).ok, 'ended in the middle');
  const refused = dump('exit 2\n', 'multiple datapaths, specify one\n');
  t.regex(refused.ok ? '' : (refused.failure.evidence?.said ?? ''), /multiple datapaths/);
});

test('a name of a port stays one word of the script, and one text of the pattern', (t) => {
  const { flows, device } = watchOf({ name: "a'; id #.*" });
  t.true(flows.kind === 'shell' && flows.script.includes("(a['\\''][;][ ]id[ ][#][.][*]|[0-9]+)"));
  t.true(device.kind === 'shell' && device.script.includes("'a'\\''; id #.*'"));
});

const snmp = (stdout: string) =>
  parseFact(sentSegments, { snmp: { command: 'cat /proc/net/snmp', exitCode: 0, stdout, stderr: '' } });

test('segments sent are found by the name of their column', (t) => {
  // As printed by Linux 6.12 in the virtual machine.
  const text =
    'Ip: Forwarding DefaultTTL\nIp: 1 64\nTcp: RtoAlgorithm RtoMin RtoMax MaxConn ActiveOpens PassiveOpens AttemptFails EstabResets CurrEstab InSegs OutSegs RetransSegs InErrs OutRsts InCsumErrors\nTcp: 1 200 120000 -1 0 0 0 0 0 7 9 0 0 0 0\n';
  t.deepEqual(snmp(text), { ok: true, value: 9 });
  t.false(snmp('Tcp: InSegs\nTcp: 7\n').ok);
  t.false(snmp('').ok);
});

test('bytes that iperf3 received', (t) => {
  t.is(iperf3Received('{"end":{"sum_received":{"bytes":82837504}}}'), 82_837_504);
  for (const text of ['', '{}', '{"error":"unable to connect"}', '[1', '{"end":null}'])
    t.is(iperf3Received(text), 0);
});

test('lines of the log are refusals only where they came during the stream', (t) => {
  t.deepEqual(refusalsOf([['a'], ['a', 'b']]), ['b']);
  t.is(refusalsOf([['a']]), undefined);
  t.is(refusalsOf(), undefined);
});

const link = (given: Partial<Link>): Link => ({ name: 'pf0vf1', kind: undefined, ...given }) as Link;

const standIn = (links: readonly Link[], given: Partial<Parameters<typeof whatStandsIn>[1]> = {}) =>
  whatStandsIn('pf0vf1', { chassis: 'dpu1', links, netdev: undefined, simulation: undefined, ...given });

test('what stands in for hardware is found by what it is made of', (t) => {
  t.is(standIn([link({})]), undefined);
  t.is(standIn([]), undefined, 'a port of DOCA may have no network device');
  t.regex(standIn([link({ kind: 'veth' })])?.simulated ?? '', /one end of a veth pair/);
  t.regex(standIn([link({ kind: 'tun' })])?.simulated ?? '', /of kind tun/);
  t.regex(standIn([link({})], { simulation: 'tap' })?.simulated ?? '', /simulated node/);
  const ofNetdevsim = { sysfsLink: '../../devices/netdevsim10/net/pf0vf1' } as never;
  t.like(standIn([link({})], { netdev: ofNetdevsim }), { takesFlows: true });
  t.is(standIn([link({ kind: 'veth' })])?.takesFlows, false);
});

test('any text is an answer or a reason', (t) => {
  const word = fc.constantFrom(
    'Tcp: ',
    'OutSegs',
    '7',
    ' ',
    '\n',
    'exit 0\n',
    LINE,
    '{"end":',
    '}',
    '[',
    '-1',
  );
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(word, { maxLength: 30 }).map((words) => words.join('')),
  );
  fc.assert(
    fc.property(text, (said) => {
      t.notThrows(() => dump(said));
      const sent = snmp(said);
      t.true(!sent.ok || sent.value >= 0);
      t.true(Number.isFinite(iperf3Received(said)));
    }),
  );
});
