import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import test from 'ava';
import { main } from '../../cli/main.ts';
import { isNewEnough } from '../../cli/node-version.ts';
import { assertCivil, dpuDoctor, type Ended } from '../helpers/cli.ts';
import { temporaryDirectory } from '../helpers/temporary.ts';

type Case = readonly [title: string, args: readonly string[], message: RegExp, advice: RegExp];

/** What is mistyped, and what the command line says to it: an error, and what was meant or what to do. */
const MISTAKES: readonly Case[] = [
  ['an option', ['run', '--inventry', 'x'], /unknown option '--inventry'/, /Did you mean --inventory\?/],
  ['an option of nothing', ['--frobnicate'], /unknown option '--frobnicate'/, /run --help shows the options/],
  ['an option of list', ['list', '--suits'], /unknown option '--suits'/, /Did you mean --suites\?/],
  ['a command', ['explian'], /no suite or command is called 'explian'/, /Did you mean 'explain'\?/],
  ['a command to help with', ['help', 'lst'], /no command is called 'lst'/, /Did you mean 'list'\?/],
  ['a suite', ['run', 'gatway'], /no suite or command is called 'gatway'/, /Did you mean 'gateway'\?/],
  [
    'a suite without run',
    ['blufield'],
    /no suite or command is called 'blufield'/,
    /Did you mean 'bluefield'\?/,
  ],
  ['an empty word', [''], /no suite or command is called ''/, /--suites shows the suites/],
  ['two suites', ['run', 'gateway', 'sriov'], /too many arguments/, /run --help/],
  [
    'a check to select',
    ['run', '-s', 'sriov/physfn-link'],
    /'sriov\/physfn-link'/,
    /Did you mean 'sriov\/physfn-links'\?/,
  ],
  ['a group to skip', ['run', '-x', 'ovz'], /no check, group or tag is called 'ovz'/, /Did you mean 'ovs'\?/],
  ['one of several', ['run', '-s', 'ovs,sriow'], /'sriow'/, /Did you mean 'sriov'\?/],
  [
    'a choice of paths',
    ['run', 'traffic', '--paths', 'rings'],
    /'rings' is no choice/,
    /Did you mean 'ring'\?/,
  ],
  ['a pod', ['run', 'traffic', '--pod', 'web'], /'web' names no pod/, /--pod NAMESPACE\/NAME/],
  ['a count of packets', ['run', 'traffic', '--packets', '0'], /'0' is no count/, /from 1 to 99999/],
  [
    'an image where nothing is sent',
    ['run', '--image', 'alpine'],
    /--image is about the traffic that is sent/,
    /dpu-doctor run traffic/,
  ],
  ['nothing to select', ['run', '-s', ' , '], /--select names nothing/, /leave --select out/],
  [
    'checks that are chosen and skipped',
    ['run', '-s', 'veth/peers', '-x', 'veth/peers,tap'],
    /--skip veth\/peers,tap leaves no check of those that are chosen/,
    /Leave out one of the two/,
  ],
  ['a suite that is skipped', ['run', 'gateway', '-x', 'gateway'], /leaves no check/, /dpu-doctor list/],
  [
    'two inventories',
    ['run', '-i', 'a.yaml', '-i', 'b.yaml'],
    /--inventory is given twice: a\.yaml and b\.yaml/,
    /put their nodes into one file/,
  ],
  ['two roles', ['run', '--role', 'dpu', '--role', 'worker'], /--role is given twice/, /an inventory gives/],
  ['nothing to skip', ['run', '--skip='], /--skip names nothing/, /leave --skip out/],
  ['a suite for kubectl', ['run', '--kubectl', 'cluster'], /that is a suite/, /Write cluster --kubectl/],
  ['no program for kubectl', ['run', '--kubectl='], /--kubectl names no program/, /--kubectl PATH/],
  ['a machine for kubectl', ['run', '--via', 'root@a b'], /--via root@a b: that is no/, /user@host:2222/],
  [
    'kubectl with an inventory',
    ['run', '-i', 'x', '--kubectl'],
    /are for clusters that/,
    /keys kubectl and via/,
  ],
  [
    'more contexts than kubeconfigs',
    ['run', '--kubeconfig', '/dev/null', '--kubeconfig', '/dev/null', '--context', 'a,b,c'],
    /names 2 files and --context 3 contexts/,
    /one --context for each --kubeconfig/,
  ],
  ['no kubeconfig', ['run', '--kubeconfig', ''], /--kubeconfig names nothing/, /leave --kubeconfig out/],
  ['a kubeconfig', ['run', '--kubeconfig', '/no/such'], /the file does not exist/, /ls -l/],
  ['a way to nodes', ['run', '--node-access', 'shh'], /no way to nodes is called so/, /Did you mean 'ssh'\?/],
  ['no target', ['run', '-t', ''], /--target names nothing/, /leave --target out/],
  [
    'a check to explain',
    ['explain', 'sriov/phsfn-links'],
    /no check is called/,
    /Did you mean 'sriov\/physfn-links'\?/,
  ],
  [
    'a check without its group',
    ['explain', 'physfn-link'],
    /no check is called/,
    /Did you mean 'sriov\/physfn-links'\?/,
  ],
  ['no check to explain', ['explain'], /missing required argument 'check'/, /dpu-doctor list/],
  [
    'a check to list',
    ['list', 'sytem'],
    /no check, group or tag is called 'sytem'/,
    /Did you mean 'system'\?/,
  ],
  ['two lists', ['list', '--claims', '--suites'], /cannot be used with/, /list --help/],
  ['names for another list', ['list', 'ovs', '--claims'], /names choose among the checks only/, /Leave out/],
  [
    'a role',
    ['run', '--role', 'dpu-hst'],
    /no role is called 'dpu-hst'/,
    /Did you mean 'dpu-host'\? Roles: dpu-host, dpu,/,
  ],
  [
    'an expectation',
    ['run', '--set', 'num-vf=3'],
    /--set num-vf: nothing is expected/,
    /Did you mean 'num-vfs'\?/,
  ],
  [
    'what every object has',
    ['run', '--set', 'constructor=3'],
    /--set constructor: nothing is/,
    /--expectations shows/,
  ],
  ['no value', ['run', '--set', 'num-vfs'], /a name and a value were wanted/, /--set name=value/],
  ['no name', ['run', '--set', '=3'], /a name and a value were wanted/, /--set name=value/],
  [
    'words for a number',
    ['run', '--set', 'num-vfs=many'],
    /expected a whole number, got "many"/,
    /VFs that the PF/,
  ],
  ['a fraction', ['run', '--set', 'num-vfs=1.5'], /expected a whole number, got "1\.5"/, /VFs that the PF/],
  [
    'less than nothing',
    ['run', '--set', 'num-vfs=-1'],
    /expected a whole number, got "-1"/,
    /VFs that the PF/,
  ],
  [
    'an endless number',
    ['run', '--set', `num-vfs=${'9'.repeat(30)}`],
    /expected a whole number/,
    /VFs that the PF/,
  ],
  ['an empty number', ['run', '--set', 'num-vfs='], /expected a whole number, got ""/, /VFs that the PF/],
  ['an empty text', ['run', '--set', 'pf='], /expected a text, got ""/, /network device of the PF/],
  [
    'an empty list',
    ['run', '--set', 'testbed-vms=,'],
    /expected a list of texts, got an empty one/,
    /virtual machines/,
  ],
  [
    'a text that steers',
    ['run', '--set', 'pf=\u001b[2J'],
    /expected a text, got "\\u001b\[2J"/,
    /network device/,
  ],
  [
    'contradictions',
    ['run', '--set', 'pf=a', '--set', 'pf=b'],
    /--set pf is given twice, with a and with b/,
    /Give one/,
  ],
  ['no duration', ['run', '--wait', '5 minutes'], /'5 minutes' is no duration/, /500ms, 30s, 5m or 1h/],
  ['a negative duration', ['run', '--timeout', '-5s'], /'-5s' is no duration/, /500ms/],
  ['no time', ['run', '--timeout', '0'], /leaves a node no time/, /Write 30s/],
  ['more time than a timer has', ['run', '--timeout', '600h'], /'600h' is too long/, /168h at most/],
  ['no nodes at a time', ['run', '--concurrency', '0'], /'0' is no count/, /from 1 to/],
  ['half a node at a time', ['run', '--concurrency', '1.5'], /'1\.5' is no count/, /from 1 to/],
  [
    'a format',
    ['run', '-r', 'junti=x'],
    /no report format is called 'junti'/,
    /Did you mean 'junit'\? Formats: human, json/,
  ],
  ['no file', ['run', '-r', 'json='], /a file was wanted after '='/, /--report json=FILE/],
  [
    'two on standard output',
    ['run', '--json', '-r', 'junit'],
    /mixed on standard output: junit, json/,
    /all but one a file/,
  ],
  [
    'one file for two',
    ['run', '-r', 'json=a', '-r', 'junit=./a'],
    /two reports would be written to/,
    /file of its own/,
  ],
  ['quiet and verbose', ['run', '-q', '-v'], /cannot be used with/, /run --help/],
  [
    'an option for a target',
    ['run', '-t', '-oProxyCommand=x'],
    /'-oProxyCommand=x' is no target/,
    /user@host/,
  ],
  ['a command for a target', ['run', '-t', '$(touch x)'], /'\$\(touch x\)' is no target/, /user@host/],
  ['a port that is none', ['run', '-t', 'root@h:99999'], /is no target/, /host:2222/],
  [
    'a container that is an option',
    ['run', '-t', 'docker:--privileged'],
    /is no name of a container/,
    /docker:NAME/,
  ],
  [
    'a target twice',
    ['run', '-t', 'local', '-t', 'local'],
    /the node local is named twice/,
    /every node once/,
  ],
  [
    'a key that is not there',
    ['run', '--identity', '/nonexistent/key'],
    /--identity .* does not exist/,
    /ls -l/,
  ],
  [
    'a configuration that is not there',
    ['run', '--ssh-config', '/nonexistent'],
    /--ssh-config .* does not exist/,
    /ls -l/,
  ],
  ['a terminal sequence', ['run', '\u001b]0;owned\u0007'], /no suite or command/, /--help/],
  ['a terminal sequence in an option', ['run', '--\u001b[2J'], /unknown option/, /--help/],
  ['a terminal sequence for a target', ['run', '-t', '\u009b2J'], /is no target/, /user@host/],
];

