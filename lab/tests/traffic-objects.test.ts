import process from 'node:process';
import test, { type ExecutionContext } from 'ava';
import { parse } from 'yaml';
import type { Report } from '../../runner/report.ts';
import { dpuDoctor, startDpuDoctor } from '../../test/helpers/cli.ts';
import type { WantedPod } from '../../traffic/objects/index.ts';
import { downJointLab, type JointLab, upJointLab } from '../joint/index.ts';
import type { PolicyRule } from '../kubernetes/index.ts';
import { waitFor } from '../netns/wait.ts';
import { counts, labelled, onTerminal, startRun } from './traffic-runs.ts';

/* Pods of traffic runs on real kubelets, with VFs, and what is left of runs that are killed. */

const name = `test-traffic-objects-${process.pid}`;
let lab: JointLab;
/** May do what `permissions traffic` prints, and nothing else. */
let kubeconfig: string;

test.before(async () => {
  lab = await upJointLab({ name, pairs: 1 });
  const { stdout } = await dpuDoctor(['permissions', 'traffic', '--rbac']);
  const { rules } = parse(stdout) as { rules: readonly PolicyRule[] };
  kubeconfig = await lab.cluster.serviceAccount('traffic', rules);
});

test.after.always(() => downJointLab({ name }));

const wanted = (called: string, more: Partial<WantedPod> = {}): WantedPod => ({
  name: called,
  node: 'host1',
  kubernetesNode: 'host1',
  dpu: 'dpu1',
  hostNetwork: false,
  service: false,
  ...more,
});
const TWO = [wanted('one', { service: true }), wanted('two')];

/** Starts a run, of which nothing is left when the test is over, however that ends. */
function start(t: ExecutionContext, pods: readonly WantedPod[], options?: Parameters<typeof startRun>[2]) {
  const run = startRun(kubeconfig, pods, options);
  t.teardown(async () => {
    run.child.kill('SIGKILL');
    await run.ended;
    await lab.api.remove({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: `dpu-doctor-${run.id}` } });
    await waitFor('nothing to be left', async () => (await labelled(lab.api, run.id)).length === 0);
  });
  return run;
}

const cleanup = (...args: readonly string[]) => dpuDoctor(['cleanup', '--kubeconfig', kubeconfig, ...args]);

/**
 * The VFs of removed pods go back a moment later; where a pod was removed while its sandbox was being made, when the kubelet
 * collects what is left over, which it does once a minute.
 */
const vfsBack = () =>
  waitFor(
    'the VFs to be back',
    async () => {
      const { stdout } = await lab.nodes.node('host1').exec(['ls', '/sys/class/net']);
      const there = stdout.split('\n');
      return lab
        .pair()
        .vfs.slice(1)
        .every(({ netdev }) => there.includes(netdev));
    },
    { timeoutMs: 150_000 },
  );

test.serial(
  'with exactly the printed rights, pods with VFs get ready, ping and talk TCP, and are removed',
  async (t) => {
    const before = await counts(lab.api);
    const run = start(t, [...TWO, wanted('on-node', { hostNetwork: true })]);
    t.is(await run.ended, 0);
    const { endpoints, services, problems } = run.said['made'] as {
      endpoints: { name: string; hostNetwork: boolean }[];
      services: { addresses: string[]; nodePort: number }[];
      problems: unknown[];
    };
    t.deepEqual(problems, []);
    t.deepEqual(
      endpoints.map(({ name: called, hostNetwork }) => [called, hostNetwork]),
      [
        ['one', false],
        ['two', false],
        ['on-node', true],
      ],
    );
    t.is(services.length, 1);
    t.regex(services[0]?.addresses[0] ?? '', /^10\./);
    t.true((services[0]?.nodePort ?? 0) >= 30000);
    t.regex(String(run.said['ping']), /3 packets transmitted, [123] packets received/);
    t.is(run.said['echo'], 'hello\nexit code 0');
    t.regex(JSON.stringify(run.said['evidence']), /dpu\.connection-status.*Normal Scheduled/);
    t.deepEqual(run.said['left'], []);
    t.deepEqual(await labelled(lab.api, run.id), []);
    t.deepEqual(await counts(lab.api), before);
    await vfsBack();
  },
);

