import { access } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import process from 'node:process';
import { KubernetesError } from './error.ts';

/** Where Kubernetes puts a pod's credentials. */
const SERVICE_ACCOUNT_TOKEN = '/var/run/secrets/kubernetes.io/serviceaccount/token';

/** Where the way to a cluster is described. */
export type KubeConfigSource =
  | { readonly kind: 'files'; readonly files: readonly string[] }
  | { readonly kind: 'service-account' };

const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );

/**
 * The file named, else those of KUBECONFIG that are there, else ~/.kube/config, else the pod's own service account: as
 * kubectl does it, but never the unencrypted localhost:8080 in the end.
 */
export async function findKubeConfig(
  named: string | undefined,
  env: NodeJS.ProcessEnv = process.env,
): Promise<KubeConfigSource> {
  if (named !== undefined) {
    if (await exists(named)) return { kind: 'files', files: [named] };
    throw new KubernetesError(
      'kubeconfig-missing',
      `there is no kubeconfig ${named}`,
      'name one with --kubeconfig',
    );
  }
  const listed = (env['KUBECONFIG'] ?? '').split(delimiter).filter(Boolean);
  const candidates = listed.length > 0 ? listed : [join(env['HOME'] ?? homedir(), '.kube/config')];
  const there = await Promise.all(candidates.map(exists));
  const files = candidates.filter((_, index) => there[index]);
  if (files.length > 0) return { kind: 'files', files };
  if (env['KUBERNETES_SERVICE_HOST'] && (await exists(SERVICE_ACCOUNT_TOKEN)))
    return { kind: 'service-account' };
  throw new KubernetesError(
    'kubeconfig-missing',
    `no kubeconfig was found: ${candidates.join(', ')} is not there, and this is no pod`,
    'name one with --kubeconfig FILE or in the variable KUBECONFIG',
  );
}
