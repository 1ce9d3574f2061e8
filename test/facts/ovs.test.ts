import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import { parseFact } from '../../facts/fact.ts';
import { ovs } from '../../facts/ovs.ts';
import { ovsdbMap, ovsdbNumber, ovsdbText, ovsdbUuids, tableRows } from '../../facts/ovsdb-json.ts';

const recorded = (name: string): string =>
  readFileSync(resolve(import.meta.dirname, '../recorded/ovs', name), 'utf8');

const answered = (stdout: string, exitCode = 0, stderr = '') =>
  parseFact(ovs, { tables: { command: 'ovs-vsctl list', exitCode, stdout, stderr } });

const failure = (exitCode: number, stderr: string) => {
  const outcome = answered('', exitCode, stderr);
  return outcome.ok ? undefined : outcome.failure;
};

test('bridges, ports and interfaces of a real database', (t) => {
  const outcome = answered(recorded('list-healthy.json'));
  if (!outcome.ok) return t.fail(outcome.failure.message);
  const { openVSwitch, bridges, present } = outcome.value;
  t.true(present);
  t.is(openVSwitch.ovsVersion, '3.1.0');
  t.is(openVSwitch.externalIds.get('host-k8s-nodename'), 'dpu-host');
  t.deepEqual([...openVSwitch.otherConfig], [['hw-offload', 'true']]);
  t.deepEqual(
    bridges.map(({ name, failMode, datapathType }) => ({ name, failMode, datapathType })),
    [
      { name: 'br-int', failMode: 'secure', datapathType: 'netdev' },
      { name: 'brp0', failMode: undefined, datapathType: 'netdev' },
    ],
  );
  t.deepEqual(
    bridges[1]?.ports.map(({ name }) => name),
    ['brp0', 'p0', 'patch-brp0_dpu-host-to-br-int', 'pf0hpf'],
  );
  const tunnel = bridges[0]?.ports.find(({ name }) => name === 'ovn-8c1016-0')?.interfaces[0];
  t.is(tunnel?.type, 'geneve');
  t.is(tunnel?.options.get('remote_ip'), '192.168.40.111');
  t.is(tunnel?.error, undefined);
});

test('the key of a tunnel with IPsec does not leave the fact', (t) => {
  const real = recorded('list-healthy.json');
  const withKey = real.replace('["remote_ip"', '["psk","swordfish"],["remote_ip"');
  t.not(withKey, real);
  const outcome = answered(withKey);
  if (!outcome.ok) return t.fail(outcome.failure.message);
  const all = outcome.value.bridges.flatMap(({ ports }) => ports.flatMap(({ interfaces }) => interfaces));
  const tunnel = all.find(({ options }) => options.has('psk'));
  t.is(tunnel?.options.get('psk'), '<hidden>');
  t.is(tunnel?.options.get('remote_ip'), '192.168.40.111');
});

test('errors of interfaces in a real database', (t) => {
  const outcome = answered(recorded('list-stale-port-and-wrong-peer.json'));
  if (!outcome.ok) return t.fail(outcome.failure.message);
  const all = outcome.value.bridges.flatMap(({ ports }) => ports.flatMap(({ interfaces }) => interfaces));
  const stale = all.find(({ name }) => name === 'pf0vf9');
  t.is(stale?.error, 'could not open network device pf0vf9 (No such device)');
  t.is(stale?.ofport, -1);
  t.regex(all.find(({ name }) => name === 'patch-brp0_dpu-host-to-br-int')?.error ?? '', /^No usable peer/);
});

test('a node without the socket has no Open vSwitch', (t) => {
  const outcome = answered('absent\n');
  t.true(outcome.ok && !outcome.value.present && outcome.value.bridges.length === 0);
});

test('what keeps ovs-vsctl from answering is told apart', (t) => {
  t.like(failure(1, recorded('vsctl-dead.err')), {
    code: 'command-failed',
    message: 'ovsdb-server is not running, or its socket is not in /var/run/openvswitch',
  });
  t.is(failure(142, recorded('vsctl-stopped.err'))?.code, 'timeout');
  t.is(
    failure(1, 'ovs-vsctl: unix:/var/run/openvswitch/db.sock: database connection failed (Permission denied)')
      ?.code,
    'permission',
  );
  t.is(failure(1, 'sudo: a password is required')?.code, 'permission');
  t.is(failure(127, 'sh: 1: ovs-vsctl: not found')?.code, 'missing-program');
  t.is(
    failure(1, 'ovs-vsctl: Bridge does not contain a column whose name matches "fail_mode"')?.code,
    'command-failed',
  );
});

test('a cut or foreign answer is no database', (t) => {
  const whole = recorded('list-healthy.json');
  for (const text of [
    '',
    'absent?',
    '{}',
    whole.slice(0, whole.length / 2),
    whole.split('\n').slice(0, 3).join('\n'),
  ]) {
    const outcome = answered(text);
    t.is(outcome.ok ? 'ok' : outcome.failure.code, 'unparsable', text.slice(0, 20));
  }
});

test('any text is a value or a reason', (t) => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 0, max: 255 }), (text, exitCode) => {
      const outcome = answered(text, exitCode, text);
      t.true(outcome.ok || outcome.failure.message.length > 0);
    }),
  );
});

test('any JSON in the place of a table or a value is read without an exception', (t) => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const line = JSON.stringify({ headings: ['_uuid', 'name', 'ports'], data: [[value, value, value]] });
      answered([line, line, line, line].join('\n'));
      for (const read of [ovsdbMap, ovsdbNumber, ovsdbText, ovsdbUuids, tableRows])
        t.notThrows(() => read(value));
    }),
  );
});

// Hand-written after RFC 7047, section 5.1.
test('sets, maps and UUIDs', (t) => {
  t.is(ovsdbText('a'), 'a');
  t.is(ovsdbText(['set', []]), undefined);
  t.is(ovsdbNumber(['set', [3]]), 3);
  t.deepEqual(ovsdbUuids(['uuid', 'x']), ['x']);
  t.deepEqual(
    ovsdbUuids([
      'set',
      [
        ['uuid', 'x'],
        ['uuid', 'y'],
      ],
    ]),
    ['x', 'y'],
  );
  t.deepEqual([...ovsdbMap(['map', [['k', 'v']]])], [['k', 'v']]);
});
