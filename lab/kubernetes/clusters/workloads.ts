import { createHash } from 'node:crypto';
import type { KubernetesObject } from '../objects.ts';
import { seconds } from './nodes.ts';

export interface Container {
  name: string;
  image: string;
  command?: string[];
  env?: unknown[];
  resources?: { requests?: Record<string, string>; limits?: Record<string, string> };
}

/** Where a pod runs. */
export interface Placement {
  node: string;
  /** The node's address; where there is none, the node's kubelet never answered and the pod stays Pending. */
  hostIP: string | undefined;
  /** The pod's own address; without it the pod is in the host's network. */
  podIP?: string;
}

export interface PodOptions {
  name: string;
  namespace: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  owner?: { apiVersion: string; kind: string; name: string };
  placement: Placement;
  /** The rest of spec. */
  spec: { containers: Container[]; [field: string]: unknown };
}

/** A pod as kubelet reports it. */
export function pod(options: PodOptions, now: Date): KubernetesObject {
  const { name, namespace, labels, annotations, owner, placement, spec } = options;
  const inHostNetwork = placement.podIP === undefined ? { hostNetwork: true } : {};
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace,
      ...(labels ? { labels } : {}),
      ...(annotations ? { annotations } : {}),
      ...(owner ? { ownerReferences: [{ ...owner, controller: true }] } : {}),
    },
    spec: { ...inHostNetwork, ...spec, nodeName: placement.node },
    status: placement.hostIP === undefined ? pending(now) : running(spec.containers, placement, now),
  };
}

function pending(now: Date) {
  const scheduled = { type: 'PodScheduled', status: 'True', lastTransitionTime: seconds(now) };
  return { phase: 'Pending', conditions: [scheduled] };
}

function running(containers: readonly Container[], { hostIP, podIP = hostIP }: Placement, now: Date) {
  const startedAt = seconds(now);
  return {
    phase: 'Running',
    hostIP,
    podIP,
    podIPs: [{ ip: podIP }],
    startTime: startedAt,
    conditions: ['Initialized', 'Ready', 'ContainersReady', 'PodScheduled'].map((type) => ({
      type,
      status: 'True',
      lastTransitionTime: startedAt,
    })),
    containerStatuses: containers.map(({ name, image }) => ({
      name,
      image,
      imageID: `${image.replace(/:[^/]*$/, '')}@sha256:${digest(image)}`,
      containerID: `containerd://${digest(`${hostIP} ${podIP} ${name}`)}`,
      ready: true,
      started: true,
      restartCount: 0,
      state: { running: { startedAt } },
      lastState: {},
    })),
  };
}

export interface Workload {
  name: string;
  namespace: string;
  /** Of the pod template. */
  spec: { containers: Container[]; [field: string]: unknown };
  labels?: Record<string, string>;
  placements: readonly Placement[];
  updateStrategy?: unknown;
}

/** A DaemonSet with its pods; its status counts them. */
export function daemonSet(workload: Workload, now: Date): KubernetesObject[] {
  const { name, namespace, placements, spec, updateStrategy = { type: 'RollingUpdate' } } = workload;
  const labels = { app: name, name, ...workload.labels };
  const ready = placements.filter(({ hostIP }) => hostIP !== undefined).length;
  const owner = { apiVersion: 'apps/v1', kind: 'DaemonSet', name };
  const suffixes = new Set<string>();
  return [
    {
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      metadata: { name, namespace },
      spec: {
        selector: { matchLabels: { app: name } },
        updateStrategy,
        template: { metadata: { labels }, spec: { hostNetwork: true, ...spec } },
      },
      status: {
        observedGeneration: 1,
        currentNumberScheduled: placements.length,
        desiredNumberScheduled: placements.length,
        updatedNumberScheduled: placements.length,
        numberMisscheduled: 0,
        numberReady: ready,
        numberAvailable: ready,
        ...(ready === placements.length ? {} : { numberUnavailable: placements.length - ready }),
      },
    },
    ...placements.map((placement) => {
      let suffix = random(`${name} ${placement.node}`, 5);
      while (suffixes.has(suffix)) suffix = random(`${name} ${placement.node} not ${suffix}`, 5);
      suffixes.add(suffix);
      return pod({ name: `${name}-${suffix}`, namespace, labels, owner, placement, spec }, now);
    }),
  ];
}

/** A Deployment with its ReplicaSet and pods. */
export function deployment(workload: Workload, now: Date): KubernetesObject[] {
  const { name, namespace, placements, spec } = workload;
  const hash = random(name, 10);
  const labels = { app: name, name, ...workload.labels };
  const podLabels = { ...labels, 'pod-template-hash': hash };
  const replicas = placements.length;
  const counts = { observedGeneration: 1, replicas, readyReplicas: replicas, availableReplicas: replicas };
  const common = { replicas, selector: { matchLabels: labels } };
  const condition = (type: string, reason: string) => ({
    type,
    status: 'True',
    reason,
    message: '',
    lastTransitionTime: seconds(now),
    lastUpdateTime: seconds(now),
  });
  const set = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: `${name}-${hash}` };
  return [
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name, namespace },
      spec: { ...common, template: { metadata: { labels }, spec } },
      status: {
        ...counts,
        updatedReplicas: replicas,
        conditions: [
          condition('Available', 'MinimumReplicasAvailable'),
          condition('Progressing', 'NewReplicaSetAvailable'),
        ],
      },
    },
    {
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: {
        name: set.name,
        namespace,
        labels: podLabels,
        ownerReferences: [{ apiVersion: 'apps/v1', kind: 'Deployment', name, controller: true }],
      },
      spec: {
        replicas,
        selector: { matchLabels: podLabels },
        template: { metadata: { labels: podLabels }, spec },
      },
      status: { ...counts, fullyLabeledReplicas: replicas },
    },
    ...placements.map((placement, index) =>
      pod(
        {
          name: `${set.name}-${random(`${name} ${index}`, 5)}`,
          namespace,
          labels: podLabels,
          owner: set,
          placement,
          spec,
        },
        now,
      ),
    ),
  ];
}

export const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Letters that look like those Kubernetes draws, but the same every time. */
const random = (text: string, length: number): string => digest(text).slice(0, length);
