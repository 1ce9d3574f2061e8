import { writeFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { ExecutionContext } from 'ava';
import { temporaryDirectory } from './temporary.ts';

export interface FakeApiServer {
  readonly url: string;
  /** Paths with their queries, as they were asked for. */
  readonly asked: string[];
  /** The Authorization headers that came along. */
  readonly authorizations: (string | undefined)[];
  /** Requests in the order in which they were read to their ends; those that only ask have an empty body. */
  readonly requests: ReceivedRequest[];
}

export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly body: string;
  readonly contentType: string | undefined;
}

export interface Reply {
  readonly status?: number;
  readonly headers?: http.OutgoingHttpHeaders;
  /** Sent as it is if a string, else as JSON. */
  readonly body?: unknown;
}

/** An API server that answers what a test wants; undefined: not at all. With a certificate it speaks TLS. */
export async function startApiServer(
  t: Pick<ExecutionContext, 'teardown'>,
  answer: (url: URL, count: number, request: ReceivedRequest) => Reply | undefined,
  tls?: { key: string; cert: string },
): Promise<FakeApiServer> {
  const asked: string[] = [];
  const authorizations: (string | undefined)[] = [];
  const requests: ReceivedRequest[] = [];
  const serve: http.RequestListener = async (request, response) => {
    const path = request.url ?? '';
    asked.push(path);
    authorizations.push(request.headers.authorization);
    const count = asked.length;
    const received = {
      method: request.method ?? '',
      path,
      body: await text(request).catch(() => ''),
      contentType: request.headers['content-type'],
    };
    requests.push(received);
    const reply = answer(new URL(path, 'http://server'), count, received);
    if (reply === undefined) return;
    const { status = 200, headers = {}, body = {} } = reply;
    response.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body));
  };
  const server = tls ? https.createServer(tls, serve) : http.createServer(serve);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `${tls ? 'https' : 'http'}://127.0.0.1:${port}`, asked, authorizations, requests };
}

/** A kubeconfig for that server, as a file; parts of it may be replaced. */
export function kubeconfigFile(
  t: Pick<ExecutionContext, 'teardown'>,
  server: string,
  change: { cluster?: object; user?: object; top?: object } = {},
): string {
  const file = join(temporaryDirectory(t), 'config');
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'here',
    clusters: [{ name: 'cluster', cluster: { server, ...change.cluster } }],
    users: [{ name: 'user', user: { token: 'secret', ...change.user } }],
    contexts: [{ name: 'here', context: { cluster: 'cluster', user: 'user' } }],
    ...change.top,
  };
  writeFileSync(file, JSON.stringify(config));
  return file;
}
