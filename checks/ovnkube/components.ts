import type { ClusterNode } from '../../facts/cluster/nodes.ts';
import { type Workload, workloadName } from '../../facts/cluster/workloads.ts';
import { hasPart, isAnywhere, type OvnPart } from '../../facts/derived/cluster/ovn-parts.ts';
import { nodeContainers } from '../../facts/derived/cluster/ovnkube.ts';
import { fits } from '../../facts/derived/cluster/placement.ts';
import { CONTROL_PLANE_LABELS } from '../../facts/derived/cluster/roles.ts';
import type { ClusterNodeSubject } from '../../facts/derived/cluster/view.ts';
import { defineClusterCheck, notApplicable, verdictOf } from '../define.ts';
import { kindWord, noneFound, ovnWorkloads, workloadEvidence } from './common.ts';

export const ovnkubeComponents = defineClusterCheck({
  id: 'ovnkube/components',
  title: 'no part of OVN-Kubernetes is missing: control plane, databases, ovn-northd, ovn-controller',
  description:
    'ovnkube on the nodes needs what gives nodes their subnets, the databases of OVN, ovn-northd between them, and on each node with Open vSwitch an ovn-controller. Where one of them was never applied or was deleted, what runs still looks well, and no new pod gets a network.',
  severity: 'error',
  scope: 'cluster',
  tags: ['cluster', 'ovn-kubernetes'],
  covers: ['A11', 'A12', 'A13', 'A18', 'A51', 'K52', 'K53'],
  after: ['cluster/dpu-labels', 'ovnkube/node-mode', 'ovnkube/placement'],
  requires: ['workloads', 'configMaps', 'nodes', 'pods'],
  messages: {
    NO_PART: {
      text: 'no workload of OVN-Kubernetes runs {what}: {needed}',
      cause: 'Its manifest was not applied, or was deleted.',
      remedy:
        'kubectl -n {namespace} get deployments,statefulsets,daemonsets -o wide; then apply the manifest of the release: {manifest}',
      source: 'seed A L47-60 and L259-264, seed K L386-387',
    },
    NO_CONTROLLER: {
      text: '{workload} runs ovnkube in {mode} mode on {node}, and nothing runs ovn-controller there',
      cause: 'Its container was left out of the manifest: nobody turns what OVN wants into flows.',
      remedy: 'Compare it with the manifest of the release: kubectl -n {namespace} get {kind} {name} -o yaml',
      source: 'seed A L60, seed K L387',
    },
    NOT_THERE: {
      text: 'no DaemonSet runs ovnkube on the control plane {node}',
      cause:
        'The DaemonSet ovnkube-node was not applied, was deleted, or its placement does not fit the node.',
      remedy: 'kubectl -A get daemonsets -o wide; kubectl get node {node} --show-labels',
      source: 'seed A L47 and L228-233',
    },
    NOT_ON_WORKER: {
      text: 'no DaemonSet runs ovnkube on {node}, which is no DPU host: its pods are not in the network of the others',
      cause: 'The placement of ovnkube-node in full mode does not fit the node, or another plugin serves it.',
      remedy: 'kubectl -A get daemonsets -o wide; kubectl get node {node} --show-labels',
      source: 'seed A L47',
      level: 'warn',
    },
  },
  docs: ['seed A L45-60', 'seed A L228-264', 'seed K L386-387'],
  judge({ facts: { workloads, configMaps, nodes, pods }, subject, report }) {
    const own = ovnWorkloads(workloads);
    if (own.length === 0) return noneFound(workloads);
    const onNodes = nodeContainers(workloads, configMaps);
    const modes = new Set(onNodes.map(({ mode }) => mode?.value));
    const seen = own.map((workload) => workloadEvidence(workload, containersOf(workload)));
    const elsewhere = isElsewhere(own);
    const wanted = elsewhere ? [] : WANTED.filter(({ by }) => by(modes));
    const ovsSide = onNodes.filter(({ mode }) => mode?.value === 'dpu' || mode?.value === 'full');
    const others = modes.has('dpu-host') || modes.has('full') ? subject.nodes.filter(isNoSide) : [];
    if (wanted.length === 0 && ovsSide.length === 0 && others.length === 0)
      return notApplicable('ovnkube runs on DPU hosts alone here, or where it runs does not show', seen);
    const parts = wanted
      .filter(({ part }) => !isAnywhere(part, workloads, pods))
      .map(({ what, needed, manifest }) =>
        report('NO_PART', {
          subject: what,
          args: { what, needed, manifest, namespace: own[0]?.namespace ?? '' },
          observed: own.map(({ name }) => name).join(', '),
          expected: what,
          evidence: seen,
        }),
      );
    const objects = new Map(nodes.map((node) => [node.name, node]));
    const without = ovsSide.flatMap(({ workload, mode }) => {
      const node = nodes.find((one) => fits(workload, one) && !hasController(own, one));
      return node === undefined
        ? []
        : report('NO_CONTROLLER', {
            subject: workloadName(workload),
            args: {
              workload: workloadName(workload),
              mode: mode?.value ?? '',
              node: node.name,
              namespace: workload.namespace,
              kind: kindWord(workload),
              name: workload.name,
            },
            observed: workload.containers.map(({ name }) => name).join(', '),
            expected: 'a container ovn-controller',
            evidence: [workloadEvidence(workload, containersOf(workload))],
            nodes: nodes.filter((one) => fits(workload, one)).map(({ name }) => name),
          });
    });
    const bare = others.flatMap(({ node }) => {
      const object = objects.get(node);
      if (
        object === undefined ||
        takesNoPods(object) ||
        onNodes.some(({ workload }) => fits(workload, object))
      )
        return [];
      const isControlPlane = CONTROL_PLANE_LABELS.some((label) => object.labels.has(label));
      return report(isControlPlane ? 'NOT_THERE' : 'NOT_ON_WORKER', {
        subject: node,
        args: { node },
        observed: `none of ${onNodes.map(({ workload }) => workloadName(workload)).join(', ')} fits it`,
        expected: 'a DaemonSet in full mode',
        evidence: seen,
        nodes: [node],
      });
    });
    return verdictOf([...parts, ...without, ...bare], seen);
  },
});

