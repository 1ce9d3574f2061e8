import { randomUUID } from 'node:crypto';
import http from 'node:http';
import { text } from 'node:stream/consumers';
import { isCustomGroup } from './crds.ts';
import { type KubernetesObject, resourceOf } from './objects.ts';

/** etcd takes requests up to 1.5 MiB. */
const BATCH_BYTES = 1_000_000;
export const BATCH_OBJECTS = 512;

/**
 * Writes objects with their statuses straight into the API server's storage, for clusters so large that creating them
 * one after the other would take minutes. Nothing validates them. The API server sees them at once, as it would what
 * another API server of the same cluster wrote.
 */
export async function storeInBulk(
  { etcd }: { etcd: string },
  objects: Iterable<KubernetesObject>,
): Promise<number> {
  const agent = new http.Agent({ keepAlive: true });
  let batch: unknown[] = [];
  let bytes = 0;
  let count = 0;
  const flush = async () => {
    if (batch.length > 0) await commit(etcd, agent, batch);
    batch = [];
    bytes = 0;
  };
  for (const object of objects) {
    const value = JSON.stringify(asStored(object));
    if (batch.length === BATCH_OBJECTS || bytes + value.length > BATCH_BYTES) await flush();
    batch.push({ requestPut: { key: base64(storageKey(object)), value: base64(value) } });
    bytes += value.length;
    count++;
  }
  await flush();
  agent.destroy();
  return count;
}

const base64 = (value: string) => Buffer.from(value).toString('base64');

/** Built-in kinds have no group in their key, custom ones do; nodes still go by their oldest name. */
function storageKey({ apiVersion, kind, metadata: { namespace, name } }: KubernetesObject): string {
  const [group = '', version] = apiVersion.split('/');
  const resource = kind === 'Node' ? 'minions' : resourceOf(kind);
  const keyed = version !== undefined && (isCustomGroup(group) || group === 'apiextensions.k8s.io');
  const prefix = keyed ? [group, resource] : [resource];
  return ['/registry', ...prefix, ...(namespace === undefined ? [] : [namespace]), name].join('/');
}

/** With what the API server would have added. */
function asStored(object: KubernetesObject): KubernetesObject {
  const creationTimestamp = new Date().toISOString().replace(/\.\d+/, '');
  return { ...object, metadata: { uid: randomUUID(), creationTimestamp, ...object.metadata } };
}

async function commit(etcd: string, agent: http.Agent, puts: readonly unknown[]): Promise<void> {
  const payload = JSON.stringify({ success: puts });
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(payload) };
  const { status, said } = await new Promise<{ status: number | undefined; said: string }>(
    (resolve, reject) => {
      const options = { method: 'POST', headers, agent };
      const request = http.request(`${etcd}/v3/kv/txn`, options, (response) => {
        text(response).then((said) => resolve({ status: response.statusCode, said }), reject);
      });
      request.on('error', reject);
      request.end(payload);
    },
  );
  if (status !== 200) throw new Error(`etcd answered ${status}: ${said.slice(0, 500)}`);
}
