import type { ClusterFactName, ClusterFactValues } from '../../facts/cluster/index.ts';
import { deviceCount } from '../../facts/cluster/quantity.ts';
import { nodeNamed, podsOn } from '../../facts/derived/cluster/by-node.ts';
import { attachmentConfig, attachmentName, isOvnDefault } from '../../facts/derived/cluster/vf-networks.ts';
import { holdsDevices, requestOf } from '../../facts/derived/cluster/vf-pods.ts';
import type { FactFailure, Outcome } from '../../facts/fact.ts';

/** How a pod on a node gets a VF. */
export interface VfNetwork {
  /** Namespace and name of the attachment that is to be the pod's default network. */
  readonly attachment: string;
  /** The device plugin's resource. */
  readonly resource: string;
  /** Devices of the node that no pod has asked for. */
  readonly free: number;
}

export type VfNetworkOutcome =
  | { readonly kind: 'vf'; readonly network: VfNetwork }
  /** The cluster has no such network, or the node offers none of its devices. */
  | { readonly kind: 'none'; readonly why: string }
  | { readonly kind: 'unknown'; readonly failure: FactFailure };

type Facts = ReadonlyMap<ClusterFactName, Outcome<unknown>>;

/**
 * The network by which pods of a node get VFs: of the attachments of OVN-Kubernetes' default network that name a
 * resource, that of which the node has most left. Pure.
 */
export function vfNetworkOn(facts: Facts, kubernetesNode: string): VfNetworkOutcome {
  const attachments = factOf(facts, 'networkAttachments');
  const nodes = factOf(facts, 'nodes');
  const pods = factOf(facts, 'pods');
  for (const outcome of [attachments, nodes, pods])
    if (!outcome.ok) return { kind: 'unknown', failure: outcome.failure };
  if (!attachments.ok || !nodes.ok || !pods.ok) return none('');
  if (attachments.value === undefined)
    return none('the cluster knows no NetworkAttachmentDefinitions: Multus is not installed');
  const node = nodeNamed(nodes.value, kubernetesNode);
  if (node === undefined) return none(`the cluster has no node ${kubernetesNode}`);
  const networks = attachments.value.flatMap((attachment) => {
    const { resourceName } = attachment;
    return resourceName !== undefined && isOvnDefault(attachmentConfig(attachment))
      ? [{ attachment: attachmentName(attachment), resource: resourceName }]
      : [];
  });
  if (networks.length === 0)
    return none("no NetworkAttachmentDefinition of OVN-Kubernetes' default network names a resource");
  const here = podsOn(pods.value, kubernetesNode).filter(holdsDevices);
  const offered = networks
    .map((network) => {
      const all = deviceCount(node.allocatable.get(network.resource));
      const taken = here.reduce((sum, pod) => sum + requestOf(pod, network.resource), 0);
      return { ...network, all, free: Math.max(0, all - taken) };
    })
    .filter(({ all }) => all > 0);
  const [best] = offered.toSorted((one, other) => other.free - one.free);
  if (best === undefined)
    return none(`${kubernetesNode} offers no ${networks.map(({ resource }) => resource).join(', ')}`);
  const { attachment, resource, free } = best;
  return { kind: 'vf', network: { attachment, resource, free } };
}

const none = (why: string): VfNetworkOutcome => ({ kind: 'none', why });

function factOf<Name extends ClusterFactName>(facts: Facts, name: Name): Outcome<ClusterFactValues[Name]> {
  const outcome = facts.get(name) as Outcome<ClusterFactValues[Name]> | undefined;
  return (
    outcome ?? {
      ok: false,
      failure: { code: 'unreachable', message: `the cluster was not asked for its ${name}` },
    }
  );
}
