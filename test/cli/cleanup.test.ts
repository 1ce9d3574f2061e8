import test from 'ava';
import { namespaceOf, ownMetadata } from '../../traffic/objects/identity.ts';
import { kubeconfigFile } from '../helpers/api-server.ts';
import { assertCivil, dpuDoctor } from '../helpers/cli.ts';
import { startMemoryApi } from '../helpers/memory-api.ts';

const RUN = 'run-1';
const NAMESPACE = namespaceOf(RUN);

/** As a run on another machine has left it. */
function left(madeBy = 'root@elsewhere.invalid, process 1') {
  const { labels, annotations } = ownMetadata(RUN, new Date(Date.now() - 5 * 60_000));
  return { labels, annotations: { ...annotations, 'dpu-doctor/made-by': madeBy } };
}

test('where nothing is left, that is said', async (t) => {
  const api = await startMemoryApi(t);
  const { code, stdout } = await dpuDoctor(['cleanup', '--kubeconfig', kubeconfigFile(t, api.server.url)]);
  t.is(code, 0);
  t.is(stdout, 'cluster here: nothing is left of traffic runs\n');
});

test('what is left is listed with its age, kept without a terminal, and removed with --yes', async (t) => {
  const api = await startMemoryApi(t);
  api.put('/api/v1/namespaces', { metadata: { name: NAMESPACE, ...left('a\u001b[31mb\u202e@x') } });
  api.put(`/api/v1/namespaces/${NAMESPACE}/pods`, { metadata: { name: 'a', ...left() } });
  const command = ['cleanup', '--kubeconfig', kubeconfigFile(t, api.server.url)];
  const asked = await dpuDoctor(command);
  t.is(asked.code, 1);
  t.is(
    asked.stdout,
    `cluster here: left by traffic runs:\n  namespace ${NAMESPACE}, made 5 min ago, by ab@x\n    pods ${NAMESPACE}/a\n`,
  );
  t.regex(asked.stderr, /Nothing was removed: there is no terminal to ask on/);
  t.is(api.objects.size, 2);
  const other = await dpuDoctor([...command, '--yes', '--run', 'run-2']);
  t.is(other.stdout, 'cluster here: nothing is left of run run-2\n');
  t.is(api.objects.size, 2);
  const agreed = await dpuDoctor([...command, '--yes']);
  t.is(agreed.code, 0, agreed.stderr);
  t.regex(agreed.stdout, new RegExp(`removed: namespace ${NAMESPACE}\n$`));
  t.is(api.objects.size, 0);
});

test('a cluster that does not answer is undetermined, one that is named wrongly is wrong usage', async (t) => {
  const silent = await dpuDoctor(['cleanup', '--kubeconfig', kubeconfigFile(t, 'http://127.0.0.1:1')]);
  t.is(silent.code, 2);
  t.regex(silent.stderr, /127\.0\.0\.1:1 does not answer/);
  for (const args of [
    ['--kubeconfig', '/nonexistent'],
    ['--run', 'A b'],
    ['--context', 'x'],
  ]) {
    const ended = await dpuDoctor(['cleanup', ...args]);
    t.is(ended.code, 3, args.join(' '));
    assertCivil(t, ended);
  }
});

test('who may not list is told so, and nothing is said to be gone', async (t) => {
  const message =
    'namespaces is forbidden: User "u" cannot list resource "namespaces" in API group "" at the cluster scope';
  const api = await startMemoryApi(t, () => ({ status: 403, body: { message } }));
  const { code, stdout, stderr } = await dpuDoctor([
    'cleanup',
    '--kubeconfig',
    kubeconfigFile(t, api.server.url),
  ]);
  t.is(code, 2);
  t.is(stdout, '');
  t.regex(stderr, /cannot list resource/);
});
