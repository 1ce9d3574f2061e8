import { evidence, type Outcome } from '../../fact.ts';
import { DETAILS, STATUS } from './annotations.ts';
import { type Attachment, DEFAULT } from './attachments.ts';
import { broken, type ChainLink, found, missing, unknown } from './chain.ts';
import type { ChainNetworkAttachment } from './input.ts';

/** The links of a chain that the API server tells: the pod, its network, and what host and DPU told each other by it. */
export function podLinks(
  attachment: Attachment,
  networkAttachments: Outcome<readonly ChainNetworkAttachment[]>,
): readonly ChainLink[] {
  return [
    podLink(attachment),
    networkLink(attachment, networkAttachments),
    detailsLink(attachment),
    statusLink(attachment),
  ];
}

function podLink({ pod }: Attachment): ChainLink {
  const said = evidence(
    `kubectl -n ${pod.namespace} get pod ${pod.name}`,
    `${pod.phase}${pod.deleting ? ', being deleted' : ''} on ${pod.node}, uid ${pod.uid}`,
  );
  return found('pod', `${pod.namespace}/${pod.name}`, `it is scheduled on ${pod.node}`, [said]);
}

function networkLink(
  { pod, networkAttachment }: Attachment,
  all: Outcome<readonly ChainNetworkAttachment[]>,
): ChainLink {
  const kind = 'network-attachment';
  // Multus and the resource injector of DPF give it to pods by their own configuration, which the pod does not show.
  if (networkAttachment === undefined)
    return found(kind, 'the default network', "the pod names none, so it is the cluster's");
  const { namespace, name } = networkAttachment;
  const full = `${namespace}/${name}`;
  if (!all.ok) return unknown(kind, full, all.failure.message);
  const source = `kubectl -n ${namespace} get network-attachment-definition ${name}`;
  const definition = all.value.find((one) => one.namespace === namespace && one.name === name);
  if (definition === undefined)
    return missing(kind, full, 'there is no such NetworkAttachmentDefinition', [
      evidence(source, 'not found'),
    ]);
  const resource = definition.resourceName;
  if (resource === undefined) {
    const why =
      'it lacks the annotation k8s.v1.cni.cncf.io/resourceName, so that no VF is handed to the CNI for it';
    return broken(kind, full, why, [evidence(source, 'no resourceName')]);
  }
  const said = evidence(source, `resourceName ${resource}`);
  return (pod.devices.get(resource) ?? '0') !== '0'
    ? found(kind, full, `the pod requests its resource ${resource}`, [said])
    : broken(kind, full, `the pod requests no ${resource}, so that no VF is allocated for it`, [said]);
}

const named = (network: string): string => (network === DEFAULT ? '' : ` of ${network}`);

function detailsLink({ details, network, pod }: Attachment): ChainLink {
  const kind = 'connection-details';
  const source = `${DETAILS} of ${pod.namespace}/${pod.name}`;
  if (details.kind === 'absent')
    return missing(kind, `${DETAILS}${named(network)}`, 'the CNI on the host has not written it', [
      evidence(source, 'absent'),
    ]);
  if (details.kind === 'unreadable')
    return broken(kind, DETAILS, `it can't be read: ${details.why}`, [evidence(source, details.said)]);
  const { pfId, vfId } = details.value;
  return found(kind, `pf ${pfId} vf ${vfId}`, 'the CNI on the host wrote it', [
    evidence(source, details.said),
  ]);
}

function statusLink({ details, status, network, pod }: Attachment): ChainLink {
  const kind = 'connection-status';
  const source = `${STATUS} of ${pod.namespace}/${pod.name}`;
  if (status.kind === 'unreadable')
    return broken(kind, STATUS, `it can't be read: ${status.why}`, [evidence(source, status.said)]);
  if (status.kind === 'read') {
    const { status: said, reason } = status.value;
    const shown = [evidence(source, status.said)];
    return said === 'Ready'
      ? found(kind, said, 'ovnkube on the DPU wrote it', shown)
      : broken(
          kind,
          said,
          reason === undefined ? 'ovnkube on the DPU gave no reason' : `ovnkube on the DPU says: ${reason}`,
          shown,
        );
  }
  return details.kind === 'read'
    ? missing(kind, `${STATUS}${named(network)}`, 'ovnkube on the DPU has not answered', [
        evidence(source, 'absent'),
      ])
    : unknown(kind, `${STATUS}${named(network)}`, 'without connection details the DPU has nothing to answer');
}
