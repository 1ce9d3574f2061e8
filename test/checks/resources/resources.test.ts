import test from 'ava';
import fc from 'fast-check';
import type { AnyClusterCheck, AnyNodeCheck, Judgement } from '../../../checks/define.ts';
import { RESOURCE_CHECKS } from '../../../checks/resources/index.ts';
import { CLUSTER_FACTS, type ClusterFactValues } from '../../../facts/cluster/index.ts';
import { deviceCount } from '../../../facts/cluster/quantity.ts';
import { findMembers } from '../../../facts/derived/cluster/members.ts';
import { bluefieldCluster } from '../../../lab/kubernetes/clusters/bluefield.ts';
import { kindVethCluster } from '../../../lab/kubernetes/clusters/kind-veth.ts';
import type { KubernetesObject } from '../../../lab/kubernetes/objects.ts';
import { clusterFactsOf } from '../../helpers/cluster-facts.ts';

/* The faults, object by object and in a real API server, are in lab/tests/cluster-resources.test.ts. */

function membersOf(facts: ClusterFactValues) {
  return findMembers([{ name: 'test', ...facts }]).members;
}

/** The judgement of one check, about the cluster or about one of its nodes. */
function judge(id: string, objects: readonly KubernetesObject[], node = 'dpu-host'): Judgement {
  const facts = clusterFactsOf(objects);
  const check = RESOURCE_CHECKS.find((one) => one.id === `resources/${id}`);
  const members = membersOf(facts);
  if (check?.scope === 'cluster')
    return (check as AnyClusterCheck).judge({
      facts,
      expected: {},
      subject: { name: 'test', nodes: members, contradictions: [] },
    });
  const member = members.find((one) => one.node === node);
  return (check as AnyNodeCheck).judge({
    facts: {},
    cluster: facts,
    expected: {},
    subject: {
      name: node,
      nodeName: node,
      role: member?.role ?? 'worker',
      simulation: member?.simulation,
    },
  });
}

const codes = (judgement: Judgement): readonly string[] =>
  judgement.kind === 'findings' ? judgement.findings.map(({ code }) => code) : [judgement.kind];

const change = (
  objects: readonly KubernetesObject[],
  kind: string,
  called: RegExp,
  changed: (object: KubernetesObject) => KubernetesObject,
): readonly KubernetesObject[] =>
  objects.map((object) =>
    object.kind === kind && called.test(object.metadata.name) ? changed(structuredClone(object)) : object,
  );

test('each check says what it read, and none passes on a cluster without nodes', (t) => {
  for (const { id } of RESOURCE_CHECKS) {
    const healthy = judge(id.slice('resources/'.length), bluefieldCluster());
    t.true(healthy.evidence.length > 0, id);
    t.true(['pass', 'not-applicable'].includes(healthy.kind), `${id}: ${codes(healthy)}`);
    t.not(judge(id.slice('resources/'.length), []).kind, 'pass', id);
  }
});

test('where nothing hands out VFs, nothing is said of plugins, networks and pools', (t) => {
  for (const id of [
    'daemon-sets',
    'multus',
    'device-plugin',
    'device-plugin-config',
    'network-attachment',
    'management-vf',
    'pool-devices',
    'vf-requests',
    'pods-scheduled',
    'pods-connected',
  ])
    t.is(judge(id, kindVethCluster(), 'dpu-worker').kind, 'not-applicable', id);
});

/** As dpu-simulator makes it (its deploy/device-plugin and pkg/cni/multus.go): no ConfigMap, and Multus' own default network. */
const simulator = (): readonly KubernetesObject[] => {
  const named = change(
    bluefieldCluster().filter(
      ({ kind, metadata }) => !(kind === 'ConfigMap' && metadata.name === 'sriovdp-config'),
    ),
    'NetworkAttachmentDefinition',
    /^default$/,
    (object) => ({
      ...object,
      metadata: {
        ...object.metadata,
        name: 'ovn-primary',
        namespace: 'default',
        annotations: { 'k8s.v1.cni.cncf.io/resourceName': 'dpusim.io/vf' },
      },
      spec: {
        config:
          '{"cniVersion":"1.1.0","name":"ovn-primary","netAttachDefName":"default/ovn-primary","type":"ovn-k8s-cni-overlay"}',
      },
    }),
  );
  const text = JSON.stringify(named)
    .replaceAll('mellanox.com/mlnx_sriov_cx6', 'dpusim.io/vf')
    .replaceAll('kube-sriov-device-plugin', 'dpu-sim-device-plugin')
    .replaceAll('"v1.multus-cni.io/default-network":"default",', '');
  return JSON.parse(text) as KubernetesObject[];
};

