import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import { readAssignments } from '../../../inventory/import/shell.ts';
import { InventoryError, readInventory } from '../../../inventory/load.ts';
import { cpuClock } from '../../helpers/cpu-clock.ts';
import { refused } from '../../helpers/inventory.ts';
import { temporaryDirectory } from '../../helpers/temporary.ts';

/* Hand-written after seed S L32-43: the same variables in the same shell constructs. */
const VARIABLES = `#!/bin/bash
WORKING_DIR=\${WORKING_DIR:-"/home/$USER/src"}
IF1=\${IF1:-enp1s0}
IF2=\${IF2:-enp7s0}
TAP_0=\${TAP_0:-enp2s0f1}
NUM_VF=\${NUM_VF:-20}
BRIDGE_NAME=br-ex
END_VF=\${NUM_VF}-1   # not a number for the shell either
PREFIX="infra-"
# A list: INFRA_DPU_LIST=("commented-out")
GATEWAY_LIST=(
  "gw-1"
)
INFRA_CTRL_LIST=( "infra-1" )
INFRA_DPU_LIST=(
  "\${PREFIX}2" # the first
  'infra-3'
)
TENANT_CTRL_LIST=("tenant-1")
TENANT_DPU_HOST_LIST=(tenant-2
  tenant-3)
TENANT_WORKER_LIST=(
)
TENANT_WORKER_LIST+=( "tenant-4" )

get_node_type() {
  INFRA_DPU_LIST=("never")
  for NODE in "\${INFRA_CTRL_LIST[@]}"
  do
    NODE_TYPE=$(sudo touch /never)
  done
}
`;

test('the lists become nodes, pairs and expectations', async (t) => {
  const { nodes, notes } = await readInventory('scripts/variables.sh', VARIABLES);
  t.deepEqual(
    nodes.map(({ name, role, dpu, simulation }) => [name, role, dpu, simulation]),
    [
      ['infra-1', 'control-plane', undefined, 'tap'],
      ['infra-2', 'dpu', undefined, 'tap'],
      ['infra-3', 'dpu', undefined, 'tap'],
      ['tenant-1', 'control-plane', undefined, 'tap'],
      ['tenant-2', 'dpu-host', 'infra-2', 'tap'],
      ['tenant-3', 'dpu-host', 'infra-3', 'tap'],
      ['tenant-4', 'worker', undefined, 'tap'],
    ],
  );
  t.like(nodes[0]?.expect, {
    'testbed-vfs': 20,
    'testbed-management-interface': 'enp1s0',
    'testbed-data-interface': 'enp7s0',
    'testbed-vf0-interface': 'enp2s0f1',
    'testbed-bridge': 'br-ex',
  });
  t.regex(String(nodes[0]?.expect?.['testbed-variables-sha256']), /^[0-9a-f]{64}$/);
  t.true(notes?.some((note) => /left out.*gw-1/.test(note)));
});

for (const [what, text, message] of [
  [
    'lists of different length',
    'INFRA_DPU_LIST=(a b)\nTENANT_DPU_HOST_LIST=(c)\n',
    /^inv\.yaml:2: 1 DPU hosts .* and 2 DPUs/,
  ],
  [
    'a command',
    'INFRA_CTRL_LIST=($(touch pwned))\n',
    /^inv\.yaml:1: INFRA_CTRL_LIST: it holds a command that only a shell can tell/,
  ],
  [
    'a command in backticks',
    'INFRA_CTRL_LIST=(`touch pwned`)\n',
    /^inv\.yaml:1: INFRA_CTRL_LIST: it holds a command/,
  ],
  [
    'a command by a reference',
    'A="$(touch pwned)"\nINFRA_CTRL_LIST=($A)\n',
    /^inv\.yaml:2: INFRA_CTRL_LIST: it refers to A: it holds a command/,
  ],
  [
    'a reference to nothing',
    'INFRA_CTRL_LIST=("$NOBODY-1")\n',
    /it refers to NOBODY, which the script does not set/,
  ],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a shell's expansion
  ['an expansion', 'A=b\nINFRA_CTRL_LIST=("${A^^}")\n', /it holds an expansion that only a shell can tell/],
  [
    'a list without end',
    'X=1\nINFRA_CTRL_LIST=(\n"a"\n',
    /^inv\.yaml:2: INFRA_CTRL_LIST: the list does not end/,
  ],
  [
    'a quote without end',
    'INFRA_CTRL_LIST=("a)\n',
    /INFRA_CTRL_LIST: (?:a quote is not closed|the list does not end)/,
  ],
  [
    'an element by its number',
    'INFRA_CTRL_LIST=(a)\nINFRA_CTRL_LIST[1]=b\n',
    /^inv\.yaml:2: INFRA_CTRL_LIST: an element is set by its number/,
  ],
  ['a count in words', 'NUM_VF=many\nINFRA_CTRL_LIST=(a)\n', /^inv\.yaml:1: NUM_VF is no number/],
  [
    'a node twice',
    'INFRA_CTRL_LIST=(a)\nTENANT_CTRL_LIST=(a)\n',
    /^inv\.yaml:2: a: inv\.yaml:1 has a node of that name/,
  ],
  ['a name that is an option', 'INFRA_CTRL_LIST=(-oProxyCommand=x)\n', /starts with '-'/],
  [
    'a name with a command',
    "INFRA_CTRL_LIST=('a;reboot')\n",
    /ssh\.address: is missing, and "a;reboot" is no host name/,
  ],
  ['no node', 'GATEWAY_LIST=(gw-1)\n', /no node is named/],
  [
    'a value that doubles itself',
    `A=aaaaaaaaaaaaaaaa\n${'A=$A$A\n'.repeat(40)}INFRA_CTRL_LIST=($A)\n`,
    /it is too long/,
  ],
] as const) {
  test(`refused: ${what}`, async (t) => void (await refused(t, text, message)));
}

test('nothing in the script is run', async (t) => {
  const pwned = join(temporaryDirectory(t), 'pwned');
  const text = `X=$(touch ${pwned})\nY=\`touch ${pwned}\`\ntouch ${pwned}\nINFRA_CTRL_LIST=(a)\n`;
  t.is((await readInventory('v.sh', text)).nodes.length, 1);
  t.false(existsSync(pwned));
});

test('whatever the script is, reading it ends', (t) => {
  const part = fc.constantFrom(
    'A=',
    '(',
    ')',
    '"',
    "'",
    '$A',
    '${A:-',
    '}',
    '$(',
    '`',
    '\n',
    ' ',
    '#',
    '\\',
    '{',
    'f() {',
    'x',
    'A+=(',
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 200 }), (parts) => {
      try {
        readAssignments('v.sh', parts.join(''), ['A']);
      } catch (error) {
        if (!(error instanceof InventoryError)) throw error;
      }
    }),
  );
  const spent = cpuClock();
  for (const flood of ['"', '(', '${', '\\', "'", 'A=(x\n', '#', ' '])
    try {
      readAssignments('v.sh', `A=(${flood.repeat(200_000)}`, ['A']);
    } catch (error) {
      if (!(error instanceof InventoryError)) throw error;
    }
  t.true(spent() < 20_000);
});

const REAL = join(import.meta.dirname, '../../../../shared/samples');

const withSamples = existsSync(REAL) ? test : test.skip;
withSamples('no recorded output of a real system is taken for variables.sh', async (t) => {
  const text = readFileSync(join(REAL, '027-swdpu-deployment-sh-start.txt'), 'utf8');
  await t.throwsAsync(readInventory('output.txt', text), { instanceOf: InventoryError });
});
