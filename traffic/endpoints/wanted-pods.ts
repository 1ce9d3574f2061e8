import type { TrafficCluster, TrafficNode } from '../input.ts';
import type { WantedPod } from '../objects/index.ts';
import { vfNetworkOn } from '../objects/vf-network.ts';
import type { TrafficOptions } from '../options.ts';
import { sampleNodes } from '../plan/select.ts';

/** Room for a number and a prefix in the 63 characters of a DNS label. */
const MAX_NAME = 50;

/**
 * The pods that a run wants on the hosts of a cluster: one on each, so that every node sends and is sent to. On few nodes,
 * or a sample of many, a second one, for paths on the node, and a Service. A pod that shares the node's network stands
 * in for a node that nobody logs in to. Pure.
 */
export function wantedPods(
  cluster: TrafficCluster,
  hosts: readonly TrafficNode[],
  { kinds, selection, runId }: Pick<TrafficOptions, 'kinds' | 'selection' | 'runId'>,
): readonly WantedPod[] {
  const asks = (...some: readonly TrafficOptions['kinds'][number][]): boolean =>
    some.some((kind) => kinds.includes(kind));
  const members = hosts.filter(({ node }) => node.kubernetes?.cluster === cluster.name);
  const sampled = new Set(
    sampleNodes(
      members.map(({ node }) => node.name),
      selection,
      runId,
    ),
  );
  const names = namesOf(members);
  return members.flatMap(({ node }): readonly WantedPod[] => {
    const kubernetesNode = node.kubernetes?.node ?? '';
    const wanted = (suffix: string, more: Partial<WantedPod>): WantedPod => ({
      name: `${names.get(node.name)}-${suffix}`,
      node: node.name,
      kubernetesNode,
      dpu: node.dpu,
      hostNetwork: false,
      service: false,
      ...more,
    });
    const vf = vfNetworkOn(cluster.facts, kubernetesNode);
    const roomForTwo = vf.kind === 'vf' ? vf.network.free > 1 : node.dpu === undefined;
    const isSampled = sampled.has(node.name);
    const service = isSampled && asks('pod-to-cluster-ip', 'pod-to-node-port', 'hairpin');
    const second =
      isSampled && roomForTwo && asks('pod-to-pod-on-node', 'pod-to-cluster-ip', 'pod-to-node-port');
    const forNode = node.access.kind === 'none' && asks('node-to-pod');
    return [
      wanted('1', { service }),
      ...(second ? [wanted('2', {})] : []),
      ...(forNode ? [wanted('node', { hostNetwork: true })] : []),
    ];
  });
}

/** A part of a DNS label for each node, by its name as far as that is one. */
function namesOf(nodes: readonly TrafficNode[]): ReadonlyMap<string, string> {
  const taken = new Set<string>();
  return new Map(
    nodes.map(({ node }, index) => {
      const own = `on-${node.kubernetes?.node ?? node.name}`.toLowerCase().replace(/[^a-z0-9]+/g, '-');
      const short = own.slice(0, MAX_NAME).replace(/-+$/, '');
      const name = taken.has(short) ? `${short}-${index}` : short;
      taken.add(name);
      return [node.name, name];
    }),
  );
}