/** Runs the command line in this process, sixty times faster than as one of its own. */
async function mistaken(args: readonly string[]): Promise<Ended> {
  const said = { stdout: '', stderr: '' };
  const streams = ['stdout', 'stderr'] as const;
  const before = streams.map((name) => process[name].write);
  const listeners = process.stdout.listeners('error');
  for (const name of streams)
    process[name].write = (text: string | Uint8Array) => {
      said[name] += text;
      return true;
    };
  try {
    return { code: await main(args, import.meta.dirname), signal: null, ...said };
  } finally {
    streams.forEach((name, index) => {
      process[name].write = before[index] as typeof process.stdout.write;
    });
    for (const listener of process.stdout.listeners('error'))
      if (!listeners.includes(listener)) process.stdout.off('error', listener as () => void);
  }
}

for (const [title, args, message, advice] of MISTAKES) {
  test.serial(`mistaken: ${title}`, async (t) => {
    const ended = await mistaken(args);
    t.is(ended.code, 3, ended.stderr);
    t.is(ended.stdout, '', 'nothing was examined');
    assertCivil(t, ended);
    const [first = '', ...rest] = ended.stderr.split('\n');
    t.regex(first, message);
    t.regex(first, /^error: /);
    t.regex(rest.join('\n'), advice);
  });
}

