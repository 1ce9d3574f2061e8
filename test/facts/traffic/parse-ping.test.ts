import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import { parsePing } from '../../../facts/traffic/parse-ping.ts';
import { hostileText } from '../../helpers/hostile.ts';

const RECORDED = resolve(import.meta.dirname, '../../recorded/ping');

/** What a recorded ping said, as it comes from a node. */
function recorded(name: string) {
  const [first = '', ...lines] = readFileSync(resolve(RECORDED, `${name}.txt`), 'utf8').split('\n');
  const end = lines.findIndex((line) => line.startsWith('exit code '));
  return parsePing(
    {
      command: first.slice(2),
      exitCode: Number(lines[end]?.slice('exit code '.length)),
      stdout: lines.slice(0, end).join('\n'),
      stderr: '',
    },
    900,
    first.split(' ').at(-1) ?? '',
  );
}

const said = (stdout: string, exitCode = 1) =>
  parsePing({ command: 'ping', exitCode, stdout, stderr: '' }, 900, '10.0.0.9');

for (const [name, expected] of [
  ['iputils-received', { sent: 3, received: 3, errors: [], tooLong: false }],
  ['iputils-received-v6', { sent: 3, received: 3, errors: [], tooLong: false }],
  ['busybox-received', { sent: 3, received: 3, errors: [], tooLong: false }],
  ['busybox-received-v6', { sent: 3, received: 3, errors: [], tooLong: false }],
  ['busybox-fragmented', { sent: 3, received: 3, tooLong: false }],
  ['busybox-nothing-back', { sent: 3, received: 0, errors: [], rtt: undefined }],
  ['busybox-filtered', { sent: 3, received: 0, errors: [] }],
  ['iputils-nothing-back', { sent: 3, received: 0, errors: [], rtt: undefined, tooLong: false }],
  ['iputils-host-unreachable', { received: 0, errors: ['Destination Host Unreachable'], tooLong: false }],
  ['iputils-ttl', { received: 0, errors: ['Time to live exceeded'] }],
  ['iputils-filtered', { received: 0, errors: ['Packet filtered'] }],
  ['iputils-message-too-long', { tooLong: true, errors: ['local error: message too long, mtu=1500'] }],
  [
    'iputils-frag-needed',
    {
      tooLong: true,
      errors: ['Frag needed and DF set (mtu = 1300)', 'local error: message too long, mtu=1300'],
    },
  ],
  [
    'iputils-packet-too-big-v6',
    { tooLong: true, errors: ['Packet too big: mtu=1300', 'local error: message too long, mtu: 1300'] },
  ],
] as const) {
  test(`as ping said it: ${name}`, (t) => {
    const outcome = recorded(name);
    t.true(outcome.ok);
    t.like(outcome, { value: { protocol: 'icmp', durationMs: 900, ...expected } });
  });
}

test('every recorded output is looked at, and those without a packet tell that nothing was sent', (t) => {
  const names = readdirSync(RECORDED).filter((name) => name.endsWith('.txt'));
  t.true(names.length > 10);
  const unsent = names.filter((name) => {
    const outcome = recorded(name.replace('.txt', ''));
    return !outcome.ok || outcome.value.sent === 0;
  });
  t.deepEqual(unsent.sort(), ['busybox-no-route.txt', 'iputils-no-route.txt']);
});

test('round trips of both programs, in milliseconds', (t) => {
  t.like(recorded('iputils-received'), { value: { rtt: { min: 0.05, average: 0.058, max: 0.069 } } });
  t.like(recorded('busybox-received'), { value: { rtt: { min: 0.053, average: 0.08, max: 0.11 } } });
});

