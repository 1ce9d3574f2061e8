import type { Connection, WritableConnection } from './connection.ts';
import { findKubeConfig } from './kube-config-source.ts';
import { type List, type ListOptions, list } from './list.ts';
import { type RequestOptions, request, requestText } from './request.ts';

/** A cluster as one user sees it. Everything rejects only with a KubernetesError. */
export interface Cluster {
  /** The context's name. */
  readonly name: string;
  readonly server: string;
  get(path: string, options: RequestOptions): Promise<unknown>;
  list(path: string, options: ListOptions): Promise<List>;
  /** Of what is no JSON, such as a log. */
  text(path: string, options: RequestOptions): Promise<string>;
  close(): void;
}

export interface ClusterOptions {
  readonly signal: AbortSignal;
  readonly kubeconfig?: string;
  readonly context?: string;
  /** In the place of this process's environment. */
  readonly env?: NodeJS.ProcessEnv;
}

/** Opens a cluster; asks it nothing yet. The client library is loaded only now. */
export async function openCluster(options: ClusterOptions): Promise<Cluster> {
  const { name, connection } = await openConnection(options);
  return clusterOver(name, connection);
}

/** The connection to a cluster, and its context's name. Rejects only with a KubernetesError. */
export async function openConnection({
  signal,
  kubeconfig,
  context,
  env,
}: ClusterOptions): Promise<{ readonly name: string; readonly connection: WritableConnection }> {
  const source = await findKubeConfig(kubeconfig, env);
  const [{ loadKubeConfig }, { connect }] = await Promise.all([
    import('./load-kube-config.ts'),
    import('./connection.ts'),
  ]);
  const config = loadKubeConfig(source, context);
  return { name: config.getCurrentContext(), connection: await connect(config, signal) };
}

/** A cluster over any connection to its API. */
export const clusterOver = (name: string, connection: Connection): Cluster => ({
  name,
  server: connection.server,
  get: (path, options) => request(connection, path, options),
  list: (path, options) => list(connection, path, options),
  text: (path, options) => requestText(connection, path, options),
  close: () => connection.close(),
});