test("dpu-simulator's devices are known by the network that names them", (t) => {
  for (const id of [
    'daemon-sets',
    'device-plugin',
    'network-attachment',
    'pool-devices',
    'vf-requests',
    'pods-connected',
  ])
    t.is(judge(id, simulator()).kind, 'pass', id);
  const empty = JSON.parse(
    JSON.stringify(simulator()).replaceAll('"dpusim.io/vf":"2"', '"dpusim.io/vf":"0"'),
  );
  t.deepEqual(codes(judge('pool-devices', empty)), ['NONE']);
});

test('a pool that comes after that of management ports does not get their VF, whatever it selects', (t) => {
  const entry = (resourceName: string, range: string) => ({
    resourcePrefix: 'mellanox.com',
    resourceName,
    selectors: { pfNames: [`enp2s0f0np0#${range}`] },
  });
  const ordered = (...resourceList: readonly object[]) =>
    change(
      JSON.parse(
        JSON.stringify(bluefieldCluster())
          .replaceAll('OVNKUBE_NODE_MGMT_PORT_NETDEV', 'OVNKUBE_NODE_MGMT_PORT_DP_RESOURCE_NAME')
          .replaceAll('"enp2s0f0v0"', '"mellanox.com/management"'),
      ) as KubernetesObject[],
      'ConfigMap',
      /^sriovdp-config$/,
      (object) => ({ ...object, data: { 'config.json': JSON.stringify({ resourceList }) } }),
    );
  const [management, pods] = [entry('management', '0'), entry('mlnx_sriov_cx6', '0-2')];
  t.is(judge('management-vf', ordered(management, pods)).kind, 'pass');
  t.deepEqual(codes(judge('management-vf', ordered(pods, management))), ['IN_POOL']);
});

/** A pod of the guide's on its host, changed: without what Multus and OVN-Kubernetes have written. */
const withPod = (
  changed: (pod: { spec: Record<string, unknown>; annotations: Record<string, string> }) => void,
) =>
  change(bluefieldCluster(), 'Pod', /^ovs-offload-pod2$/, (object) => {
    const annotations = { 'v1.multus-cni.io/default-network': 'default' };
    const spec = object.spec as Record<string, unknown>;
    changed({ spec, annotations });
    return { ...object, spec, metadata: { ...object.metadata, annotations }, status: { phase: 'Pending' } };
  });

const asking = (resource: string) => [
  { name: 'c', image: 'alpine', resources: { requests: { [resource]: '1' }, limits: { [resource]: '1' } } },
];

test('a pod that asks for no VF waits on a DPU host for ever', (t) => {
  const bare = (annotated: boolean) =>
    withPod(({ spec, annotations }) => {
      spec['containers'] = [{ name: 'c', image: 'alpine' }];
      if (!annotated) delete annotations['v1.multus-cni.io/default-network'];
    });
  t.deepEqual(codes(judge('vf-requests', bare(false))), ['NO_VF']);
  t.deepEqual(codes(judge('vf-requests', bare(true))), ['NO_DEVICE']);
  const inHostsNetwork = change(bare(false), 'Pod', /^ovs-offload-pod2$/, (object) => ({
    ...object,
    spec: { ...(object.spec as object), hostNetwork: true },
  }));
  t.deepEqual(codes(judge('vf-requests', inHostsNetwork)), ['pass']);
  // Its network is there, and its image is not.
  const connected = change(bare(false), 'Pod', /^ovs-offload-pod2$/, (object) => ({
    ...object,
    status: {
      ...(object.status as object),
      containerStatuses: [{ name: 'c', ready: false, state: { waiting: { reason: 'ImagePullBackOff' } } }],
    },
  }));
  t.deepEqual(codes(judge('vf-requests', connected)), ['pass']);
});

