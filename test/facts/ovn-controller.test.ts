import test from 'ava';
import fc from 'fast-check';
import { parseFact } from '../../facts/fact.ts';
import { ovnController } from '../../facts/ovn-controller.ts';

const answered = (exitCode: number, stdout: string, stderr = '') =>
  parseFact(ovnController, {
    status: { command: 'ovs-appctl -t ovn-controller connection-status', exitCode, stdout, stderr },
  });

test('what a real ovn-controller 23.03 says', (t) => {
  t.deepEqual(answered(0, 'connected\n'), { ok: true, value: { connection: 'connected' } });
  t.deepEqual(answered(0, 'not connected\n'), { ok: true, value: { connection: 'not connected' } });
});

test('no pid file is no answer, and no failure', (t) => {
  t.deepEqual(answered(0, 'no pid file\n'), { ok: true, value: { connection: undefined } });
});

test('what keeps it from answering is told apart', (t) => {
  const failure = (exitCode: number, stderr: string) => {
    const outcome = answered(exitCode, '', stderr);
    return outcome.ok ? undefined : outcome.failure;
  };
  t.is(failure(1, 'sudo: a password is required')?.code, 'permission');
  t.is(failure(127, 'sh: 1: ovs-appctl: not found')?.code, 'missing-program');
  t.is(failure(142, 'fatal-signal|WARN|terminating with signal 14 (Alarm clock)')?.code, 'timeout');
  t.regex(
    failure(1, 'ovs-appctl: cannot connect to "/var/run/ovn/ovn-controller.9.ctl" (Connection refused)')
      ?.message ?? '',
    /does not answer/,
  );
});

test('whatever it says is a value or a reason', (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 255 }), fc.string(), fc.string(), (exitCode, stdout, stderr) => {
      const outcome = answered(exitCode, stdout, stderr);
      return outcome.ok || outcome.failure.message !== '';
    }),
  );
  t.pass();
});
