import type { ExecutionContext } from 'ava';
import { type FakeApiServer, type ReceivedRequest, type Reply, startApiServer } from './api-server.ts';

/* Hand-written: an API server that keeps objects, and that a test can have refuse or be slow. lab/tests has the real one. */

interface Stored {
  metadata: { name: string; namespace?: string; uid?: string; labels?: Record<string, string> } & Record<
    string,
    unknown
  >;
  [field: string]: unknown;
}

export interface MemoryApi {
  readonly server: FakeApiServer;
  /** By the path of the API. */
  readonly objects: Map<string, Stored>;
  put(collection: string, object: object): void;
}

const status = (code: number, message: string): Reply => ({
  status: code,
  body: { kind: 'Status', status: 'Failure', message },
});

/** Answers like an API server without controllers, but for what the test answers itself. */
export async function startMemoryApi(
  t: Pick<ExecutionContext, 'teardown'>,
  special: (request: ReceivedRequest, api: MemoryApi) => Reply | 'hang' | undefined = () => undefined,
): Promise<MemoryApi> {
  const objects = new Map<string, Stored>();
  let uids = 0;
  const store = (collection: string, object: object): Stored => {
    const stored = structuredClone(object) as Stored;
    const [, namespace] = /\/namespaces\/([^/]+)\//.exec(collection) ?? [];
    stored.metadata = { uid: `uid-${++uids}`, ...stored.metadata, ...(namespace ? { namespace } : {}) };
    objects.set(`${collection}/${stored.metadata.name}`, stored);
    return stored;
  };
  const api: MemoryApi = {
    server: await startApiServer(t, (url, _, request) => {
      const said = special(request, api);
      if (said === 'hang') return undefined;
      return said ?? answer(url, request);
    }),
    objects,
    put: (collection, object) => void store(collection, object),
  };
  function answer(url: URL, { method, body }: ReceivedRequest): Reply {
    const path = url.pathname;
    const found = objects.get(path);
    if (method === 'POST') {
      const object = JSON.parse(body) as Stored;
      const { name } = object.metadata;
      if (objects.has(`${path}/${name}`)) return status(409, `"${name}" already exists`);
      return { status: 201, body: store(path, object) };
    }
    if (method === 'DELETE') {
      if (found === undefined) return status(404, 'not found');
      const { preconditions } = JSON.parse(body) as { preconditions?: { uid?: string } };
      if (preconditions?.uid !== found.metadata.uid) return status(409, 'Precondition failed: UID');
      for (const key of objects.keys()) if (key === path || key.startsWith(`${path}/`)) objects.delete(key);
      return { body: {} };
    }
    if (found !== undefined) return { body: found };
    // A name where a collection would be: /api/v1/namespaces/<name>.
    if (/\/namespaces\/[^/]+$/.test(path)) return status(404, `namespaces "${path}" not found`);
    return { body: { items: listed(path, url.searchParams.get('labelSelector')) } };
  }
  function listed(path: string, selector: string | null): readonly Stored[] {
    const wanted = (selector ?? '')
      .split(',')
      .filter(Boolean)
      .map((one) => one.split('='));
    const [, base, resource] = /^(.*?)\/(?:namespaces\/[^/]+\/)?([^/]+)$/.exec(path) ?? [];
    const inside = path.includes('/namespaces/');
    return [...objects]
      .filter(([key]) =>
        inside
          ? key.startsWith(`${path}/`) && !key.slice(path.length + 1).includes('/')
          : key.startsWith(`${base}/`) && new RegExp(`/${resource}/[^/]+$`).test(key),
      )
      .map(([, object]) => object)
      .filter(({ metadata: { labels = {} } }) => wanted.every(([key = '', value]) => labels[key] === value));
  }
  return api;
}
