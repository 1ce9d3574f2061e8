import test, { type ExecutionContext } from 'ava';
import type { Report } from '../../runner/report.ts';
import { examine } from '../../test/helpers/cli.ts';
import {
  bluefieldCluster,
  type KubernetesObject,
  kindVethCluster,
  type Staged,
} from '../kubernetes/index.ts';
import { apiServer, find, lines } from './api-server.ts';

const RESOURCE = 'mellanox.com/mlnx_sriov_cx6';
const server = apiServer('resources');
const { target: TARGET, staged } = server;

/** The checks of resources, and those that must pass before them. */
const run = (t: ExecutionContext): Promise<Report> =>
  examine(t, ['--kubeconfig', server.lab.kubeconfig, '-s', 'resources']);

test.serial('the cluster of the guide for BlueField-2 has all that its pods need', async (t) => {
  await staged(t, bluefieldCluster());
  const report = await run(t);
  t.deepEqual(lines(report, 'fail', 'warn', 'error', 'blocked'), []);
  t.deepEqual(lines(report, 'skip'), [
    `resources/node-roles ${TARGET} skip`,
    `resources/system-versions ${TARGET} skip`,
    `resources/veth-nodes ${TARGET} skip`,
  ]);
  const passed = report.results.filter(({ verdict }) => verdict === 'pass').map(({ checkId }) => checkId);
  for (const id of ['pool-devices', 'management-vf', 'vf-requests', 'pods-connected', 'network-attachment'])
    t.true(passed.includes(`resources/${id}`), id);
  t.is(report.exitCode, 0);
});

test.serial('the veth topology has no VFs to hand out, and its hosts are cut off on purpose', async (t) => {
  await staged(t, kindVethCluster());
  const report = await run(t);
  t.deepEqual(lines(report, 'fail', 'warn', 'error', 'blocked'), []);
  const gaps = report.results.filter(({ expectedGap }) => expectedGap).map(({ checkId }) => checkId);
  t.deepEqual([...new Set(gaps)], ['cluster/nodes-ready', 'ovnkube/pods-ready', 'resources/node-conditions']);
  const passed = new Set(
    report.results.filter(({ verdict }) => verdict === 'pass').map(({ checkId }) => checkId),
  );
  for (const id of ['veth-nodes', 'system-versions', 'kubelet-version', 'ovn-images', 'node-conditions'])
    t.true(passed.has(`resources/${id}`), id);
  t.is(report.exitCode, 0);
});

test.serial(
  'several pairs are compared, and several pools, plugins and formats of NADs are known',
  async (t) => {
    const pair = (host: string, dpu: string, last: number, subnet: string, pods: string[]) => ({
      host,
      hostAddress: `192.168.42.${last}`,
      dpu,
      dpuAddress: `192.168.41.${last}`,
      subnet,
      pods,
    });
    const cluster = await staged(
      t,
      bluefieldCluster({
        pairs: [
          pair('host-a', 'dpu-a', 10, '10.233.65', ['a1', 'a2']),
          pair('host-b', 'dpu-b', 11, '10.233.66', ['b1', 'b2']),
        ],
      }),
    );
    await server.lab.api.patch(find(cluster, 'NetworkAttachmentDefinition', 'default'), {
      spec: {
        config: JSON.stringify({
          cniVersion: '1.0.0',
          name: 'x',
          plugins: [{ type: 'ovn-k8s-cni-overlay' }],
        }),
      },
    });
    const report = await run(t);
    t.deepEqual(lines(report, 'fail', 'warn', 'error', 'blocked'), []);
    t.true(lines(report, 'pass').includes(`resources/system-versions ${TARGET} pass`));
  },
);

interface Fault {
  readonly what: string;
  readonly cluster?: () => KubernetesObject[];
  inject(cluster: Staged, t: ExecutionContext): Promise<unknown>;
  readonly check: string;
  readonly target: string;
  readonly code: string;
  readonly says: RegExp;
  readonly verdict?: 'warn';
}

