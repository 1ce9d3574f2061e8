import { spawnSync } from 'node:child_process';
import test from 'ava';
import fc from 'fast-check';
import { defineCheck, verdictOf } from '../../checks/define.ts';
import { evidence } from '../../facts/fact.ts';

/** The remedy that a check gives about a device of that name. */
function remedyFor(remedy: string, name: string): string {
  const check = defineCheck({
    id: 'test/remedy',
    title: 'it works',
    description: 'a check of this test',
    severity: 'error',
    scope: 'node',
    roles: ['dpu'],
    tags: [],
    covers: [],
    requires: [],
    messages: { BROKEN: { text: '{name} is broken', cause: 'the test', remedy } },
    docs: ['here'],
    judge({ report }) {
      const seen = [evidence('a file', name)];
      const about = { subject: name, args: { name }, observed: 'broken', expected: 'whole', evidence: seen };
      return verdictOf([report('BROKEN', about as never)], seen);
    },
  });
  const judgement = check.judge({
    facts: {},
    expected: {},
    subject: { name: 'here', role: 'dpu', simulation: undefined },
  });
  if (!('findings' in judgement)) throw new Error('a finding was expected');
  return judgement.findings[0]?.remedy ?? '';
}

const PLAIN: readonly (readonly [remedy: string, value: string, filled: string])[] = [
  ['sudo ip link set {name} up', 'enp3s0f0np0', 'sudo ip link set enp3s0f0np0 up'],
  ['ip -{name} route del default', '4', 'ip -4 route del default'],
  ['ip route del {name}', 'default via 10.0.0.1 dev eth0', 'ip route del default via 10.0.0.1 dev eth0'],
  ['id="{name}"', 'dpu-host', 'id="dpu-host"'],
  ['Name it: --set pf={name}', '<netdev>', 'Name it: --set pf=<netdev>'],
];

for (const [remedy, value, filled] of PLAIN) {
  test(`a remedy stays as it is documented: ${remedy} with ${value}`, (t) => {
    t.is(remedyFor(remedy, value), filled);
  });
}

/** Anything that a network device or a bridge can be called: no blanks, and printable as a report shows it. */
const deviceName = fc
  .string({ unit: fc.constantFrom(...'ax0$()`\'";&|<>{}*?!#~\\[]=-%^'), minLength: 1, maxLength: 15 })
  .filter((name) => !/^<[\w-]+>$/.test(name));

test('a command with a name out of a node can be pasted: the shell takes the name for what it is', (t) => {
  const names = fc.sample(deviceName, 200);
  for (const remedy of ["printf '%s\\n' {name}", 'printf \'%s\\n\' "{name}"']) {
    const { stdout, stderr } = spawnSync('sh', {
      input: names.map((name) => remedyFor(remedy, name)).join('\n'),
      encoding: 'utf8',
    });
    t.is(stderr, '');
    t.deepEqual(stdout.split('\n').slice(0, -1), names);
  }
});

test('a name that steers the terminal can be seen in message and remedy', (t) => {
  const name = 'x\u001b]0;owned\u0007';
  t.is(remedyFor('ip link delete {name}', name), String.raw`ip link delete 'x\x1b]0;owned\x07'`);
});
