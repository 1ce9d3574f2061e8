import test, { type ExecutionContext } from 'ava';
import { KubernetesError } from '../../kubernetes/error.ts';
import { openWritableCluster } from '../../kubernetes/write.ts';
import { kubeconfigFile, type Reply, startApiServer } from '../helpers/api-server.ts';

const never = new AbortController().signal;
const options = { signal: never, pause: 1 };
const PODS = '/api/v1/namespaces/one/pods';

async function cluster(t: ExecutionContext, answer: (url: URL, count: number) => Reply | undefined) {
  const server = await startApiServer(t, answer);
  const opened = await openWritableCluster({ signal: never, kubeconfig: kubeconfigFile(t, server.url) });
  t.teardown(() => opened.close());
  return { opened, server };
}

const status = (code: number, message: string): Reply => ({
  status: code,
  body: { kind: 'Status', status: 'Failure', message },
});

test('an object is sent as JSON and given back as the server made it', async (t) => {
  const { opened, server } = await cluster(t, () => ({ status: 201, body: { metadata: { uid: 'u1' } } }));
  t.deepEqual(await opened.create(PODS, { kind: 'Pod' }, options), { metadata: { uid: 'u1' } });
  t.like(server.requests[0], { method: 'POST', path: PODS, body: '{"kind":"Pod"}' });
  t.is(server.requests[0]?.contentType, 'application/json');
});

test('only the object with that uid is removed', async (t) => {
  const { opened, server } = await cluster(t, () => ({ status: 200 }));
  await opened.remove(`${PODS}/a`, 'u1', options);
  t.is(server.requests[0]?.method, 'DELETE');
  t.like(JSON.parse(server.requests[0]?.body ?? ''), { preconditions: { uid: 'u1' } });
});

for (const code of [404, 409])
  test(`what is gone, another one or on its way already is removed without an error: ${code}`, async (t) => {
    const { opened } = await cluster(t, () => status(code, 'Precondition failed: UID in precondition: u1'));
    await t.notThrowsAsync(opened.remove(`${PODS}/a`, 'u1', options));
  });

/* Written after the API server's sources and documents; lab/tests/traffic-objects.test.ts meets some of them for real. */
for (const [reply, code, message, hint] of [
  [
    status(
      403,
      'namespaces is forbidden: User "viewer" cannot create resource "namespaces" in API group "" at the cluster scope',
    ),
    'forbidden',
    'may not create namespaces: the user of the kubeconfig needs the verb create on namespaces',
    /permissions traffic --rbac/,
  ],
  [
    status(
      403,
      'deployments.apps is forbidden: User "viewer" cannot create resource "deployments" in API group "apps" in the namespace "one"',
    ),
    'forbidden',
    'may not create deployments.apps: the user of the kubeconfig needs the verb create on deployments.apps',
    /permissions/,
  ],
  [
    status(
      403,
      'pods "a" is forbidden: exceeded quota: few, requested: pods=1, used: pods=2, limited: pods=2',
    ),
    'refused',
    'the API server refused it: pods "a" is forbidden: exceeded quota: few, requested: pods=1, used: pods=2, limited: pods=2',
    /ResourceQuota/,
  ],
  [
    status(
      403,
      'pods "a" is forbidden: violates PodSecurity "restricted:latest": unrestricted capabilities (container "echo" must set securityContext.capabilities.drop=["ALL"])',
    ),
    'refused',
    /violates PodSecurity/,
    /exempts/,
  ],
  [
    status(400, 'admission webhook "pods.example.com" denied the request: no'),
    'refused',
    /denied the request: no/,
    /webhook/,
  ],
  [
    status(422, 'Pod "A" is invalid: metadata.name: Invalid value: "A"'),
    'refused',
    /is invalid: metadata\.name/,
    /^$/,
  ],
  [status(409, 'pods "a" already exists'), 'conflict', /already exists/, /^$/],
  [status(404, 'namespaces "one" not found'), 'not-found', /namespaces "one" not found/, /./],
  [status(401, 'Unauthorized'), 'unauthorized', /401: Unauthorized/, /log in again/],
] as const)
  test(`a refusal is told in the server's words: ${reply.status} ${code} ${hint}`, async (t) => {
    const { opened } = await cluster(t, () => reply);
    const error = await t.throwsAsync(opened.create(PODS, {}, options), { instanceOf: KubernetesError });
    t.is(error?.code, code);
    if (typeof message === 'string') t.is(error?.message, message);
    else t.regex(error?.message ?? '', message);
    t.regex(error?.hint ?? '', hint);
  });

test('where the server asks for patience it is asked again, and at last told as unavailable', async (t) => {
  const patient = await cluster(t, (_, count) => (count < 3 ? status(503, 'not yet') : { status: 201 }));
  await t.notThrowsAsync(patient.opened.create(PODS, {}, options));
  t.is(patient.server.asked.length, 3);
  const never = await cluster(t, () => status(500, 'failed calling webhook "w": connection refused'));
  const error = await t.throwsAsync(never.opened.create(PODS, {}, options), { instanceOf: KubernetesError });
  t.is(error?.code, 'unavailable');
  t.regex(error?.message ?? '', /failed calling webhook.*asked 5 times/);
});

test('an answer that is no JSON is an error of its own', async (t) => {
  const { opened } = await cluster(t, () => ({ status: 201, body: '<html>' }));
  const error = await t.throwsAsync(opened.create(PODS, {}, options), { instanceOf: KubernetesError });
  t.is(error?.code, 'unexpected');
});