const status = (cluster: Staged, kind: string, called: string, change: unknown) =>
  server.lab.api.patch(find(cluster, kind, called), { status: change }, 'status');

const config = (cluster: Staged, text: string) =>
  server.lab.api.patch(find(cluster, 'ConfigMap', 'sriovdp-config'), { data: { 'config.json': text } });

const pool = (entry: Record<string, unknown>): string =>
  JSON.stringify({
    resourceList: [
      {
        resourcePrefix: 'mellanox.com',
        resourceName: 'mlnx_sriov_cx6',
        selectors: {
          vendors: ['15b3'],
          devices: ['101e'],
          drivers: ['mlx5_core'],
          pfNames: ['enp2s0f0np0#1-2'],
        },
        ...entry,
      },
    ],
  });

const amounts = (cluster: Staged, capacity: string, allocatable: string) =>
  status(cluster, 'Node', 'dpu-host', {
    capacity: { [RESOURCE]: capacity },
    allocatable: { [RESOURCE]: allocatable },
  });

const annotate = (cluster: Staged, called: string, annotations: Record<string, string | null>) =>
  server.lab.api.patch(find(cluster, 'Pod', called), { metadata: { annotations } });

const podOf = (cluster: Staged, set: string, node: string): KubernetesObject => {
  const found = cluster.objects.find(
    ({ kind, metadata, spec }) =>
      kind === 'Pod' &&
      metadata.ownerReferences?.[0]?.name === set &&
      (spec as { nodeName?: string }).nodeName === node,
  );
  if (found === undefined) throw new Error(`no pod of ${set} on ${node} is staged`);
  return found;
};

/** A pod that is there for one test. */
async function another(t: ExecutionContext, object: KubernetesObject): Promise<void> {
  t.teardown(() => server.lab.api.remove(object));
  await server.lab.api.create(object);
}

const plainPod = (
  called: string,
  { annotations = {}, resources = {}, node }: { annotations?: object; resources?: object; node?: string },
  podStatus: object,
): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: called, namespace: 'ovn-kubernetes', annotations: annotations as Record<string, string> },
  spec: {
    ...(node === undefined ? {} : { nodeName: node }),
    containers: [{ name: 'c', image: 'alpine', resources }],
  },
  status: podStatus,
});

const one = (resource: string) => ({ requests: { [resource]: '1' }, limits: { [resource]: '1' } });

const DETAILS = 'k8s.ovn.org/dpu.connection-details';
const STATUS = 'k8s.ovn.org/dpu.connection-status';

