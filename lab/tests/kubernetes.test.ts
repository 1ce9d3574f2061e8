import { readFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import test from 'ava';
import { execa } from 'execa';
import { openCluster } from '../../kubernetes/cluster.ts';
import { KubernetesApi } from '../kubernetes/api.ts';
import {
  BUSYBOX_IMAGE,
  bluefieldCluster,
  downKubernetesLab,
  execInPod,
  type KubernetesLab,
  type KubernetesObject,
  kindVethCluster,
  largeCluster,
  openKubernetesLab,
  stageCluster,
  storeInBulk,
  upKubernetesLab,
} from '../kubernetes/index.ts';
import { processesOf } from '../kubernetes/processes.ts';
import { defaultDirectory } from '../kubernetes/state.ts';
import { waitFor } from '../netns/wait.ts';
import { assertNothingLeft, held, sysctls } from './leftovers.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const name = `test-api-${process.pid}`;
let lab: KubernetesLab;

test.before(async () => {
  lab = await upKubernetesLab({ name });
});

test.after.always(() => downKubernetesLab({ name }));

const names = (objects: readonly KubernetesObject[]) => objects.map(({ metadata }) => metadata.name).sort();

test.serial(
  'the cluster of the guide for BlueField-2 is served with its statuses, until it is removed',
  async (t) => {
    const staged = await stageCluster(lab, bluefieldCluster());
    t.deepEqual(names(await lab.api.list('/api/v1/nodes')), ['control-plane', 'dpu', 'dpu-host']);
    const host = (await lab.api.get('/api/v1/nodes/dpu-host')) as KubernetesObject;
    const { capacity, conditions } = host.status as { capacity: object; conditions: object[] };
    t.like(capacity, { 'mellanox.com/mlnx_sriov_cx6': '2' });
    t.like(conditions.at(-1), { type: 'Ready', status: 'True' });
    t.is(host.metadata.labels?.['k8s.ovn.org/dpu-host'], '');

    const pods = await lab.api.list('/api/v1/namespaces/ovn-kubernetes/pods');
    t.deepEqual([...new Set(pods.map(({ status }) => (status as { phase: string }).phase))], ['Running']);
    const dpuHost = pods.find(({ metadata }) => metadata.labels?.['app'] === 'ovnkube-node-dpu-host');
    const owner = dpuHost?.metadata.ownerReferences?.[0];
    const set = (await lab.api.get(
      '/apis/apps/v1/namespaces/ovn-kubernetes/daemonsets/ovnkube-node-dpu-host',
    )) as KubernetesObject;
    t.is(owner?.uid, set.metadata['uid'] as string, 'a pod belongs to its DaemonSet');
    t.like(set.status as object, { desiredNumberScheduled: 1, numberReady: 1, observedGeneration: 1 });

    await staged.remove();
    t.deepEqual(await lab.api.list('/api/v1/nodes'), []);
    t.deepEqual(await lab.api.list('/api/v1/pods'), []);
  },
);

test.serial(
  'the API server takes the cluster with veth pairs, before and after it has DaemonSets for each role',
  async (t) => {
    for (const step of [14, 16] as const) {
      const staged = await stageCluster(lab, kindVethCluster({ step }));
      const pods = await lab.api.list('/api/v1/namespaces/ovn-kubernetes/pods');
      const pending = pods.filter(({ status }) => (status as { phase: string }).phase === 'Pending');
      const apps = new Set(pending.map(({ metadata }) => metadata.labels?.['app']));
      t.deepEqual([...apps].sort(), step === 14 ? ['ovnkube-node', 'ovs-node'] : ['ovnkube-node-dpu-host']);
      await staged.remove();
    }
  },
);

test.serial('what cannot be staged as a whole is not staged in part', async (t) => {
  const [node] = bluefieldCluster().filter(({ kind }) => kind === 'Node');
  const invalid = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'Not_A_Name' } };
  await t.throwsAsync(
    stageCluster(
      lab,
      [node, invalid].filter((object) => object !== undefined),
    ),
    { message: /Not_A_Name/ },
  );
  t.deepEqual(await lab.api.list('/api/v1/nodes'), []);
});