const WANTED: readonly {
  readonly part: OvnPart;
  readonly what: string;
  readonly needed: string;
  readonly manifest: string;
  readonly by: (modes: ReadonlySet<string | undefined>) => boolean;
}[] = [
  {
    part: 'manager',
    what: 'the control plane of OVN-Kubernetes',
    needed: 'it gives nodes their subnets and pods their addresses',
    manifest: 'ovnkube-control-plane.yaml, in old releases ovnkube-master.yaml',
    // A cluster of DPUs alone is served by that of their hosts.
    by: (modes) => modes.has('full') || modes.has('dpu-host'),
  },
  ...(
    [
      ['northbound', "OVN's northbound database"],
      ['southbound', "OVN's southbound database"],
      ['northd', 'ovn-northd'],
    ] as const
  ).map(([part, what]) => ({
    part,
    what,
    needed: 'without it OVN knows no network',
    manifest:
      'that of ovnkube-node with interconnect, in old releases ovnkube-db.yaml and ovnkube-master.yaml',
    // The DPUs of another cluster may have the databases of that one.
    by: (modes: ReadonlySet<string | undefined>) =>
      modes.has('full') || (modes.has('dpu') && modes.has('dpu-host')),
  })),
];

/** OpenShift may have its control plane in another cluster (hosted control planes). */
const isElsewhere = (own: readonly Workload[]): boolean =>
  own.some(({ namespace }) => namespace.startsWith('openshift-'));

const isNoSide = ({ role }: ClusterNodeSubject): boolean => role === 'control-plane' || role === 'worker';

/** Not one of ours: no CNI plugin of Linux is on it. */
const takesNoPods = ({ labels, ready }: ClusterNode): boolean =>
  ready?.status !== 'True' ||
  (labels.get('kubernetes.io/os') ?? 'linux') !== 'linux' ||
  labels.get('type') === 'virtual-kubelet';

const hasController = (own: readonly Workload[], node: ClusterNode): boolean =>
  own.some((workload) => fits(workload, node) && hasPart('controller', workload));

const containersOf = ({ containers }: Workload): string =>
  `containers ${containers.map(({ name }) => name).join(', ')}`;
