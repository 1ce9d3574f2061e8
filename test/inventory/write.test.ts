import test from 'ava';
import fc from 'fast-check';
import { readInventory } from '../../inventory/load.ts';
import type { InventoryNode } from '../../inventory/node.ts';
import { type Found, writeInventory } from '../../inventory/write.ts';

const NODES: readonly InventoryNode[] = [
  {
    name: 'host1',
    role: 'dpu-host',
    roleGround: "the node's label k8s.ovn.org/dpu-host",
    dpu: 'dpu1',
    dpuGround: 'the lease ovn-dpu-host1',
    access: { kind: 'none' },
    kubernetes: { cluster: 'hosts', node: 'host1' },
  },
  {
    name: 'dpu1',
    role: 'dpu',
    roleGround: "the node's label k8s.ovn.org/dpu",
    simulation: 'veth',
    access: { kind: 'ssh', ssh: { address: '10.0.0.1', user: 'root', port: 2222, identityFile: '/k/a b' } },
    kubernetes: { cluster: 'dpus', node: 'dpu1' },
    expect: { 'num-vfs': 4 },
  },
  { name: 'worker@hosts', roleGround: 'nothing tells', access: { kind: 'recorded', file: '/r/w.json' } },
  { name: 'kind', access: { kind: 'container', engine: 'podman', container: 'kind-worker' } },
  {
    name: 'through-a-pod',
    access: { kind: 'pod', cluster: {}, node: 'n', why: 'no cluster that was asked has this node' },
    kubernetes: { cluster: 'hosts', node: 'n' },
  },
  { name: 'here', role: 'worker', access: { kind: 'local' } },
];

const FOUND: Found = {
  nodes: NODES,
  clusters: [
    { name: 'hosts', kubeconfig: '/k/hosts', context: 'admin@hosts', remarks: ['https://10.0.0.9:6443'] },
    { name: 'dpus', remarks: [] },
  ],
  remarks: ['found'],
};

/** What a file says of a node: not how it came to be known. */
const told = ({ roleGround: _, dpuGround: __, ...node }: InventoryNode): unknown => node;

test('what is written is read as it was found', async (t) => {
  const inventory = await readInventory('/x/inventory.yaml', writeInventory(FOUND));
  t.deepEqual(inventory.nodes.map(told), NODES.map(told));
  t.deepEqual(inventory.clusters, [
    { name: 'hosts', kubeconfig: '/k/hosts', context: 'admin@hosts' },
    { name: 'dpus' },
  ]);
});

test('grounds stand above the node as comments', (t) => {
  const text = writeInventory(FOUND);
  t.regex(
    text,
    /# dpu-host: the node's label k8s\.ovn\.org\/dpu-host\n {2}# its DPU is dpu1: the lease .*\n {2}- name: host1/,
  );
  t.regex(text, /# nothing tells\n {2}- name: worker@hosts/);
});

test('two nodes with one address: the second is not logged in to, and the file says why', async (t) => {
  const access = { kind: 'ssh', ssh: { address: '10.0.0.1' } } as const;
  const text = writeInventory({
    ...FOUND,
    clusters: [],
    nodes: [
      { name: 'a', access },
      { name: 'b', access },
    ],
  });
  t.regex(
    text,
    /# not logged in to: ssh:\/\/10\.0\.0\.1:22 already leads to a\n {2}- name: b\n {4}access: none/,
  );
  const { nodes } = await readInventory('/x', text);
  t.deepEqual(
    nodes.map((node) => node.access.kind),
    ['ssh', 'none'],
  );
});

test('whatever a cluster says, the file can be read and holds nothing that was not a node', async (t) => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('a\n- name: evil', '- x', '# y', '\u202ex', 'z: {'),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(text, { maxLength: 6 }),
      fc.uniqueArray(text, { minLength: 1, maxLength: 3 }),
      text,
      async (names, clusters, ground) => {
        const nodes = names.map(
          (name): InventoryNode => ({
            name,
            role: 'worker',
            roleGround: ground,
            access: { kind: 'none' },
            kubernetes: { cluster: clusters[0] ?? '', node: 'node' },
          }),
        );
        const found = {
          nodes,
          clusters: clusters.map((name) => ({ name, remarks: [ground] })),
          remarks: [ground],
        };
        const read = await readInventory('/x', writeInventory(found));
        t.is(read.clusters?.length, clusters.length);
        for (const { name } of read.nodes) t.true(names.includes(name));
      },
    ),
    { numRuns: 200 },
  );
});
