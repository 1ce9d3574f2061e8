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
  /** Resource names with a `/` that its containers ask for, and how many of each. */
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

/** Of a resource that several containers ask for, the last one's amount: devices are whole, and of one container. */
const devicesOf = (spec: Readonly<Record<string, unknown>>): ReadonlyMap<string, string> =>
  new Map(
    records(spec['containers']).flatMap((container) => [
      ...textMap(record(container['resources'])['requests'], (name) => name.includes('/')),
    ]),
  );