test.serial('objects that are stored in bulk are served as if they had been created', async (t) => {
  const objects = [...largeCluster({ pairs: 3, pods: 10 })];
  t.is(await storeInBulk(lab, objects), objects.length);
  const pods = await lab.api.list('/api/v1/namespaces/default/pods');
  t.is(pods.length, 10);
  t.like(pods[0], { spec: { restartPolicy: 'Always' }, status: { phase: 'Running' } });
  t.is((await lab.api.list('/api/v1/nodes')).length, 6);
  t.is((await lab.api.list('/apis/coordination.k8s.io/v1/namespaces/ovn-kubernetes/leases')).length, 3);
  await Promise.all(objects.map((object) => lab.api.remove(object)));
});

test.serial('dpu-doctor reads lists page by page, and says what it may not read', async (t) => {
  const objects = [...largeCluster({ pairs: 2, pods: 1200 })].filter(({ kind }) => kind === 'Pod');
  await storeInBulk(lab, objects);
  const signal = AbortSignal.timeout(60_000);
  const admin = await openCluster({ kubeconfig: lab.kubeconfig, signal });
  const { items, requests } = await admin.list('/api/v1/pods', { signal });
  t.deepEqual(names(items as KubernetesObject[]), names(objects));
  t.is(requests, 3);
  await t.throwsAsync(admin.list('/apis/not.installed/v1/things', { signal }), { code: 'not-found' });

  const stranger = await openCluster({ kubeconfig: await lab.user({ commonName: 'joe' }), signal });
  await t.throwsAsync(stranger.list('/api/v1/pods', { signal }), {
    code: 'forbidden',
    message: /User "joe" cannot list resource "pods"/,
  });
  const notAfter = new Date(Date.now() - 60_000);
  const late = await openCluster({ kubeconfig: await lab.user({ commonName: 'tardy', notAfter }), signal });
  await t.throwsAsync(late.list('/api/v1/pods', { signal }), { code: 'unauthorized', message: /expired at/ });
  for (const cluster of [admin, stranger, late]) cluster.close();
  await Promise.all(objects.map((object) => lab.api.remove(object)));
});

test.serial('custom resources have a status of their own', async (t) => {
  const dpu = {
    apiVersion: 'provisioning.dpu.nvidia.com/v1alpha1',
    kind: 'DPU',
    metadata: { name: 'dpu-1', namespace: 'default' },
    status: { phase: 'Ready' },
  };
  const staged = await stageCluster(lab, [dpu]);
  const [served] = await lab.api.list('/apis/provisioning.dpu.nvidia.com/v1alpha1/dpus');
  t.like(served, { metadata: { name: 'dpu-1' }, status: { phase: 'Ready' } });
  await staged.remove();
});

/** The status code that whom this kubeconfig names gets. */
async function answered(kubeconfig: string, where: string): Promise<number> {
  const { clusters, users } = JSON.parse(await readFile(kubeconfig, 'utf8'));
  const decoded = (base64: string) => Buffer.from(base64, 'base64').toString();
  const { token, ...pair } = users[0].user;
  const api = new KubernetesApi({
    server: clusters[0].cluster.server,
    authority: decoded(clusters[0].cluster['certificate-authority-data']),
    client: token
      ? { token }
      : { certificate: decoded(pair['client-certificate-data']), key: decoded(pair['client-key-data']) },
  });
  return (await api.request('GET', where)).status;
}

test.serial('an identity may do what it was given and nothing else', async (t) => {
  const viewer = await lab.serviceAccount('viewer', [
    { apiGroups: [''], resources: ['nodes'], verbs: ['list'] },
  ]);
  t.is(await answered(viewer, '/api/v1/nodes'), 200);
  t.is(await answered(viewer, '/api/v1/nodes/any'), 403);
  t.is(await answered(viewer, '/api/v1/pods'), 403);
  t.is(await answered(await lab.user({ commonName: 'jane' }), '/api/v1/nodes'), 403);
  t.is(await answered(await lab.withToken('wrong', 'nobody'), '/api/v1/nodes'), 401);
  const expired = await lab.user({ commonName: 'late', notAfter: new Date(Date.now() - 60_000) });
  t.is(await answered(expired, '/api/v1/nodes'), 401);
});

