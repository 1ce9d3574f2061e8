import { chmod, copyFile, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import anyTest, { type TestFn } from 'ava';
import type { Report } from '../../runner/report.ts';
import { dpuDoctor, examine } from '../../test/helpers/cli.ts';
import { hasProgram, startSshd } from '../../test/helpers/sshd.ts';
import {
  bluefieldCluster,
  downKubernetesLab,
  type KubernetesLab,
  stageCluster,
  upKubernetesLab,
} from '../kubernetes/index.ts';

/* kubectl asks the API server instead of dpu-doctor: here, and on a machine that SSH leads to (this one again). */

const test = (hasProgram('kubectl') ? anyTest.serial : anyTest.skip) as TestFn['serial'];
const name = `test-cluster-kubectl-${process.pid}`;
let lab: KubernetesLab;
let direct: Report;

anyTest.before(async (t) => {
  if (!hasProgram('kubectl')) return;
  lab = await upKubernetesLab({ name });
  await stageCluster(lab, bluefieldCluster());
  // The server answers one page of a kind at a time: more objects than that.
  await stageCluster(
    lab,
    Array.from({ length: 501 }, (_, index) => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: `more-${index}`, namespace: 'more' },
      spec: { containers: [{ name: 'c', image: 'i' }] },
    })),
  );
  direct = await examine(t as never, ['--kubeconfig', lab.kubeconfig]);
});

anyTest.after.always(() => downKubernetesLab({ name }));

const essence = ({ targets, results }: Report): unknown => [
  targets.map(({ name: called, uri, role, pair, facts }) => [called, uri, role, pair, facts]),
  results.map(({ checkId, target, verdict }) => [checkId, target, verdict]),
];

/** What it said last of the cluster. */
const failure = ({ targets }: Report) => targets[0]?.failure;

test('kubectl here gives what the API gives, and leaves nothing behind', async (t) => {
  const home = await mkdtemp(path.join(tmpdir(), 'dpu-doctor-test-'));
  t.teardown(() => rm(home, { recursive: true }));
  const report = await examine(t, ['--kubeconfig', lab.kubeconfig, '--kubectl'], { env: { HOME: home } });
  t.deepEqual(await readdir(home), []);
  t.deepEqual(essence(report), essence(direct));
  t.true(report.summary.pass > 0);
});

test('kubectl over SSH gives what the API gives, with the kubeconfig that is there', async (t) => {
  const directory = await mkdtemp(path.join(tmpdir(), 'dpu-doctor-test-'));
  t.teardown(() => rm(directory, { recursive: true }));
  // The login has a kubeconfig of its own, and a name that a shell would trip over.
  const kubeconfig = path.join(directory, "the admin's $HOME;.conf");
  await copyFile(lab.kubeconfig, kubeconfig);
  const { port, user, identity, knownHosts } = await startSshd(t, directory);
  const via = `${user}@127.0.0.1:${port}`;
  const ssh = ['--ssh-config', '/dev/null', '--identity', identity, '--known-hosts', knownHosts];
  const report = await examine(t, ['--via', via, '--kubeconfig', kubeconfig, ...ssh]);
  t.deepEqual(essence(report), essence(direct));
  t.regex(report.targets[0]?.roleGround ?? '', /by kubectl on 127\.0\.0\.1/);
  const file = path.join(directory, 'inventory.yaml');
  await writeFile(file, JSON.stringify({ version: 1, clusters: [{ name, via, kubeconfig }] }));
  t.deepEqual(essence(await examine(t, ['-i', file, ...ssh])), essence(direct));
  const printed = await dpuDoctor(['inventory', '-i', file, ...ssh]);
  t.is(printed.code, 0, printed.stderr);
  t.true(printed.stdout.includes(`via: ${via}`), printed.stdout);
  const stranger = await examine(t, [
    '--via',
    via,
    '--ssh-config',
    '/dev/null',
    '--known-hosts',
    '/dev/null',
  ]);
  t.is(failure(stranger)?.code, 'host-key-unknown');
});

test('what is forbidden is as forbidden by kubectl', async (t) => {
  const kubeconfig = await lab.serviceAccount('kubectl-podless', [
    { apiGroups: [''], resources: ['nodes'], verbs: ['list'] },
  ]);
  const byApi = await examine(t, ['--kubeconfig', kubeconfig]);
  const byKubectl = await examine(t, ['--kubeconfig', kubeconfig, '--kubectl']);
  t.deepEqual(essence(byKubectl), essence(byApi));
  const reasons = ({ results }: Report) => results.map(({ reason, remedy }) => [reason, remedy]);
  t.deepEqual(reasons(byKubectl), reasons(byApi));
  t.true(byKubectl.results.some(({ reasonCode }) => reasonCode === 'permission'));
});

test('whatever is wrong with the way is one error with its own code, and no secret is told', async (t) => {
  const token = 'open-sesame';
  const stranger = await lab.withToken('kubectl-stranger', token);
  const hanging = path.join(lab.directory, 'hanging-kubectl');
  await writeFile(hanging, '#!/bin/sh\nexec sleep 600\n');
  await chmod(hanging, 0o755);
  for (const [args, code] of [
    [['--kubeconfig', stranger], 'unauthorized'],
    [['--kubeconfig', lab.kubeconfig, '--context', 'nope; id'], 'no-context'],
    [['--kubeconfig', lab.kubeconfig, '--kubectl=/nope/kubectl'], 'kubeconfig-unusable'],
    [['--kubeconfig', lab.kubeconfig, `--kubectl=${hanging}`, '--timeout', '2s'], 'timeout'],
    [[], 'kubeconfig-missing'],
  ] as const) {
    const kubectl = args.some((arg) => arg.startsWith('--kubectl')) ? [] : ['--kubectl'];
    const report = await examine(t, [...args, ...kubectl]);
    t.is(failure(report)?.code, code, `${args.join(' ')}: ${failure(report)?.message}`);
    t.not(failure(report)?.hint ?? '', '');
    t.is(report.exitCode, 2);
    t.deepEqual(
      report.results.filter(({ verdict }) => verdict !== 'blocked').map(({ checkId }) => checkId),
      ['target/reachable'],
    );
    t.false(JSON.stringify(report).includes(token));
  }
});
