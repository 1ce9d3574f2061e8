import test from 'ava';
import fc from 'fast-check';
import { commandFailure, parseFact } from '../../facts/fact.ts';
import { FACTS, type FactName } from '../../facts/index.ts';
import { ovsInstallation } from '../../facts/ovs-installation.ts';
import { resolver } from '../../facts/resolver.ts';
import type { Source } from '../../facts/source.ts';
import { swaps } from '../../facts/swaps.ts';
import { tools } from '../../facts/tools.ts';
import { readAnswer } from '../../transports/answers.ts';
import { ask } from '../../transports/ask.ts';
import { localTransport } from '../../transports/local.ts';
import { unhurried } from '../helpers/asking.ts';

const said = (stdout: string, stderr = '') => ({ command: 'sh', exitCode: 0, stdout, stderr });

/** What this machine says. */
async function here(name: FactName) {
  const sources = Object.entries<Source>(FACTS[name].sources);
  const outcomes = await ask(
    localTransport(),
    sources.map(([, source]) => source),
    unhurried(),
  );
  const answers = Object.fromEntries(
    sources.map(([label, source]) => {
      const outcome = outcomes.get(source);
      return [label, outcome?.ok ? readAnswer(source, outcome.parts) : undefined];
    }),
  );
  return parseFact(
    FACTS[name] as Parameters<typeof parseFact>[0],
    answers as Parameters<typeof parseFact>[1],
  );
}

for (const name of [
  'dpf',
  'kernelModules',
  'ovsInstallation',
  'ovsOffloadLog',
  'resolver',
  'swaps',
  'sysctls',
  'tools',
] as const) {
  test(`${name} can be had from this machine`, async (t) => {
    const outcome = await here(name);
    t.true(outcome.ok, JSON.stringify(outcome));
  });
}

test('what is there on every Linux machine is found', async (t) => {
  const outcome = await here('sysctls');
  t.regex(
    String(outcome.ok && (outcome.value as ReadonlyMap<string, string>).get('net.ipv4.ip_forward')),
    /^[01]$/,
  );
});

// Hand-written after proc(5).
test('swap areas', (t) => {
  const parsed = (stdout: string, stderr = '') => parseFact(swaps, { table: said(stdout, stderr) });
  const head = 'Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n';
  t.deepEqual(parsed(head), { ok: true, value: [] });
  t.deepEqual(parsed(`${head}/dev/sda2                               partition\t8388604\t\t0\t\t-2\n`), {
    ok: true,
    value: [{ path: '/dev/sda2', type: 'partition', size: 8388604 }],
  });
  t.deepEqual(parsed('', 'sh: 1: cannot open /proc/swaps: No such file'), { ok: true, value: [] });
  t.false(parsed('').ok);
});

test('a later file overrides the stub listener of an earlier one, drop-ins in the order of their names', (t) => {
  const lines = [
    '/etc/resolv.conf\tnameserver 127.0.0.53',
    '/etc/systemd/resolved.conf\tDNSStubListener=yes',
    '/run/systemd/resolved.conf.d/90-last.conf\tDNSStubListener = no',
    '/etc/systemd/resolved.conf.d/10-first.conf\tDNSStubListenerExtra=192.0.2.1',
    '/etc/systemd/resolved.conf.d/10-first.conf\tDNSStubListener=udp',
  ];
  const outcome = parseFact(resolver, {
    lines: said(lines.join('\n')),
    resolved: ['/run/systemd/resolve/stub-resolv.conf'],
  });
  t.true(outcome.ok);
  if (!outcome.ok) return;
  t.deepEqual(outcome.value.nameservers, ['127.0.0.53']);
  t.deepEqual(
    outcome.value.stubListener.map(({ value }) => value),
    ['yes', 'udp', 'no'],
  );
});

test('a tool that the shell does not find is absent', (t) => {
  const outcome = parseFact(tools, { found: said('ip /usr/sbin/ip\nethtool \nlspci /usr/bin/lspci\n') });
  t.deepEqual(outcome.ok && [...outcome.value.keys()], ['ip', 'lspci']);
});

test('any text is a value or a reason', (t) => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      t.notThrows(() => parseFact(swaps, { table: said(text) }));
      t.notThrows(() => parseFact(resolver, { lines: said(text), resolved: [] }));
      t.notThrows(() => parseFact(tools, { found: said(text) }));
      t.notThrows(() => parseFact(FACTS.iprouteVersion, { version: said(text) }));
    }),
  );
});

test('a package of Open vSwitch is one whose files are there, and is named once', (t) => {
  const doc = '/usr/share/doc/openvswitch-switch';
  const outcome = parseFact(ovsInstallation, {
    packages: [`${doc}/changelog.Debian.gz`, `${doc}/copyright`],
    programs: { command: 'command -v', exitCode: 0, stdout: '', stderr: '' },
    units: [],
    wantedBy: [],
    initLinks: [],
    runtimeFiles: [],
  });
  t.true(outcome.ok);
  t.deepEqual(outcome.ok && outcome.value.packages, [doc]);
});

test('a program that may not be executed is not one that needs root', (t) => {
  const stderr = "chroot: failed to run command 'ovs-vsctl': Permission denied";
  const failure = commandFailure({ command: 'ovs-vsctl --format=json', exitCode: 126, stdout: '', stderr });
  t.is(failure.code, 'permission');
  t.is(failure.message, "ovs-vsctl is on the node and can't be executed");
});
