import type { Pod } from '../../cluster/pods.ts';

/** A container through which a node can be seen as it sees itself. */
export interface ExecPod {
  readonly namespace: string;
  readonly name: string;
  readonly container: string;
}

/**
 * The pod of OVN-Kubernetes on a node whose container is privileged and shares the node's network and processes;
 * undefined where there is none that runs. From any other container, the container would be seen in place of the node.
 */
export function execPodOf(pods: readonly Pod[], node: string): ExecPod | undefined {
  for (const pod of pods) {
    if (pod.node !== node || pod.phase !== 'Running' || pod.deleting) continue;
    if (!pod.hostNetwork || !pod.hostPid || !/^(?:ovnkube-node|ovs-node)/.test(pod.name)) continue;
    const [container] = pod.privileged;
    if (container !== undefined) return { namespace: pod.namespace, name: pod.name, container };
  }
  return undefined;
}
