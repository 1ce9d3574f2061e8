import type { ClusterEvent } from '../../cluster/events.ts';
import { isOfNetworks } from '../../cluster/logs.ts';
import type { Pod } from '../../cluster/pods.ts';

/** A pod that does not come up however long one waits: somebody has to change something first. */
export interface Stuck {
  readonly pod: Pod;
  /** For people: what keeps it, in the words of kubelet or the scheduler. */
  readonly why: string;
}

/** Those of the pods that networks need, and of those that ask for VFs; other pods' troubles end no waiting. */
export function stuckPods(pods: readonly Pod[], events: readonly ClusterEvent[] = []): readonly Stuck[] {
  const waiting = pods.filter(
    (pod) =>
      !pod.deleting &&
      (pod.devices.size > 0 ||
        isOfNetworks([pod.namespace, pod.name, ...pod.containers.map(({ image }) => image)])),
  );
  const told = Map.groupBy(events, ({ about }) => `${about.namespace}/${about.name}`);
  return waiting.flatMap((pod) => {
    const own = (told.get(`${pod.namespace}/${pod.name}`) ?? []).filter(({ about }) => about.uid === pod.uid);
    const why = whyStuck(pod, own);
    return why === undefined ? [] : [{ pod, why }];
  });
}

/** A registry that has no such image, by what runtimes and registries say; a network that is down says otherwise. */
const NO_IMAGE =
  /not found|NotFound|manifest unknown|does not exist|no such image|repository name not known/i;

/** As many restarts as show that another one brings nothing. */
const ENOUGH_RESTARTS = 3;

/** What keeps the pod, where that does not go away by itself. */
export function whyStuck(
  { conditions, containers }: Pod,
  events: readonly ClusterEvent[],
): string | undefined {
  const scheduled = conditions.find(({ type }) => type === 'PodScheduled');
  if (scheduled?.status === 'False' && scheduled.reason === 'Unschedulable' && noNodeFits(scheduled.message))
    return `no node fits: ${scheduled.message}`;
  for (const { name, image, state, message, restarts } of containers) {
    switch (state) {
      case 'waiting: ErrImageNeverPull':
      case 'waiting: InvalidImageName':
        return `container ${name}: ${state.slice('waiting: '.length)}: ${message || image}`;
      case 'waiting: ImagePullBackOff':
      case 'waiting: ErrImagePull': {
        const said = [
          message,
          ...events.map((event) => event.message).filter((text) => text.includes(image)),
        ];
        const missing = said.find((text) => NO_IMAGE.test(text));
        if (missing !== undefined) return `container ${name}: there is no image ${image}: ${missing}`;
        break;
      }
      case 'waiting: CrashLoopBackOff':
        if (restarts >= ENOUGH_RESTARTS)
          return `container ${name}: CrashLoopBackOff after ${restarts} restarts: ${message}`;
    }
  }
  return undefined;
}

/**
 * Whether every node is ruled out by what the pod asks of nodes' labels, or by the taint of control planes: a node that
 * is not ready or has too little may yet get there (kube-scheduler, FitError).
 */
function noNodeFits(message: string): boolean {
  const [, listed = ''] = /^0\/\d+ nodes are available: (.*?)(?:\. preemption: .*|\.?)$/s.exec(message) ?? [];
  const reasons = listed.split(/, (?=\d+ )/);
  return (
    reasons.some((reason) => AFFINITY.test(reason)) &&
    reasons.every((reason) => AFFINITY.test(reason) || CONTROL_PLANE_TAINT.test(reason))
  );
}

const AFFINITY = /^\d+ node\(s\) didn't match Pod's node affinity(?:\/selector)?/;
const CONTROL_PLANE_TAINT = /^\d+ node\(s\) had untolerated taint \{node-role\.kubernetes\.io\//;
