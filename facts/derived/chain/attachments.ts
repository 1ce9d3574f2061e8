import {
  type Annotation,
  type ConnectionDetails,
  type ConnectionStatus,
  connectionDetails,
  connectionStatuses,
  defaultNetwork,
  type NetworkStatus,
  networkStatuses,
} from './annotations.ts';
import type { ChainPod } from './input.ts';

/** One network of one pod: what may take a VF. */
export interface Attachment {
  readonly pod: ChainPod;
  /** As OVN-Kubernetes' annotations key it. */
  readonly network: string;
  /** The external_ids:iface-id of its port (OVN-Kubernetes go-controller/pkg/util/util.go). */
  readonly ifaceId: string;
  readonly details: Annotation<ConnectionDetails>;
  readonly status: Annotation<ConnectionStatus>;
  readonly multus: Annotation<NetworkStatus>;
  /** The NetworkAttachmentDefinition; undefined where the pod names none, and the cluster's default network is meant. */
  readonly networkAttachment: { readonly namespace: string; readonly name: string } | undefined;
}

export const DEFAULT = 'default';

/** The pod has a network of its own, or will get one. */
export const isAttached = ({ phase, hostNetwork }: ChainPod): boolean =>
  !hostNetwork && phase !== 'Succeeded' && phase !== 'Failed';

/** The networks of a pod of a DPU host: the default one, and each for which the CNI has asked the DPU. */
export function attachmentsOf(pod: ChainPod): readonly Attachment[] {
  const details = connectionDetails(pod.annotations);
  const statuses = connectionStatuses(pod.annotations);
  const multus = networkStatuses(pod.annotations);
  const networks = new Set([DEFAULT, ...(details.kind === 'read' ? details.value.keys() : [])]);
  return [...networks].map((network) => ({
    pod,
    network,
    ifaceId: ifaceIdOf(pod, network),
    details: entryOf(details, (all) => all.get(network)),
    status: entryOf(statuses, (all) => all.get(network)),
    multus: entryOf(multus, (all) => statusOf(all, network)),
    networkAttachment: network === DEFAULT ? defaultNetwork(pod.annotations) : referenceOf(network),
  }));
}

function entryOf<All, Value>(
  annotation: Annotation<All>,
  pick: (all: All) => Value | undefined,
): Annotation<Value> {
  if (annotation.kind !== 'read') return annotation;
  const value = pick(annotation.value);
  return value === undefined ? { kind: 'absent' } : { ...annotation, value };
}

/** A key has a third part where the pod uses the NetworkAttachmentDefinition more than once: from 1 on, the next use. */
function statusOf(all: readonly NetworkStatus[], network: string): NetworkStatus | undefined {
  if (network === DEFAULT) return all.find(({ isDefault }) => isDefault);
  const [namespace, name, index = '0'] = network.split('/');
  return all.filter((status) => status.name === `${namespace}/${name}`)[Number(index)];
}

function referenceOf(network: string): Attachment['networkAttachment'] {
  const [namespace = '', name = ''] = network.split('/');
  return { namespace, name };
}

export function ifaceIdOf({ namespace, name }: ChainPod, network: string): string {
  const prefix = network === DEFAULT ? '' : `${network.replaceAll(/[-/]/g, '.')}_`;
  return `${prefix}${namespace}_${name}`;
}