test('a mistake is the exit code of the program too', async (t) => {
  const ended = await dpuDoctor(['run', '--selct', 'ovs']);
  t.is(ended.code, 3);
  t.is(ended.stdout, '');
  t.regex(ended.stderr, /^error: unknown option '--selct'\n\(Did you mean --select\?\)\n/);
});

const INVENTORIES: readonly (readonly [title: string, content: string, message: RegExp, advice: RegExp])[] = [
  ['an empty one', '\n', /inv is empty/, /inventory\.md/],
  ['malformed YAML', 'nodes: [\n', /inv:2:1: malformed YAML/, /Mend that place/],
  ['no mapping', '- a\n', /expected a mapping/, /inventory\.md/],
  [
    'a mistyped key',
    'version: 1\nnodes:\n  - name: a\n    rool: dpu\n',
    /inv:4: nodes\[0\]\.rool: /,
    /inventory\.md/,
  ],
  [
    'a node twice',
    'version: 1\nnodes:\n  - name: a\n  - name: a\n',
    /inv:4: a: .*inv:3 has a node of that name/,
    /name of its own/,
  ],
  [
    'one machine under two names',
    'version: 1\nnodes:\n  - name: a\n  - name: b\n    ssh: { address: a, user: other }\n',
    /b is reached the same way as a/,
    /two machines/,
  ],
  [
    'a DPU that is not there',
    'version: 1\nnodes:\n  - name: a\n    dpu: b\n',
    /inv:4: a: its DPU b is not among the nodes/,
    /Add the DPU/,
  ],
  [
    'a DPU with two hosts',
    'version: 1\nnodes:\n  - { name: a, dpu: c }\n  - { name: b, dpu: c }\n  - name: c\n',
    /b and a have the same DPU/,
    /one host/,
  ],
  ['a host name with a command in it', 'version: 1\nnodes:\n  - name: "$(touch x)"\n', /nodes\[0\]/, /Mend/],
  [
    'a host name that steers the terminal',
    'version: 1\nnodes:\n  - name: "\\e]0;x\\a"\n',
    /nodes\[0\]/,
    /Mend/,
  ],
  [
    'a huge one',
    `version: 1\n#${'x'.repeat(5 * 1024 * 1024)}\n`,
    /an inventory has 4 MiB at most/,
    /split it/,
  ],
];

