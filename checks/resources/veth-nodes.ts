import { apiEvidence } from '../../facts/cluster/fact.ts';
import { nodes as nodesFact } from '../../facts/cluster/nodes.ts';
import { defineClusterCheck, notApplicable, verdictOf } from '../define.ts';

export const vethNodes = defineClusterCheck({
  id: 'resources/veth-nodes',
  title: 'the veth topology has its nodes: a control plane, and a DPU for each host',
  description:
    "kind's cluster has one control plane and two workers for each pair, of which the first is the host and the second its DPU.",
  severity: 'error',
  scope: 'cluster',
  tags: ['cluster', 'kind', 'veth'],
  covers: ['K1', 'K2', 'K13', 'K14'],
  requires: ['nodes'],
  expects: ['kind-cluster'],
  messages: {
    NO_CONTROL_PLANE: {
      text: 'the veth topology has {count} control planes: {names}',
      cause: 'The cluster was made from another configuration than that of the guide (ovn_num_master=1).',
      remedy:
        'kind get nodes --name {cluster}; then make the cluster anew: kind delete cluster --name {cluster}',
    },
    UNEVEN: {
      text: 'the veth topology has {hosts} hosts and {dpus} DPUs: {names}',
      cause: 'A worker is missing or has the wrong label: every host needs a DPU of its own.',
      remedy:
        'kubectl get nodes --show-labels; kind get nodes --name {cluster}; kubectl label node <node> k8s.ovn.org/dpu=',
    },
    OTHER_NAME: {
      text: 'the node {node} is none of the kind cluster {cluster}',
      cause:
        'kind calls its nodes after the cluster: it was created with another --name, or the kubeconfig leads to another cluster.',
      remedy: 'kind get clusters; kubectl config current-context; or say its name: --set kind-cluster=<name>',
      source: 'seed K L86',
    },
  },
  docs: ['seed K L7-33', 'seed K L61-77', 'seed K L86'],
  judge({ facts: { nodes }, expected, subject, report }) {
    const simulated = subject.nodes.filter(({ simulation }) => simulation === 'veth');
    const [hosts, dpus] = (['dpu-host', 'dpu'] as const).map((role) =>
      simulated.filter((one) => one.role === role),
    ) as [typeof simulated, typeof simulated];
    const seen = [
      apiEvidence(
        nodesFact.lists.nodes,
        nodes
          .slice(0, 20)
          .map(
            ({ name }) =>
              `${name}: ${subject.nodes.find(({ node }) => node === name)?.role ?? 'role unknown'}`,
          )
          .join('; '),
      ),
    ];
    if (simulated.length === 0) return notApplicable('this cluster is none of the veth topology', seen);
    if (nodes.some(({ labels }) => labels.has(SIMULATOR_LABEL)))
      return notApplicable('dpu-simulator has hosts and DPUs in clusters of their own', seen);
    const controlPlanes = subject.nodes.filter(({ role }) => role === 'control-plane');
    const cluster = KIND_NAME.exec(nodes[0]?.name ?? '')?.[1] ?? 'dpu';
    const named = expected['kind-cluster'];
    const [stranger] =
      named === undefined ? [] : nodes.filter(({ name }) => KIND_NAME.exec(name)?.[1] !== named.value);
    const names = (some: readonly { readonly node: string }[]): string =>
      some.map(({ node }) => node).join(', ') || 'none';
    const about = { subject: subject.name, evidence: seen };
    const findings = [
      ...(controlPlanes.length === 1
        ? []
        : [
            report('NO_CONTROL_PLANE', {
              ...about,
              args: { count: controlPlanes.length, names: names(controlPlanes), cluster },
              observed: `${controlPlanes.length} control planes`,
              expected: '1 control plane',
            }),
          ]),
      ...(hosts.length === dpus.length && hosts.length > 0
        ? []
        : [
            report('UNEVEN', {
              ...about,
              args: {
                hosts: hosts.length,
                dpus: dpus.length,
                names: `hosts ${names(hosts)}; DPUs ${names(dpus)}`,
                cluster,
              },
              observed: `${hosts.length} hosts, ${dpus.length} DPUs`,
              expected: 'as many hosts as DPUs, and one of each at least',
            }),
          ]),
      ...(stranger === undefined || named === undefined
        ? []
        : [
            report('OTHER_NAME', {
              ...about,
              args: { node: stranger.name, cluster: named.value },
              observed: stranger.name,
              expected: `${named.value}-control-plane, ${named.value}-worker and so on (${named.from})`,
            }),
          ]),
    ];
    return verdictOf(findings, seen, `${hosts.length} pairs`);
  },
});

/** dpu-simulator, pkg/config: the name that its configuration gives a node. */
const SIMULATOR_LABEL = 'dpu-sim.org/node-name';

/** kind calls its nodes after the cluster. */
const KIND_NAME = /^(.+)-(?:control-plane|worker)\d*$/;
