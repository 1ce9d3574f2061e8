import type { ClusterNode } from '../../cluster/nodes.ts';
import type { Pod } from '../../cluster/pods.ts';
import type { Workload } from '../../cluster/workloads.ts';
import { type JsonRecord, record, records, text, texts } from '../../json.ts';

/** Whether a workload's nodeSelector and required node affinity let its pods run on a node (Kubernetes, assign pods to nodes). */
export const fits = ({ nodeSelector, affinity }: Workload, node: ClusterNode): boolean =>
  [...nodeSelector].every(([key, value]) => node.labels.get(key) === value) && fitsAffinity(affinity, node);

/** No pod comes of it, as its controller says: some switch a DaemonSet off by a nodeSelector that no node fits. */
export const isIdle = ({ kind, desired, generation, observedGeneration }: Workload): boolean =>
  desired === 0 && (kind === 'Deployment' || (observedGeneration > 0 && observedGeneration >= generation));

/** A Deployment's pods are made by a ReplicaSet, which is called as it and a hash. */
export const owns = ({ kind, namespace, name, uid }: Workload, pod: Pod): boolean =>
  pod.namespace === namespace &&
  (kind === 'DaemonSet'
    ? pod.owner?.kind === 'DaemonSet' && pod.owner.name === name && pod.owner.uid === uid
    : pod.owner?.kind === 'ReplicaSet' && pod.owner.name.replace(/-[^-]*$/, '') === name);

function fitsAffinity(affinity: JsonRecord, node: ClusterNode): boolean {
  const required = record(affinity['nodeAffinity'])['requiredDuringSchedulingIgnoredDuringExecution'];
  if (required === undefined || required === null) return true;
  // Terms are alternatives; within one, everything must hold, and an empty one holds for no node.
  return records(record(required)['nodeSelectorTerms']).some((term) => {
    const expressions = records(term['matchExpressions']);
    const fields = records(term['matchFields']);
    return (
      expressions.length + fields.length > 0 &&
      expressions.every((one) => holds(one, node.labels.get(text(one, 'key')))) &&
      fields.every((one) => text(one, 'key') === 'metadata.name' && holds(one, node.name))
    );
  });
}

function holds(expression: JsonRecord, actual: string | undefined): boolean {
  const values = texts(expression['values']);
  switch (text(expression, 'operator')) {
    case 'In':
      return actual !== undefined && values.includes(actual);
    case 'NotIn':
      return actual === undefined || !values.includes(actual);
    case 'Exists':
      return actual !== undefined;
    case 'DoesNotExist':
      return actual === undefined;
    case 'Gt':
      return actual !== undefined && Number(actual) > Number(values[0]);
    case 'Lt':
      return actual !== undefined && Number(actual) < Number(values[0]);
    default:
      return false;
  }
}

/** Whether what the workload says of placement goes by this label being there. */
export const asksFor = ({ nodeSelector, affinity }: Workload, label: string): boolean =>
  nodeSelector.has(label) || everyTermHas(affinity, label, ['In', 'Exists']);

/** Whether it keeps away from nodes that have this label. */
export const keepsFrom = ({ affinity }: Workload, label: string): boolean =>
  everyTermHas(affinity, label, ['DoesNotExist']);

function everyTermHas(affinity: JsonRecord, label: string, operators: readonly string[]): boolean {
  const required = record(record(affinity['nodeAffinity'])['requiredDuringSchedulingIgnoredDuringExecution']);
  const terms = records(required['nodeSelectorTerms']);
  return (
    terms.length > 0 &&
    terms.every((term) =>
      records(term['matchExpressions']).some(
        (one) => text(one, 'key') === label && operators.includes(text(one, 'operator')),
      ),
    )
  );
}

/** The DaemonSet controller's own tolerations (Kubernetes, DaemonSet: taints and tolerations). */
const DAEMON_TOLERATIONS =
  /^node\.kubernetes\.io\/(?:not-ready|unreachable|disk-pressure|memory-pressure|pid-pressure|unschedulable|network-unavailable)(?:=|:)/;

/** The taints, as kubectl writes them, that keep a workload's pods off a node. */
export const keptOffBy = ({ kind, tolerations }: Workload, { taints }: ClusterNode): readonly string[] =>
  taints.filter((taint) => {
    const [, key = '', value = '', effect = ''] = /^([^=:]*)(?:=([^:]*))?:(.*)$/s.exec(taint) ?? [];
    if (effect === 'PreferNoSchedule') return false;
    if (kind === 'DaemonSet' && DAEMON_TOLERATIONS.test(taint)) return false;
    return !tolerations.some(
      (one) =>
        (one.effect === '' || one.effect === effect) &&
        (one.operator === 'Exists'
          ? one.key === '' || one.key === key
          : one.key === key && one.value === value),
    );
  });
