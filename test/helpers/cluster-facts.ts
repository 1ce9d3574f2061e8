import { type ClusterAnswers, parseClusterFact } from '../../facts/cluster/fact.ts';
import { CLUSTER_FACTS, type ClusterFactName, type ClusterFactValues } from '../../facts/cluster/index.ts';
import { KUBELET } from '../../lab/kubernetes/clusters/nodes.ts';
import type { KubernetesObject } from '../../lab/kubernetes/objects.ts';

const KIND_OF: Readonly<Record<string, string>> = {
  nodes: 'Node',
  pods: 'Pod',
  configmaps: 'ConfigMap',
  daemonsets: 'DaemonSet',
  deployments: 'Deployment',
  leases: 'Lease',
  dpus: 'DPU',
  dpunodes: 'DPUNode',
  'network-attachment-definitions': 'NetworkAttachmentDefinition',
  events: 'Event',
  customresourcedefinitions: 'CustomResourceDefinition',
  namespaces: 'Namespace',
  validatingwebhookconfigurations: 'ValidatingWebhookConfiguration',
  serviceaccounts: 'ServiceAccount',
  clusterroles: 'ClusterRole',
  clusterrolebindings: 'ClusterRoleBinding',
  roles: 'Role',
  rolebindings: 'RoleBinding',
};

/** What a list of that path would hold of these objects. */
export function listed(path: string, objects: readonly KubernetesObject[]): readonly unknown[] {
  if (path === '/version') return [{ gitVersion: KUBELET }];
  return objects.filter(({ kind }) => kind === KIND_OF[path.split('/').at(-1) ?? '']);
}

/** The facts of a cluster that holds these objects. */
export function clusterFactsOf(objects: readonly KubernetesObject[]): ClusterFactValues {
  const values = Object.entries(CLUSTER_FACTS).map(([name, fact]) => {
    const answers = Object.fromEntries(
      Object.entries(fact.lists).map(([label, { path }]) => [label, listed(path, objects)]),
    ) as ClusterAnswers<typeof fact.lists>;
    const outcome = parseClusterFact(fact as never, answers as never);
    if (!outcome.ok) throw new Error(`${name}: ${outcome.failure.message}`);
    return [name as ClusterFactName, outcome.value];
  });
  return Object.fromEntries(values);
}