test('a pod that has found no node is told of, whatever it asks for and whoever says so', (t) => {
  const lost = (resource: string, annotated: boolean) =>
    withPod(({ spec, annotations }) => {
      delete spec['nodeName'];
      spec['containers'] = asking(resource);
      if (!annotated) delete annotations['v1.multus-cni.io/default-network'];
    });
  const judged = (resource: string, annotated = true) =>
    codes(judge('pods-scheduled', lost(resource, annotated)));
  t.deepEqual(judged('mellanox.com/mlnx_sriov_cx6'), ['NOT_SAID'], 'the scheduler does not run');
  t.deepEqual(judged('mellanox.com/mlnx_sriov_cx5'), ['NO_SUCH_RESOURCE'], 'another name');
  t.deepEqual(judged('mellanox.com/mlnx_sriov_cx5', false), ['NO_SUCH_RESOURCE'], 'another name alone');
  t.deepEqual(judged('example.com/gpu', false), ['pass'], 'of no concern');
});

test('a pod whose network can not be set up is told of with the end of what kubelet says', (t) => {
  const event = (uid: string): KubernetesObject => ({
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: 'e', namespace: 'ovn-kubernetes' },
    type: 'Warning',
    reason: 'FailedCreatePodSandBox',
    message: `${'Failed to create pod sandbox: '.repeat(20)}a message that nobody knows`,
    involvedObject: { kind: 'Pod', namespace: 'ovn-kubernetes', name: 'ovs-offload-pod2', uid },
  });
  const pending = change(bluefieldCluster(), 'Pod', /^ovs-offload-pod2$/, (object) => ({
    ...object,
    metadata: { ...object.metadata, uid: 'u2' },
    status: { phase: 'Pending' },
  }));
  t.deepEqual(codes(judge('pods-started', pending)), ['pass'], 'it may be on its way');
  t.deepEqual(codes(judge('pods-started', [...pending, event('u1')])), ['pass'], 'of an earlier one');
  const judgement = judge('pods-started', [...pending, event('u2')]);
  t.deepEqual(codes(judgement), ['NO_SANDBOX']);
  t.regex(
    judgement.kind === 'findings' ? (judgement.findings[0]?.message ?? '') : '',
    /can not be set up: … .*a message that nobody knows$/,
  );
  // It succeeded since, and something else keeps the pod back.
  const since = (status: Readonly<Record<string, unknown>>) =>
    change(pending, 'Pod', /^ovs-offload-pod2$/, (object) => ({
      ...object,
      status: { phase: 'Pending', ...status },
    }));
  const waiting = (reason: string) => ({
    containerStatuses: [{ name: 'app', ready: false, restartCount: 0, state: { waiting: { reason } } }],
  });
  const connected = { conditions: [{ type: 'PodReadyToStartContainers', status: 'True' }] };
  for (const [status, expected] of [
    [waiting('ContainerCreating'), 'NO_SANDBOX'],
    [waiting('ImagePullBackOff'), 'pass'],
    [{ ...waiting('ContainerCreating'), ...connected }, 'pass'],
  ] as const)
    t.deepEqual(codes(judge('pods-started', [...since(status), event('u2')])), [expected]);
});

test('a node that is cordoned is told of, and is no failure', (t) => {
  const cordoned = change(bluefieldCluster(), 'Node', /^dpu-host$/, (object) => ({
    ...object,
    spec: { unschedulable: true },
  }));
  const judgement = judge('node-conditions', cordoned);
  t.deepEqual(codes(judgement), ['CORDONED']);
  t.is(judgement.kind === 'findings' ? judgement.findings[0]?.level : '', 'warn');
});

test('images without tags are compared by digest, where image and architecture are the same', (t) => {
  const withImages = (image: (pod: string, index: number) => string) => {
    let index = 0;
    return change(bluefieldCluster(), 'Pod', /^ovnkube/, (object) => {
      const status = object.status as { containerStatuses: { image: string }[] };
      for (const container of status.containerStatuses)
        container.image = image(object.metadata.name, index++);
      return object;
    });
  };
  const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
  const own = (pod: string) => (pod.startsWith('ovnkube-node-dpu-') && !pod.includes('host') ? 'arm' : 'x86');
  t.is(
    judge(
      'ovn-images',
      withImages(() => `quay.io/x/ovn@${digest('a')}`),
    ).kind,
    'pass',
  );
  t.is(
    judge(
      'ovn-images',
      withImages((pod) => `quay.io/x/ovn@${digest(own(pod) === 'arm' ? 'b' : 'a')}`),
    ).kind,
    'pass',
  );
  t.deepEqual(
    codes(
      judge(
        'ovn-images',
        withImages((_, index) => `quay.io/x/ovn@${digest(index === 0 ? 'c' : 'a')}`),
      ),
    ),
    ['OTHER_DIGEST'],
  );
  t.is(
    judge(
      'ovn-images',
      withImages((_, index) => `r:5000/ovn${index % 2 ? '-arm64' : ''}:v1`),
    ).kind,
    'pass',
  );
});