for (const [phase, line, hold] of [
  ['the namespace is made', /made the namespace/, false],
  ['the pods are made', /waiting for 2 pods/, false],
  ['traffic runs', /"running":"ping"/, true],
  ['all is being removed', /removing the namespace/, false],
] as const)
  test.serial(`a run that is killed while ${phase} leaves what cleanup finds and removes`, async (t) => {
    await vfsBack();
    const before = await counts(lab.api);
    const run = start(t, TWO, { hold });
    await run.until(line);
    run.child.kill('SIGKILL');
    t.is(await run.ended, null);
    t.log('after the kill:', JSON.stringify(await counts(lab.api)));
    const { code, stdout, stderr } = await cleanup('--yes');
    t.is(code, 0, stderr);
    t.regex(stdout, new RegExp(`removed: namespace dpu-doctor-${run.id}|nothing is left of traffic runs`));
    t.deepEqual(await labelled(lab.api, run.id), []);
    const after = await counts(lab.api);
    t.log('after cleanup:', JSON.stringify(after));
    t.deepEqual(after, before);
    t.regex((await cleanup()).stdout, /nothing is left of traffic runs/);
  });

for (const [signal, phase] of [
  ['SIGINT', 'made the namespace'],
  ['SIGINT', 'waiting for'],
  ['SIGTERM', 'paths between'],
] as const)
  test.serial(
    `dpu-doctor run traffic that gets ${signal} at '${phase}' removes what it has made`,
    async (t) => {
      await vfsBack();
      const before = await counts(lab.api);
      const run = startDpuDoctor(['run', 'traffic', '--kubeconfig', kubeconfig, '--image', 'alpine']);
      t.teardown(() => run.child.kill('SIGKILL'));
      let said = '';
      run.child.stderr?.on('data', (chunk: Buffer) => {
        said += chunk.toString();
      });
      await waitFor(phase, () => said.includes(phase), { timeoutMs: 60_000 });
      run.child.kill(signal);
      const { code, stderr } = await run.ended;
      t.is(code, 130, stderr);
      t.regex(stderr, /removing the namespace/);
      t.deepEqual(await counts(lab.api), before);
      t.regex((await cleanup()).stdout, /nothing is left of traffic runs/);
    },
  );

test.serial('with exactly the printed rights, dpu-doctor run traffic misses nothing', async (t) => {
  await vfsBack();
  const before = await counts(lab.api);
  const { code, stdout, stderr } = await dpuDoctor([
    ...['run', 'traffic', '--kubeconfig', kubeconfig, '--image', 'alpine', '--json'],
  ]);
  const report = JSON.parse(stdout) as Report;
  t.not(code, 3, stderr);
  t.true(
    report.results.some(
      ({ checkId, verdict }) => checkId === 'traffic/pod-to-pod-on-node' && verdict === 'pass',
    ),
  );
  t.notRegex(stdout, /may not (?:create|delete|get|list)|cannot \w+ resource/);
  t.deepEqual(await counts(lab.api), before);
});

test.serial('a run that is under way is not cleaned away, unless it is named', async (t) => {
  await vfsBack();
  const run = start(t, TWO, { hold: true });
  await run.until(/"running":"ping"/);
  const { code, stdout } = await cleanup('--yes');
  t.is(code, 0);
  t.regex(
    stdout,
    new RegExp(
      `not touched: namespace dpu-doctor-${run.id}: its run is still under way here as process ${run.child.pid}`,
    ),
  );
  t.is((await labelled(lab.api, run.id)).length, 4);
  t.is((await cleanup('--yes', '--run', run.id)).code, 0);
  t.deepEqual(await labelled(lab.api, run.id), []);
});

