import { RESOURCE } from '../kubernetes/clusters/bluefield.ts';
import type { KubernetesApi, KubernetesObject } from '../kubernetes/index.ts';
import type { Pair, Vf } from '../netns/bluefield/options.ts';
import type { LabNode } from '../netns/index.ts';
import { waitFor } from '../netns/wait.ts';
import { netdevsOf } from './network/interface.ts';

const POD_NAMESPACE = 'default';
export const POD_CONTAINER = 'app';
const DETAILS = 'k8s.ovn.org/dpu.connection-details';

/** A running pod with a VF. */
export interface VfPod {
  name: string;
  namespace: string;
  uid: string;
  pair: Pair;
  vf: Vf;
  address: string;
  /** Of its representor's port in br-int. */
  ifaceId: string;
  /** The sandbox's id, which the port names too. */
  sandbox: string;
}

/** A pod as the guide's offloaded ones are. */
const vfPod = (name: string, host: string): KubernetesObject => {
  const one = { [RESOURCE]: '1' };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: POD_NAMESPACE,
      annotations: { 'v1.multus-cni.io/default-network': 'default' },
    },
    spec: {
      nodeSelector: { 'kubernetes.io/hostname': host },
      terminationGracePeriodSeconds: 0,
      containers: [
        {
          name: POD_CONTAINER,
          image: 'alpine',
          imagePullPolicy: 'IfNotPresent',
          command: ['sleep', '604800'],
          resources: { requests: one, limits: one },
        },
      ],
    },
  };
};

/** Runs a pod and waits until it is ready. */
export async function startPod(api: KubernetesApi, name: string, pair: Pair): Promise<VfPod> {
  let pod = await api.create(vfPod(name, pair.host));
  await waitFor(
    `the pod ${name} on ${pair.host}`,
    async () => {
      pod = (await api.get(`/api/v1/namespaces/${POD_NAMESPACE}/pods/${name}`)) as KubernetesObject;
      const { containerStatuses } = pod.status as { containerStatuses?: { ready: boolean }[] };
      return containerStatuses?.[0]?.ready ?? false;
    },
    { timeoutMs: 60_000, intervalMs: 100 },
  );
  return described(pod, [pair]);
}

/** The pods that have a VF of these pairs. */
export async function runningPods(api: KubernetesApi, pairs: readonly Pair[]): Promise<VfPod[]> {
  const pods = await api.list(`/api/v1/namespaces/${POD_NAMESPACE}/pods`);
  return pods.filter(({ metadata }) => metadata.annotations?.[DETAILS]).map((pod) => described(pod, pairs));
}

function described({ metadata, spec, status }: KubernetesObject, pairs: readonly Pair[]): VfPod {
  const { name } = metadata;
  const { vfId, sandboxId = '' } = (
    JSON.parse(metadata.annotations?.[DETAILS] ?? '{"default":{}}') as {
      default: { vfId?: string; sandboxId?: string };
    }
  ).default;
  const { nodeName } = spec as { nodeName?: string };
  const pair = pairs.find(({ host }) => host === nodeName);
  const vf = pair?.vfs[Number(vfId)];
  if (pair === undefined || vf === undefined) throw new Error(`the pod ${name} has no VF of the lab`);
  return {
    name,
    namespace: POD_NAMESPACE,
    uid: String(metadata['uid']),
    pair,
    vf,
    address: (status as { podIP?: string }).podIP ?? '',
    ifaceId: `${POD_NAMESPACE}_${name}`,
    sandbox: sandboxId,
  };
}

/** Deletes the pod and waits until its VF is the host's again. */
export async function removePod(api: KubernetesApi, pod: VfPod, host: LabNode): Promise<void> {
  const { name, namespace, vf } = pod;
  await api.remove({ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace } });
  await waitFor(
    `the VF of the pod ${name} to come back to ${host.name}`,
    async () => (await netdevsOf(host)).includes(vf.netdev),
    { timeoutMs: 60_000, intervalMs: 100 },
  );
}
