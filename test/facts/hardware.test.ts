import { execFileSync } from 'node:child_process';
import test from 'ava';
import fc from 'fast-check';
import { devlink } from '../../facts/devlink.ts';
import { ethtool } from '../../facts/ethtool.ts';
import { parseFact } from '../../facts/fact.ts';
import { lspci } from '../../facts/lspci.ts';
import type { CommandAnswer } from '../../facts/source.ts';

const answer = (stdout: string, given: Partial<CommandAnswer> = {}): CommandAnswer => ({
  command: 'test',
  exitCode: 0,
  stdout,
  stderr: '',
  ...given,
});

/** What a command of this machine prints; undefined where it is not installed or fails. */
function run(file: string, ...args: string[]): string | undefined {
  try {
    return execFileSync(file, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    return undefined;
  }
}

test('lspci lists functions by address', (t) => {
  // Seed A's VF as lspci -nD would print it; written by hand.
  const outcome = parseFact(lspci, { list: answer('0000:02:00.3 0200: 15b3:101e (rev 01)\n') });
  t.deepEqual(outcome.ok && [...outcome.value.values()], [
    { address: '0000:02:00.3', class: '0200', vendor: '15b3', device: '101e', revision: '01' },
  ]);
  const gone = parseFact(lspci, { list: answer('0000:02:00.3 0200: 15b3:101e (rev ff) (prog-if ff)\n') });
  t.is(gone.ok && gone.value.get('0000:02:00.3')?.revision, 'ff');
  const real = run('lspci', '-nD');
  if (real === undefined) return t.log('lspci is not installed here');
  const parsed = parseFact(lspci, { list: answer(real) });
  t.is(parsed.ok && parsed.value.size, real.trim() === '' ? 0 : real.trim().split('\n').length);
});

test('lspci that is missing or says something else is a reason', (t) => {
  const missing = parseFact(lspci, { list: answer('', { exitCode: 127, command: 'lspci -nD' }) });
  t.is(!missing.ok && missing.failure.code, 'missing-program');
  const other = parseFact(lspci, { list: answer('pcilib: Cannot open /proc/bus/pci\n') });
  t.is(!other.ok && other.failure.code, 'unparsable');
});

test('ethtool tells hw-tc-offload of each device', (t) => {
  const said =
    'Features for p0:\nhw-tc-offload: on\nFeatures for en3f0pf0sf0:\nFeatures for lo:\nhw-tc-offload: off [fixed]\n';
  const outcome = parseFact(ethtool, { features: answer(said) });
  t.deepEqual(outcome.ok && [...outcome.value], [
    ['p0', { on: true, fixed: false, said: 'hw-tc-offload: on' }],
    ['lo', { on: false, fixed: true, said: 'hw-tc-offload: off [fixed]' }],
  ]);
  const real = run('ethtool', '-k', 'lo');
  if (real === undefined) return t.log('ethtool is not installed here');
  const parsed = parseFact(ethtool, { features: answer(real) });
  t.is(parsed.ok && parsed.value.get('lo')?.on, false);
});

/** devlink's JSON form of what samples 061 and 063 show in plain text; written by hand. */
const PORTS =
  '{"port":{"pci/0000:03:00.0/65535":{"type":"eth","netdev":"p0","flavour":"physical","port":0},"pci/0000:03:00.0/1":{"type":"eth","netdev":"pf0vf0","flavour":"pcivf","controller":1,"pfnum":0,"vfnum":0,"external":true}}}';

test('devlink tells the mode of each eswitch and the flavour of each port', (t) => {
  const eswitches = [
    '',
    'eswitch pci/0000:03:00.0',
    '{"dev":{"pci/0000:03:00.0":{"mode":"switchdev","inline-mode":"none","encap-mode":"basic"}}}',
    '',
    'eswitch pci/0000:05:00.0',
    'kernel answers: Operation not supported',
    '',
  ].join('\n');
  const outcome = parseFact(devlink, { ports: answer(PORTS), eswitches: answer(eswitches) });
  if (!outcome.ok) return t.fail(outcome.failure.message);
  t.deepEqual(
    [...outcome.value.eswitches.values()],
    [
      { handle: 'pci/0000:03:00.0', mode: 'switchdev', encap: 'basic', refused: undefined },
      {
        handle: 'pci/0000:05:00.0',
        mode: undefined,
        encap: undefined,
        refused: 'kernel answers: Operation not supported',
      },
    ],
  );
  t.deepEqual(
    outcome.value.ports.map(({ device, flavour, external, vfNumber }) => ({
      device,
      flavour,
      external,
      vfNumber,
    })),
    [
      { device: 'pci/0000:03:00.0', flavour: 'physical', external: false, vfNumber: undefined },
      { device: 'pci/0000:03:00.0', flavour: 'pcivf', external: true, vfNumber: 0 },
    ],
  );
  return undefined;
});

test('a node without devlink says why', (t) => {
  const silent = answer('');
  const missing = parseFact(devlink, {
    ports: answer('', { exitCode: 127, command: 'devlink' }),
    eswitches: silent,
  });
  t.is(missing.ok && missing.value.unavailable?.code, 'missing-program');
  const stderr = 'Failed to connect to devlink Netlink';
  const none = parseFact(devlink, { ports: answer('', { exitCode: 1, stderr }), eswitches: silent });
  t.is(none.ok && none.value.unavailable?.code, 'command-failed');
  const old = parseFact(devlink, { ports: answer('pci/0000:03:00.0/1: type eth\n'), eswitches: silent });
  t.is(!old.ok && old.failure.code, 'unparsable');
});

test('whatever a node says, each parse ends with a value or a reason', (t) => {
  const text = fc.oneof(
    fc.string(),
    fc.json(),
    fc
      .array(
        fc.constantFrom(
          'eswitch ',
          'Features for :',
          'hw-tc-offload: ',
          '{"port":[]}',
          '{"port":{"":1}}',
          '0000:',
        ),
      )
      .map((lines) => lines.join('\n')),
  );
  fc.assert(
    fc.property(text, text, fc.integer({ min: 0, max: 255 }), (one, other, exitCode) => {
      const first = answer(one, { exitCode });
      for (const outcome of [
        parseFact(lspci, { list: first }),
        parseFact(ethtool, { features: first }),
        parseFact(devlink, { ports: first, eswitches: answer(other) }),
      ]) {
        // That text is given to what a parse did not foresee.
        if (!outcome.ok && outcome.failure.message.includes("the answer can't be parsed"))
          throw new Error(outcome.failure.message);
      }
    }),
  );
  t.pass();
});
