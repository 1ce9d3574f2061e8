import test from 'ava';
import { bluefieldCluster } from '../../../lab/kubernetes/clusters/bluefield.ts';
import type { KubernetesObject } from '../../../lab/kubernetes/objects.ts';
import { changed, codesOf, judgeCluster } from '../../helpers/judge-cluster.ts';

const NETWORKS = 'k8s.ovn.org/pod-networks';

const judge = (objects: readonly KubernetesObject[]) =>
  judgeCluster('resources/pods-connected', objects, 'dpu-host');

/** The first of the two pods with what it is given as its networks, and another name where that matters. */
const given = (change: (text: string) => string, name = 'ovs-offload-pod1') =>
  changed(bluefieldCluster(), 'Pod', /^ovs-offload-pod1$/, ({ metadata }) => {
    metadata.name = name;
    metadata.annotations = {
      ...metadata.annotations,
      [NETWORKS]: change(metadata.annotations?.[NETWORKS] ?? ''),
    };
  });

test('addresses are told of that two pods have, or that are of another node', (t) => {
  t.is(judge(given((text) => text)).kind, 'pass');
  const second = (text: string) => text.replaceAll('10.233.65.4', '10.233.65.5');
  t.deepEqual(codesOf(judge(given(second))), ['SAME_ADDRESS']);
  const elsewhere = (text: string) => text.replaceAll('10.233.65.', '10.233.99.');
  t.deepEqual(codesOf(judge(given(elsewhere))), ['OTHER_SUBNET']);
  t.deepEqual(codesOf(judge(given(() => '{'))), ['UNREADABLE']);
});

test('a virtual machine that has moved keeps its address', (t) => {
  const elsewhere = (text: string) => text.replaceAll('10.233.65.', '10.233.99.');
  t.is(judge(given(elsewhere, 'virt-launcher-vm-x7f2p')).kind, 'pass');
});

test('an address of another network is not compared with the subnets of the default one', (t) => {
  const other =
    '{"default":{"ip_addresses":[],"role":"infrastructure-locked"},"ns/blue":{"ip_addresses":["10.9.0.4/16"]}}';
  t.is(judge(given(() => other)).kind, 'pass');
});

const DETAILS = 'k8s.ovn.org/dpu.connection-details';

function waiting(...reasons: readonly string[]) {
  const objects = changed(bluefieldCluster(), 'Pod', /^ovs-offload-pod1$/, (pod) => {
    const { [DETAILS]: _, ...annotations } = pod.metadata.annotations ?? {};
    Object.assign(pod, {
      metadata: { ...pod.metadata, uid: 'first', annotations },
      status: {
        phase: 'Pending',
        containerStatuses: [{ name: 'appcntr1', state: { waiting: { reason: 'ContainerCreating' } } }],
      },
    });
  });
  const events = reasons.map((reason, index) => ({
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `event${index}`, namespace: 'ovn-kubernetes' },
    type: 'Warning',
    reason,
    message: 'something',
    involvedObject: { kind: 'Pod', namespace: 'ovn-kubernetes', name: 'ovs-offload-pod1', uid: 'first' },
  }));
  return judge([...objects, ...events]);
}

test('a pod that waits for a volume has not come to its network', (t) => {
  t.deepEqual(codesOf(waiting()), ['NOT_ASKED']);
  t.is(waiting('FailedMount').kind, 'pass');
  t.deepEqual(codesOf(waiting('FailedMount', 'FailedCreatePodSandBox')), ['NOT_ASKED']);
});
