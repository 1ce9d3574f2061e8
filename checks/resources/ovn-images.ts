import { apiEvidence } from '../../facts/cluster/fact.ts';
import { nodes as nodesFact } from '../../facts/cluster/nodes.ts';
import { pods as podsFact } from '../../facts/cluster/pods.ts';
import { nodeNamed } from '../../facts/derived/cluster/by-node.ts';
import { imageName } from '../../facts/derived/cluster/network-workloads.ts';
import { defineClusterCheck, notApplicable, verdictOf } from '../define.ts';
import { podName } from './daemon-set.ts';

export const ovnImages = defineClusterCheck({
  id: 'resources/ovn-images',
  title: 'OVN-Kubernetes is of one version on all nodes',
  description:
    'Host, DPU and control plane speak to each other by annotations and by databases whose form changes between versions. The image of a DPU may have another name, for it is built for arm64, and has the same tag.',
  severity: 'warning',
  scope: 'cluster',
  tags: ['cluster', 'ovn-kubernetes', 'versions'],
  covers: ['A6', 'A44', 'A45'],
  requires: ['nodes', 'pods'],
  messages: {
    OTHER_TAG: {
      text: 'OVN-Kubernetes runs in several versions: {versions}',
      cause: 'An upgrade is under way or stopped half-way, or one of the manifests names another image.',
      remedy:
        'kubectl -n {namespace} get pods -o custom-columns=POD:.metadata.name,NODE:.spec.nodeName,IMAGES:.spec.containers[*].image',
    },
    OTHER_DIGEST: {
      text: 'the image {image} runs in several builds on nodes of one architecture: {versions}',
      cause: 'An upgrade is under way or stopped half-way, or one of the manifests names another digest.',
      remedy:
        'kubectl -n {namespace} get pods -o custom-columns=POD:.metadata.name,NODE:.spec.nodeName,IMAGES:.spec.containers[*].image',
    },
  },
  docs: ['seed A L10', 'seed A L207-216'],
  judge({ facts: { nodes, pods }, report }) {
    const running = pods.flatMap((pod) =>
      pod.node === '' || pod.deleting
        ? []
        : pod.containers
            .filter(({ name, image }) => OVN_CONTAINER.test(name) && image !== '')
            .map(({ image }) => ({
              image,
              pod: podName(pod),
              namespace: pod.namespace,
              node: pod.node,
              ...versionOf(image),
              build: `${imageName(image)} ${nodeNamed(nodes, pod.node)?.architecture ?? ''}`,
            })),
    );
    const tagged = running.filter(({ tag }) => tag !== undefined);
    const byTag = Map.groupBy(tagged, ({ tag }) => tag ?? '');
    const seen = [
      apiEvidence(
        podsFact.lists.pods,
        [...Map.groupBy(running, ({ image }) => image)]
          .slice(0, 20)
          .map(([image, where]) => `${image} on ${nodesOf(where)}`)
          .join('; ') || `${pods.length} pods, none with a running container of OVN-Kubernetes`,
      ),
      apiEvidence(nodesFact.lists.nodes, `${nodes.length} nodes`),
    ];
    const [first] = running;
    if (first === undefined) return notApplicable('no container of OVN-Kubernetes was started', seen);
    const { namespace } = first;
    const versions = (found: ReadonlyMap<string, readonly { readonly node: string }[]>): string =>
      [...found].map(([version, where]) => `${version} on ${nodesOf(where)}`).join('; ');
    const about = { evidence: seen, expected: 'one version' };
    const tags =
      byTag.size > 1
        ? [
            report('OTHER_TAG', {
              ...about,
              subject: 'OVN-Kubernetes',
              args: { versions: versions(byTag), namespace },
              observed: [...byTag.keys()].join(', '),
            }),
          ]
        : [];
    // Without tags only builds of one image for one architecture can be compared.
    const digests = [
      ...Map.groupBy(
        running.filter(({ tag }) => tag === undefined),
        ({ build }) => build,
      ).values(),
    ].flatMap((same) => {
      const byDigest = Map.groupBy(same, ({ digest }) => digest.slice(0, 19));
      return byDigest.size > 1
        ? report('OTHER_DIGEST', {
            ...about,
            subject: imageName(same[0]?.image ?? ''),
            args: { image: imageName(same[0]?.image ?? ''), versions: versions(byDigest), namespace },
            observed: [...byDigest.keys()].join(', '),
          })
        : [];
    });
    return verdictOf([...tags, ...digests], seen, [...byTag.keys()].join(', ') || 'by digest');
  },
});

/** Containers of OVN-Kubernetes' own manifests (dist/templates). Open vSwitch's may be of another image. */
const OVN_CONTAINER =
  /^(?:ovnkube-(?:node|controller|master|cluster-manager|identity)|ovn-controller|ovn-northd|nb-ovsdb|sb-ovsdb)$/;

/** A reference may have both a tag and a digest; one of kubelet's may be a digest alone. */
function versionOf(image: string): { readonly tag: string | undefined; readonly digest: string } {
  const [name = '', digest = ''] = image.startsWith('sha256:') ? ['', image] : image.split('@', 2);
  return { tag: /:([^:/]+)$/.exec(name)?.[1], digest };
}

function nodesOf(where: readonly { readonly node: string }[]): string {
  const names = [...new Set(where.map(({ node }) => node))];
  const more = names.length - 3;
  return `${names.slice(0, 3).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
