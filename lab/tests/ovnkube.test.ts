import test, { type ExecutionContext } from 'ava';
import type { Report } from '../../runner/report.ts';
import { examine } from '../../test/helpers/cli.ts';
import type { BluefieldPair } from '../kubernetes/clusters/bluefield.ts';
import {
  bluefieldCluster,
  type KubernetesObject,
  kindVethCluster,
  type Staged,
} from '../kubernetes/index.ts';
import { apiServer, find, lines } from './api-server.ts';

/* Each object of OVN-Kubernetes broken in a real API server: the check that it is for fails, and no other. */

const server = apiServer('ovnkube');
const { target: TARGET, staged } = server;

const run = (t: ExecutionContext, ...args: readonly string[]): Promise<Report> =>
  examine(t, ['--kubeconfig', server.lab.kubeconfig, '-s', 'ovnkube', '-s', 'cluster/dpu-labels', ...args]);

const unwell = (report: Report): readonly string[] => lines(report, 'fail', 'warn', 'error');

const verdict = ({ results }: Report, id: string): readonly string[] =>
  results.filter(({ checkId }) => checkId === `ovnkube/${id}`).map((one) => one.verdict);

interface Variable {
  name: string;
  value?: string;
  valueFrom?: unknown;
}

interface Template {
  containers: { name: string; env: Variable[] }[];
}

const templateOf = (object: KubernetesObject): Template =>
  (object.spec as { template: { spec: Template } }).template.spec;

/** Changes a DaemonSet's pod template, and lets its controller have seen that. */
async function change(cluster: Staged, called: string, spec: object): Promise<void> {
  const object = find(cluster, 'DaemonSet', called);
  const changed = await server.lab.api.patch(object, { spec: { template: { spec } } });
  await server.lab.api.patch(
    object,
    { status: { observedGeneration: changed.metadata['generation'] } },
    'status',
  );
}

/** Sets a variable in every container of a DaemonSet; without a value it is taken away. */
function set(cluster: Staged, called: string, variable: string, value?: string): Promise<void> {
  const object = find(cluster, 'DaemonSet', called);
  const containers = templateOf(object).containers.map((container) => ({
    ...container,
    env: [
      ...(container.env ?? []).filter((one) => one.name !== variable),
      ...(value === undefined ? [] : [{ name: variable, value }]),
    ],
  }));
  return change(cluster, called, { containers });
}

const config = (cluster: Staged, data: Record<string, string | null>) =>
  server.lab.api.patch(find(cluster, 'ConfigMap', 'ovn-config'), { data });

const pair = (number: number): BluefieldPair => ({
  host: `host${number}`,
  hostAddress: `192.168.42.20${number}`,
  dpu: `dpu${number}`,
  dpuAddress: `192.168.41.12${number}`,
  subnet: `10.233.6${4 + number}`,
  pods: [],
});
const twoPairs = () => bluefieldCluster({ pairs: [pair(1), pair(2)] });

/** The management port from a pool: the DaemonSet names it, its pods ask for a device of it. */
function pooled(): KubernetesObject[] {
  const resource = 'mellanox.com/mlnx_sriov_cx6';
  const variable = 'OVNKUBE_NODE_MGMT_PORT_DP_RESOURCE_NAME';
  const objects = structuredClone(bluefieldCluster());
  for (const object of objects) {
    if (!object.metadata.name.startsWith('ovnkube-node-dpu-host')) continue;
    const template = object.kind === 'Pod' ? (object.spec as Template) : templateOf(object);
    for (const container of template.containers)
      Object.assign(container, {
        env: [
          ...container.env.filter((one) => one.name !== 'OVNKUBE_NODE_MGMT_PORT_NETDEV'),
          { name: variable, value: resource },
        ],
        resources: { requests: { [resource]: '1' }, limits: { [resource]: '1' } },
      });
  }
  return objects;
}

test.serial('the cluster of the guide for BlueField-2 passes', async (t) => {
  await staged(t, bluefieldCluster());
  const report = await run(t);
  t.deepEqual(unwell(report), []);
  t.deepEqual(verdict(report, 'dpu-lease'), ['pass']);
  t.deepEqual(verdict(report, 'pods-ready'), ['pass', 'pass', 'pass']);
  t.deepEqual(verdict(report, 'gateway-interface'), ['pass']);
  t.is(report.exitCode, 0);
});

