import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import { openWritableCluster } from '../../kubernetes/write.ts';
import {
  namespaceOf,
  ownMetadata,
  ownNamespace,
  ownObject,
  runningMaker,
} from '../../traffic/objects/identity.ts';
import { makePods, type ObjectOptions, type WantedPod } from '../../traffic/objects/index.ts';
import { findLeftovers } from '../../traffic/objects/leftovers.ts';
import { podManifest, serviceManifest } from '../../traffic/objects/manifests.ts';
import { removeRun } from '../../traffic/objects/remove.ts';
import { madeService } from '../../traffic/objects/service.ts';
import { kubeconfigFile, type ReceivedRequest } from '../helpers/api-server.ts';
import { type MemoryApi, startMemoryApi } from '../helpers/memory-api.ts';

const RUN = '20261121154233-a1b2c3';
const NAMESPACE = namespaceOf(RUN);
const PODS = `/api/v1/namespaces/${NAMESPACE}/pods`;

const pod = (name: string, more: Partial<WantedPod> = {}): WantedPod => ({
  name,
  node: 'worker',
  kubernetesNode: 'worker',
  dpu: undefined,
  hostNetwork: false,
  service: false,
  ...more,
});

const FACTS = new Map([
  ['networkAttachments', { ok: true, value: undefined }],
  ['nodes', { ok: true, value: [] }],
  ['pods', { ok: true, value: [] }],
]);

const READY = {
  phase: 'Running',
  podIP: '10.1.0.7',
  podIPs: [{ ip: 'fd00::7' }, { ip: '10.1.0.7' }],
  conditions: [{ type: 'Ready', status: 'True' }],
};

/** As kubelet would: whatever pod is made is ready at once. */
const readyPods = ({ method }: ReceivedRequest, { objects }: MemoryApi): undefined => {
  if (method !== 'GET') return;
  for (const [path, object] of objects) if (path.includes('/pods/')) object['status'] = READY;
};

async function made(
  t: ExecutionContext,
  api: MemoryApi,
  wanted: readonly WantedPod[],
  options: Partial<ObjectOptions> = {},
) {
  const progress: string[] = [];
  const target = { kubeconfig: kubeconfigFile(t, api.server.url) };
  const pods = await makePods({ name: 'here', target, facts: FACTS } as never, wanted, {
    runId: RUN,
    image: 'alpine',
    keepOnFailure: false,
    setupTimeout: 4000,
    signal: new AbortController().signal,
    progress: (line) => progress.push(line),
    ...options,
  });
  return { pods, progress, target };
}

test('pods and Services are made in a namespace of the run, and all is removed', async (t) => {
  const api = await startMemoryApi(t, (request, self) => {
    readyPods(request, self);
    if (request.method === 'POST' && request.path.endsWith('/services')) {
      const object = JSON.parse(request.body);
      const spec = {
        clusterIP: '10.2.0.1',
        clusterIPs: ['10.2.0.1', 'fd01::1'],
        ports: [{ nodePort: 30001 }],
      };
      self.put(request.path, { ...object, spec });
      return { status: 201, body: { ...object, spec } };
    }
    return undefined;
  });
  const { pods, progress } = await made(t, api, [pod('a', { service: true }), pod('b')]);
  t.deepEqual(pods.problems, []);
  t.deepEqual(
    pods.endpoints.map(({ name, addresses }) => [name, addresses]),
    [
      ['a', ['10.1.0.7', 'fd00::7']],
      ['b', ['10.1.0.7', 'fd00::7']],
    ],
    'without the namespace, which the next run has another of',
  );
  t.like(pods.services[0], { addresses: ['10.2.0.1', 'fd01::1'], port: 5000, nodePort: 30001 });
  t.regex(progress[0] ?? '', new RegExp(`dpu-doctor cleanup --run ${RUN} --kubeconfig /`));
  for (const object of api.objects.values()) t.is(ownObject(object)?.run, RUN);
  t.deepEqual(await pods.remove({ failed: true }), []);
  t.is(api.objects.size, 0);
});

