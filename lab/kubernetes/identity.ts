import type { KubernetesApi } from './api.ts';

/** As in a ClusterRole. */
export interface PolicyRule {
  apiGroups?: string[];
  resources?: string[];
  resourceNames?: string[];
  nonResourceURLs?: string[];
  verbs: string[];
}

const NAMESPACE = 'default';
const RBAC = 'rbac.authorization.k8s.io';

/** Makes a service account that may do this in the whole cluster, and returns a token for it. */
export async function serviceAccountToken(
  api: KubernetesApi,
  name: string,
  rules: readonly PolicyRule[],
): Promise<string> {
  const metadata = { name };
  await Promise.all([
    api.create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace: NAMESPACE } }),
    api.create({ apiVersion: `${RBAC}/v1`, kind: 'ClusterRole', metadata, rules }),
    api.create({
      apiVersion: `${RBAC}/v1`,
      kind: 'ClusterRoleBinding',
      metadata,
      roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name },
      subjects: [{ kind: 'ServiceAccount', namespace: NAMESPACE, name }],
    }),
  ]);
  const path = `/api/v1/namespaces/${NAMESPACE}/serviceaccounts/${name}/token`;
  const wanted = {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: { expirationSeconds: 3600 },
  };
  return ((await api.must('POST', path, wanted)) as { status: { token: string } }).status.token;
}
