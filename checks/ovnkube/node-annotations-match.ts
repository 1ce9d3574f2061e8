import { apiEvidence } from '../../facts/cluster/fact.ts';
import { type ClusterNode, nodes as nodesFact } from '../../facts/cluster/nodes.ts';
import { nodeNamed } from '../../facts/derived/cluster/by-node.ts';
import { managementVf } from '../../facts/derived/cluster/management-port.ts';
import { CHASSIS, MANAGEMENT_PORT } from '../../facts/derived/cluster/node-annotations.ts';
import { ownerOf } from '../../facts/derived/functions.ts';
import { RENAMED_MANAGEMENT_PORT } from '../../facts/derived/gateway.ts';
import { type Evidence, evidence } from '../../facts/fact.ts';
import type { Netdev } from '../../facts/netdevs.ts';
import type { Pci } from '../../facts/pci.ts';
import { definePairCheck, notApplicable, verdictOf } from '../define.ts';

export const nodeAnnotationsMatch = definePairCheck({
  id: 'ovnkube/node-annotations-match',
  title: "what OVN-Kubernetes has written to the host's node is so on the host and its DPU",
  description:
    'Other nodes send what is for the host to the chassis that its node names, and ovnkube on the DPU looks for the representor of the VF that it names as management port. Both are written at a start, and are wrong when somebody changes them or what they tell of.',
  severity: 'error',
  scope: 'pair',
  roles: ['dpu-host', 'dpu'],
  tags: ['cluster', 'ovn-kubernetes'],
  covers: [],
  after: [
    'cluster/nodes-ready',
    'cluster/dpu-pairs',
    'ovnkube/node-annotations',
    'ovs/chassis-settings',
    'ovs/host-node-name-matches',
    'gateway/management-port-exists',
    // Which VF is the management port it takes from the annotation, too.
    'resources/management-vf',
  ],
  requires: { host: ['netdevs', 'pci'], dpu: ['ovs'] },
  requiresCluster: { host: ['nodes'], dpu: [] },
  messages: {
    OTHER_CHASSIS: {
      text: 'node {node} is said to be on the chassis {value}, and its DPU is the chassis {actual}',
      cause:
        "The DPU's system-id was changed, its system was installed anew, or the annotation is of the DPU that the host had before. Other nodes have no tunnel to a chassis of that name.",
      remedy:
        'Restart ovnkube on the DPU, which writes it anew; compare: kubectl get node {node} -o yaml; on the DPU: sudo ovs-vsctl get Open_vSwitch . external_ids:system-id',
    },
    NO_SUCH_VF: {
      text: 'the management port of node {node} is said to be VF {vf} of PF {pf}, and no PF of that number has such a VF on the host',
      cause:
        'The VFs were made anew, and fewer of them, or somebody changed the annotation. ovnkube on the DPU does not find a representor of that VF when it is next started.',
      remedy: 'Restart ovnkube on the host, which writes it anew: kubectl annotate node {node} {annotation}-',
    },
    OTHER_VF: {
      text: 'the management port of node {node} is said to be VF {vf} of PF {pf}, and {netdev} is {actual}',
      cause:
        'ovnkube on the host was given another management port since, or somebody changed the annotation. ovnkube on the DPU plugs the representor of the wrong VF when it is next started.',
      remedy: 'Restart ovnkube on the host, which writes it anew: kubectl annotate node {node} {annotation}-',
    },
  },
  docs: ['OVN-Kubernetes docs/features/hardware-offload/dpu-support.md'],
  judge({ host: { netdevs, pci }, dpu: { ovs }, cluster, subject, report }) {
    const node = nodeNamed(cluster.host.nodes, subject.host.nodeName);
    if (node === undefined) return notApplicable('the host is no node of its cluster');
    const chassis = node.annotations.get(CHASSIS);
    const systemId = ovs.openVSwitch.externalIds.get('system-id');
    const port = managementPortOf(netdevs, pci);
    const told = managementVf(node);
    const compared = [chassis && systemId, told?.vf !== undefined && told.pf !== undefined];
    const seen = [
      annotationEvidence(node, CHASSIS),
      evidence('ovs-vsctl get Open_vSwitch . external_ids:system-id', systemId ?? 'not set'),
      annotationEvidence(node, MANAGEMENT_PORT),
      ...(port === undefined ? [] : [port.seen]),
    ];
    if (!compared.some(Boolean))
      return notApplicable("nothing of the DPU or of a VF is written to the host's node", seen);
    const about = { subject: node.name, evidence: seen };
    const ofChassis =
      !chassis || !systemId || chassis === systemId
        ? []
        : [
            report('OTHER_CHASSIS', {
              ...about,
              args: { node: node.name, value: chassis, actual: systemId },
              observed: chassis,
              expected: systemId,
            }),
          ];
    if (told?.vf === undefined || told.pf === undefined) return verdictOf(ofChassis, seen);
    const { vf, pf } = told;
    const args = { node: node.name, vf, pf, annotation: MANAGEMENT_PORT };
    const named = [...pci.functions.values()].filter(({ address }) => functionOf(address) === pf);
    const addresses = named.flatMap(({ virtfns }) => virtfns.get(vf) ?? []);
    if (addresses.length === 0)
      return verdictOf(
        [
          ...ofChassis,
          report('NO_SUCH_VF', {
            ...about,
            args,
            observed: told.said,
            expected: port?.what ?? 'a VF of the host',
          }),
        ],
        seen,
      );
    return verdictOf(
      port === undefined || addresses.includes(port.address)
        ? ofChassis
        : [
            ...ofChassis,
            report('OTHER_VF', {
              ...about,
              args: { ...args, netdev: RENAMED_MANAGEMENT_PORT, actual: port.what },
              observed: told.said,
              expected: port.what,
            }),
          ],
      seen,
    );
  },
});

const annotationEvidence = ({ name, annotations }: ClusterNode, annotation: string): Evidence =>
  apiEvidence(nodesFact.lists.nodes, `${name}: ${annotation} ${annotations.get(annotation) ?? '(none)'}`);

/** The function number of a PCI address. */
const functionOf = (address: string): number => Number(address.slice(address.lastIndexOf('.') + 1));

/** The VF that ovnkube has made the management port; undefined where it has not come to it. */
function managementPortOf(netdevs: ReadonlyMap<string, Netdev> | readonly Netdev[], pci: Pci) {
  const all = [...netdevs.values()];
  const address = all.find(({ name }) => name === RENAMED_MANAGEMENT_PORT)?.pciAddress;
  const owner = address === undefined ? undefined : ownerOf(address, pci);
  if (address === undefined || owner === undefined) return undefined;
  const number = [...owner.virtfns].find(([, own]) => own === address)?.[0];
  const what = `VF ${number} of PF ${functionOf(owner.address)}, ${address}`;
  return { address, what, seen: evidence(`/sys/class/net/${RENAMED_MANAGEMENT_PORT}/device`, what) };
}
