import { RESOURCE } from '../kubernetes/clusters/bluefield.ts';
import { bluefieldCluster, type KubernetesApi, type KubernetesObject } from '../kubernetes/index.ts';
import { type BluefieldOptions, pairsOf } from '../netns/bluefield/options.ts';
import type { LabNode, NetnsLab } from '../netns/index.ts';
import { waitFor } from '../netns/wait.ts';
import { dpuLease } from './network/leases.ts';
import { isWorkload, runnable } from './workloads.ts';

/** The cluster of the guide with the lab's nodes; its pods are not part of it, since real ones run. */
export const describedCluster = (options: BluefieldOptions): KubernetesObject[] =>
  bluefieldCluster({
    pairs: pairsOf(options).map(({ vfs, ...pair }) => ({
      ...pair,
      pods: vfs.slice(1).map(({ index }) => `offload-pod${index}-${pair.host}`),
    })),
  }).filter(({ kind }) => !['Pod', 'ReplicaSet'].includes(kind));

/** Nodes announce themselves, and the leases are renewed while the lab is up. */
const COMES_OTHERWISE = ['Namespace', 'Node', 'Lease'];

/** Creates what needs no node: first namespaces with their service accounts, without which no pod is made. */
export async function createObjects(
  api: KubernetesApi,
  objects: readonly KubernetesObject[],
  hosts: readonly string[],
): Promise<void> {
  const namespaces = objects.filter(({ kind }) => kind === 'Namespace');
  const plain = objects.filter((object) => !COMES_OTHERWISE.includes(object.kind) && !isWorkload(object));
  await Promise.all(namespaces.map((namespace) => api.create(namespace)));
  const all = ['kube-system', 'default', ...namespaces.map(({ metadata }) => metadata.name)];
  await Promise.all(
    all.map((namespace) =>
      waitFor(`the service account of ${namespace}`, async () => {
        const path = `/api/v1/namespaces/${namespace}/serviceaccounts/default`;
        return (await api.request('GET', path)).status === 200;
      }),
    ),
  );
  await Promise.all([
    ...plain.map((object) => api.create(object)),
    ...hosts.map((host) => api.create(dpuLease(host, new Date()))),
    ...runnable(objects).map((object) => api.create(object)),
  ]);
}

/** Gives the nodes what people, the device plugin and OVN-Kubernetes give them. */
export async function describeNodes(
  api: KubernetesApi,
  objects: readonly KubernetesObject[],
  lab: NetnsLab,
): Promise<void> {
  const nodes = objects.filter(({ kind }) => kind === 'Node');
  await Promise.all(
    nodes.map(async ({ metadata, status, ...identity }) => {
      const node = { ...identity, metadata: { name: metadata.name } };
      const { labels } = metadata;
      const annotations = { ...metadata.annotations, ...(await chassisOf(lab, metadata.name)) };
      await api.patch(node, { metadata: { labels, annotations } });
      const { capacity } = status as { capacity: Record<string, string> };
      const amount = capacity[RESOURCE];
      if (amount !== undefined)
        await api.patch(node, { status: { capacity: { [RESOURCE]: amount } } }, 'status');
    }),
  );
}

/** The chassis that speaks for this node in OVN. */
async function chassisOf(lab: NetnsLab, name: string): Promise<Record<string, string>> {
  const node = lab.node(name);
  if (node.role === 'dpu') return {};
  const chassis = node.dpu === undefined ? node : lab.node(node.dpu);
  const id = await chassis.sh('ovs-vsctl --timeout=20 get Open_vSwitch . external_ids:system-id');
  return { 'k8s.ovn.org/node-chassis-id': id.trim().replaceAll('"', '') };
}

/** Waits until the DaemonSets have pods on as many nodes as the described ones. */
export async function waitForPlacement(
  api: KubernetesApi,
  objects: readonly KubernetesObject[],
): Promise<void> {
  const wanted = new Map(
    objects.filter(({ kind }) => kind === 'DaemonSet').map((set) => [set.metadata.name, scheduledOf(set)]),
  );
  await waitFor(
    'all nodes to be given their pods',
    async () => {
      const sets = await api.list('/apis/apps/v1/daemonsets');
      return sets.every((set) => scheduledOf(set) === wanted.get(set.metadata.name));
    },
    { timeoutMs: 60_000, intervalMs: 100 },
  );
}

