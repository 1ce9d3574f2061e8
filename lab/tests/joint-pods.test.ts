import process from 'node:process';
import test, { type ExecutionContext } from 'ava';
import { parse } from 'yaml';
import type { Report, Result } from '../../runner/report.ts';
import { dpuDoctor, resultOf } from '../../test/helpers/cli.ts';
import { downJointLab, findJointFault, type JointLab, upJointLab } from '../joint/index.ts';
import { RESOURCE } from '../kubernetes/clusters/bluefield.ts';
import type { KubernetesObject } from '../kubernetes/index.ts';
import { findFault } from '../netns/faults/index.ts';
import { waitFor } from '../netns/wait.ts';
import { assertHealthy, assertSame, examine } from './examine.ts';

/* What pods tell: words of those that fail, as real kubelets report them, and nodes that are examined through theirs. */

const name = `test-joint-pods-${process.pid}`;
const CLUSTER = `cluster:${name}`;
let lab: JointLab;

test.before(async () => {
  lab = await upJointLab({ name, pairs: 1 });
  await lab.startPod('offload-pod1');
});

test.after.always(() => downJointLab({ name }));

const overSsh = (...args: readonly string[]): Promise<Report> =>
  examine('--kubeconfig', lab.kubeconfig, '--inventory', lab.nodes.inventoryFile, ...args);

const throughPods = (kubeconfig = lab.kubeconfig): Promise<Report> =>
  examine('--kubeconfig', kubeconfig, '--node-access', 'exec');

async function applied(t: ExecutionContext, called: string): Promise<void> {
  t.teardown(await findJointFault(called).apply(lab));
}

/** A pod of the test on the host. */
async function started(
  t: ExecutionContext,
  called: string,
  spec: { readonly hostNetwork?: boolean; readonly containers: readonly object[] },
): Promise<void> {
  const object: KubernetesObject = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: called,
      namespace: 'default',
      annotations: { 'v1.multus-cni.io/default-network': 'default' },
    },
    spec: { nodeName: 'host1', terminationGracePeriodSeconds: 0, ...spec },
  };
  await lab.api.create(object);
  t.teardown(() => lab.api.remove(object));
}

/** A pod that wants a VF, when its CNI plugin has refused it. */
async function refused(t: ExecutionContext, called: string): Promise<void> {
  const one = { [RESOURCE]: '1' };
  const container = {
    name: 'app',
    image: 'alpine',
    imagePullPolicy: 'IfNotPresent',
    command: ['sleep', '3600'],
  };
  await started(t, called, { containers: [{ ...container, resources: { requests: one, limits: one } }] });
  await waitFor(
    'the event of the refusal',
    async () => {
      const events = await lab.api.list('/api/v1/namespaces/default/events');
      return events.some(({ reason, involvedObject }) => {
        const { name: about } = involvedObject as { name: string };
        return reason === 'FailedCreatePodSandBox' && about === called;
      });
    },
    { timeoutMs: 60_000 },
  );
}

const failing = ({ results }: Report): readonly string[] =>
  results.filter(({ verdict }) => verdict === 'fail' || verdict === 'error').map(({ checkId }) => checkId);

const explained = ({ explanations = [] }: Result) => explanations.map(({ id, about }) => `${id} of ${about}`);

test.serial(
  'ovnkube that ends at its start explains what its DaemonSet lacks, by the end of its log',
  async (t) => {
    await applied(t, 'management-port-missing');
    const report = await overSsh();
    t.deepEqual(failing(report), ['ovnkube/management-port']);
    const result = resultOf(report, CLUSTER, 'ovnkube/management-port');
    const [explanation] = result.explanations ?? [];
    t.is(explanation?.id, 'management-port-required');
    t.regex(explanation?.about ?? '', /^pod ovn-kubernetes\/ovnkube-node-dpu-host-/);
    t.regex(explanation?.from ?? '', /^kubectl .*logs.*ovnkube-node-dpu-host-/);
    t.is(resultOf(report, CLUSTER, 'cluster/known-messages').verdict, 'warn');
  },
);

