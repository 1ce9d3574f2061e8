import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { type ClusterOptions, openCluster } from '../../kubernetes/cluster.ts';
import { KubernetesError, type KubernetesErrorCode } from '../../kubernetes/error.ts';
import { createAuthority } from '../../lab/kubernetes/certificates.ts';
import { kubeconfigFile, type Reply, startApiServer } from '../helpers/api-server.ts';
import { startTcpServer } from '../helpers/tcp-server.ts';
import { temporaryDirectory } from '../helpers/temporary.ts';

const never = new AbortController().signal;

async function fails(
  t: ExecutionContext,
  code: KubernetesErrorCode,
  run: () => Promise<unknown>,
  message?: RegExp,
): Promise<void> {
  const error = await t.throwsAsync(run, { instanceOf: KubernetesError });
  t.is(error?.code, code, error?.message);
  if (message) t.regex(error?.message ?? '', message);
}

const open = (kubeconfig: string, more: Partial<ClusterOptions> = {}) =>
  openCluster({ signal: never, kubeconfig, ...more });

/** Reads a path from a server that answers so; the kubeconfig may be changed. */
async function read(
  t: ExecutionContext,
  answer: (url: URL, count: number) => Reply | undefined,
  timeout = 20_000,
  signal: AbortSignal = never,
) {
  const server = await startApiServer(t, answer);
  const cluster = await open(kubeconfigFile(t, server.url));
  return {
    server,
    get: () => cluster.get('/api/v1/nodes', { signal, timeout, pause: 1 }),
    list: (limit = 2) => cluster.list('/api/v1/nodes', { signal, timeout, pause: 1, limit }),
  };
}

test('a kubeconfig that is missing, unreadable or without a usable context is named', async (t) => {
  const directory = temporaryDirectory(t);
  const missing = join(directory, 'missing');
  await fails(t, 'kubeconfig-missing', () => open(missing), /missing/);
  await fails(
    t,
    'kubeconfig-missing',
    () => openCluster({ signal: never, env: { HOME: directory } }),
    /no kubeconfig was found/,
  );
  const broken = join(directory, 'broken');
  for (const content of ['{', 'just text', '', '[]', '\0', 'clusters: 3', 'users: [{}]']) {
    writeFileSync(broken, content);
    const error = await t.throwsAsync(() => open(broken), { instanceOf: KubernetesError }, content);
    t.true(
      ['kubeconfig-unusable', 'no-context'].includes(error?.code ?? ''),
      `${content}: ${error?.message}`,
    );
  }
  await fails(t, 'kubeconfig-unusable', () => open(directory), /no kubeconfig/);
  const server = 'https://127.0.0.1:1';
  const none = kubeconfigFile(t, server, { top: { 'current-context': '' } });
  await fails(t, 'no-context', () => open(none), /no current context/);
  await fails(t, 'no-context', () => open(none, { context: 'there' }), /no context there/);
  t.is((await open(none, { context: 'here' })).server, server);
  await fails(
    t,
    'kubeconfig-unusable',
    () => open(kubeconfigFile(t, server, { top: { clusters: [] } })),
    /no server/,
  );
  await fails(
    t,
    'kubeconfig-unusable',
    () => open(kubeconfigFile(t, server, { top: { users: [] } })),
    /not there/,
  );
  await fails(t, 'kubeconfig-unusable', () => open(kubeconfigFile(t, 'nonsense')), /no URL/);
});

test('a server without TLS, and a context without a user, are asked as kubectl asks them', async (t) => {
  const server = await startApiServer(t, () => ({ body: { gitVersion: 'v1' } }));
  const contexts = [{ name: 'here', context: { cluster: 'cluster' } }];
  for (const top of [{}, { contexts, users: [] }]) {
    const cluster = await open(kubeconfigFile(t, server.url, { top }));
    t.deepEqual(await cluster.get('/version', { signal: never }), { gitVersion: 'v1' });
    cluster.close();
  }
  t.deepEqual(server.authorizations, ['Bearer secret', undefined]);
});

