import type { ApiPermission } from '../cluster/permission.ts';

type ResourcePermission = Extract<ApiPermission, { readonly kind: 'resource' }>;

const of = (
  group: string,
  resource: string,
  ...verbs: readonly ResourcePermission['verb'][]
): readonly ResourcePermission[] => verbs.map((verb) => ({ kind: 'resource', verb, group, resource }));

/**
 * What sending traffic needs of a cluster besides what is read of it: to make a namespace with pods and Services, to run
 * programs in the pods, and to see before its removal that nobody else has put anything into it. RBAC can't hold the
 * rights to namespaces whose names are not known beforehand.
 */
export const TRAFFIC_PERMISSIONS: readonly ResourcePermission[] = [
  ...of('', 'namespaces', 'get', 'list', 'create', 'delete'),
  // After an answer that was lost, what was made is looked at by get.
  ...of('', 'pods', 'get', 'list', 'create', 'delete'),
  ...of('', 'services', 'get', 'list', 'create', 'delete'),
  // Opening the channel by websocket is get for older API servers, and create for newer ones.
  ...of('', 'pods/exec', 'get', 'create'),
  ...of('', 'events', 'list'),
  ...of('', 'configmaps', 'list'),
  ...of('', 'persistentvolumeclaims', 'list'),
  ...of('apps', 'deployments', 'list'),
  ...of('apps', 'statefulsets', 'list'),
  ...of('apps', 'daemonsets', 'list'),
  ...of('batch', 'jobs', 'list'),
];
