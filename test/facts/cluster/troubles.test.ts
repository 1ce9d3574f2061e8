import test from 'ava';
import fc from 'fast-check';
import { events } from '../../../facts/cluster/events.ts';
import { failingLogs, logs } from '../../../facts/cluster/logs.ts';
import { pods as podsFact } from '../../../facts/cluster/pods.ts';
import { knownWords, lastWords } from '../../../facts/derived/cluster/last-words.ts';
import { stuckPods } from '../../../facts/derived/cluster/never-recovers.ts';

const parsed = (...items: readonly unknown[]) => podsFact.parse({ pods: items }, {});

const aPod = (status: object, spec: object = {}) => ({
  metadata: { name: 'ovnkube-node-1', namespace: 'ovn-kubernetes', uid: 'u1' },
  spec,
  status: { phase: 'Pending', ...status },
});

const waiting = (reason: string, message = '', restartCount = 0) =>
  aPod({
    containerStatuses: [
      { name: 'ovnkube', image: 'ovn-kube:1', restartCount, state: { waiting: { reason, message } } },
    ],
  });

const unschedulable = (message: string) =>
  aPod({ conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }] });

const AFFINITY = "3 node(s) didn't match Pod's node affinity/selector";

for (const [what, pod, isStuck] of [
  ['a missing image', waiting('ErrImagePull', 'code = NotFound desc = ovn-kube:1: not found'), true],
  ['a registry that is not reached', waiting('ImagePullBackOff', 'dial tcp: i/o timeout'), false],
  ['an image that must be there already', waiting('ErrImageNeverPull'), true],
  ['a first crash', waiting('CrashLoopBackOff', 'back-off', 1), false],
  ['a third crash', waiting('CrashLoopBackOff', 'back-off', 3), true],
  ['a container that is made', waiting('ContainerCreating'), false],
  ['labels that no node has', unschedulable(`0/3 nodes are available: ${AFFINITY}.`), true],
  [
    'labels that no node has, as v1.20 says it',
    unschedulable("0/3 nodes are available: 3 node(s) didn't match Pod's node affinity."),
    true,
  ],
  [
    'labels that no node has, with the taint of the control plane and preemption',
    unschedulable(
      `0/4 nodes are available: 1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }, ${AFFINITY}. preemption: 0/4 nodes are available: 4 Preemption is not helpful for scheduling.`,
    ),
    true,
  ],
  [
    'a node that is not ready yet',
    unschedulable(
      `0/4 nodes are available: 1 node(s) had untolerated taint {node.kubernetes.io/not-ready: }, ${AFFINITY}.`,
    ),
    false,
  ],
  [
    'devices that are not there yet',
    unschedulable(`0/4 nodes are available: 1 Insufficient mellanox.com/mlnx_sriov_cx6, ${AFFINITY}.`),
    false,
  ],
] as const)
  test(`${what}: ${isStuck ? 'nothing to wait for' : 'may come up'}`, (t) => {
    t.is(stuckPods(parsed(pod)).length, isStuck ? 1 : 0);
  });

test('an event tells that an image is missing where the status only tells of waiting', (t) => {
  const pods = parsed(waiting('ImagePullBackOff', 'Back-off pulling image "ovn-kube:1"'));
  const told = (uid: string) =>
    events.parse(
      {
        events: [
          {
            metadata: { name: 'e', namespace: 'ovn-kubernetes' },
            type: 'Warning',
            involvedObject: { kind: 'Pod', namespace: 'ovn-kubernetes', name: 'ovnkube-node-1', uid },
            message: 'Failed to pull image "ovn-kube:1": manifest unknown',
          },
        ],
      },
      {},
    );
  t.is(stuckPods(pods, told('u1')).length, 1);
  t.is(stuckPods(pods, told('of an earlier pod')).length, 0);
});

test('pods of nobody concerned end no waiting', (t) => {
  const pod = { ...waiting('ErrImageNeverPull'), metadata: { name: 'web', namespace: 'shop', uid: 'u' } };
  pod.status = { phase: 'Pending', containerStatuses: [{ ...pod.status }] } as never;
  t.is(stuckPods(parsed(pod)).length, 0);
});

test('events that are normal are left out, whatever the way brought', (t) => {
  const event = (type: string) => ({ metadata: { name: type }, type, message: 'm' });
  t.deepEqual(
    events.parse({ events: [event('Normal'), event('Warning')] }, {}).map(({ name }) => name),
    ['Warning'],
  );
});

test('a handful of logs at most, and of every image one first', (t) => {
  const pod = (name: string, image: string) => ({
    metadata: { name, namespace: 'n' },
    status: {
      containerStatuses: [
        {
          name: 'c',
          image,
          restartCount: 2,
          state: { waiting: {} },
          lastState: { terminated: { exitCode: 1 } },
        },
      ],
    },
  });
  const all = [...Array(9).keys()].map((index) => pod(`a${index}`, 'ovn-kube'));
  const reads = failingLogs([...all, pod('b', 'multus-cni'), pod('c', 'nginx')]);
  t.is(reads.length, 5);
  t.deepEqual(
    reads.slice(0, 2).map((read) => read.pod),
    ['a0', 'b'],
  );
  t.false(
    reads.some((read) => read.pod === 'c'),
    'a log of an application',
  );
});

test('whatever a cluster says, nothing throws', (t) => {
  const anything = fc.array(fc.oneof(fc.anything(), fc.constant(waiting('x')), fc.jsonValue()), {
    maxLength: 4,
  });
  fc.assert(
    fc.property(anything, anything, anything, (some, others, more) => {
      const pods = parsed(...some);
      const told = events.parse({ events: others }, {});
      failingLogs(some);
      const read = logs.parse({ logs: more }, {});
      knownWords(lastWords({ pods, events: told, logs: read }));
      stuckPods(pods, told);
      t.pass();
    }),
  );
});