test('that the sender knows no way there is a result: it is what is wrong', (t) => {
  const none = { sent: 0, received: 0, tooLong: false };
  t.like(recorded('iputils-no-route'), { value: { ...none, unsent: 'no route to host' } });
  t.like(recorded('busybox-no-route'), { value: { ...none, unsent: 'no route to host' } });
  for (const [line, unsent] of [
    ['ping: connect: Network is unreachable', 'network is unreachable'],
    ['connect: Network is unreachable', 'network is unreachable'],
    ['ping: sendto: Network unreachable', 'network unreachable'],
    ['ping: sendto: Host is unreachable', 'host is unreachable'],
  ] as const)
    t.like(said(`PING 10.0.0.1 (10.0.0.1): 56 data bytes\n${line}`), { value: { ...none, unsent } });
});

test('ping that sent nothing for another reason is a failure in its own words, never a result', (t) => {
  t.like(said(''), { ok: false, failure: { code: 'no-packets' } });
  t.like(said('0 packets transmitted, 0 received, 100% packet loss, time 0ms'), {
    ok: false,
    failure: { code: 'no-packets' },
  });
  t.like(said('sh: ping: not found', 127), { ok: false, failure: { code: 'missing-program' } });
  t.like(said('ping: socket: Operation not permitted', 2), { ok: false, failure: { code: 'no-packets' } });
});

/* The next two by hand, after iputils' ping_common.c: a network that duplicates could not be had. */
test('duplicates and corrupted replies are not among the received', (t) => {
  const line = '3 packets transmitted, 3 received, +3 duplicates, +1 corrupted, 0% packet loss, time 2003ms';
  t.like(said(line, 0), { value: { sent: 3, received: 3 } });
});

test('an answer from somebody else, and one that is cut short or altered, is none', (t) => {
  const reply = (from: string, more = 'time=0.1 ms') => `64 bytes from ${from}: icmp_seq=1 ttl=62 ${more}`;
  const counts = '3 packets transmitted, 3 received, 0% packet loss, time 2003ms';
  const of = (...lines: readonly string[]) => said([...lines, counts].join('\n'), 0);
  t.like(of(reply('10.0.0.9'), reply('10.0.0.9', 'time=0.1 ms (DUP!)')), {
    value: { received: 3, errors: [] },
  });
  t.like(of('64 bytes from a.example (10.0.0.9): icmp_seq=1 ttl=62 time=0.1 ms'), { value: { received: 3 } });
  t.like(of(...Array.from({ length: 3 }, () => reply('10.0.0.7', 'time=0.1 ms (DIFFERENT ADDRESS!)'))), {
    value: { received: 0, errors: ['answers came from 10.0.0.7 instead'] },
  });
  t.like(of('64 bytes from 10.0.0.7: seq=0 ttl=62 time=0.100 ms'), { value: { received: 2 } });
  t.like(of(reply('10.0.0.9', '(truncated)')), {
    value: { received: 2, errors: ['answers were cut short'] },
  });
  t.like(of(reply('10.0.0.9'), 'wrong data byte #16 should be 0x10 but was 0xff'), {
    value: { received: 2, errors: ['answers held other bytes than were sent'] },
  });
});

test('a share of a percent and the pipe line are no riddle', (t) => {
  const text = '7 packets transmitted, 4 received, +2 errors, 42.8571% packet loss, time 6129ms\npipe 3';
  t.like(said(text), { value: { sent: 7, received: 4 } });
});

test('any text is a result or a failure, and none of it can drive a terminal', (t) => {
  const text = fc.oneof(
    hostileText,
    hostileText.map((noise) => `From 10.0.0.1 icmp_seq=1 ${noise}\n3 packets transmitted, 1 received, `),
  );
  fc.assert(
    fc.property(text, fc.integer({ min: 0, max: 255 }), (stdout, exitCode) => {
      const outcome = said(stdout, exitCode);
      const shown = JSON.stringify(outcome, (_, value) =>
        typeof value === 'string' ? value.replaceAll('\n', '') : value,
      );
      t.notRegex(shown, /[\u0000-\u001f\u007f-\u009f]/);
      t.notRegex(shown, /\\u00[01]|\\[bfrt]/);
    }),
  );
});