test.serial('the veth topology passes, and what its hosts lack is how it is meant to be', async (t) => {
  await staged(t, kindVethCluster());
  const report = await run(t);
  t.deepEqual(unwell(report), []);
  for (const id of ['custom-resource-definitions', 'zone-names', 'identity', 'simulation', 'update-strategy'])
    t.deepEqual(verdict(report, id), ['pass'], id);
  const gaps = report.results.filter(({ expectedGap }) => expectedGap);
  t.deepEqual(
    gaps.filter(({ checkId }) => checkId === 'ovnkube/pods-ready').map(({ target }) => target),
    ['dpu-worker', 'dpu-worker3'],
  );
});

test.serial(
  'a management port from a pool passes where nodes have devices and pods ask for them',
  async (t) => {
    await staged(t, pooled());
    const report = await run(t);
    t.deepEqual(unwell(report), []);
    t.deepEqual(verdict(report, 'management-port-resource'), ['pass']);
  },
);

test.serial('settings as they are expected pass', async (t) => {
  await staged(t, bluefieldCluster());
  const report = await run(t, '--set', 'ovnkube-settings=OVN_GATEWAY_MODE=shared,OVN_MTU=1400');
  t.deepEqual(verdict(report, 'expected-settings'), ['pass']);
});

interface Fault {
  readonly what: string;
  readonly cluster?: () => KubernetesObject[];
  readonly args?: readonly string[];
  inject(cluster: Staged): Promise<unknown>;
  /** Of the group. */
  readonly check: string;
  /** Where it is not the cluster. */
  readonly target?: string;
  readonly verdict?: 'warn';
  readonly says: RegExp;
}

const minutesAgo = (minutes: number): string =>
  new Date(Date.now() - minutes * 60_000).toISOString().replace('Z', '000Z');

const patchLease = (cluster: Staged, spec: object) =>
  server.lab.api.patch(find(cluster, 'Lease', 'ovn-dpu-dpu-host'), { spec });

