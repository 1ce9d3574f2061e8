import test from 'ava';
import { bluefieldCluster, RESOURCE } from '../../../lab/kubernetes/clusters/bluefield.ts';
import type { KubernetesObject } from '../../../lab/kubernetes/objects.ts';
import { clusterFactsOf } from '../../helpers/cluster-facts.ts';
import { changed, codesOf, judgeCluster } from '../../helpers/judge-cluster.ts';

const one = { [RESOURCE]: '1' };
const asking = (name: string, more: object = {}) => ({
  name,
  image: 'alpine',
  resources: { requests: one, limits: one },
  ...more,
});

/** Of the two pods with a VF each, the first has these containers. */
const withContainers = (spec: { containers: object[]; initContainers?: object[] }) =>
  changed(bluefieldCluster(), 'Pod', /^ovs-offload-pod1$/, (pod) => Object.assign(pod.spec as object, spec));

const heldBy = (objects: readonly KubernetesObject[]): string | undefined =>
  clusterFactsOf(objects)
    .pods.find(({ name }) => name === 'ovs-offload-pod1')
    ?.devices.get(RESOURCE);

test('a pod holds the devices of all its containers, and as many as its init containers need at once', (t) => {
  const plain = { name: 'plain', image: 'alpine' };
  const sidecar = asking('sidecar', { restartPolicy: 'Always' });
  t.is(heldBy(withContainers({ containers: [asking('a'), asking('b')] })), '2');
  t.is(heldBy(withContainers({ containers: [asking('a')], initContainers: [asking('before')] })), '1');
  t.is(heldBy(withContainers({ containers: [asking('a')], initContainers: [sidecar] })), '2');
  t.is(heldBy(withContainers({ containers: [plain], initContainers: [sidecar, asking('init')] })), '2');
  t.is(heldBy(withContainers({ containers: [asking('a', { resources: { limits: one } })] })), '1');
  t.is(heldBy(withContainers({ containers: [plain] })), undefined);
});

test('more devices than there are is told of, whichever containers hold them', (t) => {
  const objects = withContainers({ containers: [asking('a'), asking('b')] });
  t.deepEqual(codesOf(judgeCluster('resources/pool-devices', objects, 'dpu-host')), ['OVERCOMMITTED']);
});

test('a pod whose VF a sidecar asks for asks for one', (t) => {
  const objects = withContainers({
    containers: [{ name: 'plain', image: 'alpine' }],
    initContainers: [asking('sidecar', { restartPolicy: 'Always' })],
  });
  t.is(judgeCluster('resources/vf-requests', objects, 'dpu-host').kind, 'pass');
});

/** A third pod that found no node; of the two others only the first is there where a VF is to be free. */
function waiting(condition: object | undefined, { free = true, cordoned = false } = {}) {
  const objects = changed(bluefieldCluster(), 'Node', /^dpu-host$/, (node) =>
    Object.assign(node, { spec: cordoned ? { unschedulable: true } : {} }),
  ).filter(({ metadata }) => !free || metadata.name !== 'ovs-offload-pod2');
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: 'third',
      namespace: 'default',
      annotations: { 'v1.multus-cni.io/default-network': 'default' },
    },
    spec: { containers: [asking('a')] },
    status: {
      phase: 'Pending',
      conditions: condition === undefined ? [] : [{ type: 'PodScheduled', status: 'False', ...condition }],
    },
  };
  return judgeCluster('resources/pods-scheduled', [...objects, pod]);
}

const said = (message: string) => ({ reason: 'Unschedulable', message });
const MIXED = `0/3 nodes are available: 1 Insufficient cpu, 2 Insufficient ${RESOURCE}.`;

test('a pod that waits for something else than VFs is told of without blaming them', (t) => {
  t.deepEqual(codesOf(waiting(said(MIXED))), ['OTHER_REASON']);
  const unbound = said('0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims.');
  t.deepEqual(codesOf(waiting(unbound)), ['OTHER_REASON']);
  t.deepEqual(codesOf(waiting(unbound, { free: false })), ['OTHER_REASON']);
  t.deepEqual(codesOf(waiting(undefined)), ['NOT_SAID']);
});

test('VFs are used up where none is free, or the scheduler finds too few on every node', (t) => {
  t.deepEqual(codesOf(waiting(said(MIXED), { free: false })), ['UNSCHEDULABLE']);
  const everywhere = said(`0/3 nodes are available: 3 Insufficient ${RESOURCE}. preemption: 0/3 nodes`);
  t.deepEqual(codesOf(waiting(everywhere)), ['UNSCHEDULABLE']);
});

test('a pod that waits for a node under maintenance, or that someone holds back, is no failure', (t) => {
  const message = `0/3 nodes are available: 1 node(s) were unschedulable, 2 Insufficient ${RESOURCE}.`;
  const judgement = waiting(said(message), { cordoned: true });
  t.deepEqual(codesOf(judgement), ['NODE_AWAY']);
  t.is(judgement.kind === 'findings' ? judgement.findings[0]?.level : undefined, 'warn');
  const volume = said('0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims.');
  t.deepEqual(codesOf(waiting(volume, { cordoned: true })), ['OTHER_REASON']);
  const gated = {
    reason: 'SchedulingGated',
    message: 'Scheduling is blocked due to non-empty scheduling gates',
  };
  t.is(waiting(gated).kind, 'pass');
});