test('with keepOnFailure what failed is kept, and the way to remove it is told', async (t) => {
  const api = await startMemoryApi(t, readyPods);
  const { pods } = await made(t, api, [pod('a')], { keepOnFailure: true });
  const left = await pods.remove({ failed: true });
  t.is(left.length, 1);
  t.regex(left[0] ?? '', new RegExp(`${NAMESPACE} .* kept .* dpu-doctor cleanup --run ${RUN}`));
  t.is(api.objects.size, 2);
});

test('with keepOnFailure what did not fail is removed', async (t) => {
  const api = await startMemoryApi(t, readyPods);
  const { pods } = await made(t, api, [pod('a')], { keepOnFailure: true });
  t.deepEqual(await pods.remove({ failed: false }), []);
  t.is(api.objects.size, 0);
});

test('where namespaces may not be made, that is the problem, and nothing is left', async (t) => {
  const message =
    'namespaces is forbidden: User "u" cannot create resource "namespaces" in API group "" at the cluster scope';
  const api = await startMemoryApi(t, ({ method }) =>
    method === 'POST' ? { status: 403, body: { message } } : undefined,
  );
  const { pods } = await made(t, api, [pod('a')]);
  t.like(pods.problems[0], { code: 'forbidden' });
  t.regex(pods.problems[0]?.message ?? '', /may not create namespaces/);
  t.deepEqual(await pods.remove({ failed: false }), []);
});

test('what many pods are refused for is told once, and the others go on', async (t) => {
  const api = await startMemoryApi(t, (request, self) => {
    readyPods(request, self);
    const { metadata } = request.method === 'POST' ? JSON.parse(request.body) : {};
    if (!/^few-/.test(metadata?.name ?? '')) return undefined;
    const message = `pods "${metadata.name}" is forbidden: exceeded quota: few, requested: pods=1, used: pods=1, limited: pods=1`;
    return { status: 403, body: { message } };
  });
  const { pods } = await made(t, api, [pod('few-1'), pod('few-2'), pod('a')]);
  t.deepEqual(
    pods.problems.map(({ code }) => code),
    ['refused'],
  );
  t.regex(pods.problems[0]?.message ?? '', /^2 pods could not be made: .*exceeded quota/);
  t.is(pods.endpoints.length, 1);
  await pods.remove({ failed: false });
});

test('a pod that comes before its service account is made once that is there', async (t) => {
  let refused = 0;
  const api = await startMemoryApi(t, (request, self) => {
    readyPods(request, self);
    if (request.method !== 'POST' || !request.path.endsWith('/pods') || refused === 2) return undefined;
    refused++;
    const message = `pods "a" is forbidden: error looking up service account ${NAMESPACE}/default: serviceaccount "default" not found`;
    return { status: 403, body: { message } };
  });
  const { pods } = await made(t, api, [pod('a')]);
  t.is(pods.endpoints.length, 1);
  await pods.remove({ failed: false });
});

test('a pod that is there although the answer was lost is taken for made, one of another run is not', async (t) => {
  let lost = false;
  const api = await startMemoryApi(t, (request, self) => {
    readyPods(request, self);
    if (request.method !== 'POST' || !request.path.endsWith('/pods') || lost) return undefined;
    lost = true;
    self.put(request.path, JSON.parse(request.body));
    return { status: 500, body: { message: 'etcdserver: request timed out' } };
  });
  const { pods } = await made(t, api, [pod('a')]);
  t.deepEqual(pods.problems, []);
  t.is(pods.endpoints.length, 1);
  await pods.remove({ failed: false });

  const taken = await startMemoryApi(t);
  taken.put('/api/v1/namespaces', { metadata: { name: NAMESPACE } });
  const other = await made(t, taken, [pod('a')]);
  t.like(other.pods.problems[0], { code: 'conflict' });
  t.deepEqual(await other.pods.remove({ failed: false }), []);
  t.is(taken.objects.size, 1, 'what is not ours is still there');
});

test('pods that never get ready are a problem in the words of whoever keeps them, told once', async (t) => {
  const api = await startMemoryApi(t, ({ method }, { objects }) => {
    if (method === 'GET')
      for (const [path, object] of objects)
        if (path.includes('/pods/'))
          object['status'] = {
            phase: 'Pending',
            conditions: [
              {
                type: 'PodScheduled',
                status: 'False',
                reason: 'Unschedulable',
                message: '0/3 nodes are available: 3 Insufficient cpu.',
              },
            ],
          };
    return undefined;
  });
  const { pods } = await made(t, api, [pod('a'), pod('b')]);
  t.is(pods.problems.length, 1);
  t.regex(
    pods.problems[0]?.message ?? '',
    /^2 pods \(a on worker, b on worker\) did not .*: it is not scheduled: 0\/3 nodes/,
  );
  await pods.remove({ failed: false });
});