test.serial('a lab is found by its name', async (t) => {
  t.is((await openKubernetesLab({ name }))?.server, lab.server);
  t.is(await openKubernetesLab({ name: `${name}-not` }), undefined);
});

const places = (directory: string) => ({ files: directory, cluster: directory, subnet: directory });

test.serial('down leaves nothing', async (t) => {
  const { indices, mine } = await held(places(lab.directory));
  t.is(indices.length, 1);
  t.true((await processesOf(lab.directory)).length >= 2);
  await lab.down();
  await assertNothingLeft(t, places(lab.directory), mine);
});

test.serial('down leaves nothing after an up that was killed', async (t) => {
  const killed = `test-killed-${process.pid}`;
  const directory = defaultDirectory(killed);
  const up = execa(process.execPath, ['lab/cli.ts', 'up', 'kubernetes', '--name', killed], {
    cwd: ROOT,
    reject: false,
  });
  // etcd is running, and nothing is on record yet.
  await waitFor('the first process', async () => (await processesOf(directory)).length > 0);
  up.kill('SIGKILL');
  await up;
  const { mine } = await held(places(directory));
  await downKubernetesLab({ name: killed });
  await assertNothingLeft(t, places(directory), mine);
});

test.serial(
  'a whole cluster runs pods on two nodes, which reach each other, and down leaves nothing',
  async (t) => {
    const full = `test-full-${process.pid}`;
    t.teardown(() => downKubernetesLab({ name: full }));
    const before = await sysctls();
    const cluster = await upKubernetesLab({ name: full, nodes: 2 });
    t.deepEqual(names(await cluster.api.list('/api/v1/nodes')), ['node1', 'node2']);
    await waitFor('the default service account', async () => {
      const { status } = await cluster.api.request(
        'GET',
        '/api/v1/namespaces/default/serviceaccounts/default',
      );
      return status === 200;
    });
    const address = await Promise.all(['node1', 'node2'].map((node) => runPod(cluster, node)));

    t.deepEqual(await exec(cluster, 'node1', ['sh', '-c', 'echo out; echo err >&2; exit 7']), {
      code: 7,
      stdout: 'out\n',
      stderr: 'err\n',
    });
    const ping = await exec(cluster, 'node1', ['ping', '-c', '1', '-w', '10', address[1] ?? '']);
    t.is(ping.code, 0, ping.stdout);
    t.is(await cluster.api.get('/api/v1/namespaces/default/pods/on-node2/log'), 'hello from node2\n');

    t.deepEqual(await sysctls(), before, 'kubelet changes nothing of the machine');
    const { mine } = await held(places(cluster.directory));
    await cluster.down();
    await assertNothingLeft(t, places(cluster.directory), mine);
  },
);

/** Runs a pod on that node and returns its address. */
async function runPod({ api }: KubernetesLab, node: string): Promise<string> {
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `on-${node}`, namespace: 'default' },
    spec: {
      nodeSelector: { 'kubernetes.io/hostname': node },
      containers: [
        {
          name: 'main',
          image: BUSYBOX_IMAGE,
          imagePullPolicy: 'IfNotPresent',
          command: ['sh', '-c', `echo hello from ${node}; sleep infinity`],
        },
      ],
    },
  };
  await api.create(pod);
  let address = '';
  await waitFor(
    `the pod on ${node}`,
    async () => {
      const { status } = (await api.get(`/api/v1/namespaces/default/pods/on-${node}`)) as {
        status: { podIP?: string; containerStatuses?: { ready: boolean }[] };
      };
      address = status.podIP ?? '';
      return status.containerStatuses?.[0]?.ready ?? false;
    },
    { timeoutMs: 60_000 },
  );
  return address;
}

const exec = ({ kubeconfig }: KubernetesLab, node: string, command: string[]) =>
  execInPod(kubeconfig, { namespace: 'default', pod: `on-${node}`, container: 'main' }, command);
