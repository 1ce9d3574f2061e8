import { KubeConfig } from '@kubernetes/client-node';
import { firstLine, KubernetesError } from './error.ts';
import type { KubeConfigSource } from './kube-config-source.ts';

/** Reads a kubeconfig and sets its context. Loads the client library: import this lazily. */
export function loadKubeConfig(source: KubeConfigSource, context?: string): KubeConfig {
  const config = source.kind === 'service-account' ? inCluster() : fromFiles(source.files);
  const where = source.kind === 'files' ? source.files.join(', ') : 'the service account';
  const wanted = context ?? config.getCurrentContext();
  const names = config.getContexts().map(({ name }) => name);
  const choose = `choose one with --context: ${names.join(', ') || 'there are none'}`;
  if (!wanted) throw new KubernetesError('no-context', `${where} has no current context`, choose);
  const found = config.getContextObject(wanted);
  if (found === null) throw new KubernetesError('no-context', `${where} has no context ${wanted}`, choose);
  config.setCurrentContext(wanted);
  const cluster = config.getCurrentCluster();
  const server = cluster?.server;
  if (!server)
    throw unusable(`context ${wanted} of ${where} names the cluster '${found.cluster}', which has no server`);
  if (!/^https?:$/.test(URL.parse(server)?.protocol ?? ''))
    throw unusable(`context ${wanted} of ${where} names the server '${server}', which is no URL of an API`);
  // There is no TLS to verify, as with kubectl proxy; the library refuses such a server unless it is told so.
  if (server.startsWith('http:')) Object.assign(cluster, { skipTLSVerify: true });
  // A context may name no user: then nobody is logged in.
  if (config.getCurrentUser() === null && found.user)
    throw unusable(`context ${wanted} of ${where} names the user '${found.user}', who is not there`);
  return config;
}

const unusable = (message: string): KubernetesError =>
  new KubernetesError('kubeconfig-unusable', message, 'look at it with: kubectl config view');

function inCluster(): KubeConfig {
  const config = new KubeConfig();
  config.loadFromCluster();
  return config;
}

/** Of what several files define, the first definition counts, as with kubectl. */
function fromFiles(files: readonly string[]): KubeConfig {
  const all = new KubeConfig();
  all.loadFromOptions({ clusters: [], contexts: [], users: [], currentContext: '' });
  for (const file of files) {
    const one = new KubeConfig();
    try {
      one.loadFromFile(file);
    } catch (error) {
      throw unusable(`${file} is no kubeconfig: ${firstLine(error)}`);
    }
    all.clusters.push(...one.clusters.filter(({ name }) => all.getCluster(name) === null));
    all.users.push(...one.users.filter(({ name }) => all.getUser(name) === null));
    all.contexts.push(...one.contexts.filter(({ name }) => all.getContextObject(name) === null));
    all.currentContext ||= one.currentContext;
  }
  return all;
}
