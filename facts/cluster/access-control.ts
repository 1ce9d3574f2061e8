import { type JsonRecord, record, records, text } from '../json.ts';
import { defineClusterFact } from './fact.ts';
import { namedObjects, type ObjectIdentity } from './objects.ts';

/** Who may do what, as far as names tell: the rules themselves are not kept. */
export interface AccessControl {
  readonly serviceAccounts: readonly ObjectIdentity[];
  /** ClusterRoles are in no namespace. */
  readonly roles: readonly ObjectIdentity[];
  readonly bindings: readonly RoleBinding[];
}

/** A ClusterRoleBinding, which is in no namespace, or a RoleBinding. */
export interface RoleBinding extends ObjectIdentity {
  readonly role: { readonly kind: string; readonly name: string };
  readonly subjects: readonly { readonly kind: string; readonly namespace: string; readonly name: string }[];
}

const RBAC = '/apis/rbac.authorization.k8s.io/v1';

export const accessControl = defineClusterFact({
  title: 'service accounts, roles and their bindings',
  lists: {
    serviceAccounts: { path: '/api/v1/serviceaccounts' },
    clusterRoles: { path: `${RBAC}/clusterroles` },
    clusterRoleBindings: { path: `${RBAC}/clusterrolebindings` },
    roles: { path: `${RBAC}/roles` },
    roleBindings: { path: `${RBAC}/rolebindings` },
  },
  parse: (answers): AccessControl => ({
    serviceAccounts: namedObjects(answers.serviceAccounts).map(({ id }) => id),
    roles: namedObjects([...answers.clusterRoles, ...answers.roles]).map(({ id }) => id),
    bindings: namedObjects([...answers.clusterRoleBindings, ...answers.roleBindings]).map(
      ({ object, id }) => ({ ...id, ...bindingOf(object) }),
    ),
  }),
});

function bindingOf(object: JsonRecord): Pick<RoleBinding, 'role' | 'subjects'> {
  const role = record(object['roleRef']);
  return {
    role: { kind: text(role, 'kind'), name: text(role, 'name') },
    subjects: records(object['subjects']).map((subject) => ({
      kind: text(subject, 'kind'),
      namespace: text(subject, 'namespace'),
      name: text(subject, 'name'),
    })),
  };
}
