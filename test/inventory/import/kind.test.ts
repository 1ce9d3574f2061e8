import { chmodSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { InventoryError, loadInventory } from '../../../inventory/load.ts';
import { startApiServer } from '../../helpers/api-server.ts';
import { temporaryDirectory } from '../../helpers/temporary.ts';

/* docker and podman are small stand-ins here; their output is hand-written after `ps --format '{{json .}}'`. */

const PATH = process.env['PATH'] ?? '';

interface StandIn {
  readonly engine: 'docker' | 'podman';
  readonly script: string;
}

function standIn(t: ExecutionContext, engines: readonly StandIn[], kubeconfig?: string): void {
  const folder = temporaryDirectory(t);
  for (const { engine, script } of engines) {
    const file = join(folder, engine);
    writeFileSync(file, `#!/bin/sh\n${script}\n`);
    chmodSync(file, 0o755);
  }
  const file = join(folder, 'kubeconfig');
  writeFileSync(file, kubeconfig ?? 'apiVersion: v1\nkind: Config\nclusters: []\ncontexts: []\nusers: []\n');
  process.env['KUBECONFIG'] = file;
  // The programs that the stand-ins call stay; the engines of the machine do not.
  process.env['PATH'] = `${folder}${delimiter}/usr/bin${delimiter}/bin`;
  t.teardown(() => {
    process.env['PATH'] = PATH;
    delete process.env['KUBECONFIG'];
  });
}

const dockerLine = (name: string, role: string) =>
  JSON.stringify({
    Names: name,
    Labels: `a=b,io.x-k8s.kind.cluster=dpu,io.x-k8s.kind.role=${role}`,
    State: 'running',
  });

const podmanLine = (name: string, role: string) =>
  JSON.stringify({ Names: [name], Labels: { 'io.x-k8s.kind.cluster': 'dpu', 'io.x-k8s.kind.role': role } });

const print = (lines: readonly string[]) => lines.map((line) => `echo '${line}'`).join('\n');

const WORKERS = ['dpu-worker10', 'dpu-worker4', 'dpu-worker', 'dpu-worker2', 'dpu-worker3', 'dpu-worker9'];

const containers = (line: (name: string, role: string) => string) =>
  print([line('dpu-control-plane', 'control-plane'), ...WORKERS.map((name) => line(name, 'worker'))]);

test.serial('without labels the convention tells hosts and DPUs, and the notes say so', async (t) => {
  const script = `[ "$*" = "ps --all --filter label=io.x-k8s.kind.cluster=dpu --format {{json .}}" ] || exit 9\n${containers(dockerLine)}\n${print([dockerLine('dpu-external-load-balancer', 'external-load-balancer')])}`;
  standIn(t, [{ engine: 'docker', script }]);
  const { nodes, notes, source } = await loadInventory('kind:dpu');
  t.is(source, 'kind:dpu');
  t.deepEqual(
    nodes.find(({ name }) => name === 'dpu-control-plane'),
    {
      name: 'dpu-control-plane',
      role: 'control-plane',
      simulation: 'veth',
      access: { kind: 'container', engine: 'docker', container: 'dpu-control-plane' },
    },
  );
  t.deepEqual(
    nodes
      .filter(({ dpu }) => dpu !== undefined)
      .map(({ name, dpu, simulation }) => `${name} ${dpu} ${simulation}`)
      .sort(),
    ['dpu-worker dpu-worker2 veth', 'dpu-worker3 dpu-worker4 veth', 'dpu-worker9 dpu-worker10 veth'],
  );
  t.is(nodes.length, 7);
  t.regex(
    notes?.join('\n') ?? '',
    /the nodes of context kind-dpu could not be listed: .*kind-dpu.*; roles by the convention/,
  );
  t.regex(notes?.join('\n') ?? '', /left out.*dpu-external-load-balancer/);
});

test.serial("podman's output is read, and podman is asked where docker has no such cluster", async (t) => {
  standIn(t, [
    { engine: 'docker', script: 'exit 0' },
    { engine: 'podman', script: containers(podmanLine) },
  ]);
  const { nodes } = await loadInventory('kind:dpu');
  t.like(nodes[0]?.access, { engine: 'podman' });
  t.is(nodes.filter(({ role }) => role === 'dpu').length, 3);
});

/** Answers the list of nodes with this, or with these pages one after the other. */
async function apiServer(t: ExecutionContext, status: number, ...pages: readonly string[]): Promise<string> {
  const server = await startApiServer(t, ({ pathname, searchParams }) => {
    if (pathname !== '/api/v1/nodes' || server.authorizations.at(-1) !== 'Bearer t0ken')
      return { status: 400 };
    return { status, body: pages[Number(searchParams.get('continue') ?? '0')] ?? '' };
  });
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'c', cluster: { server: server.url, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'u', user: { token: 't0ken' } }],
    contexts: [{ name: 'kind-dpu', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'another',
  });
}

