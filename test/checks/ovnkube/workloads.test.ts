import test from 'ava';
import { bluefieldCluster } from '../../../lab/kubernetes/clusters/bluefield.ts';
import type { KubernetesObject } from '../../../lab/kubernetes/objects.ts';
import { changed, codesOf, judgeCluster } from '../../helpers/judge-cluster.ts';

/* Forms of OVN-Kubernetes' workloads that real releases and installers write; faults are in lab/tests/ovnkube.test.ts. */

interface Container {
  name: string;
  command: string[];
  env: { name: string; value?: string }[];
}

const template = (
  object: KubernetesObject,
): { containers: Container[]; affinity?: unknown; nodeSelector?: unknown } =>
  (object.spec as { template: { spec: { containers: Container[] } } }).template.spec;

const without = (object: KubernetesObject, ...names: readonly string[]): void => {
  for (const container of template(object).containers)
    container.env = (container.env ?? []).filter(({ name }) => !names.includes(name));
};

const MASTER = /^ovnkube-master-/;

test('a DPU takes the name of its node from Open vSwitch: newer charts give it none, and a host must have one', (t) => {
  const nameless = (set: RegExp) =>
    changed(bluefieldCluster(), 'DaemonSet', set, (object) => without(object, 'K8S_NODE', 'K8S_NODE_DPU'));
  t.is(judgeCluster('ovnkube/node-name', nameless(/^ovnkube-node-dpu$/)).kind, 'pass');
  t.deepEqual(codesOf(judgeCluster('ovnkube/node-name', nameless(/^ovnkube-node-dpu-host$/))), ['NOT_GIVEN']);
});

/** DaemonSet and label of DPU hosts as OpenShift's network operator writes them. */
const openShift = (mode: string): readonly KubernetesObject[] => {
  const label = 'network.operator.openshift.io/dpu-host';
  const labelled = changed(bluefieldCluster(), 'Node', /^dpu-host$/, ({ metadata }) => {
    metadata.labels = { [label]: '' };
  });
  return changed(labelled, 'DaemonSet', /^ovnkube-node-dpu-host$/, (object) => {
    const spec = template(object);
    without(object, 'OVNKUBE_NODE_MODE');
    for (const container of spec.containers) {
      container.command = [
        '/bin/bash',
        '-c',
        '. /ovnkube-lib/ovnkube-lib.sh\nstart-ovnkube-node 4 29103 29105\n',
      ];
      container.env.push({ name: 'OVN_NODE_MODE', value: mode });
    }
    delete spec.nodeSelector;
    spec.affinity = {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchExpressions: [{ key: label, operator: 'Exists' }] }],
        },
      },
    };
  });
};

test("OpenShift's script is told the mode by a variable of its own, and knows dpu-host alone", (t) => {
  const host = openShift('dpu-host').map((object) => structuredClone(object));
  t.is(judgeCluster('ovnkube/node-mode', host).kind, 'pass');
  t.false(codesOf(judgeCluster('ovnkube/placement', host)).includes('NOT_PLACED'));
  t.deepEqual(codesOf(judgeCluster('ovnkube/node-mode', openShift('smart-nic'))), ['WRONG_MODE']);
});

test("that variable is nothing to OVN-Kubernetes' own script", (t) => {
  const mistaken = changed(bluefieldCluster(), 'DaemonSet', /^ovnkube-node-dpu-host$/, (object) => {
    without(object, 'OVNKUBE_NODE_MODE');
    for (const { env } of template(object).containers) env.push({ name: 'OVN_NODE_MODE', value: 'dpu-host' });
  });
  t.deepEqual(codesOf(judgeCluster('ovnkube/node-mode', mistaken)), ['WRONG_MODE']);
});

const evicted = { phase: 'Failed', reason: 'Evicted', message: 'The node was low on resource: memory.' };

test('an evicted pod of a Deployment is nobody any more once another is in its place', (t) => {
  const cluster = bluefieldCluster();
  const old = structuredClone(
    cluster.find(({ kind, metadata }) => kind === 'Pod' && MASTER.test(metadata.name)),
  );
  if (old === undefined) throw new Error('no pod of ovnkube-master');
  const judged = (objects: readonly KubernetesObject[]) =>
    codesOf(judgeCluster('ovnkube/pods-ready', objects, 'control-plane'));
  t.deepEqual(
    judged([
      ...cluster,
      { ...old, metadata: { ...old.metadata, name: `${old.metadata.name}-old` }, status: evicted },
    ]),
    ['pass'],
  );
  const alone = changed(cluster, 'Pod', MASTER, (pod) => Object.assign(pod, { status: evicted }));
  t.deepEqual(judged(alone), ['NOT_READY']);
});

const unscheduled = (message: string) => ({
  phase: 'Pending',
  conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }],
});

test('a control plane of OVN-Kubernetes that finds no node is on none, and is told of all the same', (t) => {
  const lost = changed(bluefieldCluster(), 'Pod', MASTER, (pod) => {
    delete (pod.spec as { nodeName?: string }).nodeName;
    Object.assign(pod, { status: unscheduled('0/3 nodes are available: 3 Insufficient cpu.') });
  });
  const judgement = judgeCluster('ovnkube/rollout', lost);
  t.deepEqual(codesOf(judgement), ['NO_NODE']);
  t.regex(judgement.kind === 'findings' ? (judgement.findings[0]?.message ?? '') : '', /3 Insufficient cpu/);
});

