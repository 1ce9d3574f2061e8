import type { ConfigMap } from '../../facts/cluster/config-maps.ts';
import { sameNetworks } from '../../facts/derived/cluster/configured-networks.ts';
import { kubeadmNetworks } from '../../facts/derived/cluster/kubeadm-networks.ts';
import { defineClusterCheck, notApplicable, verdictOf } from '../define.ts';

export const clusterNetworks = defineClusterCheck({
  id: 'ovnkube/cluster-networks',
  title: 'OVN-Kubernetes has the pod and service networks that the cluster was made with',
  description:
    "The API server takes the addresses of services from the network that kubeadm or kind was told. Where OVN-Kubernetes was told another, traffic to services leaves the cluster. Pod networks are OVN-Kubernetes' own matter: another one misleads whatever reads the nodes' podCIDR.",
  severity: 'error',
  scope: 'cluster',
  tags: ['cluster', 'ovn-kubernetes', 'configuration'],
  covers: ['A43', 'K13'],
  after: ['ovnkube/configuration'],
  requires: ['configMaps'],
  messages: {
    OTHER_SERVICES: {
      text: 'svc_cidr is {value}, and the cluster was made with the service network {wanted}',
      cause: 'daemonset.sh was told another --svc-cidr than kubeadm (serviceSubnet) or kind.',
      remedy:
        'kubectl -n {namespace} edit configmap {map}; then restart OVN-Kubernetes. What the cluster has: kubectl -n kube-system get configmap kubeadm-config -o yaml',
      source: 'seed K L66-77, L270-329',
    },
    OTHER_PODS: {
      text: 'net_cidr is {value}, and the cluster was made with the pod network {wanted}',
      cause: 'daemonset.sh was told another --net-cidr than kubeadm (podSubnet) or kind.',
      remedy:
        'kubectl -n {namespace} edit configmap {map}; then restart OVN-Kubernetes. What the cluster has: kubectl -n kube-system get configmap kubeadm-config -o yaml',
      source: 'seed K L66-77, L270-329',
      level: 'warn',
    },
  },
  docs: ['seed K L66-77', 'seed A L196'],
  judge({ facts: { configMaps }, report }) {
    const own = configMaps.filter(({ name }) => name === 'ovn-config');
    if (own.length === 0) return notApplicable('there is no ConfigMap ovn-config');
    const told = kubeadmNetworks(configMaps);
    if (told === undefined)
      return notApplicable(
        'there is no ConfigMap kube-system/kubeadm-config that tells what the cluster was made with',
        own.map(mapEvidence),
      );
    const { podSubnet, serviceSubnet } = told;
    const seen = [
      {
        source: 'kubectl -n kube-system get configmap kubeadm-config -o yaml',
        said: `podSubnet: ${podSubnet ?? 'not given'}, serviceSubnet: ${serviceSubnet ?? 'not given'}`,
      },
      ...own.map(mapEvidence),
    ];
    const pairs = own.flatMap((map) => [
      { map, code: 'OTHER_SERVICES' as const, value: map.data.get('svc_cidr'), wanted: serviceSubnet },
      { map, code: 'OTHER_PODS' as const, value: map.data.get('net_cidr'), wanted: podSubnet },
    ]);
    const known = pairs.flatMap(({ map, code, value, wanted }) =>
      value === undefined || wanted === undefined ? [] : [{ map, code, value, wanted }],
    );
    if (known.length === 0)
      return notApplicable('kubeadm was told neither a pod network nor a service network', seen);
    const findings = known
      .filter(({ value, wanted }) => !sameNetworks(value, wanted))
      .map(({ map: { namespace, name }, code, value, wanted }) =>
        report(code, {
          subject: `${namespace}/${name}`,
          args: { value, wanted, namespace, map: name },
          observed: value,
          expected: wanted,
          evidence: seen,
        }),
      );
    const unsaid = podSubnet === undefined ? 'kubeadm was told no pod network' : undefined;
    return verdictOf(findings, seen, unsaid);
  },
});

const mapEvidence = ({ namespace, name, data }: ConfigMap) => ({
  source: `kubectl -n ${namespace} get configmap ${name} -o yaml`,
  said: ['net_cidr', 'svc_cidr'].map((key) => `${key}: ${data.get(key) ?? 'not given'}`).join(', '),
});
