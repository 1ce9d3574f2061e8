import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { readInventory } from '../../inventory/load.ts';
import type { Report } from '../../runner/report.ts';
import { assertCivil, dpuDoctor, examine } from '../../test/helpers/cli.ts';
import { bluefieldCluster, kindVethCluster } from '../kubernetes/index.ts';
import { apiServer } from './api-server.ts';

const server = apiServer('cluster-inventory');
const { staged } = server;

/** Writes what `inventory` printed to a file. */
async function printed(
  t: ExecutionContext,
  ...args: readonly string[]
): Promise<{ file: string; text: string }> {
  const ended = await dpuDoctor(['inventory', '--kubeconfig', server.lab.kubeconfig, ...args]);
  assertCivil(t, ended);
  t.is(ended.code, 0, ended.stderr);
  const file = path.join(server.lab.directory, 'printed.yaml');
  await writeFile(file, ended.stdout);
  return { file, text: ended.stdout };
}

/** Everything that a report says but when, how long, and how what is known came to be known. */
const essence = ({ targets, results }: Report): unknown => [
  targets.map(({ name: called, uri, role, pair, simulation, cluster }) => [
    called,
    uri,
    role,
    pair,
    simulation,
    cluster,
  ]),
  results.map(({ checkId, target, verdict }) => [checkId, target, verdict]),
];

for (const [what, objects] of [
  ['the cluster of the guide for BlueField-2', bluefieldCluster],
  ['the veth topology', kindVethCluster],
] as const) {
  test.serial(`${what}: a run with what was printed is the run that the cluster itself gives`, async (t) => {
    // No DPU renews its lease here, and two runs may take longer than one holds.
    await staged(t, objects({ now: new Date(Date.now() + 600_000) }));
    const direct = await examine(t, ['--kubeconfig', server.lab.kubeconfig]);
    const { file, text } = await printed(t);
    t.deepEqual(essence(await examine(t, ['-i', file])), essence(direct));
    t.is((text.match(/^ {2}- name: /gm) ?? []).length, direct.targets.length, 'the cluster and its nodes');
    const { nodes } = await readInventory(file, text);
    t.true(nodes.every(({ access }) => access.kind === 'none'));
    t.true(nodes.some(({ dpu }) => dpu !== undefined));
    t.regex(text, /^# nobody was logged in to/m);
    // Nodes that can't be examined are written all the same, and said to be so.
    const ended = await dpuDoctor([
      'inventory',
      '--kubeconfig',
      server.lab.kubeconfig,
      '--node-access',
      'exec',
    ]);
    t.is(ended.code, 2);
    t.regex(ended.stdout, /# could not be examined: no pod on dpu/);
    const through = await readInventory(file, ended.stdout);
    t.deepEqual(
      through.nodes.map(({ name: called, dpu }) => [called, dpu]),
      nodes.map(({ name: called, dpu }) => [called, dpu]),
    );
    t.true(through.nodes.every(({ access }) => access.kind === 'pod'));
  });
}

test.serial('contradictions are comments', async (t) => {
  const { objects } = await staged(t, bluefieldCluster());
  const dpu = objects.find((object) => object.kind === 'Node' && object.metadata.name === 'dpu');
  if (dpu === undefined) throw new Error('no node dpu');
  await server.lab.api.patch(dpu, { metadata: { labels: { 'k8s.ovn.org/dpu-host': '' } } });
  const { text } = await printed(t);
  t.regex(text, /^ {2}# contradiction: .*k8s\.ovn\.org\/dpu/m);
});

test.serial('a cluster that does not answer is a comment and exit code 2', async (t) => {
  const kubeconfig = await server.lab.withToken('stranger', 'open-sesame');
  const ended = await dpuDoctor(['inventory', '--kubeconfig', kubeconfig]);
  assertCivil(t, ended);
  t.is(ended.code, 2);
  t.regex(ended.stdout, /# could not be asked: .*401/);
  t.regex(ended.stderr, /log in again/);
  t.false(ended.stdout.includes('open-sesame'));
});

test.serial('what may not be read is said, and what is known is printed', async (t) => {
  await staged(t, bluefieldCluster());
  const kubeconfig = await server.lab.serviceAccount('inventory-nodes', [
    { apiGroups: [''], resources: ['nodes'], verbs: ['list'] },
  ]);
  const ended = await dpuDoctor(['inventory', '--kubeconfig', kubeconfig]);
  t.is(ended.code, 0, ended.stderr);
  t.regex(ended.stdout, /# could not be read, and tells nothing of the nodes: pods/);
  t.regex(ended.stdout, /- name: dpu-host/);
});