test('a pod that a DaemonSet has made for a node, and that the scheduler keeps off it, is not missing there', (t) => {
  const held = changed(bluefieldCluster(), 'Pod', /^ovnkube-node-dpu-(?!host)/, (pod) => {
    const spec = pod.spec as { nodeName?: string; affinity?: unknown };
    delete spec.nodeName;
    spec.affinity = {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['dpu'] }] }],
        },
      },
    };
    Object.assign(pod, { status: unscheduled('0/3 nodes are available: 1 Insufficient memory.') });
  });
  const judgement = judgeCluster('ovnkube/pods-ready', held, 'dpu');
  t.deepEqual(codesOf(judgement), ['NOT_READY']);
  t.regex(
    judgement.kind === 'findings' ? (judgement.findings[0]?.message ?? '') : '',
    /1 Insufficient memory/,
  );
});

test('a container beside the others that is started first, and does not get ready, is named', (t) => {
  const beside = changed(bluefieldCluster(), 'Pod', /^ovnkube-node-dpu-(?!host)/, (pod) => {
    const status = pod.status as {
      conditions: { type: string; status: string }[];
      initContainerStatuses?: unknown;
    };
    status.conditions = status.conditions.map((one) =>
      one.type === 'Ready' ? { ...one, status: 'False' } : one,
    );
    const of = { image: 'x', ready: false, restartCount: 3 };
    status.initContainerStatuses = [
      { ...of, name: 'done', state: { terminated: { reason: 'Completed', exitCode: 0 } } },
      { ...of, name: 'beside', state: { waiting: { reason: 'CrashLoopBackOff' } } },
    ];
  });
  const judgement = judgeCluster('ovnkube/pods-ready', beside, 'dpu');
  const message = judgement.kind === 'findings' ? (judgement.findings[0]?.message ?? '') : '';
  t.regex(message, /container beside waiting: CrashLoopBackOff/);
  t.notRegex(message, /done/);
});

/** A DaemonSet with one container, and without a word of its controller unless one is given. */
const another = (name: string, container: string, status: object = {}): KubernetesObject => ({
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  metadata: { name, namespace: 'kube-system', generation: 1 },
  spec: { template: { spec: { containers: [{ name: container, image: 'x@sha256:0' }] } } },
  status,
});
const IDLE = { observedGeneration: 1, desiredNumberScheduled: 0 };
const BUSY = { observedGeneration: 1, desiredNumberScheduled: 3 };

test('kube-proxy is known by its container, and one that is switched off runs nowhere', (t) => {
  const judged = (one: KubernetesObject) =>
    codesOf(judgeCluster('cluster/kube-proxy-absent', [...bluefieldCluster(), one]));
  t.deepEqual(judged(another('openshift-kube-proxy', 'kube-proxy', BUSY)), ['PRESENT']);
  t.deepEqual(judged(another('kube-proxy', 'kube-proxy')), ['PRESENT'], 'its controller has not seen it');
  t.deepEqual(judged(another('kube-proxy', 'kube-proxy', IDLE)), ['pass']);
  t.deepEqual(judged(another('auth', 'kube-rbac-proxy', BUSY)), ['pass']);
});

test('other network plugins are known by the names that distributions give them', (t) => {
  const judged = (one: KubernetesObject) =>
    codesOf(judgeCluster('ovnkube/other-plugins-absent', [...bluefieldCluster(), one]));
  for (const name of ['canal', 'rke2-canal', 'kube-flannel-ds-amd64', 'kube-ovn-cni'])
    t.deepEqual(judged(another(name, 'x', BUSY)), ['PRESENT'], name);
  t.deepEqual(judged(another('networking', 'cilium-agent')), ['PRESENT']);
  t.deepEqual(judged(another('kindnet', 'kindnet-cni', IDLE)), ['pass']);
  t.deepEqual(judged(another('kube-multus-ds', 'kube-multus', BUSY)), ['pass']);
});

test('of two leases of one host, as a reinstallation leaves them, the one that is renewed counts', (t) => {
  const cluster = bluefieldCluster();
  const [lease] = cluster.filter(
    ({ kind, metadata }) => kind === 'Lease' && metadata.name === 'ovn-dpu-dpu-host',
  );
  if (lease === undefined) throw new Error('no lease');
  const old = structuredClone(lease);
  old.metadata.namespace = 'older';
  Object.assign(old.spec as object, { renewTime: '2024-01-01T00:00:00.000000Z' });
  t.deepEqual(codesOf(judgeCluster('ovnkube/dpu-lease', [old, ...cluster], 'dpu-host')), ['pass']);
});

test('labels of OVN-Kubernetes on nodes of a cluster without it are a failure; without labels it is merely not there', (t) => {
  const bare = bluefieldCluster().filter(({ kind }) => kind === 'Node');
  t.deepEqual(codesOf(judgeCluster('ovnkube/placement', bare)), ['NOT_DEPLOYED']);
  const unlabelled = changed(bare, 'Node', /./, ({ metadata }) => {
    metadata.labels = {};
  });
  t.deepEqual(codesOf(judgeCluster('ovnkube/placement', unlabelled)), ['not-applicable']);
});