for (const [title, content, message, advice] of INVENTORIES) {
  test(`an inventory that can’t be used: ${title}`, async (t) => {
    const cwd = temporaryDirectory(t);
    writeFileSync(join(cwd, 'inv'), content);
    const ended = await dpuDoctor(['run', '-i', 'inv', '--json'], { cwd });
    t.is(ended.code, 3, ended.stderr);
    t.is(ended.stdout, '');
    assertCivil(t, ended);
    t.regex(ended.stderr, message);
    t.regex(ended.stderr, advice);
  });
}

test('an inventory that is not there, is a directory, or names no cluster', async (t) => {
  const cwd = temporaryDirectory(t);
  mkdirSync(join(cwd, 'inv'));
  for (const [inventory, message] of [
    ['nowhere', /nowhere does not exist/],
    ['inv', /inv is a directory/],
    ['', /no inventory is named/],
    ['kind:', /no name of a kind cluster/],
    ['kind:--help', /no name of a kind cluster/],
  ] as const) {
    const ended = await dpuDoctor(['run', '-i', inventory], { cwd });
    t.is(ended.code, 3, ended.stderr);
    assertCivil(t, ended);
    t.regex(ended.stderr, message);
  }
});

test('a Node that is too old is told apart, by what package.json asks for', (t) => {
  const { engines } = JSON.parse(readFileSync(resolve(import.meta.dirname, '../../package.json'), 'utf8'));
  const [, oldest = ''] = /^>=(\d+\.\d+)$/.exec(engines.node) ?? [];
  const [major = 0, minor = 0] = oldest.split('.').map(Number);
  for (const version of [`${oldest}.0`, `${major}.${minor + 1}.3`, `${major + 1}.0.0`])
    t.true(isNewEnough(version), version);
  for (const version of [`${major}.${minor - 1}.9`, `${major - 1}.99.0`, '20.20.2'])
    t.false(isNewEnough(version), version);
});
