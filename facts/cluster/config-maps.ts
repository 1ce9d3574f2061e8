import { defineClusterFact } from './fact.ts';
import { namedObjects, type ObjectIdentity, textMap } from './objects.ts';

/** A ConfigMap that tells how OVN-Kubernetes or a device plugin is configured, or what kubeadm made the cluster with. */
export interface ConfigMap extends ObjectIdentity {
  readonly data: ReadonlyMap<string, string>;
}

/** By name, or by what the SR-IOV device plugin reads; all others may hold anything, and are not kept. */
const tellsOfNetwork = ({ name }: ObjectIdentity, data: ReadonlyMap<string, string>): boolean =>
  /^(?:ovn|ovnkube)-(?:config|.*-config)$|^kubeadm-config$|sriov/.test(name) ||
  [...data.values()].some((value) => value.includes('"resourceList"'));

export const configMaps = defineClusterFact({
  title: 'ConfigMaps of OVN-Kubernetes, of device plugins and of kubeadm',
  lists: { configMaps: { path: '/api/v1/configmaps' } },
  parse: (answers): readonly ConfigMap[] =>
    namedObjects(answers.configMaps).flatMap(({ object, id }) => {
      const data = textMap(object['data']);
      return tellsOfNetwork(id, data) ? [{ ...id, data }] : [];
    }),
});