const scheduledOf = ({ status }: KubernetesObject) =>
  (status as { desiredNumberScheduled: number }).desiredNumberScheduled;

/** Waits until every DaemonSet and Deployment has all the pods that it wants, as it wants them now. */
export async function waitForWorkloads(api: KubernetesApi): Promise<void> {
  await waitFor(
    'all workloads to be ready',
    async () => {
      const [sets = [], deployments = [], pods = []] = await Promise.all(
        ['apis/apps/v1/daemonsets', 'apis/apps/v1/deployments', 'api/v1/pods'].map((path) =>
          api.list(`/${path}`),
        ),
      );
      // A pod that is not wanted any more is counted by nobody, but it is still there.
      const leaving = pods.some(({ metadata }) => metadata['deletionTimestamp'] !== undefined);
      return !leaving && [...sets, ...deployments].every(isReady);
    },
    { timeoutMs: 180_000, intervalMs: 250 },
  );
}

function isReady({ metadata, spec, status }: KubernetesObject): boolean {
  const { replicas } = spec as { replicas?: number };
  const counts = status as Record<string, number>;
  if (counts['observedGeneration'] !== metadata['generation']) return false;
  if (replicas !== undefined) return counts['readyReplicas'] === replicas;
  const wanted = counts['desiredNumberScheduled'] ?? 0;
  return (
    counts['numberReady'] === wanted &&
    (counts['updatedNumberScheduled'] ?? 0) === wanted &&
    counts['numberMisscheduled'] === 0
  );
}

/** Waits until as many ovnkubes run on the node: those of deleted pods end after the pods are gone. */
export async function waitForOvnkube(node: LabNode, count: number): Promise<void> {
  await waitFor(
    `${count} ovnkube to run on ${node.name}`,
    async () => {
      const { stdout } = await node.exec(['pgrep', '--exact', 'ovnkube']);
      return stdout.split('\n').filter(Boolean).length === count;
    },
    { timeoutMs: 60_000, intervalMs: 100 },
  );
}

/** Waits until the node has a ready pod of this DaemonSet, or none at all. */
export async function waitForPodOf(
  api: KubernetesApi,
  set: string,
  node: string,
  wanted: boolean,
): Promise<void> {
  await waitFor(
    `a pod of ${set} to be ${wanted ? 'ready' : 'gone'} on ${node}`,
    async () => {
      const pods = await podsOf(api, set, node);
      return wanted ? pods.length === 1 && pods.every(isReadyPod) : pods.length === 0;
    },
    { timeoutMs: 60_000, intervalMs: 250 },
  );
}

/** Waits until a container of the DaemonSet's pod on the node has ended and kubelet waits to start it again. */
export async function waitForRestart(api: KubernetesApi, set: string, node: string): Promise<void> {
  await waitFor(
    `a pod of ${set} to end again and again on ${node}`,
    async () => {
      const own = await podsOf(api, set, node);
      return own.some(({ status }) => {
        const { containerStatuses = [] } = status as { containerStatuses?: ContainerStatus[] };
        return containerStatuses.some(
          ({ state, lastState }) =>
            state.waiting?.reason === 'CrashLoopBackOff' && lastState.terminated !== undefined,
        );
      });
    },
    { timeoutMs: 60_000, intervalMs: 250 },
  );
}

interface ContainerStatus {
  state: { waiting?: { reason?: string } };
  lastState: { terminated?: object };
}

async function podsOf(api: KubernetesApi, set: string, node: string): Promise<KubernetesObject[]> {
  return (await api.list('/api/v1/pods')).filter(
    ({ metadata, spec }) =>
      metadata.ownerReferences?.[0]?.name === set && (spec as { nodeName?: string }).nodeName === node,
  );
}

function isReadyPod({ metadata, status }: KubernetesObject): boolean {
  const { conditions = [] } = status as { conditions?: { type: string; status: string }[] };
  const ready = conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
  return ready && metadata['deletionTimestamp'] === undefined;
}