test.serial(
  'without a terminal nothing is removed unasked; what others put there is named and kept',
  async (t) => {
    await vfsBack();
    const run = start(t, TWO, { hold: true });
    await run.until(/"running":"ping"/);
    run.child.kill('SIGKILL');
    await run.ended;
    const namespace = `dpu-doctor-${run.id}`;
    await lab.api.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'theirs', namespace } });

    const asked = await cleanup();
    t.is(asked.code, 1);
    t.regex(
      asked.stdout,
      new RegExp(`namespace ${namespace}, made .* ago, by .*@.*, process ${run.child.pid}`),
    );
    t.regex(asked.stdout, new RegExp(`configmaps ${namespace}/theirs, put there by others`));
    t.regex(asked.stderr, /Nothing was removed: there is no terminal/);
    t.is((await labelled(lab.api, run.id)).length, 4);

    const kept = await cleanup('--yes');
    t.is(kept.code, 1);
    t.regex(kept.stderr, /others have put something into it: configmaps .*theirs/);
    t.deepEqual(await labelled(lab.api, run.id), [`namespaces ${namespace}`]);

    t.is((await cleanup('--yes', '--foreign')).code, 0);
    t.deepEqual(await labelled(lab.api, run.id), []);
  },
);

test.serial('what only looks like that of a run is told and not touched', async (t) => {
  const labels = { 'app.kubernetes.io/managed-by': 'dpu-doctor', 'dpu-doctor/run': 'x' };
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'dpu-doctor-x', labels } };
  await lab.api.create(namespace);
  t.teardown(() => lab.api.remove(namespace));
  const { code, stdout } = await cleanup('--yes', '--foreign');
  t.is(code, 0);
  t.regex(stdout, /not touched: namespace dpu-doctor-x has the label/);
  t.truthy(await lab.api.get('/api/v1/namespaces/dpu-doctor-x'));
});

test.serial('on a terminal it asks, and removes after yes alone', async (t) => {
  await vfsBack();
  const run = start(t, TWO);
  await run.until(/waiting for 2 pods/);
  run.child.kill('SIGKILL');
  await run.ended;
  const refused = await onTerminal(['cleanup', '--kubeconfig', kubeconfig], 'n');
  t.regex(refused.said, /Remove this namespace with all that is in it\?/);
  t.is(refused.code, 1);
  t.is((await labelled(lab.api, run.id)).length, 4);
  const agreed = await onTerminal(['cleanup', '--kubeconfig', kubeconfig], 'y');
  t.is(agreed.code, 0, agreed.said);
  t.deepEqual(await labelled(lab.api, run.id), []);
});

test.serial('what keeps pods from becoming ready is told, and the others go on', async (t) => {
  await vfsBack();
  const run = start(t, [
    wanted('one'),
    wanted('nowhere', { kubernetesNode: 'gone', node: 'gone', dpu: undefined }),
  ]);
  t.is(await run.ended, 0);
  const { endpoints, problems } = run.said['made'] as {
    endpoints: unknown[];
    problems: { message: string }[];
  };
  t.is(endpoints.length, 1);
  t.is(problems.length, 1);
  t.regex(
    problems[0]?.message ?? '',
    /nowhere on gone did not become ready .*: no node fits: 0\/3 nodes are available/,
  );
  t.deepEqual(run.said['left'], []);
});

test.serial('more pods than a host has VFs left are told before they are made', async (t) => {
  await vfsBack();
  const run = start(t, [...TWO, wanted('three')]);
  t.is(await run.ended, 0);
  const { endpoints, problems } = run.said['made'] as { endpoints: unknown[]; problems: unknown[] };
  t.is(endpoints.length, 2);
  t.like(problems[0], { code: 'no-vf-left', target: 'host1' });
});

test.serial('without one of the rights, the problem names the verb, and nothing is left', async (t) => {
  const { stdout } = await dpuDoctor(['permissions', 'traffic', '--rbac']);
  const { rules } = parse(stdout) as { rules: readonly PolicyRule[] };
  const without = rules.map((rule) =>
    rule.verbs.includes('create')
      ? { ...rule, resources: (rule.resources ?? []).filter((resource) => resource !== 'pods') }
      : rule,
  );
  const before = kubeconfig;
  kubeconfig = await lab.cluster.serviceAccount('no-pods', without);
  t.teardown(() => {
    kubeconfig = before;
  });
  const run = start(t, TWO);
  t.is(await run.ended, 0);
  const { problems } = run.said['made'] as { problems: { code: string; message: string }[] };
  t.like(problems[0], { code: 'forbidden' });
  t.regex(
    problems[0]?.message ?? '',
    /2 pods could not be made: may not create pods: .* needs the verb create on pods/,
  );
  t.deepEqual(run.said['left'], []);
});
