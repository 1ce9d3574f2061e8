import type { ConfigMap } from '../../facts/cluster/config-maps.ts';
import { workloadName } from '../../facts/cluster/workloads.ts';
import { referenceOf } from '../../facts/derived/cluster/ovnkube.ts';
import type { Evidence } from '../../facts/fact.ts';
import { defineClusterCheck, notApplicable, verdictOf } from '../define.ts';
import { noneFound, ovnWorkloads, workloadEvidence } from './common.ts';
import { problemsOf, toldNetworks } from './configuration-problems.ts';

export const ovnConfiguration = defineClusterCheck({
  id: 'ovnkube/configuration',
  title: 'the ConfigMap ovn-config holds what OVN-Kubernetes reads from it',
  description:
    'Pod network, service network, MTU and the address of the API server are read from one ConfigMap. A key that is not there keeps containers from starting, and networks that overlap lead traffic astray.',
  severity: 'error',
  scope: 'cluster',
  tags: ['cluster', 'ovn-kubernetes', 'configuration'],
  covers: ['A43', 'A50', 'K40', 'K41', 'K45'],
  requires: ['configMaps', 'workloads', 'nodes'],
  messages: {
    NO_MAP: {
      text: '{workload} reads {key} from ConfigMap {namespace}/{map}, which is not there',
      cause: 'ovn-setup.yaml was not applied, or in another namespace. The containers can not be created.',
      remedy: 'kubectl apply -f ovn-setup.yaml; see what is there: kubectl -n {namespace} get configmaps',
      source: 'seed K L356',
    },
    NO_KEY: {
      text: '{workload} reads {key} from ConfigMap {namespace}/{map}, which has no such key',
      cause: 'The ConfigMap is of another release than the workload. The container can not be created.',
      remedy: 'kubectl -n {namespace} edit configmap {map}',
      source: 'seed K L356',
    },
    NO_NETWORK: {
      text: '{key} is {value}, which is no network',
      cause:
        'It is one or several networks by comma, each as address/length; of net_cidr, the length of what each node gets may follow: 10.244.0.0/16/24.',
      remedy: 'kubectl -n {namespace} edit configmap {map}; then restart OVN-Kubernetes',
      source: 'seed K L270-329',
    },
    HOST_SUBNET: {
      text: '{problem}',
      cause: 'The third part of net_cidr is the length of what each node gets: 10.244.0.0/16/24.',
      remedy: 'kubectl -n {namespace} edit configmap {map}; then restart OVN-Kubernetes',
      source: 'ovn-kubernetes go-controller/pkg/config/utils.go',
    },
    NO_ROOM: {
      text: 'net_cidr {value} has parts for {room} nodes, and the cluster has {count}',
      cause: 'Each node gets a part of its own, a /24 where nothing else is said; the last ones get none.',
      remedy:
        'Add a network by comma, or make the parts smaller before the cluster is built: kubectl -n {namespace} edit configmap {map}',
      source: 'ovn-kubernetes go-controller/pkg/config/utils.go',
    },
    MIXED: {
      text: 'illegal network configuration: {first} cluster subnet, {second} service subnet',
      cause: 'Pods and services must have the same IP versions: ovnkube ends at its start.',
      remedy: 'kubectl -n {namespace} edit configmap {map}; then restart OVN-Kubernetes',
      source: 'ovn-kubernetes go-controller/pkg/config/utils.go',
    },
    CHANGED: {
      text: 'net_cidr is {value}, and the nodes have parts of another network: {first}',
      cause: 'It was changed after the cluster was built: nodes keep the subnets that they were given.',
      remedy: 'Put back what it was: kubectl -n {namespace} edit configmap {map}',
      source: 'ovn-kubernetes go-controller/pkg/util/subnet_annotations.go',
    },
    OVERLAP: {
      text: '{first} and {second} overlap',
      cause: 'An address would mean two things.',
      remedy:
        'Choose other networks before the cluster is built; see both: kubectl -n {namespace} get configmap {map} -o yaml',
      source: 'seed K L270-329',
    },
    NO_MTU: {
      text: 'mtu is {value}, which no network has',
      cause: 'It is a number of bytes, 1400 in the guides; below 1280 IPv6 does not work.',
      remedy: 'kubectl -n {namespace} edit configmap {map}; then restart OVN-Kubernetes',
      source: 'seed K L270-329',
    },
    NO_SERVER: {
      text: 'k8s_apiserver is {value}, which is no address of an API server',
      cause: 'It is a URL: https, a host and a port.',
      remedy: 'kubectl -n {namespace} edit configmap {map}; the address: kubectl cluster-info',
      source: 'seed K L262-266',
    },
    SERVICE_ADDRESS: {
      text: 'k8s_apiserver is {value}, an address of the service network {key}',
      cause:
        'Who gets there depends on OVN-Kubernetes itself, which can not start before it has reached the API server.',
      remedy:
        "Put the API server's own address there: kubectl -n {namespace} edit configmap {map}; the address: kubectl get endpoints kubernetes",
      source: 'seed K L262-266',
    },
    NODE_NAME: {
      text: 'k8s_apiserver is {value}: the name of a node, which pods on other nodes do not resolve',
      cause:
        "kind's kubeconfig names the control plane's container; step 8 of the guide puts its address in the place.",
      remedy: 'kubectl -n {namespace} edit configmap {map}; the address: kubectl get nodes -o wide',
      source: 'seed K L262-266',
    },
  },
  docs: ['seed K L262-329', 'seed K L356', 'seed A L196'],
  judge({ facts: { configMaps, workloads, nodes }, report }) {
    const own = ovnWorkloads(workloads);
    if (own.length === 0) return noneFound(workloads);
    const read = own.flatMap((workload) =>
      workload.containers.flatMap(({ environment }) =>
        [...environment].flatMap(([variable, entry]) => {
          const reference = entry.kind === 'from' ? referenceOf(entry.from) : undefined;
          // Of other ConfigMaps the values are not kept. routable_mtu is optional in the manifests.
          return reference?.map === 'ovn-config' && reference.key !== 'routable_mtu'
            ? [{ workload, variable, ...reference }]
            : [];
        }),
      ),
    );
    const maps = configMaps.filter(({ name }) => name === 'ovn-config');
    if (read.length === 0 && maps.length === 0)
      return notApplicable('there is no ConfigMap ovn-config, and no container reads from one');
    const unread = read
      .filter(({ workload, map, key }) => !valueIn(configMaps, workload.namespace, map, key))
      .filter(
        (one, index, all) =>
          all.findIndex(({ key, workload }) => key === one.key && workload === one.workload) === index,
      )
      .map(({ workload, variable, map, key }) => {
        const { namespace } = workload;
        const there = maps.some((one) => one.namespace === namespace);
        return report(there ? 'NO_KEY' : 'NO_MAP', {
          subject: `${namespace}/${map} ${key}`,
          args: { workload: workloadName(workload), key, namespace, map },
          observed: there ? `no ${key}` : `no ConfigMap ${map}`,
          expected: `${key} in ${map}`,
          evidence: [workloadEvidence(workload, `${variable} from configMap ${map} key ${key}`)],
        });
      });
    const wrong = maps.flatMap((map) => {
      const evidence = [mapEvidence(map)];
      const told = toldNetworks(own, configMaps, map.namespace);
      return problemsOf(map, { nodes, told }).map(({ code, observed, expected, args }) =>
        report(code, {
          subject: `${map.namespace}/${map.name}`,
          // Each code takes those of the slots that its text has.
          args: {
            namespace: map.namespace,
            map: map.name,
            key: '',
            value: '',
            first: '',
            second: '',
            problem: '',
            room: '',
            count: '',
            ...args,
          },
          observed,
          expected,
          evidence,
        }),
      );
    });
    return verdictOf([...unread, ...wrong], maps.map(mapEvidence));
  },
});

const valueIn = (maps: readonly ConfigMap[], namespace: string, name: string, key: string): boolean =>
  maps.some((map) => map.namespace === namespace && map.name === name && map.data.has(key));

const mapEvidence = ({ namespace, name, data }: ConfigMap): Evidence => ({
  source: `kubectl -n ${namespace} get configmap ${name} -o yaml`,
  said: [...data]
    .map(([key, value]) => `${key}: ${value}`)
    .join(', ')
    .slice(0, 1000),
});
