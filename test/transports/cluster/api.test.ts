import test, { type ExecutionContext } from 'ava';
import { KubernetesError } from '../../../kubernetes/error.ts';
import { connectCluster } from '../../../transports/cluster/api.ts';
import { kubeconfigFile, type Reply, startApiServer } from '../../helpers/api-server.ts';

const PODS = { path: '/api/v1/pods' };
const VERSION = { path: '/version', single: true } as const;
const ATTACHMENTS = { path: '/apis/k8s.cni.cncf.io/v1/network-attachment-definitions' };

async function connected(t: ExecutionContext, answer: (url: URL, count: number) => Reply | undefined) {
  const server = await startApiServer(t, answer);
  const signal = AbortSignal.timeout(20_000);
  const access = await connectCluster({ kubeconfig: kubeconfigFile(t, server.url) }, signal);
  t.teardown(() => access.close());
  return { access, server, ask: (reads: Parameters<typeof access.ask>[0]) => access.ask(reads, { signal }) };
}

const page = (...names: string[]): Reply => ({
  body: { items: names.map((name) => ({ metadata: { name } })) },
});

const status = (code: number, message: string): Reply => ({ status: code, body: { message } });

test('each read has its outcome: objects, one object, a kind that is not there', async (t) => {
  const { access, ask, server } = await connected(t, (url) => {
    if (url.pathname === VERSION.path) return { body: { gitVersion: 'v1.34.0' } };
    return url.pathname === PODS.path ? page('a', 'b') : status(404, 'the server could not find it');
  });
  t.is(access.name, 'here');
  t.is(access.uri, server.url);
  const outcomes = await ask([PODS, VERSION, ATTACHMENTS]);
  t.like(outcomes.get(PODS), {
    ok: true,
    objects: [{ metadata: { name: 'a' } }, { metadata: { name: 'b' } }],
  });
  t.like(outcomes.get(VERSION), { ok: true, objects: [{ gitVersion: 'v1.34.0' }] });
  t.like(outcomes.get(ATTACHMENTS), { ok: false, failure: { code: 'not-found' } });
});

test('what may not be read names the verb and the resource, and the rest is read', async (t) => {
  const { ask } = await connected(t, (url) =>
    url.pathname === PODS.path ? status(403, 'pods is forbidden: User "x"') : { body: { gitVersion: 'v1' } },
  );
  const outcomes = await ask([PODS, VERSION]);
  t.like(outcomes.get(PODS), {
    ok: false,
    failure: {
      code: 'permission',
      message: 'may not list pods: the user of the kubeconfig needs the verb list on pods',
      evidence: {
        source: 'kubectl get --raw /api/v1/pods',
        said: '/api/v1/pods?limit=500: 403: pods is forbidden: User "x"',
      },
    },
  });
  t.true(outcomes.get(VERSION)?.ok);
});

test('a kind that is not installed is not taken for one that may not be listed', async (t) => {
  const dpus = { path: '/apis/provisioning.dpu.nvidia.com/v1alpha1/dpus', optional: true } as const;
  const refuses = (groupIsThere: boolean) => (url: URL) =>
    url.pathname === VERSION.path
      ? { body: { gitVersion: 'v1' } }
      : url.pathname === dpus.path
        ? status(403, 'dpus is forbidden')
        : groupIsThere
          ? { body: { resources: [] } }
          : status(404, 'not found');
  const without = await connected(t, refuses(false));
  t.like((await without.ask([dpus, VERSION])).get(dpus), { ok: false, failure: { code: 'not-found' } });
  const installed = await connected(t, refuses(true));
  t.like((await installed.ask([dpus, VERSION])).get(dpus), { ok: false, failure: { code: 'permission' } });
});

test('a server that refuses everything is one error', async (t) => {
  const { ask } = await connected(t, () => status(401, 'Unauthorized'));
  await t.throwsAsync(ask([PODS, VERSION]), { instanceOf: KubernetesError, message: /401: Unauthorized/ });
  const forbidden = await connected(t, () => status(403, 'no'));
  t.is((await forbidden.ask([PODS, VERSION])).size, 2, 'what is forbidden is said of each list');
});

test('credentials in a server address are not shown', async (t) => {
  const file = kubeconfigFile(t, 'https://user:hush@127.0.0.1:1');
  const access = await connectCluster({ kubeconfig: file, name: 'mine' }, AbortSignal.timeout(5000));
  t.is(access.name, 'mine');
  t.notRegex(access.uri, /hush/);
  const error = await t.throwsAsync(access.ask([PODS], { signal: AbortSignal.timeout(5000) }));
  t.notRegex(error?.message ?? '', /hush/);
});
