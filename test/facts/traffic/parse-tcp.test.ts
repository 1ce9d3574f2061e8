import test from 'ava';
import fc from 'fast-check';
import { parseTcp } from '../../../facts/traffic/parse-tcp.ts';
import { hostileText } from '../../helpers/hostile.ts';

const PAYLOAD = { lines: 1500, bytesPerLine: 11 };

const said = (stdout: string) =>
  parseTcp({ command: 'nc 10.0.0.1 5000', exitCode: 0, stdout, stderr: '' }, 40, PAYLOAD);

test('all that was sent came back', (t) => {
  t.like(said('nc ended with 0\n1500'), {
    ok: true,
    value: { connected: true, sent: 16_500, received: 16_500, why: undefined, durationMs: 40 },
  });
});

/* Messages of nc as Debian 12's busybox 1.35.0 and netcat-openbsd 1.219 print them. */
for (const [name, text, why] of [
  [
    'busybox, refused',
    "nc: can't connect to remote host (10.0.0.1): Connection refused\nnc ended with 1\n0",
    'connection refused',
  ],
  [
    'OpenBSD, refused',
    'nc: connect to 10.0.0.1 port 5000 (tcp) failed: Connection refused\nnc ended with 1\n0',
    'connection refused',
  ],
  ['busybox, no answer', 'nc: timed out\nnc ended with 1\n0', 'timed out'],
  [
    'OpenBSD, no answer',
    'nc: connect to 10.0.0.1 port 5000 (tcp) timed out: Operation now in progress\nnc ended with 1\n0',
    'timed out',
  ],
  [
    'busybox, no way',
    "nc: can't connect to remote host: Network is unreachable\nnc ended with 1\n0",
    'network is unreachable',
  ],
] as const) {
  test(`no connection: ${name}`, (t) => {
    t.like(said(text), { ok: true, value: { connected: false, received: 0, why } });
  });
}

test('a connection over which nothing comes back is one, and is told from none', (t) => {
  for (const code of [124, 137, 143])
    t.like(said(`nc ended with ${code}\n0`), {
      value: { connected: true, received: 0, why: 'the rest did not come in time' },
    });
  t.like(said('nc ended with 0\n0'), { value: { connected: true, received: 0 } });
  t.like(said('Connection to 10.0.0.1 5000 port [tcp/*] succeeded!\nnc ended with 1\n0'), {
    value: { connected: true, received: 0 },
  });
});

test('what came back in part or too often is less than what was sent', (t) => {
  t.like(said('nc ended with 143\n700'), { value: { received: 7700, why: 'the rest did not come in time' } });
  const tooMuch = said('nc ended with 0\n1501');
  t.like(tooMuch, { value: { connected: true, why: 'more came back than was sent' } });
  t.true(tooMuch.ok && tooMuch.value.received < tooMuch.value.sent);
});

test('without nc, or with an answer that was cut, nothing is known', (t) => {
  t.like(said('sh: nc: not found\nnc ended with 127\n0'), {
    ok: false,
    failure: { code: 'missing-program' },
  });
  t.like(said('nc ended with 0'), { ok: false, failure: { code: 'command-failed' } });
  t.like(said('1500'), { ok: false, failure: { code: 'command-failed' } });
});

test('any text is an answer or a failure, and none of it can drive a terminal', (t) => {
  fc.assert(
    fc.property(hostileText, fc.nat(2000), (noise, lines) => {
      const outcome = said(`${noise}\nnc ended with 0\n${lines}`);
      if (outcome.ok) t.true(outcome.value.received <= outcome.value.sent);
      const shown = JSON.stringify(outcome, (_, value) =>
        typeof value === 'string' ? value.replaceAll('\n', '') : value,
      );
      t.notRegex(shown, /\\u00[01]|\\[bfrt]|[\u007f-\u009f]/);
    }),
  );
});
