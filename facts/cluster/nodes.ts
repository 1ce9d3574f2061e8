import { optionalText, record, records, text } from '../json.ts';
import { defineClusterFact } from './fact.ts';
import { type Condition, conditionsOf, isNetworkAnnotation, namedObjects, textMap } from './objects.ts';

/** A node object: what kubelet and OVN-Kubernetes say of a node, and how it is labelled. */
export interface ClusterNode {
  readonly name: string;
  readonly uid: string;
  readonly labels: ReadonlyMap<string, string>;
  /** Those of networks and of DPUs alone. */
  readonly annotations: ReadonlyMap<string, string>;
  /** Of type InternalIP, in kubelet's order. */
  readonly internalAddresses: readonly string[];
  /** Undefined where kubelet has never reported. */
  readonly ready: Condition | undefined;
  /** All of them, Ready among them. */
  readonly conditions: readonly Condition[];
  /** `key=value:effect`, as kubectl writes them. */
  readonly taints: readonly string[];
  readonly unschedulable: boolean;
  /** Resource name to quantity, such as `mellanox.com/mlnx_sriov_cx6` to `2`. */
  readonly capacity: ReadonlyMap<string, string>;
  readonly allocatable: ReadonlyMap<string, string>;
  readonly kubelet: string;
  readonly kernel: string;
  readonly osImage: string;
  readonly runtime: string;
  readonly architecture: string;
}

/** The node objects, in the API's order (by name). */
export const nodes = defineClusterFact({
  title: 'nodes',
  lists: { nodes: { path: '/api/v1/nodes' } },
  parse: (answers): readonly ClusterNode[] =>
    namedObjects(answers.nodes).map(({ object, metadata, id }) => {
      const spec = record(object['spec']);
      const status = record(object['status']);
      const info = record(status['nodeInfo']);
      const conditions = conditionsOf(status);
      return {
        name: id.name,
        uid: id.uid,
        labels: textMap(metadata['labels']),
        annotations: textMap(metadata['annotations'], isNetworkAnnotation),
        internalAddresses: records(status['addresses'])
          .filter((address) => address['type'] === 'InternalIP')
          .flatMap((address) => optionalText(address, 'address') ?? []),
        ready: conditions.find(({ type }) => type === 'Ready'),
        conditions,
        taints: records(spec['taints']).map(taintText),
        unschedulable: spec['unschedulable'] === true,
        capacity: textMap(status['capacity']),
        allocatable: textMap(status['allocatable']),
        kubelet: text(info, 'kubeletVersion'),
        kernel: text(info, 'kernelVersion'),
        osImage: text(info, 'osImage'),
        runtime: text(info, 'containerRuntimeVersion'),
        architecture: text(info, 'architecture'),
      };
    }),
});

const taintText = (taint: Readonly<Record<string, unknown>>): string => {
  const value = text(taint, 'value');
  return `${text(taint, 'key')}${value === '' ? '' : `=${value}`}:${text(taint, 'effect')}`;
};
