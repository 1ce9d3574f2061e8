import test from 'ava';
import { findMembers } from '../../../../facts/derived/cluster/members.ts';
import type { ClusterView } from '../../../../facts/derived/cluster/view.ts';
import { node } from '../../../../lab/kubernetes/clusters/nodes.ts';
import type { KubernetesObject } from '../../../../lab/kubernetes/objects.ts';
import { clusterFactsOf } from '../../../helpers/cluster-facts.ts';

const NOW = new Date();

const nodeOf = (name: string, labels: Record<string, string> = {}): KubernetesObject[] =>
  node({ name, labels, kubelet: 'v1.30.2', kernel: '5.15.0', osImage: 'Ubuntu', runtime: 'containerd' }, NOW);

const dpu = (name: string, dpuNodeName: string, phase = 'Ready'): KubernetesObject => ({
  apiVersion: 'provisioning.dpu.nvidia.com/v1alpha1',
  kind: 'DPU',
  metadata: { name, namespace: 'dpf-operator-system' },
  spec: { dpuNodeName },
  status: { phase },
});

const viewOf = (name: string, ...objects: readonly KubernetesObject[]): ClusterView => ({
  name,
  ...clusterFactsOf(objects),
});

test("DPF's DPU objects tell host, DPU and pair over two clusters, however far DPF got", (t) => {
  for (const phase of ['Ready', 'Rebooting', 'Error', 'a phase of tomorrow']) {
    const { members, contradictions } = findMembers([
      viewOf('hosts', ...nodeOf('worker1'), ...nodeOf('worker2'), dpu('worker1-mt25', 'worker1', phase)),
      viewOf('dpus', ...nodeOf('worker1-mt25')),
    ]);
    t.deepEqual(
      members.map(({ node: called, role, dpu: its }) => [called, role, its?.cluster, its?.node]),
      [
        ['worker1', 'dpu-host', 'dpus', 'worker1-mt25'],
        ['worker2', 'worker', undefined, undefined],
        ['worker1-mt25', 'dpu', undefined, undefined],
      ],
    );
    const ground =
      'DPU dpf-operator-system/worker1-mt25 of DPF in cluster hosts names worker1 as its host (spec.dpuNodeName)';
    t.is(members[0]?.roleGround, ground);
    t.is(members[0]?.dpu?.ground, ground);
    t.deepEqual(contradictions, []);
  }
});

test('a host of the same name in another cluster is not meant; a DPU that two clusters have is neither', (t) => {
  const hosts = viewOf('hosts', ...nodeOf('worker1'), dpu('worker1-mt25', 'worker1'));
  const dpus = viewOf('dpus', ...nodeOf('worker1'), ...nodeOf('worker1-mt25'));
  const paired = findMembers([dpus, hosts]).members.filter((member) => member.dpu !== undefined);
  t.deepEqual(
    paired.map(({ cluster, node: called }) => [cluster, called]),
    [['hosts', 'worker1']],
  );
  const twice = findMembers([hosts, dpus, viewOf('others', ...nodeOf('worker1-mt25'))]);
  t.true(twice.members.every((member) => member.dpu === undefined));
  t.deepEqual(twice.contradictions, []);
});

test('a DPU object against the label of the node is a contradiction, with where each was read', (t) => {
  const { members, contradictions } = findMembers([
    viewOf('hosts', ...nodeOf('worker1'), ...nodeOf('worker2', HOST), dpu('worker1-mt25', 'worker1')),
    viewOf('dpus', ...nodeOf('worker1-mt25', { 'provisioning.dpu.nvidia.com/dpunode-name': 'worker2' })),
  ]);
  t.true(members.every((member) => member.dpu === undefined));
  t.like(contradictions, [{ kind: 'two-hosts' }]);
  t.deepEqual(
    contradictions[0]?.evidence.map(({ source }) => source),
    ['kubectl get --raw /api/v1/nodes', 'kubectl get --raw /apis/provisioning.dpu.nvidia.com/v1alpha1/dpus'],
  );
});

const HOST = { 'k8s.ovn.org/dpu-host': '' };

test("OpenShift's labels tell roles, whatever their value", (t) => {
  const [host, side] = ['network.operator.openshift.io/dpu-host', 'network.operator.openshift.io/dpu'];
  const { members } = findMembers([
    viewOf(
      'a',
      ...nodeOf('h', { [`${host}`]: '' }),
      ...nodeOf('d', { [`${side}`]: 'true' }),
      ...nodeOf('both', { [`${host}`]: '', [`${side}`]: '' }),
      ...nodeOf('own', { ...HOST, [`${side}`]: '' }),
    ),
  ]);
  t.deepEqual(
    members.map(({ node: called, role, roleGround }) => [called, role, roleGround]),
    [
      ['h', 'dpu-host', `the node's label ${host}`],
      ['d', 'dpu', `the node's label ${side}`],
      ['both', undefined, `the node's label ${host} and ${side}`],
      ['own', 'dpu-host', "the node's label k8s.ovn.org/dpu-host"],
    ],
  );
});

test('a DPU that is labelled with a name that no host has is told where a host has no DPU, and paired with none', (t) => {
  const label = { 'provisioning.dpu.nvidia.com/host': 'worker1' };
  const host = { 'k8s.ovn.org/dpu-host': '' };
  const dpus = viewOf('dpus', ...nodeOf('dpu1', label));
  const told = findMembers([viewOf('hosts', ...nodeOf('worker1.example.com', host)), dpus]);
  t.true(told.members.every((member) => member.dpu === undefined));
  t.deepEqual(
    told.contradictions.map(({ kind, about, signs }) => [
      kind,
      about.map(({ node: called }) => called),
      signs,
    ]),
    [
      [
        'unknown-host',
        ['dpu1', 'worker1'],
        [
          'the label provisioning.dpu.nvidia.com/host of node dpu1 names worker1; DPU hosts without a DPU are worker1.example.com',
        ],
      ],
    ],
  );
  // Where the hosts' cluster was not named, or the names agree, there is nothing to say.
  t.deepEqual(findMembers([dpus]).contradictions, []);
  const agreed = findMembers([viewOf('hosts', ...nodeOf('worker1', host)), dpus]);
  t.deepEqual(agreed.contradictions, []);
  t.is(agreed.members.filter((member) => member.dpu !== undefined).length, 1);
});