const FAULTS: readonly Fault[] = [
  {
    what: 'a kubelet that is newer than the API server',
    inject: (cluster) => status(cluster, 'Node', 'dpu', { nodeInfo: { kubeletVersion: 'v1.21.0' } }),
    check: 'kubelet-version',
    target: 'dpu',
    code: 'NEWER',
    says: /kubelet v1\.21\.0 on node dpu is newer than the API server, v1\.20\.2/,
  },
  {
    what: 'a kubelet that is too old',
    inject: (cluster) => status(cluster, 'Node', 'dpu-host', { nodeInfo: { kubeletVersion: 'v1.17.9' } }),
    check: 'kubelet-version',
    target: 'dpu-host',
    code: 'TOO_OLD',
    says: /too old .* v1\.18 is the oldest/,
  },
  {
    what: 'a node whose network is not set up',
    inject: (cluster) =>
      status(cluster, 'Node', 'dpu', {
        conditions: [
          { type: 'Ready', status: 'True' },
          { type: 'NetworkUnavailable', status: 'True', reason: 'NoRouteCreated', message: 'no route' },
        ],
      }),
    check: 'node-conditions',
    target: 'dpu',
    code: 'NETWORK_UNAVAILABLE',
    says: /NetworkUnavailable is True, NoRouteCreated, no route/,
  },
  {
    what: 'a disk that is full',
    inject: (cluster) =>
      status(cluster, 'Node', 'dpu', {
        conditions: [
          { type: 'Ready', status: 'True' },
          { type: 'DiskPressure', status: 'True', reason: 'KubeletHasDiskPressure' },
        ],
      }),
    check: 'node-conditions',
    target: 'dpu',
    code: 'PRESSURE',
    says: /node dpu has DiskPressure/,
  },
  {
    what: 'a DPU with another kernel',
    cluster: kindVethCluster,
    inject: (cluster) => status(cluster, 'Node', 'dpu-worker4', { nodeInfo: { kernelVersion: '5.4.0' } }),
    check: 'system-versions',
    target: TARGET,
    code: 'DIFFERS',
    says: /the DPUs run several kernels: .* on dpu-worker2; 5\.4\.0 on dpu-worker4/,
    verdict: 'warn',
  },
  {
    what: 'a host of the veth topology without a DPU',
    cluster: () =>
      kindVethCluster().filter(({ kind, metadata }) => !(kind === 'Node' && metadata.name === 'dpu-worker4')),
    inject: async () => {},
    check: 'veth-nodes',
    target: TARGET,
    code: 'UNEVEN',
    says: /2 hosts and 1 DPUs: hosts dpu-worker, dpu-worker3; DPUs dpu-worker2/,
  },
  {
    what: 'a DPU with another version of OVN-Kubernetes',
    inject: (cluster) => {
      const pod = podOf(cluster, 'ovnkube-node-dpu', 'dpu');
      const { containerStatuses } = pod['status'] as { containerStatuses: { image: string }[] };
      return server.lab.api.patch(
        pod,
        {
          status: {
            containerStatuses: containerStatuses.map((container) => ({
              ...container,
              image: 'ghcr.io/ovn-org/ovn-kubernetes/ovn-kube-u-arm64:release-1.1',
            })),
          },
        },
        'status',
      );
    },
    check: 'ovn-images',
    target: TARGET,
    code: 'OTHER_TAG',
    says: /release-1\.0 on .*; release-1\.1 on dpu|release-1\.1 on dpu; release-1\.0 on /,
    verdict: 'warn',
  },
  {
    what: 'a device plugin whose change nobody has seen',
    inject: (cluster) =>
      server.lab.api.patch(find(cluster, 'DaemonSet', 'kube-sriov-device-plugin'), {
        spec: { minReadySeconds: 5 },
      }),
    check: 'daemon-sets',
    target: TARGET,
    code: 'NOT_OBSERVED',
    says: /kube-sriov-device-plugin was changed, .* generation 2, observed 1/,
  },
  {
    what: 'pods of Multus that are of an older specification',
    inject: (cluster) => status(cluster, 'DaemonSet', 'kube-multus-ds', { updatedNumberScheduled: 1 }),
    check: 'daemon-sets',
    target: TARGET,
    code: 'OLD_PODS',
    says: /of the 3 pods of DaemonSet kube-system\/kube-multus-ds, 1 are as it is specified now/,
    verdict: 'warn',
  },
  {
    what: 'no Multus',
    cluster: () => bluefieldCluster().filter((object) => !isOf(object, 'kube-multus-ds')),
    inject: async () => {},
    check: 'daemon-sets',
    target: TARGET,
    code: 'NO_MULTUS',
    says: /no Multus is deployed: NetworkAttachmentDefinition kube-system\/default asks for mellanox/,
  },
  {
    what: 'no device plugin',
    cluster: () => bluefieldCluster().filter((object) => !isOf(object, 'kube-sriov-device-plugin')),
    inject: async () => {},
    check: 'daemon-sets',
    target: TARGET,
    code: 'NO_DEVICE_PLUGIN',
    says: /no SR-IOV device plugin is deployed/,
  },
  {
    what: 'a pod of Multus that can not be started',
    inject: (cluster) => failing(podOf(cluster, 'kube-multus-ds', 'dpu-host')),
    check: 'multus',
    target: 'dpu-host',
    code: 'NOT_READY',
    says: /is not ready: .*waiting: ImagePullBackOff/,
  },
  {
    what: 'a host without a pod of the device plugin',
    inject: (cluster) => server.lab.api.remove(podOf(cluster, 'kube-sriov-device-plugin', 'dpu-host')),
    check: 'device-plugin',
    target: 'dpu-host',
    code: 'MISSING',
    says: /kube-sriov-device-plugin has no pod on node dpu-host, which it fits/,
  },
  {
    what: 'a configuration that is no JSON',
    inject: (cluster) => config(cluster, '{ "resourceList": [ }'),
    check: 'device-plugin-config',
    target: TARGET,
    code: 'NOT_JSON',
    says: /error unmarshalling raw bytes of ConfigMap kube-system\/sriovdp-config config\.json/,
  },
  {
    what: 'a range that can not be parsed',
    inject: (cluster) => config(cluster, pool({ selectors: { pfNames: ['enp2s0f0np0#1-2-3'] } })),
    check: 'device-plugin-config',
    target: TARGET,
    code: 'SELECTOR',
    says: /Failed to parse enp2s0f0np0#1-2-3 PF \(name\|address\) selector/,
  },
  {
    what: 'a pool without a prefix',
    inject: (cluster) => config(cluster, pool({ resourcePrefix: undefined })),
    check: 'network-attachment',
    target: TARGET,
    code: 'OTHER_PREFIX',
    says: /asks for mellanox\.com\/mlnx_sriov_cx6, and the device plugin calls it intel\.com\/mlnx_sriov_cx6/,
  },
  {
    what: 'a NetworkAttachmentDefinition without the annotation',
    inject: (cluster) =>
      server.lab.api.patch(find(cluster, 'NetworkAttachmentDefinition', 'default'), {
        metadata: { annotations: { 'k8s.v1.cni.cncf.io/resourceName': null } },
      }),
    check: 'network-attachment',
    target: TARGET,
    code: 'NO_RESOURCE',
    says: /kube-system\/default has no annotation/,
  },
  {
    what: 'a NetworkAttachmentDefinition that is no JSON',
    inject: (cluster) =>
      server.lab.api.patch(find(cluster, 'NetworkAttachmentDefinition', 'default'), {
        spec: { config: '{' },
      }),
    check: 'network-attachment',
    target: TARGET,
    code: 'NOT_READABLE',
    says: /error parsing Network Attachment Definition kube-system\/default/,
  },
  {
    what: 'a NetworkAttachmentDefinition of another plugin',
    inject: (cluster) =>
      server.lab.api.patch(find(cluster, 'NetworkAttachmentDefinition', 'default'), {
        spec: { config: '{"cniVersion":"0.3.1","name":"x","type":"sriov"}' },
      }),
    check: 'network-attachment',
    target: TARGET,
    code: 'OTHER_TYPE',
    says: /is of type sriov, and 2 pods ask for it/,
  },
  {
    what: 'a NetworkAttachmentDefinition in another namespace',
    cluster: () =>
      bluefieldCluster().map((object) =>
        object.kind === 'NetworkAttachmentDefinition'
          ? { ...object, metadata: { ...object.metadata, namespace: 'ovn-kubernetes' } }
          : object,
      ),
    inject: async () => {},
    check: 'network-attachment',
    target: TARGET,
    code: 'NOT_FOUND',
    says: /2 pods ask for the default network kube-system\/default, and there is no such/,
  },
  {
    what: 'a NetworkAttachmentDefinition of a resource that is unknown',
    inject: (cluster) =>
      server.lab.api.patch(find(cluster, 'NetworkAttachmentDefinition', 'default'), {
        metadata: { annotations: { 'k8s.v1.cni.cncf.io/resourceName': 'mellanox.com/other' } },
      }),
    check: 'network-attachment',
    target: TARGET,
    code: 'UNKNOWN_RESOURCE',
    says: /asks for mellanox\.com\/other, which no device plugin offers: mellanox\.com\/mlnx_sriov_cx6/,
  },
  {
    what: 'VF 0 in the pool',
    inject: (cluster) => config(cluster, pool({ selectors: { pfNames: ['enp2s0f0np0#0-2'] } })),
    check: 'management-vf',
    target: 'dpu-host',
    code: 'IN_POOL',
    says: /VF 0 is node dpu-host's management port, and the pool .* takes it: enp2s0f0np0#0-2/,
  },
  {
    what: 'a pool of all VFs',
    inject: (cluster) => config(cluster, pool({ selectors: { vendors: ['15b3'] } })),
    check: 'management-vf',
    target: 'dpu-host',
    code: 'IN_POOL',
    says: /takes it: every VF of every PF/,
  },
  {
    what: 'a host that offers no VFs',
    inject: (cluster) => amounts(cluster, '0', '0'),
    check: 'pool-devices',
    target: 'dpu-host',
    code: 'NONE',
    says: /no devices in device pool, skipping creating resource server for mlnx_sriov_cx6/,
  },
  {
    what: 'VFs that are gone under running pods',
    inject: (cluster) => amounts(cluster, '1', '1'),
    check: 'pool-devices',
    target: 'dpu-host',
    code: 'OVERCOMMITTED',
    says: /pods on node dpu-host hold 2 devices .* and 1 are there/,
  },
  {
    what: 'a VF that is not healthy',
    cluster: () => bluefieldCluster().filter(({ metadata }) => metadata.name !== 'ovs-offload-pod2'),
    inject: (cluster) => amounts(cluster, '2', '1'),
    check: 'pool-devices',
    target: 'dpu-host',
    code: 'UNHEALTHY',
    says: /of the 2 devices .* of node dpu-host, 1 are allocatable/,
  },
  {
    what: 'more VFs than the pool selects',
    inject: (cluster) => amounts(cluster, '3', '3'),
    check: 'pool-devices',
    target: 'dpu-host',
    code: 'MORE',
    says: /offers 3 devices .* name 2 VFs/,
    verdict: 'warn',
  },
  {
    what: 'fewer VFs than the pool selects',
    inject: (cluster) => config(cluster, pool({ selectors: { pfNames: ['enp2s0f0np0#1-7'] } })),
    check: 'pool-devices',
    target: 'dpu-host',
    code: 'FEWER',
    says: /offers 2 devices .* name 7 VFs/,
    verdict: 'warn',
  },
  {
    what: 'a pod of the network that asks for no VF',
    inject: (_cluster, t) =>
      another(
        t,
        plainPod(
          'without-vf',
          { node: 'dpu-host', annotations: { 'v1.multus-cni.io/default-network': 'default' } },
          { phase: 'Pending' },
        ),
      ),
    check: 'vf-requests',
    target: 'dpu-host',
    code: 'NO_DEVICE',
    says: /ovn-kubernetes\/without-vf .* DeviceID must be set for Pod request with DPU/,
  },
  {
    what: 'a pod with a VF that does not ask for the network',
    inject: (cluster) =>
      annotate(cluster, 'ovs-offload-pod1', {
        'v1.multus-cni.io/default-network': null,
        [DETAILS]: null,
        [STATUS]: null,
      }),
    check: 'vf-requests',
    target: 'dpu-host',
    code: 'NO_NETWORK',
    says: /ovs-offload-pod1 asks for mellanox\.com\/mlnx_sriov_cx6 and not for the default network/,
  },
  {
    what: 'a pod that finds no node',
    inject: (_cluster, t) =>
      another(
        t,
        plainPod(
          'waiting',
          { resources: one(RESOURCE), annotations: { 'v1.multus-cni.io/default-network': 'default' } },
          unschedulable(`0/3 nodes are available: 3 Insufficient ${RESOURCE}.`),
        ),
      ),
    check: 'pods-scheduled',
    target: TARGET,
    code: 'UNSCHEDULABLE',
    says: /waiting asks for mellanox.* finds no node: Unschedulable: 0\/3 nodes/,
  },
  {
    what: 'a pod that asks by another prefix',
    inject: (_cluster, t) =>
      another(
        t,
        plainPod(
          'mistaken',
          { resources: one('intel.com/mlnx_sriov_cx6') },
          unschedulable('0/3 nodes are available: 3 Insufficient intel.com/mlnx_sriov_cx6.'),
        ),
      ),
    check: 'pods-scheduled',
    target: TARGET,
    code: 'NO_SUCH_RESOURCE',
    says: /mistaken asks for intel\.com\/mlnx_sriov_cx6, which no node has/,
  },
  {
    what: 'a pod whose VF the DPU could not plug',
    inject: (cluster) =>
      annotate(cluster, 'ovs-offload-pod1', {
        [STATUS]: JSON.stringify({ default: { Status: 'Error', Reason: 'no representor' } }),
      }),
    check: 'pods-connected',
    target: 'dpu-host',
    code: 'FAILED',
    says: /DPU plumb failed: connection status of pod .*ovs-offload-pod1 .* is Error: no representor/,
  },
  {
    what: 'a pod for which the DPU has not answered',
    inject: (cluster) => annotate(cluster, 'ovs-offload-pod1', { [STATUS]: null }),
    check: 'pods-connected',
    target: 'dpu-host',
    code: 'NO_ANSWER',
    says: /timed out waiting for annotations/,
  },
  {
    what: 'a pod of which the host has not told the DPU',
    inject: (cluster) => annotate(cluster, 'ovs-offload-pod1', { [DETAILS]: null, [STATUS]: null }),
    check: 'pods-connected',
    target: 'dpu-host',
    code: 'NOT_ASKED',
    says: /has no annotation k8s\.ovn\.org\/dpu\.connection-details/,
  },
  {
    what: 'a pod without an address',
    inject: (cluster) => annotate(cluster, 'ovs-offload-pod2', { 'k8s.ovn.org/pod-networks': null }),
    check: 'pods-connected',
    target: 'dpu-host',
    code: 'NO_ADDRESS',
    says: /ovs-offload-pod2 has no annotation k8s\.ovn\.org\/pod-networks/,
  },
  {
    what: 'an annotation that is no JSON',
    inject: (cluster) => annotate(cluster, 'ovs-offload-pod2', { [STATUS]: 'Ready' }),
    check: 'pods-connected',
    target: 'dpu-host',
    code: 'UNREADABLE',
    says: /dpu\.connection-status of pod .*ovs-offload-pod2 can not be read: it is no JSON/,
  },
];

