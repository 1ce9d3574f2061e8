import type { ConfigMap } from '../../cluster/config-maps.ts';

/** What kubeadm was told of networks when it made the cluster; kind makes its clusters by kubeadm. */
export interface KubeadmNetworks {
  readonly podSubnet: string | undefined;
  readonly serviceSubnet: string | undefined;
}

/** Undefined where kubeadm did not make the cluster, or its ConfigMap is not there any more. */
export function kubeadmNetworks(configMaps: readonly ConfigMap[]): KubeadmNetworks | undefined {
  const configuration = configMaps
    .find(({ namespace, name }) => namespace === 'kube-system' && name === 'kubeadm-config')
    ?.data.get('ClusterConfiguration');
  if (configuration === undefined) return undefined;
  // kubeadm writes it itself, in the block form of YAML, one key a line.
  const value = (key: string): string | undefined =>
    new RegExp(`^[ \\t]+${key}:[ \\t]*["']?([^"'\\s]+)`, 'm').exec(configuration)?.[1];
  return { podSubnet: value('podSubnet'), serviceSubnet: value('serviceSubnet') };
}
