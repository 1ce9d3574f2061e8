import { X509Certificate } from 'node:crypto';
import http from 'node:http';
import https from 'node:https';
import type { KubeConfig } from '@kubernetes/client-node';
import { firstLine, KubernetesError } from './error.ts';

/** What the server said, whatever it was. */
export interface Answer {
  readonly status: number;
  readonly body: string;
  /** Seconds after which to ask again, where the server says so. */
  readonly retryAfter: number | undefined;
  /** The server's clock when it answered (header Date), in milliseconds since 1970; to the second. */
  readonly at: number | undefined;
}

/** Far above what one page of objects can be; nothing that a server sends may fill the memory. */
const MAX_BYTES = 512 * 1024 * 1024;

/** Connections to one API server that stay open, with the credentials of one user. */
export interface Connection {
  readonly server: string;
  /** When the client certificate's validity ended, if it has. */
  readonly expired: Date | undefined;
  /** Rejects only with a {@link KubernetesError}, where there was no answer. */
  get(path: string, signal: AbortSignal): Promise<Answer>;
  close(): void;
}

export type Method = 'GET' | 'POST' | 'DELETE';

/** A connection by which objects are made and removed, too. */
export interface WritableConnection extends Connection {
  /** Rejects only with a {@link KubernetesError}, where there was no answer; what was asked may be done all the same. */
  send(method: Method, path: string, body: unknown, signal: AbortSignal): Promise<Answer>;
}

/** Makes the credentials ready, which may run an exec plugin. */
export async function connect(config: KubeConfig, signal: AbortSignal): Promise<WritableConnection> {
  const server = (config.getCurrentCluster()?.server ?? '').replace(/\/+$/, '');
  const options: https.RequestOptions = {};
  await Promise.race([config.applyToHTTPSOptions(options), aborted(signal)]).catch((error: unknown) => {
    if (error instanceof KubernetesError) throw error;
    throw new KubernetesError(
      'credentials',
      `no credentials for ${server}: ${firstLine(error)}`,
      'try the same with: kubectl get nodes',
    );
  });
  const plain = server.startsWith('http:');
  const agent = plain ? new http.Agent({ keepAlive: true }) : keepAlive(options.agent);
  const base: https.RequestOptions = {
    ...(options.auth ? { auth: options.auth } : {}),
    headers: { ...options.headers, accept: 'application/json, */*' },
    agent,
  };
  return {
    server,
    expired: expiryOf(options.cert),
    get: (path, signal) => exchange(`${server}${path}`, { ...base, signal }, plain),
    send(method, path, body, signal) {
      const json = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
      // Of what a DELETE carries, Node does not tell the length by itself.
      const typed = json && { 'content-type': 'application/json', 'content-length': json.length };
      const headers = { ...base.headers, ...typed } as http.OutgoingHttpHeaders;
      return exchange(`${server}${path}`, { ...base, method, headers, signal }, plain, json);
    },
    close: () => agent.destroy(),
  };
}

function expiryOf(certificate: https.RequestOptions['cert']): Date | undefined {
  if (typeof certificate !== 'string' && !Buffer.isBuffer(certificate)) return undefined;
  try {
    const end = new X509Certificate(certificate).validToDate;
    return end.getTime() < Date.now() ? end : undefined;
  } catch {
    // Node will say what is wrong with it when it is used.
    return undefined;
  }
}

/** client-node makes an agent that closes each connection; those for proxies are left as they are. */
function keepAlive(agent: https.RequestOptions['agent']): http.Agent {
  if (!(agent instanceof https.Agent) || agent.constructor !== https.Agent) return agent as http.Agent;
  return new https.Agent({ ...agent.options, keepAlive: true, maxSockets: 4 });
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(interruption(signal)), { once: true });
    if (signal.aborted) reject(interruption(signal));
  });
}

function exchange(
  url: string,
  options: https.RequestOptions,
  plain: boolean,
  body?: Buffer,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const fail = (error: unknown) => reject(noAnswer(url, error, options.signal ?? undefined));
    try {
      const request = (plain ? http : https).request(url, options, (response) => {
        const chunks: Buffer[] = [];
        let bytes = 0;
        response.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
          if (bytes > MAX_BYTES) response.destroy(new Error(`more than ${MAX_BYTES} bytes`));
          else chunks.push(chunk);
        });
        response.on('error', fail);
        response.on('end', () => {
          const seconds = Number(response.headers['retry-after']);
          const at = Date.parse(response.headers.date ?? '');
          resolve({
            status: response.statusCode ?? 0,
            body: Buffer.concat(chunks).toString(),
            at: Number.isNaN(at) ? undefined : at,
            retryAfter: response.headers['retry-after'] && seconds >= 0 ? seconds : undefined,
          });
        });
      });
      request.on('error', fail);
      request.end(body);
    } catch (error) {
      // A URL, a header or a key that Node refuses.
      fail(error);
    }
  });
}

const UNTRUSTED = /^(CERT_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|ERR_TLS_|ERR_SSL_|EPROTO|ERR_OSSL_)/;

function noAnswer(url: string, error: unknown, signal: AbortSignal | undefined): KubernetesError {
  if (signal?.aborted) return interruption(signal);
  const { host } = new URL(url);
  const code = (error as NodeJS.ErrnoException).code ?? '';
  if (UNTRUSTED.test(code))
    return new KubernetesError(
      'certificate',
      `no trusted connection to ${host}: ${firstLine(error)}`,
      "compare the kubeconfig's certificate authority and server with the cluster's",
    );
  return new KubernetesError(
    'unreachable',
    `${host} does not answer: ${firstLine(error) || code}`,
    `is the API server running, and is ${host} the right address? Try: kubectl cluster-info`,
  );
}

/** Why the signal was given: a time limit, or the user. */
export function interruption(signal: AbortSignal): KubernetesError {
  const late = (signal.reason as Error | undefined)?.name === 'TimeoutError';
  return late
    ? new KubernetesError(
        'timeout',
        'the API server did not answer in time',
        'try again with a longer --timeout',
      )
    : new KubernetesError('interrupted', 'interrupted', '');
}
