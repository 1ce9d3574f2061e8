import test from 'ava';
import fc from 'fast-check';
import { parseClusterFact, resourceOf } from '../../../facts/cluster/fact.ts';
import { CLUSTER_FACTS } from '../../../facts/cluster/index.ts';
import { bluefieldCluster } from '../../../lab/kubernetes/clusters/bluefield.ts';
import { kindVethCluster } from '../../../lab/kubernetes/clusters/kind-veth.ts';
import { clusterFactsOf } from '../../helpers/cluster-facts.ts';

/* The objects are those of the Kubernetes testbed, made after the guides and accepted by an API server. */

const bluefield = clusterFactsOf(bluefieldCluster());

test('nodes: labels, addresses, readiness, resources and versions', (t) => {
  const host = bluefield.nodes.find(({ name }) => name === 'dpu-host');
  t.is(host?.labels.get('k8s.ovn.org/dpu-host'), '');
  t.deepEqual(host?.internalAddresses, ['192.168.42.201']);
  t.like(host?.ready, { status: 'True', reason: 'KubeletReady' });
  t.is(host?.capacity.get('mellanox.com/mlnx_sriov_cx6'), '2');
  t.like(host, { kubelet: 'v1.20.2', kernel: '5.15.0-112-generic', architecture: 'amd64' });
  t.true(host?.annotations.has('k8s.ovn.org/node-mgmt-port'));
  const gone = clusterFactsOf(kindVethCluster()).nodes.find(({ name }) => name === 'dpu-worker');
  t.like(gone?.ready, { status: 'Unknown', reason: 'NodeStatusUnknown' });
  t.deepEqual(gone?.taints, [
    'node.kubernetes.io/unreachable:NoSchedule',
    'node.kubernetes.io/unreachable:NoExecute',
  ]);
});

test('pods: node, owner, device and the annotations of networks', (t) => {
  const pod = bluefield.pods.find(({ name }) => name === 'ovs-offload-pod1');
  t.like(pod, { node: 'dpu-host', phase: 'Running', hostNetwork: false, owner: undefined, deleting: false });
  t.is(pod?.devices.get('mellanox.com/mlnx_sriov_cx6'), '1');
  t.true(pod?.annotations.has('k8s.ovn.org/dpu.connection-details'));
  t.true(pod?.annotations.has('v1.multus-cni.io/default-network'));
  t.like(pod?.containers[0], { name: 'appcntr1', ready: true, restarts: 0, state: 'running' });
  const ovnkube = bluefield.pods.find(({ owner }) => owner?.name === 'ovnkube-node-dpu');
  t.like(ovnkube, { node: 'dpu', hostNetwork: true, owner: { kind: 'DaemonSet' } });
});

test('workloads: where they are to run, in which mode, and how many do', (t) => {
  const host = bluefield.workloads.find(({ name }) => name === 'ovnkube-node-dpu-host');
  t.like(host, { kind: 'DaemonSet', desired: 1, ready: 1, observedGeneration: 1 });
  t.is(host?.nodeSelector.get('k8s.ovn.org/dpu-host'), '');
  const environment = host?.containers[0]?.environment;
  t.deepEqual(environment?.get('OVNKUBE_NODE_MODE'), { kind: 'value', value: 'dpu-host' });
  t.deepEqual(environment?.get('K8S_NODE'), { kind: 'from', from: 'field spec.nodeName' });
  t.deepEqual(environment?.get('OVN_MTU'), { kind: 'from', from: 'configMap ovn-config key mtu' });
  t.like(
    bluefield.workloads.find(({ name }) => name === 'ovnkube-db'),
    { kind: 'Deployment', desired: 1, ready: 1 },
  );
});

test('a variable that OVN-Kubernetes does not read may be a secret, and is not kept', (t) => {
  const env = [
    { name: 'AWS_SECRET_ACCESS_KEY', value: 'hush' },
    { name: 'K8S_TOKEN', value: 'hush' },
    { name: 'OVN_MTU', value: '1400' },
  ];
  const outcome = parseClusterFact(CLUSTER_FACTS.workloads as never, {
    daemonSets: [
      { metadata: { name: 'x' }, spec: { template: { spec: { containers: [{ name: 'c', env }] } } } },
    ],
    deployments: [],
  });
  t.true(outcome.ok);
  const kept = (outcome.ok ? outcome.value : []) as { containers: { environment: Map<string, unknown> }[] }[];
  t.deepEqual([...(kept[0]?.containers[0]?.environment.keys() ?? [])], ['OVN_MTU']);
});

test('ConfigMaps, NetworkAttachmentDefinitions, leases, version', (t) => {
  t.deepEqual(bluefield.configMaps.map(({ name }) => name).sort(), [
    'kubeadm-config',
    'ovn-config',
    'sriovdp-config',
  ]);
  t.is(bluefield.networkAttachments?.[0]?.resourceName, 'mellanox.com/mlnx_sriov_cx6');
  t.like(bluefield.leases[0], { node: 'dpu-host', holder: 'ovnkube-dpu-node', durationSeconds: 40 });
  t.is(bluefield.leases.length, 1, 'kubelets have leases too, and these are none of them');
  t.is(bluefield.version, 'v1.20.2');
});

test('a kind that is not installed is undefined, and no list is empty', (t) => {
  const parse = (attachments: unknown) =>
    parseClusterFact(CLUSTER_FACTS.networkAttachments as never, { attachments } as never);
  t.deepEqual(parse(undefined), { ok: true, value: undefined });
  t.deepEqual(parse([]), { ok: true, value: [] });
});

test('resources are named as RBAC names them', (t) => {
  const name = (path: string) => resourceOf({ path });
  t.is(name('/api/v1/pods'), 'pods');
  t.is(name('/apis/apps/v1/daemonsets'), 'daemonsets.apps');
  t.is(name('/version'), '/version');
});

/** Keys that the facts read, so that garbage gets beyond the first of them. */
const KEYS = [
  'metadata',
  'name',
  'labels',
  'annotations',
  'spec',
  'status',
  'conditions',
  'containers',
  'env',
  'template',
  'addresses',
  'containerStatuses',
  'state',
  'lastState',
  'data',
  'dpuNodeName',
  'kubeNodeRef',
  'phase',
  '__proto__',
  'toString',
];

const garbage = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 6 },
    fc.constantFrom(null, true, 0, -1, 'text', '\u001b[2J', '__proto__'),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...KEYS), tie('value'), { maxKeys: 6 }),
  ),
})).value;

test('whatever objects a server sends, no fact throws', (t) => {
  fc.assert(
    fc.property(fc.array(garbage, { maxLength: 3 }), (objects) => {
      for (const [name, fact] of Object.entries(CLUSTER_FACTS)) {
        const answers = Object.fromEntries(Object.keys(fact.lists).map((label) => [label, objects]));
        const outcome = parseClusterFact(fact as never, answers as never);
        // A server without a version is the one thing that has to be told.
        if (!outcome.ok && name !== 'version') throw new Error(`${name}: ${outcome.failure.message}`);
      }
    }),
    { numRuns: 300 },
  );
  t.pass();
});
