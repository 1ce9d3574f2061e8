import https from 'node:https';
import { text } from 'node:stream/consumers';
import type { Access } from './kubeconfig.ts';
import { collectionPath, type KubernetesObject, objectPath } from './objects.ts';

export interface Answer {
  status: number;
  /** Parsed JSON, or the text where it is none. */
  body: unknown;
}

/** The lab's own small client: plain JSON over a few connections that stay open. */
export class KubernetesApi {
  readonly #access: Access;
  readonly #agent: https.Agent;

  constructor(access: Access) {
    this.#access = access;
    const client =
      'token' in access.client ? {} : { cert: access.client.certificate, key: access.client.key };
    this.#agent = new https.Agent({ keepAlive: true, maxSockets: 16, ca: access.authority, ...client });
  }

  /** Any answer of the server is data; rejects only when there is none. */
  async request(
    method: string,
    path: string,
    body?: unknown,
    contentType = 'application/json',
  ): Promise<Answer> {
    const { server, client } = this.#access;
    const payload = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
    const headers = {
      accept: 'application/json',
      ...('token' in client ? { authorization: `Bearer ${client.token}` } : {}),
      ...(payload ? { 'content-type': contentType, 'content-length': payload.length } : {}),
    };
    const answer = await new Promise<Answer>((resolve, reject) => {
      const request = https.request(
        `${server}${path}`,
        { method, headers, agent: this.#agent },
        (response) => {
          text(response).then(
            (said) => resolve({ status: response.statusCode ?? 0, body: parsed(said) }),
            reject,
          );
        },
      );
      request.on('error', reject);
      request.end(payload);
    });
    return answer;
  }

  /** Like request, but an answer that isn't 2xx is an error with the server's words. */
  async must(method: string, path: string, body?: unknown, contentType?: string): Promise<unknown> {
    const answer = await this.request(method, path, body, contentType);
    if (answer.status >= 200 && answer.status < 300) return answer.body;
    const said = (answer.body as { message?: string } | undefined)?.message ?? JSON.stringify(answer.body);
    throw new Error(`${method} ${path}: ${answer.status}: ${said}`);
  }

  get(path: string): Promise<unknown> {
    return this.must('GET', path);
  }

  async list(path: string): Promise<KubernetesObject[]> {
    return ((await this.get(path)) as { items: KubernetesObject[] }).items;
  }

  /** Creates the object, and gives it its status, which the API server drops from what is created. */
  async create(object: KubernetesObject): Promise<KubernetesObject> {
    const created = (await this.must('POST', collectionPath(object), object)) as KubernetesObject;
    if (object.status === undefined) return created;
    return this.patch(object, { status: object.status }, 'status');
  }

  /** Changes what is named and nothing else; null takes a field away (RFC 7386). */
  async patch(object: KubernetesObject, change: unknown, subresource?: 'status'): Promise<KubernetesObject> {
    const path = `${objectPath(object)}${subresource === undefined ? '' : `/${subresource}`}`;
    return (await this.must('PATCH', path, change, 'application/merge-patch+json')) as KubernetesObject;
  }

  /** Removes the object at once, if it is there. */
  async remove(object: KubernetesObject): Promise<void> {
    const how = { gracePeriodSeconds: 0, propagationPolicy: 'Background' };
    const { status, body } = await this.request('DELETE', objectPath(object), how);
    if (status >= 300 && status !== 404)
      throw new Error(`DELETE ${objectPath(object)}: ${status}: ${JSON.stringify(body)}`);
  }
}

function parsed(said: string): unknown {
  try {
    return JSON.parse(said);
  } catch {
    return said;
  }
}