const node = (name: string, labels: object) => ({ metadata: { name, labels } });

test.serial('labels of the cluster tell hosts and DPUs where they are', async (t) => {
  const items = [
    node('dpu-worker', { 'k8s.ovn.org/dpu': '' }),
    node('dpu-worker2', { 'k8s.ovn.org/dpu-host': '' }),
    node('dpu-worker3', {}),
    { metadata: {} },
    null,
  ];
  const kubeconfig = await apiServer(
    t,
    200,
    JSON.stringify({ items: items.slice(0, 1), metadata: { continue: '1' } }),
    JSON.stringify({ items: items.slice(1) }),
  );
  standIn(t, [{ engine: 'docker', script: containers(dockerLine) }], kubeconfig);
  const { nodes, notes } = await loadInventory('kind:dpu');
  t.deepEqual(
    nodes
      .filter(({ role }) => role === 'dpu' || role === 'dpu-host')
      .map(({ name, role, dpu }) => [name, role, dpu]),
    [
      ['dpu-worker', 'dpu', undefined],
      ['dpu-worker2', 'dpu-host', 'dpu-worker'],
    ],
  );
  t.is(nodes.find(({ name }) => name === 'dpu-worker3')?.role, 'worker');
  t.true(nodes.every(({ simulation }) => simulation === 'veth'));
  t.regex(notes?.join('\n') ?? '', /roles by the node labels/);
});

for (const [what, status, body, why] of [
  ['refuses', 403, '{}', /could not be listed: \/api\/v1\/nodes.*: 403/],
  ['says something else', 200, '"hello"', /could not be listed: .*the answer is no list/],
  ['says no JSON', 200, '<html>', /could not be listed/],
  ['knows no labels', 200, '{"items":[]}', /no node of context kind-dpu is labelled/],
] as const) {
  test.serial(`the convention tells where the API server ${what}, and the notes say why`, async (t) => {
    standIn(t, [{ engine: 'docker', script: containers(dockerLine) }], await apiServer(t, status, body));
    const { notes, nodes } = await loadInventory('kind:dpu');
    t.regex(notes?.join('\n') ?? '', why);
    t.is(nodes.filter(({ role }) => role === 'dpu').length, 3);
  });
}

test.serial('an odd number of workers is no set of pairs', async (t) => {
  const script = print([
    dockerLine('k-worker', 'worker'),
    dockerLine('k-worker2', 'worker'),
    dockerLine('k-worker3', 'worker'),
  ]);
  standIn(t, [{ engine: 'docker', script }]);
  const { nodes, notes } = await loadInventory('kind:k');
  t.deepEqual(
    nodes.map(({ role }) => role),
    ['worker', 'worker', 'worker'],
  );
  t.regex(notes?.join('\n') ?? '', /3 workers are no pairs/);
});

for (const [what, name, engines, message] of [
  ['neither engine', 'dpu', [], /neither docker nor podman is on PATH/],
  [
    'no such cluster',
    'dpu',
    [{ engine: 'docker', script: 'exit 0' }],
    /docker: no container of that cluster/,
  ],
  [
    'a daemon that is down',
    'dpu',
    [{ engine: 'docker', script: 'echo "Cannot connect to the Docker daemon" >&2; exit 1' }],
    /docker: Cannot connect to the Docker daemon/,
  ],
  [
    'control characters in an error',
    'dpu',
    [{ engine: 'docker', script: "printf '\\033[2Jgone' >&2; exit 1" }],
    /docker: \?\[2Jgone/,
  ],
  [
    'output that is no JSON',
    'dpu',
    [{ engine: 'docker', script: 'echo dpu-worker' }],
    /its list of containers is no JSON/,
  ],
  ['output without end', 'dpu', [{ engine: 'docker', script: 'exec yes' }], /docker: /],
  [
    'a hostile container name',
    'dpu',
    [{ engine: 'docker', script: print([dockerLine('--privileged', 'worker')]) }],
    /starts with '-'/,
  ],
  ['a name that is an option', '--all', [], /no name of a kind cluster/],
  ['no name', '', [], /no name of a kind cluster/],
  ['a name with a filter', 'a --filter b', [], /no name of a kind cluster/],
] as const) {
  test.serial(`refused: ${what}`, async (t) => {
    standIn(t, engines);
    const error = await t.throwsAsync(loadInventory(`kind:${name}`), { instanceOf: InventoryError });
    t.regex(error.message, message);
    t.true(error.hint.length > 0);
  });
}
