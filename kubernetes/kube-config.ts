import { KubeConfig } from '@kubernetes/client-node';

/** The user's kubeconfig (KUBECONFIG, else ~/.kube/config) at this context; undefined where it has none of that name. */
export function kubeConfigFor(context: string): KubeConfig | undefined {
  const config = new KubeConfig();
  config.loadFromDefault();
  if (config.getContextObject(context) === null) return undefined;
  config.setCurrentContext(context);
  return config;
}
