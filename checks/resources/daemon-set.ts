import { apiEvidence } from '../../facts/cluster/fact.ts';
import type { Pod } from '../../facts/cluster/pods.ts';
import { pods as podsFact } from '../../facts/cluster/pods.ts';
import { type Workload, workloadName } from '../../facts/cluster/workloads.ts';
import { oncePer, podsOn } from '../../facts/derived/cluster/by-node.ts';
import type { Evidence } from '../../facts/fact.ts';

/** How the pods of some DaemonSets do on one node. */
export type OnNode =
  | { readonly kind: 'ready'; readonly evidence: Evidence }
  | { readonly kind: 'absent'; readonly evidence: Evidence }
  | { readonly kind: 'not-ready'; readonly pod: Pod; readonly said: string; readonly evidence: Evidence };

/** One ready pod is enough: where several DaemonSets are there for different nodes, each node has one. */
export function onNode(sets: readonly Workload[], pods: readonly Pod[], node: string): OnNode {
  const own = [...podsOn(pods, node), ...(podsMeantFor(pods).get(node) ?? [])].filter(
    ({ owner, namespace, deleting }) =>
      !deleting &&
      owner?.kind === 'DaemonSet' &&
      sets.some((set) => set.namespace === namespace && set.name === owner.name),
  );
  const [first] = own;
  if (first === undefined)
    return {
      kind: 'absent',
      evidence: evidenceOf(`no pod of ${sets.map(workloadName).join(' or ')} on ${node}`),
    };
  const ready = own.find(isReady);
  if (ready !== undefined)
    return { kind: 'ready', evidence: evidenceOf(`${podName(ready)} on ${node}: ready`) };
  const said = stateOf(first);
  return {
    kind: 'not-ready',
    pod: first,
    said,
    evidence: evidenceOf(`${podName(first)} on ${node}: ${said}`),
  };
}

/** What a DaemonSet has made for a node, and the scheduler has not given to it. */
const podsMeantFor = oncePer((pods: readonly Pod[]) =>
  Map.groupBy(
    pods.filter(({ node }) => node === ''),
    ({ meantFor }) => meantFor,
  ),
);

const evidenceOf = (said: string): Evidence => apiEvidence(podsFact.lists.pods, said);

export const podName = ({ namespace, name }: Pick<Pod, 'namespace' | 'name'>): string =>
  `${namespace}/${name}`;

/** kubelet's word where it gave one; else that of its containers. */
export function isReady({ conditions, containers }: Pod): boolean {
  const ready = conditions.find(({ type }) => type === 'Ready');
  if (ready !== undefined) return ready.status === 'True';
  const running = containers.filter(({ init }) => !init);
  return running.length > 0 && running.every((container) => container.ready);
}

/** The phase, and what holds up the first container that is not ready. */
export function stateOf({ phase, reason, containers, conditions }: Pod): string {
  const waiting = containers.find(
    ({ ready, init, state }) => !ready && !(init && state.startsWith('terminated')),
  );
  const unmet = conditions.find(
    ({ type, status }) => ['PodScheduled', 'Ready'].includes(type) && status !== 'True',
  );
  const held =
    waiting && [`container ${waiting.name}`, waiting.state, waiting.message].filter(Boolean).join(', ');
  return [phase, reason, held ?? unmet?.message].filter(Boolean).join(': ') || 'nothing is said of it';
}