/** The DaemonSet, or a pod of it. */
const isOf = ({ metadata }: KubernetesObject, set: string): boolean =>
  metadata.name === set || metadata.ownerReferences?.[0]?.name === set;

const failing = (pod: KubernetesObject) =>
  server.lab.api.patch(
    pod,
    {
      status: {
        phase: 'Pending',
        conditions: [{ type: 'Ready', status: 'False', reason: 'ContainersNotReady' }],
        containerStatuses: [
          {
            name: 'kube-multus',
            image: 'x',
            imageID: '',
            ready: false,
            restartCount: 0,
            state: { waiting: { reason: 'ImagePullBackOff', message: 'Back-off pulling image' } },
          },
        ],
      },
    },
    'status',
  );

const unschedulable = (message: string) => ({
  phase: 'Pending',
  conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }],
});

for (const { what, cluster = bluefieldCluster, inject, check, target, code, says, verdict } of FAULTS) {
  test.serial(`${what}: resources/${check} says so, and nothing else does`, async (t) => {
    await inject(await staged(t, cluster()), t);
    const report = await run(t);
    t.deepEqual(lines(report, 'fail', 'warn', 'error'), [
      `resources/${check} ${target} ${verdict ?? 'fail'}`,
    ]);
    const [finding, ...more] = report.results.flatMap(({ findings }) => findings);
    t.is(finding?.code, code);
    t.regex(finding?.message ?? '', says);
    t.notRegex(`${finding?.message} ${finding?.remedy}`, /\{[a-z]+\}/i);
    t.true((finding?.evidence.length ?? 0) > 0);
    t.true(more.every((other) => other.code === code));
    t.is(report.exitCode, verdict === 'warn' ? 0 : 1);
  });
}
