import type { KubernetesObject } from '../objects.ts';

/** Of the testbed's API server: a kubelet must not be newer than that, whatever the guides' clusters had. */
export const KUBELET = 'v1.20.2';

export interface NodeOptions {
  name: string;
  /** InternalIP; none on a node that was never heard of. */
  address?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  /** Extended resources, in capacity and allocatable. */
  resources?: Record<string, string>;
  architecture?: 'amd64' | 'arm64';
  kubelet: string;
  kernel: string;
  osImage: string;
  runtime: string;
  /** false: the node's kubelet can't be heard any more. */
  ready?: boolean;
}

/** A node as a healthy kubelet reports it, or as the node lifecycle controller sees one that is gone. */
export function node(options: NodeOptions, now: Date): KubernetesObject[] {
  const { name, address, labels, annotations, architecture = 'amd64', ready = true } = options;
  const amounts = { cpu: '8', memory: '16384000Ki', pods: '110', ...options.resources };
  const unreachable = ['NoSchedule', 'NoExecute'].map((effect) => ({
    key: 'node.kubernetes.io/unreachable',
    effect,
  }));
  return [
    {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: {
        name,
        labels: {
          'kubernetes.io/arch': architecture,
          'kubernetes.io/hostname': name,
          'kubernetes.io/os': 'linux',
          ...labels,
        },
        ...(annotations ? { annotations } : {}),
      },
      spec: ready ? {} : { taints: unreachable },
      status: {
        addresses: [
          ...(address === undefined ? [] : [{ type: 'InternalIP', address }]),
          { type: 'Hostname', address: name },
        ],
        capacity: amounts,
        allocatable: amounts,
        conditions: conditions(ready, now),
        nodeInfo: {
          architecture,
          operatingSystem: 'linux',
          kernelVersion: options.kernel,
          osImage: options.osImage,
          containerRuntimeVersion: options.runtime,
          kubeletVersion: options.kubelet,
          kubeProxyVersion: options.kubelet,
          machineID: '',
          systemUUID: '',
          bootID: '',
        },
        daemonEndpoints: { kubeletEndpoint: { Port: 10250 } },
      },
    },
    lease(`kube-node-lease/${name}`, name, 40, ready ? now : new Date(now.getTime() - 3_600_000)),
  ];
}

function conditions(ready: boolean, now: Date) {
  const at = { lastHeartbeatTime: seconds(now), lastTransitionTime: seconds(now) };
  const unknown = {
    status: 'Unknown',
    reason: 'NodeStatusUnknown',
    message: 'Kubelet stopped posting node status.',
  };
  const healthy: [string, string, string, string][] = [
    ['MemoryPressure', 'False', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'],
    ['DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'],
    ['PIDPressure', 'False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'],
    ['Ready', 'True', 'KubeletReady', 'kubelet is posting ready status'],
  ];
  return healthy.map(([type, status, reason, message]) => ({
    type,
    ...at,
    ...(ready ? { status, reason, message } : unknown),
  }));
}

/** A Lease, named `namespace/name`, that was last renewed at this time. */
export function lease(
  where: string,
  holderIdentity: string,
  leaseDurationSeconds: number,
  renewed: Date,
): KubernetesObject {
  const [namespace = '', name = ''] = where.split('/');
  const renewTime = renewed.toISOString().replace('Z', '000Z');
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name, namespace },
    spec: { holderIdentity, leaseDurationSeconds, renewTime },
  };
}

/** As metav1.Time has it: without fractions of a second. */
export const seconds = (time: Date): string => time.toISOString().replace(/\.\d+/, '');