test.serial(
  'a container that says why it ends explains the check of the node that fails for it',
  async (t) => {
    t.teardown(await findFault('physfn-removed').apply(lab.nodes, { index: 0 }));
    const said = [
      'failed to run ovnkube: failed to start node network controller:',
      'failed to init default node network controller: failed to read physfn link, provided address may not be a VF.',
      'readlink /sys/bus/pci/devices/0000:02:00.3/physfn: no such file or directory',
    ].join(' ');
    // OVN-Kubernetes' words for it and sriovnet's, from a pod that only says them.
    await started(t, 'ovnkube-node-says', {
      hostNetwork: true,
      containers: [
        {
          name: 'ovnkube-node',
          image: 'alpine',
          imagePullPolicy: 'IfNotPresent',
          command: ['sh', '-c', `echo "${said}" >&2; exit 1`],
        },
      ],
    });
    await waitFor(
      'the container to have ended',
      async () => {
        const { status } = (await lab.api.get(
          '/api/v1/namespaces/default/pods/ovnkube-node-says',
        )) as KubernetesObject;
        const { containerStatuses = [] } = status as { containerStatuses?: { restartCount: number }[] };
        return (containerStatuses[0]?.restartCount ?? 0) > 0;
      },
      { timeoutMs: 60_000 },
    );
    const result = resultOf(await overSsh(), 'host1', 'gateway/pf-pci-address');
    t.is(result.verdict, 'fail');
    t.deepEqual(explained(result), ['management-port-no-vf of pod default/ovnkube-node-says']);
  },
);

test.serial(
  "a refusal of the CNI for the DPU's lease explains the lease, which is the one failure",
  async (t) => {
    await applied(t, 'lease-stale');
    await refused(t, 'unserved');
    const report = await overSsh();
    t.deepEqual(failing(report), ['ovnkube/dpu-lease']);
    const result = resultOf(report, 'host1', 'ovnkube/dpu-lease');
    t.deepEqual(explained(result), [
      'dpu-not-ready of pod default/unserved',
      'lease-expired of pod default/unserved',
    ]);
    t.regex(result.explanations?.[0]?.from ?? '', /events.*FailedCreatePodSandBox/);
  },
);

test.serial(
  'a refusal of the CNI for want of a device explains the network that names no resource',
  async (t) => {
    await applied(t, 'network-without-resource');
    await refused(t, 'without-device');
    const report = await overSsh();
    t.deepEqual(failing(report), ['resources/network-attachment']);
    const result = resultOf(report, CLUSTER, 'resources/network-attachment');
    t.deepEqual(explained(result), ['pod-without-device of pod default/without-device']);
  },
);

test.serial(
  'nodes that are examined through the pods of OVN-Kubernetes say what they say over SSH',
  async (t) => {
    const report = await throughPods();
    assertHealthy(t, report);
    assertSame(t, await overSsh(), report);
    t.deepEqual(
      report.targets.slice(1).map(({ name: node, uri }) => [node, uri.replace(/-\w{5}\//, '/')]),
      [
        ['control-plane', 'pod://ovn-kubernetes/ovnkube-node/ovnkube-node'],
        ['dpu1', 'pod://ovn-kubernetes/ovnkube-node-dpu/ovnkube-node'],
        ['host1', 'pod://ovn-kubernetes/ovnkube-node-dpu-host/ovnkube-node'],
      ],
    );
  },
);

test.serial('the printed rights are enough for that', async (t) => {
  const { stdout } = await dpuDoctor(['permissions', '--rbac', '--node-access', 'exec']);
  const report = await throughPods(await lab.cluster.serviceAccount('exec', parse(stdout).rules));
  assertHealthy(t, report);
});

test.serial('a broken chain is seen through pods, too', async (t) => {
  await applied(t, 'pod-port-missing');
  t.deepEqual(failing(await throughPods()), ['chain/pod-ports']);
});

test.serial(
  'a node that has lost its pod can not be examined through it, and its label is the failure',
  async (t) => {
    await applied(t, 'dpu-host-label-wrong');
    const report = await throughPods();
    t.deepEqual(failing(report), ['cluster/dpu-labels', 'target/reachable']);
    const unreached = resultOf(report, 'host1', 'target/reachable');
    t.is(unreached.reasonCode, 'no-such-container');
    t.regex(unreached.reason ?? '', /no pod on host1 can be used to examine it/);
  },
);
