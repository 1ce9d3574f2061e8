import { readFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import type { Container } from '../kubernetes/clusters/workloads.ts';
import type { KubernetesObject } from '../kubernetes/index.ts';
import type { FurtherImages } from '../kubernetes/node/images.ts';
import { waitingProgram } from '../netns/elf.ts';

interface PodSpec {
  containers: (Container & Record<string, unknown>)[];
  [field: string]: unknown;
}

export const isWorkload = ({ kind }: KubernetesObject) => kind === 'DaemonSet' || kind === 'Deployment';

const podSpecOf = ({ spec }: KubernetesObject): PodSpec =>
  (spec as { template: { spec: PodSpec } }).template.spec;

/** Everywhere but on the hosts there is an OVS, whose sockets and settings the pods of OVN-Kubernetes see. */
const OF_OVS = [
  '/etc/openvswitch',
  '/run/openvswitch:/var/run/openvswitch',
  '/run/ovn:/var/run/ovn',
  '/var/log/openvswitch',
  '/var/log/ovn',
];
const OF_ALL = ['/usr', '/usr/lib:/lib', '/usr/lib64:/lib64', '/etc/alternatives'];
/** The node's programs first; what it hasn't is the image's. */
const PATH = { name: 'PATH', value: '/usr/sbin:/usr/bin:/sbin:/bin' };

/** The DaemonSets and Deployments of a described cluster as real kubelets can run them. */
export const runnable = (objects: readonly KubernetesObject[]): KubernetesObject[] =>
  objects.filter(isWorkload).map(({ status: _, ...object }) => {
    const { spec } = object as { spec: { template: object } };
    const template = { ...spec.template, spec: runnableSpec(object) };
    const strategy = object.kind === 'DaemonSet' ? { updateStrategy: ALL_AT_ONCE } : {};
    return { ...object, spec: { ...spec, ...strategy, template } };
  });

/** Nobody waits for a network that no pod of these makes. */
const ALL_AT_ONCE = { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '100%' } };

function runnableSpec(workload: KubernetesObject): PodSpec {
  const { name, namespace } = workload.metadata;
  const spec = podSpecOf(workload);
  const containers = spec.containers.map((container) => ({ ...container, imagePullPolicy: 'IfNotPresent' }));
  // kubelet v1.20 at times takes a minute to say that a pod is gone; then nobody waits for that.
  const common = { ...spec, containers, terminationGracePeriodSeconds: 0 };
  if (name === 'coredns') {
    // It was scheduled when there was no other node yet.
    return { ...common, nodeSelector: { 'node-role.kubernetes.io/control-plane': '' } };
  }
  if (namespace !== 'ovn-kubernetes') return common;
  const paths = [...OF_ALL, ...(name === 'ovnkube-node-dpu-host' ? [] : OF_OVS)].map((given, index) => {
    const [from = '', to = from] = given.split(':');
    return { volume: { name: `host-${index}`, hostPath: { path: from } }, mountPath: to };
  });
  return {
    ...common,
    hostPID: true,
    volumes: paths.map(({ volume }) => volume),
    containers: containers.map((container) => ({
      ...container,
      command: container.command ?? ['/root/ovnkube.sh', container.name],
      env: [...(container.env ?? []), PATH],
      securityContext: { privileged: true },
      volumeMounts: paths.map(({ volume: { name }, mountPath }) => ({ name, mountPath })),
    })),
  };
}

/** Images by the names that the described cluster's containers ask for, and `alpine` for pods. */
export async function imagesOf(objects: readonly KubernetesObject[]): Promise<FurtherImages> {
  const workloads = objects.filter(isWorkload);
  const names = workloads.flatMap((workload) => podSpecOf(workload).containers.map(({ image }) => image));
  return {
    tags: [...new Set([...names, 'alpine:latest'])],
    programs: {
      '/root/ovnkube.sh': await readFile(path.join(import.meta.dirname, 'ovnkube.sh')),
      '/bin/ovnkube': waitingProgram(process.arch),
    },
  };
}
