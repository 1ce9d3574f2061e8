import type { ConfigMap } from '../../facts/cluster/config-maps.ts';
import type { ClusterNode } from '../../facts/cluster/nodes.ts';
import { workloadName } from '../../facts/cluster/workloads.ts';
import { inSubnet, parseSubnet, versionOf } from '../../facts/derived/addresses.ts';
import { referenceOf } from '../../facts/derived/cluster/ovnkube.ts';
import type { Evidence } from '../../facts/fact.ts';
import { defineClusterCheck, notApplicable, verdictOf } from '../define.ts';
import { noneFound, ovnWorkloads, workloadEvidence } from './common.ts';

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
      return problemsOf(map, nodes).map(({ code, observed, expected, args }) =>
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

interface Problem {
  readonly code: 'NO_NETWORK' | 'OVERLAP' | 'NO_MTU' | 'NO_SERVER' | 'NODE_NAME';
  readonly observed: string;
  readonly expected: string;
  readonly args: Readonly<Partial<Record<'key' | 'value' | 'first' | 'second', string>>>;
}

const valueIn = (maps: readonly ConfigMap[], namespace: string, name: string, key: string): boolean =>
  maps.some((map) => map.namespace === namespace && map.name === name && map.data.has(key));

const mapEvidence = ({ namespace, name, data }: ConfigMap): Evidence => ({
  source: `kubectl -n ${namespace} get configmap ${name} -o yaml`,
  said: [...data]
    .map(([key, value]) => `${key}: ${value}`)
    .join(', ')
    .slice(0, 1000),
});

function problemsOf(map: ConfigMap, nodes: readonly ClusterNode[]): readonly Problem[] {
  const { data } = map;
  const networks = ['net_cidr', 'svc_cidr'].flatMap((key) =>
    (data.get(key) ?? '')
      .split(',')
      .filter(Boolean)
      .map((value) => ({ key, value: value.trim() })),
  );
  const parsed = networks.flatMap(({ key, value }) => {
    // What each node gets of the pod network may follow: 10.244.0.0/16/24.
    const subnet = parseSubnet(key === 'net_cidr' ? value.split('/').slice(0, 2).join('/') : value);
    return subnet === undefined ? [] : [{ key, value, subnet }];
  });
  const unparsed = networks
    .filter(({ key, value }) => !parsed.some((one) => one.key === key && one.value === value))
    .map(
      ({ key, value }): Problem => ({
        code: 'NO_NETWORK',
        observed: value,
        expected: 'a network, such as 10.244.0.0/16',
        args: { key, value },
      }),
    );
  const pods = parsed.filter(({ key }) => key === 'net_cidr');
  const overlaps = pods.flatMap((one) => [
    ...parsed
      .filter(
        ({ key, subnet }) =>
          key === 'svc_cidr' &&
          (inSubnet(subnet.address, one.subnet) || inSubnet(one.subnet.address, subnet)),
      )
      .map((other) => [`net_cidr ${one.value}`, `svc_cidr ${other.value}`] as const),
    ...nodes
      .flatMap(({ name, internalAddresses }) => internalAddresses.map((address) => ({ name, address })))
      .filter(({ address }) => inSubnet(address, one.subnet))
      .slice(0, 3)
      .map(
        ({ name, address }) => [`net_cidr ${one.value}`, `the address ${address} of node ${name}`] as const,
      ),
  ]);
  return [
    ...unparsed,
    ...overlaps.map(
      ([first, second]): Problem => ({
        code: 'OVERLAP',
        observed: `${first}, ${second}`,
        expected: 'networks apart',
        args: { first, second },
      }),
    ),
    ...mtuProblem(data.get('mtu')),
    ...serverProblem(data.get('k8s_apiserver'), nodes),
  ];
}

function mtuProblem(value = ''): readonly Problem[] {
  const mtu = Number(value);
  // Left empty, OVN-Kubernetes takes its default, 1400.
  if (value === '' || (Number.isInteger(mtu) && mtu >= 576 && mtu <= 65_535)) return [];
  return [{ code: 'NO_MTU', observed: value, expected: 'a number of bytes, such as 1400', args: { value } }];
}

function serverProblem(value: string | undefined, nodes: readonly ClusterNode[]): readonly Problem[] {
  if (value === undefined) return [];
  const url = URL.parse(value);
  if (url === null || !['https:', 'http:'].includes(url.protocol) || url.hostname === '')
    return [{ code: 'NO_SERVER', observed: value, expected: 'https://<address>:6443', args: { value } }];
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  if (versionOf(host) !== undefined || !nodes.some(({ name }) => name.toLowerCase() === host)) return [];
  return [
    {
      code: 'NODE_NAME',
      observed: value,
      expected: "the node's address in the place of its name",
      args: { value },
    },
  ];
}
