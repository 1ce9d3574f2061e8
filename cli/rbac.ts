import type { ApiPermission } from '../facts/cluster/permission.ts';
import { type Permissions, sendsTraffic } from '../runner/permissions.ts';

interface Rule {
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
  readonly verbs: readonly string[];
}

export interface RbacObject {
  readonly apiVersion: 'rbac.authorization.k8s.io/v1';
  readonly kind: 'Role' | 'ClusterRole';
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly rules: readonly Rule[];
}

/** A ClusterRole, and a Role for each namespace in which single objects are read: just enough. */
export function rbacObjects({ api }: Permissions, name: string): readonly RbacObject[] {
  const byNamespace = Map.groupBy(
    api.map(({ permission }) => permission),
    (permission) => (permission.kind === 'resource' ? permission.namespace : undefined),
  );
  return [...byNamespace].map(([namespace, permissions]) => ({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: namespace === undefined ? 'ClusterRole' : 'Role',
    metadata: namespace === undefined ? { name } : { name, namespace },
    rules: rulesOf(permissions),
  }));
}

/** One rule for all resources of a group with the same verb. */
function rulesOf(permissions: readonly ApiPermission[]): readonly Rule[] {
  const groups = Map.groupBy(permissions, (permission) =>
    permission.kind === 'path'
      ? permission.verb
      : JSON.stringify([permission.verb, permission.group, permission.name]),
  );
  return [...groups.values()].flatMap((same): Rule[] => {
    const [first] = same;
    if (first === undefined) return [];
    const verbs = [first.verb];
    if (first.kind === 'path')
      return [{ nonResourceURLs: same.flatMap((one) => (one.kind === 'path' ? one.path : [])), verbs }];
    const resources = same.flatMap((one) => (one.kind === 'resource' ? one.resource : []));
    const named = first.name === undefined ? {} : { resourceNames: [first.name] };
    return [{ apiGroups: [first.group], resources, ...named, verbs }];
  });
}

/** The objects as a file for `kubectl apply -f`, with what binds them to a user. */
export async function rbacFile(permissions: Permissions, name: string): Promise<string> {
  const { stringify } = await import('yaml');
  const objects = rbacObjects(permissions, name);
  const bindings = objects.map(({ kind, metadata: { namespace } }) =>
    kind === 'ClusterRole'
      ? `#   kubectl create clusterrolebinding ${name} --clusterrole=${name} --user=USER`
      : `#   kubectl create rolebinding ${name} --namespace=${namespace} --role=${name} --user=USER`,
  );
  const makes = sendsTraffic(permissions);
  return [
    `# What dpu-doctor reads of a cluster's API${makes ? ', and what it makes there for traffic and removes' : ''}.`,
    '# Bind it to whom it is to run as, a user or a service account (--serviceaccount=NAMESPACE:NAME instead of --user):',
    ...bindings,
    objects.map((object) => stringify(object)).join('---\n'),
  ].join('\n');
}