test('after an interruption nothing more is made, nothing is a problem, and removal works', async (t) => {
  const interrupt = new AbortController();
  const api = await startMemoryApi(t, ({ method, path }) => {
    if (method === 'POST' && path.endsWith('/pods')) interrupt.abort();
    return undefined;
  });
  const wanted = Array.from({ length: 30 }, (_, index) => pod(`p${index}`));
  const { pods } = await made(t, api, wanted, { signal: interrupt.signal });
  t.true(api.server.requests.filter(({ path }) => path === PODS).length < 20);
  t.deepEqual(pods.problems, []);
  t.deepEqual(await pods.remove({ failed: false }), []);
  t.is(api.objects.size, 0);
});

async function leftover(t: ExecutionContext, special?: Parameters<typeof startMemoryApi>[1]) {
  const api = await startMemoryApi(t, special);
  api.put('/api/v1/namespaces', { metadata: { name: NAMESPACE, ...ownMetadata(RUN) } });
  api.put(PODS, { metadata: { name: 'a', ...ownMetadata(RUN) } });
  const cluster = await openWritableCluster({
    signal: new AbortController().signal,
    kubeconfig: kubeconfigFile(t, api.server.url),
  });
  t.teardown(() => cluster.close());
  const namespace = ownNamespace(api.objects.get(`/api/v1/namespaces/${NAMESPACE}`));
  if (namespace === undefined) throw new Error("the namespace is not known as a run's");
  return { api, cluster, namespace };
}

const never = new AbortController().signal;

test('a lost connection is tried again until it is back', async (t) => {
  // More often than one request is repeated.
  let lost = 12;
  const { api, cluster, namespace } = await leftover(t, () =>
    lost-- > 0 ? { status: 503, headers: { 'retry-after': '0' } } : undefined,
  );
  t.is(await removeRun(cluster, namespace, { foreign: false, patience: 10_000 }), undefined);
  t.is(api.objects.size, 0);
});

test('a connection that stays lost is told, and so is a namespace that stays', async (t) => {
  const { namespace } = await leftover(t);
  const gone = await openWritableCluster({
    signal: never,
    kubeconfig: kubeconfigFile(t, 'http://127.0.0.1:1'),
  });
  t.regex((await removeRun(gone, namespace, { foreign: false, patience: 100 })) ?? '', /does not answer/);
  const stuck = await leftover(t, ({ method, path }, { objects }) => {
    if (method !== 'DELETE' || !path.endsWith(NAMESPACE)) return undefined;
    const object = objects.get(path);
    const conditions = [
      { type: 'NamespaceContentRemaining', status: 'True', message: 'pods. has 1 resource instances' },
    ];
    if (object) object['status'] = { conditions };
    return { body: {} };
  });
  t.regex(
    (await removeRun(stuck.cluster, stuck.namespace, { foreign: false, patience: 2000 })) ?? '',
    /still being removed .*pods\. has 1 resource instances/,
  );
});

test("what others put into a run's namespace keeps it, until that is allowed", async (t) => {
  const { api, cluster, namespace } = await leftover(t);
  const maps = `/api/v1/namespaces/${NAMESPACE}/configmaps`;
  api.put(maps, { metadata: { name: 'kube-root-ca.crt' } });
  api.put(maps, { metadata: { name: 'theirs' } });
  const why = await removeRun(cluster, namespace, { foreign: false, patience: 2000 });
  t.is(why, `others have put something into it: configmaps ${NAMESPACE}/theirs`);
  t.true(api.objects.has(`${maps}/theirs`) && !api.objects.has(`${PODS}/a`));
  t.is(await removeRun(cluster, namespace, { foreign: true, patience: 2000 }), undefined);
  t.is(api.objects.size, 0);
});

