import { apiEvidence } from '../../facts/cluster/fact.ts';
import { pods as podsFact } from '../../facts/cluster/pods.ts';
import { workloadName, workloads as workloadsFact } from '../../facts/cluster/workloads.ts';
import { isIdle } from '../../facts/derived/cluster/placement.ts';
import { defineClusterCheck, verdictOf } from '../define.ts';

export const kubeProxyAbsent = defineClusterCheck({
  id: 'cluster/kube-proxy-absent',
  title: 'no kube-proxy runs in the cluster',
  description:
    "OVN-Kubernetes' load balancers stand for services. Where kube-proxy translates addresses too, traffic leaves the hardware's path or is translated twice.",
  severity: 'error',
  scope: 'cluster',
  tags: ['cluster'],
  covers: ['A38', 'D17'],
  requires: ['workloads', 'pods'],
  messages: {
    PRESENT: {
      text: 'kube-proxy is in the cluster: {what}',
      cause: 'kubeadm installs it unless it is told to skip that phase; a distribution may do so too.',
      remedy:
        'kubectl -n {namespace} delete {kind} {name}; a new cluster: sudo kubeadm init --skip-phases=addon/kube-proxy',
    },
  },
  docs: ['seed A L168', 'seed D L92'],
  judge({ facts: { workloads, pods }, report }) {
    const found = workloads.filter(
      (workload) =>
        (workload.name.startsWith('kube-proxy') || workload.containers.some(runsKubeProxy)) &&
        !isIdle(workload),
    );
    // A static pod has no workload; a pod of one that was found says nothing new.
    const loose = pods.filter(
      ({ owner, containers }) =>
        owner?.kind !== 'DaemonSet' && owner?.kind !== 'ReplicaSet' && containers.some(runsKubeProxy),
    );
    const seen = [
      apiEvidence(workloadsFact.lists.daemonSets, `${workloads.length} DaemonSets and Deployments`),
      apiEvidence(podsFact.lists.pods, `${pods.length} pods`),
    ];
    const findings = [
      ...found.map((workload) => {
        const { kind, namespace, name, desired, ready } = workload;
        const what = workloadName(workload);
        return report('PRESENT', {
          subject: what,
          args: { what, namespace, kind: kind.toLowerCase(), name },
          observed: `${what}, ${ready} of ${desired} pods ready`,
          expected: 'no kube-proxy',
          evidence: [apiEvidence(workloadsFact.lists.daemonSets, `${what}: ${ready} of ${desired} ready`)],
        });
      }),
      ...loose.map(({ namespace, name, node }) => {
        const what = `pod ${namespace}/${name}`;
        return report('PRESENT', {
          subject: what,
          args: { what, namespace, kind: 'pod', name },
          observed: `${what} on ${node}`,
          expected: 'no kube-proxy',
          evidence: [apiEvidence(podsFact.lists.pods, `${what} on ${node}`)],
        });
      }),
    ];
    return verdictOf(findings, seen);
  },
});

/** `registry.k8s.io/kube-proxy:v1.34.0`, `kube-proxy-amd64@sha256:…`. */
const isKubeProxy = (image: string): boolean => /(?:^|\/)kube-proxy(?:-[a-z0-9]+)?(?:[:@]|$)/.test(image);

/** OpenShift's images have no names of their own, and its DaemonSet is called openshift-kube-proxy. */
const runsKubeProxy = ({ name, image }: { readonly name: string; readonly image: string }): boolean =>
  name === 'kube-proxy' || isKubeProxy(image);
