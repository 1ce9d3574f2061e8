import { setTimeout as delay } from 'node:timers/promises';
import { type Cluster, type ClusterOptions, clusterOver, openConnection } from './cluster.ts';
import { type Answer, interruption, type Method, type WritableConnection } from './connection.ts';
import { KubernetesError } from './error.ts';
import { parse, type RequestOptions, refusal, words } from './request.ts';

/** A cluster in which objects are made and removed. Everything rejects only with a KubernetesError. */
export interface WritableCluster extends Cluster {
  /**
   * Gives the object as the server made it. After an answer that was lost it may be there all the same; the next attempt
   * is a `conflict` then.
   */
  create(collection: string, object: unknown, options: RequestOptions): Promise<unknown>;
  /**
   * Asks for the deletion of the object at that path, if it is the one with this uid; gives it the pods' own grace period.
   * It may be there for a while after that. What is gone already is no error.
   */
  remove(path: string, uid: string, options: RequestOptions): Promise<void>;
}

/** Opens a cluster; asks it nothing yet. The client library is loaded only now. */
export async function openWritableCluster(options: ClusterOptions): Promise<WritableCluster> {
  const { name, connection } = await openConnection(options);
  return {
    ...clusterOver(name, connection),
    async create(collection, object, options) {
      const answer = await sent(connection, 'POST', collection, object, options);
      return parse(answer, collection);
    },
    async remove(path, uid, options) {
      const how = { preconditions: { uid }, propagationPolicy: 'Background' };
      try {
        await sent(connection, 'DELETE', path, how, options);
      } catch (error) {
        // Gone, replaced by another object, or on its way already: whoever asked looks for it afterwards.
        const status = error instanceof KubernetesError ? error.status : undefined;
        if (status !== 404 && status !== 409) throw error;
      }
    },
  };
}

const ATTEMPTS = 5;
/** In seconds. */
const MAX_PATIENCE = 30;

async function sent(
  connection: WritableConnection,
  method: Method,
  path: string,
  body: unknown,
  { signal, timeout = 30_000, pause = 250, attempts = ATTEMPTS }: RequestOptions,
): Promise<Answer> {
  for (let attempt = 1; ; attempt++) {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(timeout)]);
    const answer = await connection.send(method, path, body, limit);
    if (answer.status >= 200 && answer.status < 300) return answer;
    const patience = answer.retryAfter ?? (pause * 2 ** (attempt - 1)) / 1000;
    const temporary = answer.status === 429 || answer.status >= 500;
    if (!temporary || attempt >= attempts || patience > MAX_PATIENCE)
      throw writeRefusal(answer, path, attempt, connection.expired);
    await delay(patience * 1000, undefined, { signal }).catch(() => {
      throw interruption(signal);
    });
  }
}

/** RBAC's words (k8s.io/apiserver, pkg/endpoints/handlers/responsewriters/errors.go); admission says 403, too. */
const RBAC = /cannot (\w+) resource "([^"]+)" in API group "([^"]*)"/;

/** Why an object was not written. What admission says is told in its own words: nobody knows it better. */
function writeRefusal(answer: Answer, path: string, attempts: number, expired?: Date): KubernetesError {
  const { status } = answer;
  const said = words(answer);
  const [, verb = '', resource = '', group = ''] = (status === 403 && RBAC.exec(said)) || [];
  if (verb !== '') {
    const full = group === '' ? resource : `${resource}.${group}`;
    return new KubernetesError(
      'forbidden',
      `may not ${verb} ${full}: the user of the kubeconfig needs the verb ${verb} on ${full}`,
      'Grant it by a ClusterRole and a ClusterRoleBinding; dpu-doctor permissions traffic --rbac prints the ClusterRole.',
      status,
    );
  }
  if (status === 409) return new KubernetesError('conflict', `${path}: ${said}`, '', status);
  if (status < 400 || status >= 500 || [401, 404, 429].includes(status))
    return refusal(answer, path, attempts, expired);
  return new KubernetesError('refused', `the API server refused it: ${said}`, hintOf(said), status);
}

/** What to do, by who refused (Kubernetes' admission plugins ResourceQuota and PodSecurity, and webhooks). */
function hintOf(said: string): string {
  if (/exceeded quota|must specify .* for:/.test(said))
    return 'Make room in that ResourceQuota, or have less pods made.';
  if (/violates PodSecurity/.test(said))
    return 'Allow it by the namespaces that the admission configuration exempts, or use pods that exist.';
  if (/admission webhook "/.test(said)) return 'Ask whoever runs that webhook, or use pods that exist.';
  return '';
}
