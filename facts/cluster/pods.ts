import { type JsonRecord, record, records, text, texts } from '../json.ts';
import { type ContainerStatus, containerStatuses } from './containers.ts';
import { defineClusterFact } from './fact.ts';
import {
  type Condition,
  conditionsOf,
  isNetworkAnnotation,
  namedObjects,
  type ObjectIdentity,
  textMap,
} from './objects.ts';
import { deviceCount } from './quantity.ts';

/** A pod: where it is, how it does, and what networks say of it. */
export interface Pod extends ObjectIdentity {
  /** The node that it was given to; empty before that. */
  readonly node: string;
  /** The node that a DaemonSet's pod was made for, which it may not have been given to yet; empty for other pods. */
  readonly meantFor: string;
  /** Pending, Running, Succeeded, Failed or Unknown. */
  readonly phase: string;
  /** Why it is in that phase, where anybody says so. */
  readonly reason: string;
  readonly message: string;
  readonly hostNetwork: boolean;
  /** It sees the processes of the node. */
  readonly hostPid: boolean;
  /** Names of the containers that may do whatever root may on the node. */
  readonly privileged: readonly string[];
  /** What made it, such as a DaemonSet; a Deployment's pods are made by a ReplicaSet. */
  readonly owner: { readonly kind: string; readonly name: string; readonly uid: string } | undefined;
  /** Those of networks alone. */
  readonly annotations: ReadonlyMap<string, string>;
  /** Resource names with a `/` that its containers ask for, and how many of each in all. */
  readonly devices: ReadonlyMap<string, string>;
  readonly conditions: readonly Condition[];
  readonly containers: readonly ContainerStatus[];
  /** Someone asked for its deletion. */
  readonly deleting: boolean;
}

/** The pods of all namespaces: any of them may have a VF, so the server can't leave any out. */
export const pods = defineClusterFact({
  title: 'pods',
  lists: { pods: { path: '/api/v1/pods' } },
  parse: (answers): readonly Pod[] =>
    namedObjects(answers.pods).map(({ object, metadata, id }) => {
      const spec = record(object['spec']);
      const status = record(object['status']);
      const owner = records(metadata['ownerReferences']).find(({ controller }) => controller === true);
      return {
        ...id,
        node: text(spec, 'nodeName'),
        meantFor: meantFor(record(spec['affinity'])),
        phase: text(status, 'phase'),
        reason: text(status, 'reason'),
        message: text(status, 'message'),
        hostNetwork: spec['hostNetwork'] === true,
        hostPid: spec['hostPID'] === true,
        privileged: records(spec['containers']).flatMap((container) =>
          record(container['securityContext'])['privileged'] === true ? [text(container, 'name')] : [],
        ),
        owner: owner && { kind: text(owner, 'kind'), name: text(owner, 'name'), uid: text(owner, 'uid') },
        annotations: textMap(metadata['annotations'], isNetworkAnnotation),
        devices: devicesOf(spec),
        conditions: conditionsOf(status),
        containers: containerStatuses(status),
        deleting: metadata['deletionTimestamp'] !== undefined,
      };
    }),
});

/** The DaemonSet controller names the node in its pods' affinity, and leaves it to the scheduler to give it to them. */
function meantFor(affinity: JsonRecord): string {
  const required = record(record(affinity['nodeAffinity'])['requiredDuringSchedulingIgnoredDuringExecution']);
  const fields = records(required['nodeSelectorTerms']).flatMap((term) => records(term['matchFields']));
  const [name = ''] = fields.flatMap((one) =>
    text(one, 'key') === 'metadata.name' && text(one, 'operator') === 'In' ? texts(one['values']) : [],
  );
  return name;
}

/**
 * What the scheduler sets aside: containers run side by side, and with them the init containers that go on (sidecars); each
 * other init container runs by itself, beside the sidecars before it (Kubernetes, sidecar containers: resource sharing).
 */
function devicesOf(spec: JsonRecord): ReadonlyMap<string, string> {
  const beside = new Map<string, number>();
  const most = new Map<string, number>();
  const add = (container: JsonRecord, to: Map<string, number>): void => {
    for (const [name, amount] of requestsOf(container)) to.set(name, (beside.get(name) ?? 0) + amount);
  };
  for (const container of records(spec['initContainers'])) {
    const alone = new Map<string, number>();
    add(container, container['restartPolicy'] === 'Always' ? beside : alone);
    for (const [name, amount] of alone) most.set(name, Math.max(amount, most.get(name) ?? 0));
  }
  for (const container of records(spec['containers'])) add(container, beside);
  for (const [name, amount] of beside) most.set(name, Math.max(amount, most.get(name) ?? 0));
  return new Map([...most].map(([name, amount]) => [name, String(amount)]));
}

/** Extended resources alone have a `/`. Who gives limits only, requests them (the API server's default). */
const requestsOf = (container: JsonRecord): readonly (readonly [string, number])[] => {
  const resources = record(container['resources']);
  return [...textMap({ ...record(resources['limits']), ...record(resources['requests']) }, isDevice)].map(
    ([name, amount]) => [name, deviceCount(amount)] as const,
  );
};

const isDevice = (name: string): boolean => name.includes('/');