test('the files of KUBECONFIG are read as one, and the first definition counts', async (t) => {
  const first = kubeconfigFile(t, 'https://127.0.0.1:1');
  const context = { name: 'other', context: { cluster: 'cluster', user: 'user' } };
  const second = kubeconfigFile(t, 'https://127.0.0.1:2', {
    top: { contexts: [context], 'current-context': 'other' },
  });
  const env = { KUBECONFIG: ['/nonexistent', first, second].join(':') };
  const cluster = await openCluster({ signal: never, env });
  t.like(cluster, { name: 'here', server: 'https://127.0.0.1:1' });
  t.is((await openCluster({ signal: never, env, context: 'other' })).name, 'other');
});

test('an exec plugin gives the token, and one that fails is no mystery', async (t) => {
  const status = { token: 'from-plugin' };
  const credential = { apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential', status };
  const exec = (script: string) => ({
    user: {
      token: undefined,
      exec: { apiVersion: credential.apiVersion, command: 'sh', args: ['-c', script] },
    },
  });
  const server = await startApiServer(t, () => ({ body: { items: [] } }));
  const works = kubeconfigFile(t, server.url, exec(`echo '${JSON.stringify(credential)}'`));
  t.deepEqual(await (await open(works)).get('/', { signal: never }), { items: [] });
  t.deepEqual(server.authorizations, ['Bearer from-plugin']);
  const fail = kubeconfigFile(t, server.url, exec('echo log in first >&2; exit 1'));
  await fails(t, 'credentials', () => open(fail), /log in first/);
  const hang = kubeconfigFile(t, server.url, exec('exec sleep 1'));
  await fails(t, 'timeout', () => open(hang, { signal: AbortSignal.timeout(50) }));
});

test('a server that is down, silent or no API server', async (t) => {
  const down = await open(kubeconfigFile(t, 'http://127.0.0.1:1'));
  await fails(t, 'unreachable', () => down.get('/', { signal: never }), /127\.0\.0\.1:1 /);
  const silent = await read(t, () => undefined, 50);
  await fails(t, 'timeout', silent.get);
  const page = await read(t, () => ({ body: '<html>welcome</html>' }));
  await fails(t, 'unexpected', page.get, /not JSON/);
  await fails(t, 'unexpected', (await read(t, () => ({ body: [] }))).list, /no list/);
  const port = await startTcpServer(t, (socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n'));
  const other = await open(kubeconfigFile(t, `http://127.0.0.1:${port}`));
  await fails(t, 'unreachable', () => other.get('/', { signal: never }));
});

test('a user who interrupts is not told of a time limit', async (t) => {
  const controller = new AbortController();
  const silent = await read(t, () => undefined, 20_000, controller.signal);
  setTimeout(() => controller.abort(), 20);
  await fails(t, 'interrupted', silent.get);
});

test('what the server refuses is passed on in its own words', async (t) => {
  const said = (status: number, message: string) => () => ({ status, body: { kind: 'Status', message } });
  const words = 'nodes is forbidden: User "x" cannot list resource "nodes"';
  await fails(t, 'unauthorized', (await read(t, said(401, 'Unauthorized'))).get, /401: Unauthorized/);
  await fails(t, 'forbidden', (await read(t, said(403, words))).get, /cannot list resource "nodes"/);
  await fails(t, 'not-found', (await read(t, said(404, '404 page not found'))).get, /404/);
  await fails(t, 'unexpected', (await read(t, said(302, 'elsewhere'))).get, /302/);
});

test('a server that asks for patience is asked again, but not for ever', async (t) => {
  const body = { items: [], metadata: {} };
  for (const status of [429, 500, 503]) {
    const later = await read(t, (_, count) =>
      count < 3 ? { status, headers: { 'retry-after': '0' } } : { body },
    );
    t.deepEqual(await later.get(), body);
    t.is(later.server.asked.length, 3);
    const stuck = await read(t, () => ({ status, body: 'go away' }));
    await fails(t, 'unavailable', stuck.get, /go away \(asked 5 times\)/);
    t.is(stuck.server.asked.length, 5);
  }
  const hour = await read(t, () => ({ status: 429, headers: { 'retry-after': '3600' } }));
  await fails(t, 'unavailable', hour.get);
  t.is(hour.server.asked.length, 1, 'nobody waits an hour');
});

test('Retry-After is kept', async (t) => {
  const later = await read(t, (_, count) =>
    count === 1 ? { status: 429, headers: { 'retry-after': '1' } } : {},
  );
  const started = performance.now();
  await later.get();
  t.true(performance.now() - started >= 990);
});

/** Pages of two out of five names; a continue token is where to go on. */
function pages(url: URL): Reply {
  const names = ['a', 'b', 'c', 'd', 'e'];
  const limit = Number(url.searchParams.get('limit') ?? names.length);
  const from = Number(url.searchParams.get('continue') ?? 0);
  const to = from + limit;
  const metadata = { resourceVersion: '7', ...(to < names.length ? { continue: String(to) } : {}) };
  return { body: { items: names.slice(from, to), metadata } };
}

test('a list is read page after page', async (t) => {
  const paged = await read(t, pages);
  const all = { items: ['a', 'b', 'c', 'd', 'e'], resourceVersion: '7' };
  t.deepEqual(await paged.list(), { ...all, requests: 3 });
  t.deepEqual(paged.server.asked, [
    '/api/v1/nodes?limit=2',
    '/api/v1/nodes?limit=2&continue=2',
    '/api/v1/nodes?limit=2&continue=4',
  ]);
  t.deepEqual(await paged.list(500), { ...all, requests: 1 });
});

test('when the server forgets a list half-way, all of it is read at once', async (t) => {
  const forgetful = await read(t, (url) => (url.searchParams.has('continue') ? { status: 410 } : pages(url)));
  t.deepEqual((await forgetful.list()).items, ['a', 'b', 'c', 'd', 'e'], 'each object once');
  t.is(forgetful.server.asked.at(-1), '/api/v1/nodes');
  const gone = await read(t, () => ({ status: 410, body: { message: 'too old' } }));
  await fails(t, 'unexpected', gone.list, /410: too old/);
});

test('pages that go round in circles end', async (t) => {
  const circle = await read(t, (_, count) => ({
    body: { items: [], metadata: { continue: String(count % 3) } },
  }));
  await fails(t, 'unexpected', circle.list, /circles/);
});

test('only the right certificate is trusted', async (t) => {
  const authority = createAuthority();
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  const data = { 'certificate-authority-data': base64(authority.certificate) };
  const serve = (notAfter?: Date, hosts = ['127.0.0.1']) => {
    const own = authority.issue({ commonName: 'api', hosts, ...(notAfter ? { notAfter } : {}) });
    return startApiServer(t, () => ({ body: { ok: true } }), { key: own.key, cert: own.certificate });
  };
  const get = async (server: string, cluster: object) =>
    (await open(kubeconfigFile(t, server, { cluster }))).get('/', { signal: never });
  const good = await serve();
  t.deepEqual(await get(good.url, data), { ok: true });
  t.deepEqual(await get(good.url, { 'insecure-skip-tls-verify': true }), { ok: true });
  await fails(t, 'certificate', () => get(good.url, {}));
  const stranger = { 'certificate-authority-data': base64(createAuthority().certificate) };
  await fails(t, 'certificate', () => get(good.url, stranger));
  const expired = await serve(new Date(Date.now() - 1000));
  await fails(t, 'certificate', () => get(expired.url, data), /expired/);
  const elsewhere = await serve(undefined, ['10.0.0.1']);
  await fails(t, 'certificate', () => get(elsewhere.url, data), /127\.0\.0\.1/);
});
