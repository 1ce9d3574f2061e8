import type { KubernetesApi } from './api.ts';
import type { KubernetesObject, OwnerReference } from './objects.ts';

/** Objects that were put into a cluster. */
export interface Staged {
  /** As the API server gave them back, in the order in which they were handed in. */
  readonly objects: readonly KubernetesObject[];
  /** Takes them out again. Namespaces stay: without controllers nothing would ever finish their deletion. */
  remove(): Promise<void>;
}

const keyOf = (kind: string, namespace: string | undefined, name: string) =>
  `${kind}/${namespace ?? ''}/${name}`;

/**
 * Puts objects into the cluster with their statuses, and the namespaces they are in. Owners come before what they
 * own, which gets their uid. The API server validates them as it would anybody's.
 */
export async function stageCluster(
  { api }: { api: KubernetesApi },
  objects: readonly KubernetesObject[],
): Promise<Staged> {
  await createNamespaces(api, objects);
  const rest = objects.filter(({ kind }) => kind !== 'Namespace');
  const byKey = new Map(
    rest.map((object) => [keyOf(object.kind, object.metadata.namespace, object.metadata.name), object]),
  );
  const creations = new Map<KubernetesObject, Promise<KubernetesObject>>();
  const create = (object: KubernetesObject): Promise<KubernetesObject> => {
    const running = creations.get(object) ?? createOwned(object);
    creations.set(object, running);
    return running;
  };
  const createOwned = async (object: KubernetesObject): Promise<KubernetesObject> => {
    const { ownerReferences, ...metadata } = object.metadata;
    if (ownerReferences === undefined) return api.create(object);
    const owners = await Promise.all(ownerReferences.map((reference) => withUid(reference, object)));
    return api.create({ ...object, metadata: { ...metadata, ownerReferences: owners } });
  };
  const withUid = async (reference: OwnerReference, owned: KubernetesObject): Promise<OwnerReference> => {
    if (reference.uid !== undefined) return reference;
    // The owner of a namespaced object is in its namespace, or in none.
    const owner =
      byKey.get(keyOf(reference.kind, owned.metadata.namespace, reference.name)) ??
      byKey.get(keyOf(reference.kind, undefined, reference.name));
    if (owner === undefined)
      throw new Error(`${owned.kind} ${owned.metadata.name}: no owner ${reference.kind} ${reference.name}`);
    return { ...reference, uid: String((await create(owner)).metadata['uid']) };
  };
  const results = await Promise.allSettled(rest.map(create));
  const created = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const remove = async () => {
    await Promise.all(created.map((object) => api.remove(object)));
  };
  const refused = results.find((result) => result.status === 'rejected');
  if (refused === undefined) return { objects: created, remove };
  await remove();
  throw refused.reason;
}

async function createNamespaces(api: KubernetesApi, objects: readonly KubernetesObject[]): Promise<void> {
  const wanted = new Map<string, KubernetesObject>();
  for (const object of objects) {
    const { name, namespace } = object.metadata;
    if (object.kind === 'Namespace') wanted.set(name, object);
    else if (namespace !== undefined && !wanted.has(namespace))
      wanted.set(namespace, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  }
  await Promise.all(
    [...wanted.values()].map(async (namespace) => {
      const { status, body } = await api.request('POST', '/api/v1/namespaces', namespace);
      const alreadyThere = status === 409;
      if (status !== 201 && !alreadyThere)
        throw new Error(`namespace ${namespace.metadata.name}: ${status}: ${JSON.stringify(body)}`);
    }),
  );
}
