import { chmodSync, mkdirSync, symlinkSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import { stringify } from 'yaml';
import { InventoryError, loadInventory, readInventory } from '../../inventory/load.ts';
import { cpuClock } from '../helpers/cpu-clock.ts';
import { fileWith, refused } from '../helpers/inventory.ts';
import { temporaryDirectory } from '../helpers/temporary.ts';

const nodes = (text: string): string => `version: 1\nnodes:\n${text}`;

test('an inventory with every key is read', async (t) => {
  const file = fileWith(
    t,
    `version: 1
defaults:
  ssh: { user: admin, identityFile: keys/all, port: 2222 }
  expect: { veth-pairs: 8, gateway-interface: eth0 }
nodes:
  - name: host1
    role: dpu-host
    simulation: veth
    dpu: dpu1
    ssh: { address: 10.0.0.1, port: 22, user: root, identityFile: ~/id, knownHostsFile: known, proxyJump: jump:22 }
    expect: { veth-pairs: 16, testbed-node-numbers: [2, 3] }
  - name: dpu1
    container: { engine: podman, name: dpu-worker2 }
  - name: kind1
    container: { name: dpu-worker3 }
  - { name: here, local: true }
  - { name: recorded, recorded: nodes/one.json }
  - { name: alias }
`,
  );
  const folder = dirname(file);
  const inventory = await loadInventory(file);
  t.is(inventory.source, file);
  const defaults = { 'veth-pairs': 8, 'gateway-interface': 'eth0' };
  t.deepEqual(inventory.nodes, [
    {
      name: 'host1',
      role: 'dpu-host',
      simulation: 'veth',
      dpu: 'dpu1',
      access: {
        kind: 'ssh',
        ssh: {
          address: '10.0.0.1',
          port: 22,
          user: 'root',
          identityFile: join(homedir(), 'id'),
          knownHostsFile: join(folder, 'known'),
          proxyJump: 'jump:22',
        },
      },
      expect: { ...defaults, 'veth-pairs': 16, 'testbed-node-numbers': ['2', '3'] },
    },
    {
      name: 'dpu1',
      role: 'dpu',
      access: { kind: 'container', engine: 'podman', container: 'dpu-worker2' },
      expect: defaults,
    },
    {
      name: 'kind1',
      access: { kind: 'container', engine: 'docker', container: 'dpu-worker3' },
      expect: defaults,
    },
    { name: 'here', access: { kind: 'local' }, expect: defaults },
    {
      name: 'recorded',
      access: { kind: 'recorded', file: join(folder, 'nodes/one.json') },
      expect: defaults,
    },
    {
      name: 'alias',
      access: {
        kind: 'ssh',
        ssh: { address: 'alias', user: 'admin', port: 2222, identityFile: join(folder, 'keys/all') },
      },
      expect: defaults,
    },
  ]);
});

for (const [what, text, message] of [
  ['malformed YAML', nodes('  - name: a\n   role: dpu\n'), /^inv\.yaml:4:\d+: malformed YAML/],
  ['an unclosed quote', nodes('  - name: "a\n'), /^inv\.yaml:\d+:\d+: malformed YAML/],
  [
    'several documents',
    'version: 1\nnodes: [{name: a}]\n---\nversion: 1\n',
    /^inv\.yaml:3:\d+: malformed YAML/,
  ],
  ['a key twice', 'version: 1\nversion: 1\nnodes: [{name: a}]\n', /^inv\.yaml:2:\d+: malformed YAML.*unique/],
  ['a list', '- a\n- b\n', /expected a mapping with version and nodes, got a list/],
  ['a text', 'just words\n', /expected a mapping with version and nodes, got "just words"/],
  [
    'another version',
    'version: 2\nnodes: [{name: a}]\n',
    /^inv\.yaml:1: version: expected 1, the only version there is, got 2/,
  ],
  ['no version', 'nodes: [{name: a}]\n', /version: the key is missing/],
  ['no nodes', 'version: 1\n', /nodes: the key is missing/],
  ['an empty list', 'version: 1\nnodes: []\n', /^inv\.yaml:2: nodes: no node is named/],
  ['no cluster', 'version: 1\nclusters: []\n', /^inv\.yaml:2: clusters: no cluster is named/],
  [
    'a cluster without a name',
    'version: 1\nclusters: [{kubeconfig: a}]\n',
    /^inv\.yaml:2: clusters\[0\]\.name: the key is missing/,
  ],
  [
    'an unknown key of a cluster',
    'version: 1\nclusters: [{name: a, kubconfig: b}]\n',
    /clusters\[0\]\.kubconfig: unknown key; did you mean 'kubeconfig'\?/,
  ],
  [
    'two clusters of one name',
    'version: 1\nclusters:\n  - name: a\n  - name: a\n',
    /^inv\.yaml:4: clusters\[1\]\.name: "a" is the name of another cluster, too/,
  ],
  [
    'a mapping of nodes',
    'version: 1\nnodes: {a: b}\n',
    /^inv\.yaml:2: nodes: expected a list of nodes, got a mapping/,
  ],
  [
    'an unknown key',
    nodes('  - name: a\n    rol: dpu\n'),
    /^inv\.yaml:4: nodes\[0\]\.rol: unknown key; did you mean 'role'\?/,
  ],
  [
    'an unknown key of ssh',
    nodes('  - name: a\n    ssh:\n      adress: b\n'),
    /^inv\.yaml:5: nodes\[0\]\.ssh\.adress: unknown key; did you mean 'address'\?/,
  ],
  [
    'an unknown role',
    nodes('  - name: a\n    role: DPU\n'),
    /^inv\.yaml:4: nodes\[0\]\.role: expected one of dpu-host, dpu, .*, got "DPU"/,
  ],
  [
    'a port out of range',
    nodes('  - name: a\n    ssh: {address: b, port: 65536}\n'),
    /^inv\.yaml:4: nodes\[0\]\.ssh\.port: expected a number from 1 to 65535, got 65536/,
  ],
  [
    'a port in words',
    nodes('  - name: a\n    ssh: {address: b, port: "22"}\n'),
    /ssh\.port: expected a number from 1 to 65535, got "22"/,
  ],
  [
    'a name that is a number',
    nodes('  - name: 5\n'),
    /^inv\.yaml:3: nodes\[0\]\.name: expected the name of a node, got 5/,
  ],
  ['no name', nodes('  - role: dpu\n'), /^inv\.yaml:3: nodes\[0\]\.name: the key is missing/],
  ['an empty name', nodes('  - name: ""\n'), /name: expected the name of a node, got an empty text/],
  [
    'a name that is an option',
    nodes('  - name: -oProxyCommand=reboot\n'),
    /"-oProxyCommand=reboot" starts with '-'/,
  ],
  ['a name with a blank', nodes('  - name: a b\n'), /"a b" holds a blank/],
  [
    'a name with control characters',
    nodes('  - name: "a\\e[2Jb"\n'),
    /holds control or invisible characters/,
  ],
  [
    'a name that turns the direction',
    nodes('  - name: "a\\u202Eb"\n'),
    /holds control or invisible characters/,
  ],
  [
    'an address that is an option',
    nodes('  - name: a\n    ssh: {address: -oProxyCommand=x}\n'),
    /ssh\.address: .*starts with '-'/,
  ],
  [
    'an address with a command',
    nodes('  - name: a\n    ssh: {address: "$(reboot)"}\n'),
    /is no host name and no address/,
  ],
  [
    'an address with a user',
    nodes('  - name: a\n    ssh: {address: root@b}\n'),
    /holds a user: that is the key user/,
  ],
  [
    'an address with a port',
    nodes('  - name: a\n    ssh: {address: "b:22"}\n'),
    /holds a port: that is the key port/,
  ],
  [
    'a container called like an option',
    nodes('  - name: a\n    container: {name: --privileged}\n'),
    /container\.name: .*starts with '-'/,
  ],
  [
    'a node without a usable address',
    nodes('  - name: "a;b"\n'),
    /ssh\.address: is missing, and "a;b" is no host name/,
  ],
  [
    'two ways to a node',
    nodes('  - name: a\n    local: true\n    ssh: {address: b}\n'),
    /the node has ssh and local; one way leads to a node/,
  ],
  [
    'a mistyped expectation',
    nodes('  - name: a\n    expect: {veth-pair: 3}\n'),
    /^inv\.yaml:4: nodes\[0\]\.expect\.veth-pair: nothing is expected by that name; did you mean 'veth-pairs'\?/,
  ],
  [
    'an expectation of the wrong type',
    nodes('  - name: a\n    expect:\n      veth-pairs: many\n'),
    /^inv\.yaml:5: nodes\[0\]\.expect\.veth-pairs: expected a whole number, got "many"/,
  ],
  [
    'an expectation that every object has',
    nodes('  - name: a\n    expect: {constructor: 1}\n'),
    /nothing is expected by that name/,
  ],
  ['a key that every object has', nodes('  - name: a\n    constructor: 1\n'), /constructor: unknown key/],
  [
    'a mistyped default',
    'version: 1\ndefaults: {expect: {num-vf: 1}}\nnodes: [{name: a}]\n',
    /^inv\.yaml:2: defaults\.expect\.num-vf: .*'num-vfs'/,
  ],
  [
    'a name twice',
    nodes('  - name: a\n  - name: b\n  - name: a\n'),
    /^inv\.yaml:5: a: inv\.yaml:3 has a node of that name/,
  ],
  [
    'an address twice',
    nodes('  - name: a\n    ssh: {address: H, user: x}\n  - name: b\n    ssh: {address: h, port: 22}\n'),
    /^inv\.yaml:6: b is reached the same way as a \(ssh:\/\/h:22\)/,
  ],
  [
    'a container twice',
    nodes('  - {name: a, container: {name: x}}\n  - {name: b, container: {name: x}}\n'),
    /b is reached the same way as a/,
  ],
  [
    'a DPU that is not there',
    nodes('  - {name: a, dpu: b}\n'),
    /^inv\.yaml:3: a: its DPU b is not among the nodes/,
  ],
  [
    'a DPU that is none',
    nodes('  - {name: a, dpu: b}\n  - {name: b, role: worker}\n'),
    /its DPU b has the role worker/,
  ],
  [
    'a DPU of two hosts',
    nodes('  - {name: a, dpu: c}\n  - {name: b, dpu: c}\n  - name: c\n'),
    /^inv\.yaml:4: b and a have the same DPU, c/,
  ],
  ['a host that is its own DPU', nodes('  - {name: a, dpu: a}\n'), /a is its own DPU/],
  [
    'a circle of DPUs',
    nodes('  - {name: a, dpu: b}\n  - {name: b, dpu: a}\n'),
    /its DPU b has a DPU of its own/,
  ],
  [
    'a DPU that has a DPU',
    nodes('  - {name: a, role: dpu, dpu: b}\n  - name: b\n'),
    /a has a DPU and the role dpu/,
  ],
  [
    'a pair that is simulated in two ways',
    nodes('  - {name: a, dpu: b, simulation: veth}\n  - {name: b, simulation: tap}\n'),
    /a is simulated by veth and its DPU b by tap/,
  ],
] as const) {
  test(`refused: ${what}`, async (t) => void (await refused(t, text, message)));
}

test('all problems are named, and a flood of them is cut', async (t) => {
  const error = await refused(t, nodes('  - nme: a\n'.repeat(30)), /^inv\.yaml:3/);
  t.is(error.message.split('\n').length, 11);
  t.regex(error.message, /and 50 more problems$/);
});

test('an alias bomb is refused at once', async (t) => {
  const levels = Array.from(
    { length: 12 },
    (_, level) => `a${level + 1}: &a${level + 1} [${`*a${level},`.repeat(9)}]`,
  );
  const spent = cpuClock();
  await refused(t, ['a0: &a0 [x]', ...levels, 'version: 1'].join('\n'), /unusable YAML: .*alias/i);
  t.true(spent() < 5000);
});

test('nesting without end is refused', async (t) => {
  await refused(t, '['.repeat(100_000), /^inv\.yaml/);
});

test('a file that is missing, a directory, empty, no text or no file is refused', async (t) => {
  const folder = temporaryDirectory(t);
  symlinkSync(join(folder, 'self'), join(folder, 'self'));
  mkdirSync(join(folder, 'directory'));
  for (const [file, message] of [
    [join(folder, 'none'), /does not exist/],
    [join(folder, 'directory'), /is a directory/],
    [join(folder, 'self'), /symbolic link that leads to itself/],
    ['/dev/zero', /is not a regular file/],
    [fileWith(t, ''), /is empty/],
    [fileWith(t, ' \n\t\n'), /is empty/],
    [fileWith(t, new Uint8Array([0x76, 0xff, 0xfe])), /is not UTF-8 text/],
    ['', /no inventory is named/],
    ['a\0b', /can't be read/],
  ] as const) {
    const error = await t.throwsAsync(loadInventory(file), { instanceOf: InventoryError });
    t.regex(error.message, message);
    t.true(error.hint.length > 0);
  }
});

test('a file that may not be read is refused', async (t) => {
  const file = fileWith(t, nodes('  - name: a\n'));
  chmodSync(file, 0o000);
  if (process.getuid?.() === 0) t.is((await loadInventory(file)).nodes.length, 1, 'root reads all files');
  else await t.throwsAsync(loadInventory(file), { instanceOf: InventoryError, message: /may not be read/ });
});

test('a file of 4 MiB and a byte is refused, without being parsed', async (t) => {
  const file = fileWith(t, Buffer.alloc(4 * 1024 * 1024 + 1, '#'));
  const error = await t.throwsAsync(loadInventory(file), { instanceOf: InventoryError });
  t.regex(error.message, /has 5 MiB; an inventory has 4 MiB at most/);
});

test('thousands of nodes are read in a moment', async (t) => {
  const many = Array.from({ length: 2000 }, (_, number) => `  - {name: node${number}}\n`).join('');
  const spent = cpuClock();
  t.is((await readInventory('inv.yaml', nodes(many))).nodes.length, 2000);
  t.true(spent() < 10_000);
});

/** Something like an inventory, broken anywhere. */
const almost = fc
  .record(
    {
      version: fc.oneof(fc.constant(1), fc.jsonValue()),
      defaults: fc.jsonValue(),
      nodes: fc.oneof(
        fc.jsonValue(),
        fc.array(
          fc.record(
            {
              name: fc.oneof(fc.constantFrom('a', 'b', 'c'), fc.string({ unit: 'binary' }), fc.jsonValue()),
              role: fc.oneof(fc.constantFrom('dpu', 'dpu-host'), fc.jsonValue()),
              dpu: fc.constantFrom('a', 'b', 'c'),
              ssh: fc.oneof(fc.record({ address: fc.string({ unit: 'binary' }) }), fc.jsonValue()),
              container: fc.jsonValue(),
              expect: fc.dictionary(fc.constantFrom('veth-pairs', 'pf', '__proto__'), fc.jsonValue()),
              [fc.sample(fc.string(), 1)[0] ?? 'x']: fc.jsonValue(),
            },
            { requiredKeys: [] },
          ),
          { maxLength: 4 },
        ),
      ),
      vms: fc.jsonValue(),
      kind: fc.jsonValue(),
      _meta: fc.oneof(fc.jsonValue(), fc.record({ hostvars: fc.jsonValue() })),
    },
    { requiredKeys: [] },
  )
  .map((value) => stringify(value));

test('whatever is in a file, it is an inventory or an InventoryError', async (t) => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.json(),
    almost,
    fc
      .array(
        fc.constantFrom(
          'version: 1\n',
          'nodes:\n',
          '- ',
          '&a',
          '*a',
          '{',
          '}',
          '[',
          ']',
          ': ',
          '"',
          '|\n',
          '? ',
          '!!js',
          '\t',
          '---\n',
          '  ',
        ),
        { maxLength: 40 },
      )
      .map((parts) => parts.join('')),
    fc
      .array(
        fc.constantFrom(
          'INFRA_DPU_LIST=(',
          'TENANT_DPU_HOST_LIST=(',
          'NUM_VF=',
          ')',
          '"',
          "'",
          '$',
          '${',
          '}',
          '`',
          '\n',
          ' ',
          'infra-2',
          '\\',
          '#',
          '() {',
        ),
        { maxLength: 40 },
      )
      .map((parts) => parts.join('')),
  );
  await fc.assert(
    fc.asyncProperty(text, async (content) => {
      try {
        const { nodes } = await readInventory('inv.yaml', content);
        return (
          nodes.length > 0 && nodes.every(({ name }) => !/[\p{C}\s]/u.test(name) && !name.startsWith('-'))
        );
      } catch (error) {
        if (!(error instanceof InventoryError)) throw error;
        return error.hint !== '' && !/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/.test(error.message);
      }
    }),
    { numRuns: 400 },
  );
  t.pass();
});