test('a DaemonSet that is short of pods on nodes that are not Ready is not blamed for them', (t) => {
  const one = (ready: string) =>
    change(
      change(bluefieldCluster(), 'DaemonSet', /^kube-multus-ds$/, (object) => ({
        ...object,
        status: { ...(object.status as object), updatedNumberScheduled: 2 },
      })),
      'Node',
      /^dpu$/,
      (object) => ({
        ...object,
        status: { ...(object.status as object), conditions: [{ type: 'Ready', status: ready }] },
      }),
    );
  t.deepEqual(codes(judge('daemon-sets', one('True'))), ['OLD_PODS']);
  t.is(judge('daemon-sets', one('Unknown')).kind, 'pass');
});

test('versions that can not be compared are no verdict', (t) => {
  const kubelet = (version: string) =>
    change(bluefieldCluster(), 'Node', /^dpu-host$/, (object) => {
      (object.status as { nodeInfo: { kubeletVersion: string } }).nodeInfo.kubeletVersion = version;
      return object;
    });
  t.is(judge('kubelet-version', kubelet('unknown')).kind, 'undetermined');
  t.is(judge('kubelet-version', kubelet('')).kind, 'not-applicable');
  t.is(judge('kubelet-version', kubelet('v1.18.4-rke2')).kind, 'pass');
  t.deepEqual(codes(judge('kubelet-version', kubelet('v1.20.9'))), ['pass']);
});

test('whatever annotations, settings and amounts an API server tells, no check throws', (t) => {
  const facts = clusterFactsOf(bluefieldCluster());
  const map = fc.dictionary(
    fc.constantFrom(
      ...['k8s.ovn.org/node-mgmt-port', 'k8s.ovn.org/dpu.connection-details'],
      ...[
        'k8s.ovn.org/dpu.connection-status',
        'v1.multus-cni.io/default-network',
        'mellanox.com/mlnx_sriov_cx6',
        '__proto__',
      ],
    ),
    fc.oneof(fc.string(), fc.json(), fc.constantFrom('1', '-1', '1e999', 'default', '[{}]')),
  );
  fc.assert(
    fc.property(map, map, map, fc.string(), fc.json(), (annotations, amounts, devices, text, json) => {
      const entries = (from: object): ReadonlyMap<string, string> => new Map(Object.entries(from));
      const hostile: ClusterFactValues = {
        ...facts,
        version: text,
        nodes: facts.nodes.map((node) => ({
          ...node,
          annotations: entries(annotations),
          capacity: entries(amounts),
          allocatable: entries(devices),
          kubelet: text,
        })),
        pods: facts.pods.map((pod) => ({
          ...pod,
          annotations: entries(annotations),
          devices: entries(devices),
        })),
        configMaps: facts.configMaps.map((one) => ({ ...one, data: new Map([['config.json', json]]) })),
        networkAttachments: [{ name: 'default', namespace: text, uid: '', resourceName: text, config: json }],
      };
      const members = membersOf(hostile);
      for (const check of RESOURCE_CHECKS) {
        if (check.scope === 'cluster')
          check.judge({
            facts: hostile,
            expected: {},
            subject: { name: text, nodes: members, contradictions: [] },
          });
        else if (check.scope === 'node')
          check.judge({
            facts: {},
            cluster: hostile,
            expected: {},
            subject: { name: 'dpu-host', nodeName: 'dpu-host', role: 'dpu-host', simulation: undefined },
          });
      }
    }),
    { numRuns: 40 },
  );
  t.true(Object.keys(CLUSTER_FACTS).length > 0);
});

test('quantities of devices, as the API server writes them', (t) => {
  for (const [text, count] of [
    ['2', 2],
    ['1k', 1000],
    ['2e3', 2000],
    ['0', 0],
    ['', 0],
    ['many', 0],
    [undefined, 0],
  ] as const)
    t.is(deviceCount(text), count, text);
});
