import { namedObjects, type ObjectIdentity } from '../../facts/cluster/objects.ts';
import type { WritableCluster } from '../../kubernetes/write.ts';
import { ownObject } from './identity.ts';

/** What people put into namespaces, as paths below one. Secrets are never listed. */
export const LOOKED_AT = [
  { group: '', path: 'api/v1', resource: 'pods' },
  { group: '', path: 'api/v1', resource: 'services' },
  { group: '', path: 'api/v1', resource: 'configmaps' },
  { group: '', path: 'api/v1', resource: 'persistentvolumeclaims' },
  { group: 'apps', path: 'apis/apps/v1', resource: 'deployments' },
  { group: 'apps', path: 'apis/apps/v1', resource: 'statefulsets' },
  { group: 'apps', path: 'apis/apps/v1', resource: 'daemonsets' },
  { group: 'batch', path: 'apis/batch/v1', resource: 'jobs' },
] as const;

/** The kinds that a run makes in its namespace. */
const MADE = LOOKED_AT.slice(0, 2);

/** Controllers put these into every namespace: Kubernetes, OpenShift, Istio. */
const AUTOMATIC = ['kube-root-ca.crt', 'openshift-service-ca.crt', 'istio-ca-root-cert'];

export interface Item extends ObjectIdentity {
  /** Such as `pods`. */
  readonly resource: string;
  /** Of the API, such as `/api/v1/namespaces/one/pods/a`. */
  readonly path: string;
}

export interface Content {
  /** What the run has made. */
  readonly own: readonly Item[];
  /** What somebody else has put there. */
  readonly foreign: readonly Item[];
}

/**
 * What is in a run's namespace, as far as it is looked at.
 *
 * @throws {KubernetesError}
 */
export async function contentOf(
  cluster: WritableCluster,
  namespace: string,
  run: string,
  signal: AbortSignal,
  kinds: typeof MADE | typeof LOOKED_AT = LOOKED_AT,
): Promise<Content> {
  const own: Item[] = [];
  const foreign: Item[] = [];
  const lists = await Promise.all(
    kinds.map(async ({ path, resource }) => {
      const collection = `/${path}/namespaces/${namespace}/${resource}`;
      const { items } = await cluster.list(collection, { signal });
      return namedObjects(items).map(({ object, id }) => ({
        isOwn: ownObject(object)?.run === run,
        item: { ...id, resource, path: `${collection}/${encodeURIComponent(id.name)}` },
      }));
    }),
  );
  for (const { isOwn, item } of lists.flat())
    if (isOwn) own.push(item);
    else if (item.resource !== 'configmaps' || !AUTOMATIC.includes(item.name)) foreign.push(item);
  return { own, foreign };
}

/** Of the kinds that a run makes alone. */
export const ownContent = async (
  cluster: WritableCluster,
  namespace: string,
  run: string,
  signal: AbortSignal,
): Promise<readonly Item[]> => (await contentOf(cluster, namespace, run, signal, MADE)).own;

export const itemName = ({ resource, namespace, name }: Item): string => `${resource} ${namespace}/${name}`;
