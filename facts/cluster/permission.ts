import type { ClusterRead } from './fact.ts';

/** A right that RBAC gives: a verb on a resource, or on a path that is no resource. */
export type ApiPermission =
  | {
      readonly kind: 'resource';
      readonly verb: 'get' | 'list' | 'create' | 'delete';
      /** Empty for the core group. */
      readonly group: string;
      /** With its subresource, such as `pods/exec`. */
      readonly resource: string;
      /** Absent: in all namespaces, or a resource that has none. */
      readonly namespace?: string;
      /** Absent: whatever its name. */
      readonly name?: string;
    }
  | { readonly kind: 'path'; readonly verb: 'get'; readonly path: string };

/** The right that a read needs (kubernetes.io/docs/reference/access-authn-authz/authorization, "Request attributes"). */
export function permissionOf({ path, single, logs }: ClusterRead): ApiPermission {
  if (logs !== undefined) return { kind: 'resource', verb: 'get', group: '', resource: 'pods/log' };
  const [, group = '', namespace, resource, name] =
    /^\/(?:api|apis\/([^/]+))\/[^/]+(?:\/namespaces\/([^/]+)(?=\/))?\/([^/?]+)(?:\/([^/?]+))?$/.exec(path) ??
    [];
  if (resource === undefined) return { kind: 'path', verb: 'get', path };
  return {
    kind: 'resource',
    verb: single ? 'get' : 'list',
    group,
    resource,
    ...(namespace === undefined ? {} : { namespace }),
    ...(name === undefined ? {} : { name }),
  };
}