test('a namespace that was replaced by one of the same name is left alone', async (t) => {
  const { api, cluster, namespace } = await leftover(t);
  api.objects.delete(`${PODS}/a`);
  api.put('/api/v1/namespaces', { metadata: { name: NAMESPACE, uid: 'another' } });
  t.is(await removeRun(cluster, namespace, { foreign: true, patience: 2000 }), undefined);
  t.true(api.objects.has(`/api/v1/namespaces/${NAMESPACE}`));
});

test('what has the label alone, or the name alone, was made by somebody else', async (t) => {
  const { api, cluster } = await leftover(t);
  const { labels } = ownMetadata('x');
  api.put('/api/v1/namespaces', { metadata: { name: 'dpu-doctor-x', labels } });
  api.put('/api/v1/namespaces', { metadata: { name: 'dpu-doctor-y' } });
  api.put('/api/v1/namespaces', { metadata: { name: 'other', ...ownMetadata('z') } });
  api.put('/api/v1/namespaces/default/pods', { metadata: { name: 'stray', ...ownMetadata(RUN) } });
  const { runs, others } = await findLeftovers(cluster, undefined, never);
  t.deepEqual(
    runs.map(({ namespace }) => namespace.name),
    [NAMESPACE],
  );
  t.deepEqual(others.map((line) => line.split(' has ')[0]).sort(), [
    'namespace dpu-doctor-x',
    'namespace other',
    'pod default/stray',
  ]);
  t.deepEqual((await findLeftovers(cluster, 'nothing', never)).runs, []);
});

test('whoever made an object is known to run only where that can be seen', (t) => {
  const mine = ownMetadata(RUN).annotations['dpu-doctor/made-by'] ?? '';
  t.is(runningMaker({ madeBy: mine }), undefined, 'this process cleans up after itself');
  t.is(runningMaker({ madeBy: mine.replace(/\d+$/, String(process.ppid)) }), process.ppid);
  t.is(runningMaker({ madeBy: mine.replace(/@.*,/, '@elsewhere.invalid,').replace(/\d+$/, '1') }), undefined);
});

test("no object is taken for a run's by chance, whatever it holds, and none makes us throw", (t) => {
  fc.assert(
    fc.property(fc.anything(), (anything) => {
      t.is(ownObject(anything), undefined);
      t.is(madeService(anything, {} as never), undefined);
    }),
  );
  fc.assert(
    fc.property(fc.string(), fc.constantFrom('labels', 'annotations'), fc.nat(2), (value, part, which) => {
      const own = ownMetadata(RUN);
      const kept = Object.entries(own[part as keyof typeof own]).filter((_, index) => index !== which % 2);
      const metadata = {
        name: NAMESPACE,
        ...own,
        [part]: { ...Object.fromEntries(kept), [`x${value}`]: value },
      };
      t.is(ownNamespace({ metadata }), undefined);
    }),
  );
});

test('a pod has no rights that ping does not need, and ends by itself', (t) => {
  const vf = { attachment: 'kube-system/default', resource: 'nvidia.com/bf2', free: 1 };
  const manifest = podManifest(RUN, pod('a'), 'alpine', vf) as {
    metadata: { annotations: object };
    spec: Record<string, unknown> & { containers: [Record<string, Record<string, unknown>>] };
  };
  t.like(manifest.spec, {
    automountServiceAccountToken: false,
    terminationGracePeriodSeconds: 0,
    activeDeadlineSeconds: 3600,
    hostNetwork: false,
    securityContext: { seccompProfile: { type: 'RuntimeDefault' } },
  });
  const [container] = manifest.spec.containers;
  t.deepEqual(container['securityContext']?.['capabilities'], { drop: ['ALL'], add: ['NET_RAW'] });
  t.like(container['resources'], { requests: { 'nvidia.com/bf2': '1' }, limits: { 'nvidia.com/bf2': '1' } });
  t.like(manifest.metadata.annotations, { 'v1.multus-cni.io/default-network': 'kube-system/default' });
  t.is(manifest.spec['nodeName'], undefined, 'the scheduler decides');
  t.like(serviceManifest(RUN, pod('a')), { spec: { type: 'NodePort' } });
});

test('a fault of our own is not swallowed', async (t) => {
  const { namespace } = await leftover(t);
  const broken = { list: async () => Promise.reject(new TypeError('a fault')) } as never;
  await t.throwsAsync(removeRun(broken, namespace, { foreign: false, patience: 1 }), {
    instanceOf: TypeError,
  });
});