const FAULTS: readonly Fault[] = [
  {
    what: 'a namespace for the traffic of hosts that is not there',
    inject: (cluster) => config(cluster, { host_network_namespace: 'nowhere' }),
    check: 'namespaces',
    says: /there is no namespace nowhere: it is host_network_namespace of ConfigMap ovn-kubernetes\/ovn-config/,
  },
  {
    what: 'a key that is missing in ovn-config',
    inject: (cluster) => config(cluster, { svc_cidr: null }),
    check: 'configuration',
    says: /reads svc_cidr from ConfigMap ovn-kubernetes\/ovn-config, which has no such key/,
  },
  {
    what: 'ovn-config itself missing',
    inject: (cluster) => server.lab.api.remove(find(cluster, 'ConfigMap', 'ovn-config')),
    check: 'configuration',
    says: /from ConfigMap ovn-kubernetes\/ovn-config, which is not there/,
  },
  {
    what: 'networks that overlap',
    inject: (cluster) => config(cluster, { svc_cidr: '10.233.0.0/16' }),
    check: 'configuration',
    says: /net_cidr 10\.233\.64\.0\/18 and svc_cidr 10\.233\.0\.0\/16 overlap/,
  },
  {
    what: 'an API server by the name of its container',
    cluster: kindVethCluster,
    inject: (cluster) => config(cluster, { k8s_apiserver: 'https://dpu-control-plane:6443' }),
    check: 'configuration',
    says: /the name of a node/,
  },
  {
    what: 'an MTU that is none',
    inject: (cluster) => config(cluster, { mtu: 'jumbo' }),
    check: 'configuration',
    says: /mtu is jumbo/,
  },
  {
    what: 'a binding that was not applied',
    inject: (cluster) => server.lab.api.remove(find(cluster, 'ClusterRoleBinding', 'ovnkube-node')),
    check: 'access-control',
    says: /runs as the service account ovn-kubernetes\/ovnkube-node, and no binding names it/,
  },
  {
    what: 'a service account that was not applied',
    inject: (cluster) => server.lab.api.remove(find(cluster, 'ServiceAccount', 'ovnkube-node')),
    check: 'access-control',
    says: /ovn-kubernetes\/ovnkube-node, which is not there/,
  },
  {
    what: 'a role that was not applied',
    inject: (cluster) => server.lab.api.remove(find(cluster, 'ClusterRole', 'ovnkube-node')),
    check: 'access-control',
    says: /binding ovnkube-node gives ovn-kubernetes\/ovnkube-node the ClusterRole ovnkube-node/,
  },
  {
    what: "the host's mode on DPUs",
    inject: (cluster) => set(cluster, 'ovnkube-node-dpu', 'OVNKUBE_NODE_MODE', 'dpu-host'),
    check: 'node-mode',
    says: /ovnkube-node-dpu, container ovnkube-node is placed by k8s\.ovn\.org\/dpu, and runs ovnkube in dpu-host mode/,
  },
  {
    what: 'no mode on hosts',
    inject: (cluster) => set(cluster, 'ovnkube-node-dpu-host', 'OVNKUBE_NODE_MODE'),
    check: 'node-mode',
    says: /is placed by k8s\.ovn\.org\/dpu-host, and runs ovnkube in full mode/,
  },
  {
    what: 'a mode that nobody knows',
    inject: (cluster) => set(cluster, 'ovnkube-node-dpu', 'OVNKUBE_NODE_MODE', 'smart-nic'),
    check: 'node-mode',
    says: /unexpected ovnkube-node-mode: smart-nic\. supported modes: \[full dpu dpu-host\]/,
  },
  {
    what: 'one name for all DPUs',
    inject: (cluster) => set(cluster, 'ovnkube-node-dpu', 'K8S_NODE_DPU', 'dpu'),
    check: 'node-name',
    says: /takes K8S_NODE_DPU from the value dpu/,
  },
  {
    what: 'no name at all',
    inject: (cluster) => set(cluster, 'ovnkube-node-dpu-host', 'K8S_NODE'),
    check: 'node-name',
    says: /is not told the name of its node/,
  },
  {
    what: 'no management port on hosts',
    inject: (cluster) => set(cluster, 'ovnkube-node-dpu-host', 'OVNKUBE_NODE_MGMT_PORT_NETDEV'),
    check: 'management-port',
    says: /must be provided$/,
  },
  {
    what: 'a management port on DPUs',
    inject: (cluster) => set(cluster, 'ovnkube-node-dpu', 'OVNKUBE_NODE_MGMT_PORT_NETDEV', 'enp2s0f0v0'),
    check: 'management-port',
    says: /must not be provided$/,
  },
  {
    what: 'primary networks without a pool for management ports',
    inject: (cluster) => set(cluster, 'ovnkube-node-dpu-host', 'OVN_NETWORK_SEGMENTATION_ENABLE', 'true'),
    check: 'management-port',
    says: /on dpu-host mode if network segmentation is enabled$/,
  },
  {
    what: 'a network device beside the pool',
    cluster: pooled,
    inject: (cluster) => set(cluster, 'ovnkube-node-dpu-host', 'OVNKUBE_NODE_MGMT_PORT_NETDEV', 'enp2s0f0v0'),
    check: 'management-port',
    verdict: 'warn',
    says: /the resource counts/,
  },
  {
    what: 'a pool whose prefix is missing',
    cluster: pooled,
    inject: (cluster) =>
      server.lab.api.patch(
        find(cluster, 'Node', 'dpu-host'),
        { status: { allocatable: { 'mellanox.com/mlnx_sriov_cx6': null } } },
        'status',
      ),
    check: 'management-port-resource',
    says: /node dpu-host has no devices of mellanox\.com\/mlnx_sriov_cx6/,
  },
  {
    what: 'a gateway that only hosts can derive',
    inject: (cluster) =>
      set(cluster, 'ovnkube-node-dpu', 'OVN_GATEWAY_OPTS', '--gateway-interface=derive-from-mgmt-port'),
    check: 'gateway-interface',
    says: /derive-from-mgmt-port is taken for the name of a network device in dpu mode/,
  },
  {
    what: 'hybrid overlay on DPUs',
    inject: (cluster) => set(cluster, 'ovnkube-node-dpu', 'OVN_HYBRID_OVERLAY_ENABLE', 'true'),
    check: 'mode-settings',
    says: /hybrid overlay is not supported with ovnkube-node mode dpu/,
  },
  {
    what: 'a simulator whose DPUs are not told',
    cluster: kindVethCluster,
    inject: async (cluster) => {
      for (const node of cluster.objects.filter(({ kind }) => kind === 'Node'))
        await server.lab.api.patch(node, { metadata: { labels: { 'dpu-sim.org/node-name': 'x' } } });
      await set(cluster, 'ovnkube-node-dpu', 'DPU_REPRESENTOR_MODE');
    },
    check: 'simulation',
    says: /is not told that veth pairs stand for representors: node dpu-control-plane has the label dpu-sim/,
  },
  {
    what: 'another gateway mode on DPUs',
    inject: (cluster) => set(cluster, 'ovnkube-node-dpu', 'OVN_GATEWAY_MODE', 'local'),
    check: 'settings-agree',
    says: /OVN_GATEWAY_MODE is local in DaemonSet ovn-kubernetes\/ovnkube-node-dpu, and shared in/,
  },
  {
    what: 'a setting that is not as it is expected',
    args: ['--set', 'ovnkube-settings=OVN_MTU=9000'],
    inject: async () => {},
    check: 'expected-settings',
    says: /OVN_MTU is 1400 in .*, and 9000 is expected/,
  },
  {
    what: 'a webhook that refuses what DPUs write',
    inject: () => server.lab.api.create(webhook()),
    check: 'identity',
    says: /ovn-kubernetes-admission-webhook-node is asked about nodes\/status, and refuses/,
  },
  {
    what: 'identity without ovnkube-identity',
    cluster: kindVethCluster,
    inject: (cluster) => server.lab.api.remove(find(cluster, 'DaemonSet', 'ovnkube-identity')),
    check: 'identity',
    says: /is told to use ovnkube-identity, which is not there/,
  },
  {
    what: "a zone of another node's name",
    cluster: kindVethCluster,
    inject: (cluster) =>
      server.lab.api.patch(find(cluster, 'Node', 'dpu-worker2'), {
        metadata: { labels: { 'k8s.ovn.org/zone-name': 'dpu-worker4' } },
      }),
    check: 'zone-names',
    says: /node dpu-worker2 has the label k8s\.ovn\.org\/zone-name dpu-worker4 and not its own name/,
  },
  {
    what: 'a DaemonSet that does not keep away from hosts',
    cluster: kindVethCluster,
    inject: (cluster) => change(cluster, 'ovs-node', { affinity: null }),
    check: 'placement',
    says: /DaemonSet ovn-kubernetes\/ovs-node is placed on the DPU host dpu-worker: it brings Open vSwitch/,
  },
  {
    what: 'no DaemonSet for DPUs',
    inject: (cluster) => server.lab.api.remove(find(cluster, 'DaemonSet', 'ovnkube-node-dpu')),
    check: 'placement',
    says: /no DaemonSet runs ovnkube in dpu mode on dpu, which is a DPU/,
  },
  {
    what: 'a DaemonSet that fits no node',
    inject: (cluster) => change(cluster, 'ovs-node', { nodeSelector: { disk: 'none' } }),
    check: 'placement',
    says: /DaemonSet ovn-kubernetes\/ovs-node fits none of the 3 nodes/,
  },
  {
    what: 'no control plane of OVN-Kubernetes',
    inject: (cluster) => server.lab.api.remove(find(cluster, 'Deployment', 'ovnkube-master')),
    check: 'components',
    says: /no workload of OVN-Kubernetes runs the control plane of OVN-Kubernetes/,
  },
  {
    what: 'a taint on a DPU',
    inject: (cluster) =>
      server.lab.api.patch(find(cluster, 'Node', 'dpu'), {
        spec: { taints: [{ key: 'dpu', value: 'provisioning', effect: 'NoSchedule' }] },
      }),
    check: 'taints',
    says: /kept off .* by the taint dpu=provisioning:NoSchedule/,
  },
  {
    what: 'a specification that its controller has not seen',
    inject: (cluster) =>
      server.lab.api.patch(find(cluster, 'DaemonSet', 'ovs-node'), { spec: { minReadySeconds: 5 } }),
    check: 'rollout',
    says: /DaemonSet ovn-kubernetes\/ovs-node is at generation 2, and its controller has seen 1/,
  },
  {
    what: 'pods of an older specification',
    inject: (cluster) =>
      server.lab.api.patch(
        find(cluster, 'DaemonSet', 'ovs-node'),
        { status: { updatedNumberScheduled: 0 } },
        'status',
      ),
    check: 'rollout',
    says: /0 of 1 pods of DaemonSet ovn-kubernetes\/ovs-node run by its present specification/,
  },
  {
    what: 'a container that is not ready',
    inject: (cluster) => {
      const pod = find(cluster, 'Pod', 'ovnkube-node-dpu-host');
      const { containerStatuses = [], conditions = [] } = pod.status as {
        containerStatuses?: object[];
        conditions?: { type: string }[];
      };
      const waiting = { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 5m0s' } };
      return server.lab.api.patch(
        pod,
        {
          status: {
            containerStatuses: containerStatuses.map((one) => ({ ...one, ready: false, state: waiting })),
            conditions: conditions.map((one) => (one.type === 'Ready' ? { ...one, status: 'False' } : one)),
          },
        },
        'status',
      );
    },
    check: 'pods-ready',
    target: 'dpu-host',
    says: /container ovnkube-node waiting: CrashLoopBackOff, back-off 5m0s/,
  },
  {
    what: 'a node without the pod of its DaemonSet',
    inject: (cluster) => server.lab.api.remove(find(cluster, 'Pod', 'ovnkube-node-dpu-host')),
    check: 'pods-ready',
    target: 'dpu-host',
    says: /DaemonSet ovn-kubernetes\/ovnkube-node-dpu-host has no pod on dpu-host/,
  },
  {
    what: 'a lease that has expired',
    inject: (cluster) => patchLease(cluster, { renewTime: minutesAgo(5) }),
    check: 'dpu-lease',
    target: 'dpu-host',
    says: /^DPU node lease expired at \d{4}-\d\d-\d\dT[\d:]+Z$/,
  },
  {
    what: 'a lease that was never renewed',
    inject: (cluster) => patchLease(cluster, { renewTime: null }),
    check: 'dpu-lease',
    target: 'dpu-host',
    says: /^DPU node lease missing renew time or duration$/,
  },
  {
    what: 'a lease that another one holds',
    inject: (cluster) => patchLease(cluster, { holderIdentity: 'someone' }),
    check: 'dpu-lease',
    target: 'dpu-host',
    says: /the lease ovn-dpu-dpu-host is held by someone/,
  },
  {
    what: 'a lease that is missing',
    cluster: twoPairs,
    inject: (cluster) => server.lab.api.remove(find(cluster, 'Lease', 'ovn-dpu-host2')),
    check: 'dpu-lease',
    target: 'host2',
    says: /^DPU node lease not found$/,
  },
];

/** As the chart makes it; but it is never needed, so that the API server goes on where nobody answers. */
const webhook = (): KubernetesObject => ({
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingWebhookConfiguration',
  metadata: { name: 'ovn-kubernetes-admission-webhook-node' },
  webhooks: [
    {
      name: 'ovn-kubernetes-admission-webhook-node.k8s.io',
      clientConfig: { url: 'https://localhost:9443/node' },
      admissionReviewVersions: ['v1'],
      sideEffects: 'None',
      failurePolicy: 'Ignore',
      timeoutSeconds: 1,
      rules: [
        {
          operations: ['UPDATE'],
          apiGroups: ['*'],
          apiVersions: ['*'],
          resources: ['nodes/status'],
          scope: '*',
        },
      ],
    },
  ],
});

for (const {
  what,
  cluster = bluefieldCluster,
  args = [],
  inject,
  check,
  target = TARGET,
  verdict: as = 'fail',
  says,
} of FAULTS) {
  test.serial(`${what} makes ovnkube/${check} ${as}, and nothing else`, async (t) => {
    t.teardown(() => server.lab.api.remove(webhook()));
    await inject(await staged(t, cluster()));
    const report = await run(t, ...args);
    t.deepEqual(unwell(report), [`ovnkube/${check} ${target} ${as}`]);
    const said = report.results.flatMap(({ findings }) => findings.map(({ message }) => message));
    t.true(
      said.some((message) => says.test(message)),
      said.join('\n'),
    );
  });
}

test.serial('an update that hosts would hold up', async (t) => {
  const cluster = await staged(t, kindVethCluster({ step: 14 }));
  t.deepEqual(verdict(await run(t, '-s', 'ovnkube/update-strategy'), 'update-strategy'), ['pass']);
  const object = find(cluster, 'DaemonSet', 'ovnkube-node');
  const updateStrategy = { rollingUpdate: { maxUnavailable: 1 } };
  const changed = await server.lab.api.patch(object, { spec: { updateStrategy } });
  await server.lab.api.patch(
    object,
    { status: { observedGeneration: changed.metadata['generation'] } },
    'status',
  );
  const report = await run(t);
  t.deepEqual(
    unwell(report).filter((line) => line.includes(TARGET)),
    [`ovnkube/update-strategy ${TARGET} fail`],
  );
});

test.serial(
  'a kind that is missing makes ovnkube/custom-resource-definitions fail, and nothing else',
  async (t) => {
    await staged(t, kindVethCluster());
    // The last test of this file: the definition is not made anew.
    await server.lab.api.remove({
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'egressips.k8s.ovn.org' },
    });
    t.deepEqual(unwell(await run(t)), [`ovnkube/custom-resource-definitions ${TARGET} fail`]);
  },
);
