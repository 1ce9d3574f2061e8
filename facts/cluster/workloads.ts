import { type JsonRecord, number, optionalText, record, records, text } from '../json.ts';
import { type ContainerTemplate, containerTemplates } from './containers.ts';
import { defineClusterFact } from './fact.ts';
import { namedObjects, type ObjectIdentity, textMap } from './objects.ts';

/** A DaemonSet or a Deployment: what is to run where, and how much of it does. */
export interface Workload extends ObjectIdentity {
  readonly kind: 'DaemonSet' | 'Deployment';
  /** Counts the changes of the specification. */
  readonly generation: number;
  /** The last generation that its controller has seen: where it is behind, the counts are of an older specification. */
  readonly observedGeneration: number;
  /** Pods that there should be; of a DaemonSet, one for each node that fits. */
  readonly desired: number;
  readonly updated: number;
  readonly ready: number;
  readonly available: number;
  readonly nodeSelector: ReadonlyMap<string, string>;
  /** As it stands in the pod template; read by who needs it. */
  readonly affinity: JsonRecord;
  /** The taints that its pods don't mind; what the DaemonSet controller adds is not among them. */
  readonly tolerations: readonly Toleration[];
  readonly updateStrategy: JsonRecord;
  /** As who its pods speak to the API; `default` where nothing is said. */
  readonly serviceAccount: string;
  readonly containers: readonly ContainerTemplate[];
  /** What its pods mount: `configMap sriovdp-config` where that must be there, of all others the kind alone, such as `hostPath`. */
  readonly volumes: readonly string[];
}

/** Empty fields of a toleration fit everything (Kubernetes, concepts: taints and tolerations). */
export interface Toleration {
  readonly key: string;
  /** Equal or Exists. */
  readonly operator: string;
  readonly value: string;
  readonly effect: string;
}

/** The DaemonSets and Deployments of all namespaces. */
export const workloads = defineClusterFact({
  title: 'DaemonSets and Deployments',
  lists: {
    daemonSets: { path: '/apis/apps/v1/daemonsets' },
    deployments: { path: '/apis/apps/v1/deployments' },
  },
  parse: (answers): readonly Workload[] => [
    ...namedObjects(answers.daemonSets).map(
      ({ object, metadata, id }): Workload => ({
        kind: 'DaemonSet',
        ...common(object, metadata, id),
        ...counts(object, {
          desired: 'desiredNumberScheduled',
          updated: 'updatedNumberScheduled',
          ready: 'numberReady',
          available: 'numberAvailable',
        }),
      }),
    ),
    ...namedObjects(answers.deployments).map(
      ({ object, metadata, id }): Workload => ({
        kind: 'Deployment',
        ...common(object, metadata, id),
        ...counts(object, {
          updated: 'updatedReplicas',
          ready: 'readyReplicas',
          available: 'availableReplicas',
        }),
        // Absent, it is 1 (Deployment v1 apps).
        desired: number(record(object['spec']), 'replicas') ?? 1,
      }),
    ),
  ],
});

function common(object: JsonRecord, metadata: JsonRecord, id: ObjectIdentity) {
  const spec = record(object['spec']);
  const podSpec = record(record(spec['template'])['spec']);
  return {
    ...id,
    generation: number(metadata, 'generation') ?? 0,
    observedGeneration: number(record(object['status']), 'observedGeneration') ?? 0,
    nodeSelector: textMap(podSpec['nodeSelector']),
    affinity: record(podSpec['affinity']),
    tolerations: records(podSpec['tolerations']).map((one) => ({
      key: text(one, 'key'),
      operator: optionalText(one, 'operator') ?? 'Equal',
      value: text(one, 'value'),
      effect: text(one, 'effect'),
    })),
    serviceAccount: optionalText(podSpec, 'serviceAccountName') ?? 'default',
    updateStrategy: record(spec['updateStrategy'] ?? spec['strategy']),
    containers: containerTemplates(podSpec),
    volumes: records(podSpec['volumes']).flatMap(volumeText),
  };
}

function volumeText(volume: JsonRecord): readonly string[] {
  const map = record(volume['configMap']);
  const name = optionalText(map, 'name');
  if (name !== undefined && map['optional'] !== true) return [`configMap ${name}`];
  return Object.keys(volume).filter((key) => key !== 'name');
}

type Counts = Readonly<Record<'desired' | 'updated' | 'ready' | 'available', number>>;

/** A count that is 0 is left out of the status. */
function counts(object: JsonRecord, fields: Partial<Record<keyof Counts, string>>): Counts {
  const status = record(object['status']);
  const count = (name: keyof Counts): number => number(status, fields[name] ?? '') ?? 0;
  return {
    desired: count('desired'),
    updated: count('updated'),
    ready: count('ready'),
    available: count('available'),
  };
}

/** `DaemonSet ovn-kubernetes/ovnkube-node`. */
export const workloadName = ({ kind, namespace, name }: Workload): string => `${kind} ${namespace}/${name}`;
