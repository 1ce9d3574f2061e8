import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import { parseTrace } from '../../../facts/traffic/trace.ts';
import { hostileText } from '../../helpers/hostile.ts';

const recorded = (name: string): string =>
  readFileSync(resolve(import.meta.dirname, '../../recorded/traffic', name), 'utf8');

test('a packet that goes its way: drops of copies on the way are none', (t) => {
  const trace = parseTrace(recorded('trace-healthy.txt'));
  t.regex(trace?.actions ?? '', /tnl_push/);
  t.false(trace?.unknownPort);
  t.deepEqual(trace?.errors, []);
  t.is(trace?.neighbourMiss, undefined);
  t.deepEqual(trace?.tunnelTo, { mac: '10:70:fd:02:81:c0', address: '192.168.41.128' });
});

test('a flow that drops it is named', (t) => {
  const trace = parseTrace(recorded('trace-dropped.txt'));
  t.is(trace?.actions, 'drop');
  t.deepEqual(trace?.drop, { bridge: 'br-int', table: 0, flow: 'icmp,nw_dst=10.233.66.4, priority 60000' });
  t.false(trace?.unknownPort);
});

test("a flow that drops the tunnel's packet is named, though the packet itself was changed before", (t) => {
  const trace = parseTrace(recorded('trace-tunnel-dropped.txt'));
  t.notRegex(trace?.actions ?? '', /tnl_push/);
  t.like(trace, {
    isDropped: true,
    drop: { bridge: 'brp0', table: 0, flow: 'udp,tp_dst=6081, priority 60000' },
  });
  t.false(parseTrace(recorded('trace-healthy.txt'))?.isDropped);
});

test('a port of which nothing is known', (t) => {
  t.like(parseTrace(recorded('trace-unbound.txt')), { unknownPort: true, inPort: 'pf0vf1', actions: 'drop' });
});

test('a tunnel without a route, and one whose other end does not answer', (t) => {
  t.deepEqual(parseTrace(recorded('trace-no-route.txt'))?.errors, ['native tunnel routing failed']);
  t.is(parseTrace(recorded('trace-no-neighbour.txt'))?.neighbourMiss, '192.168.41.99');
});

test('a trace that was cut is none, and nothing makes the parser throw', (t) => {
  t.is(parseTrace('Flow: icmp,in_port=a\n\nbridge("br-int")\n'), undefined);
  fc.assert(fc.property(hostileText, (text) => void parseTrace(`${text}\nDatapath actions: ${text}`)));
});
