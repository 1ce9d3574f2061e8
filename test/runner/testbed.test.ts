import test from 'ava';
import type { Simulation } from '../../facts/derived/role.ts';
import type { TestbedScripts } from '../../facts/testbed-scripts.ts';
import { testbedScripts } from '../../facts/testbed-scripts.ts';
import type { GatheredNode } from '../../runner/gather.ts';
import { withTestbed } from '../../runner/testbed.ts';

const PATH = '/root/dpu-software/scripts/variables.sh';

const SCRIPT = `GATEWAY_LIST=("gw-1")
TENANT_DPU_HOST_LIST=(
  "tenant-2"
  "tenant-5"
)
IF1=\${IF1:-enp1s0}
NUM_VF=\${NUM_VF:-"10"} # a few
TAP_0="ens9"
BRIDGE_NAME=br-ex
INFRA_SUBNET="\${INFRA_OCTETS}.0/24"
IF2=$(other)
`;

const parsed = (...texts: readonly string[]): TestbedScripts =>
  testbedScripts.parse({
    variables: {
      texts: new Map(texts.map((text, index) => [index === 0 ? PATH : `/home/${index}${PATH}`, text])),
      unreadable: new Map(),
    },
  } as unknown as Parameters<typeof testbedScripts.parse>[0]);

const node = (name: string, scripts: TestbedScripts, simulation: Simulation = 'tap'): GatheredNode => ({
  node: { name, access: { kind: 'local' } },
  uri: 'local:',
  role: 'dpu',
  simulation,
  roleGround: 'test',
  facts: new Map([['testbedScripts', { ok: true, value: scripts }]]),
  unreachable: undefined,
  durationMs: 0,
  answers: new Map(),
});

const learned = (nodes: readonly GatheredNode[]) => withTestbed(nodes).map((one) => one.learned);

test('what a machine says of its testbed is expected of it', (t) => {
  t.deepEqual(learned([node('hypervisor', parsed(SCRIPT))]), [
    [
      {
        from: PATH,
        values: {
          'testbed-vfs': 10,
          'testbed-management-interface': 'enp1s0',
          'testbed-vf0-interface': 'ens9',
          'testbed-bridge': 'br-ex',
          'testbed-vms': ['gw-1', 'tenant-2', 'tenant-5'],
          'testbed-node-numbers': ['2', '5'],
        },
      },
    ],
  ]);
  t.deepEqual(learned([node('worker', parsed(SCRIPT), 'veth')]), [undefined]);
  t.deepEqual(learned([node('two', parsed(SCRIPT, `${SCRIPT}\n`))]), [undefined]);
  t.deepEqual(learned([node('none', parsed())]), [undefined]);
});

test('all machines are to have the file that most of at least three have', (t) => {
  const same = ['a', 'b', 'c'].map((name) => node(name, parsed(SCRIPT)));
  const odd = node('odd', parsed(`${SCRIPT}\n`));
  const sums = (nodes: readonly GatheredNode[]) =>
    learned(nodes).map((layers) =>
      layers?.flatMap(({ from, values }) =>
        values['testbed-variables-sha256'] === undefined
          ? []
          : [`${from}: ${values['testbed-variables-sha256']}`],
      ),
    );
  const right = parsed(SCRIPT).variables.get(PATH);
  const expected = [`as on 3 of the 4 machines of this run that have it: ${right}`];
  t.deepEqual(sums([...same, odd]), [expected, expected, expected, expected]);
  t.deepEqual(sums([...same.slice(1), odd, { ...odd }]), [[], [], [], []]);
  t.deepEqual(sums([...same.slice(2), odd]), [[], []]);
});
