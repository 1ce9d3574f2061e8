import test from 'ava';
import fc from 'fast-check';
import { findMembers } from '../../../../facts/derived/cluster/members.ts';
import type { ClusterView } from '../../../../facts/derived/cluster/view.ts';
import { bluefieldCluster } from '../../../../lab/kubernetes/clusters/bluefield.ts';
import { kindVethCluster } from '../../../../lab/kubernetes/clusters/kind-veth.ts';
import type { KubernetesObject } from '../../../../lab/kubernetes/objects.ts';
import { clusterFactsOf } from '../../../helpers/cluster-facts.ts';

const viewOf = (name: string, objects: readonly KubernetesObject[]): ClusterView => ({
  name,
  ...clusterFactsOf(objects),
});

/** The objects with one of them changed. */
const changed = (
  objects: readonly KubernetesObject[],
  kind: string,
  name: string,
  change: (object: KubernetesObject) => void,
): KubernetesObject[] => {
  const copy = structuredClone([...objects]);
  const found = copy.find((object) => object.kind === kind && object.metadata.name === name);
  if (found === undefined) throw new Error(`no ${kind} ${name}`);
  change(found);
  return copy;
};

const labelled = (objects: readonly KubernetesObject[], name: string, labels: Record<string, string>) =>
  changed(objects, 'Node', name, ({ metadata }) => {
    metadata.labels = labels;
  });

const told = (views: readonly ClusterView[]) =>
  findMembers(views).members.map(({ node, role, dpu, simulation }) => [node, role, dpu?.node, simulation]);

test('the cluster of the guide for BlueField-2: roles by labels, the pair by the tunnel end that the host is given', (t) => {
  const { members, contradictions } = findMembers([viewOf('a', bluefieldCluster())]);
  t.deepEqual(
    members.map(({ node, role }) => [node, role]),
    [
      ['control-plane', 'control-plane'],
      ['dpu-host', 'dpu-host'],
      ['dpu', 'dpu'],
    ],
  );
  const host = members.find(({ node }) => node === 'dpu-host');
  t.is(host?.roleGround, "the node's label k8s.ovn.org/dpu-host");
  t.like(host?.dpu, { cluster: 'a', node: 'dpu' });
  t.regex(host?.dpu?.ground ?? '', /l3-gateway-config of node dpu-host holds 192\.168\.41\.127/);
  t.is(host?.simulation, undefined);
  t.deepEqual(contradictions, []);
});

test('veth pairs in kind: told by the DaemonSet of the DPUs, paired by the names', (t) => {
  t.deepEqual(told([viewOf('k', kindVethCluster({ pairs: 2 }))]), [
    ['dpu-control-plane', 'control-plane', undefined, undefined],
    ['dpu-worker', 'dpu-host', 'dpu-worker2', 'veth'],
    ['dpu-worker3', 'dpu-host', 'dpu-worker4', 'veth'],
    ['dpu-worker2', 'dpu', undefined, 'veth'],
    ['dpu-worker4', 'dpu', undefined, 'veth'],
  ]);
});

test('two clusters: DPF names the host in a label of the DPU', (t) => {
  const all = bluefieldCluster();
  const isDpu = ({ kind, metadata }: KubernetesObject) => kind === 'Node' && metadata.name === 'dpu';
  const dpus = labelled(all.filter(isDpu), 'dpu', { 'provisioning.dpu.nvidia.com/host': 'dpu-host' });
  const hosts = changed(
    all.filter((object) => !isDpu(object)),
    'Node',
    'dpu-host',
    ({ metadata }) => {
      delete metadata.annotations?.['k8s.ovn.org/l3-gateway-config'];
    },
  );
  const { members } = findMembers([viewOf('hosts', hosts), viewOf('dpus', dpus)]);
  const host = members.find(({ node }) => node === 'dpu-host');
  t.like(host?.dpu, { cluster: 'dpus', node: 'dpu' });
  t.regex(host?.dpu?.ground ?? '', /label provisioning\.dpu\.nvidia\.com\/host of node dpu names dpu-host/);
  t.is(members.find(({ node }) => node === 'dpu')?.role, 'dpu');
});

test('without labels a role is told by what runs there, else by the lease', (t) => {
  const bare = labelled(labelled(bluefieldCluster(), 'dpu-host', {}), 'dpu', {});
  t.deepEqual(
    findMembers([viewOf('a', bare)]).members.map(({ node, role }) => [node, role]),
    [
      ['control-plane', 'control-plane'],
      ['dpu-host', 'dpu-host'],
      ['dpu', 'dpu'],
    ],
  );
  const host = findMembers([viewOf('a', bare)]).members[1];
  t.regex(host?.roleGround ?? '', /ovnkube-node-dpu-host, which sets OVNKUBE_NODE_MODE=dpu-host/);
  const idle = bare.filter(({ kind }) => kind !== 'Pod');
  const grounds = findMembers([viewOf('a', idle)]).members.map(({ roleGround }) => roleGround);
  t.regex(grounds[1] ?? '', /lease ovn-dpu-dpu-host/);
  t.regex(grounds[2] ?? '', /kernel is 5\.15\.0-1021-bluefield/);
});

test('a node that is labelled as both is neither, unless something else decides; and that is a contradiction', (t) => {
  const both = { 'k8s.ovn.org/dpu-host': '', 'k8s.ovn.org/dpu': '' };
  const objects = labelled(bluefieldCluster(), 'dpu', both);
  const { members, contradictions } = findMembers([viewOf('a', objects)]);
  t.is(members.find(({ node }) => node === 'dpu')?.role, 'dpu', 'its pod runs in mode dpu');
  t.deepEqual(
    contradictions.map(({ kind, about }) => [kind, about]),
    [['two-labels', [{ cluster: 'a', node: 'dpu' }]]],
  );
  const idle = objects.filter(({ kind }) => kind !== 'Pod');
  t.is(findMembers([viewOf('a', idle)]).members.find(({ node }) => node === 'dpu')?.role, undefined);
});

test('a label of one side where ovnkube runs as the other is a contradiction', (t) => {
  const wrong = labelled(bluefieldCluster(), 'dpu', { 'k8s.ovn.org/dpu-host': '' });
  const { contradictions } = findMembers([viewOf('a', wrong)]);
  t.is(contradictions[0]?.kind, 'label-against-mode');
  t.regex(
    contradictions[0]?.signs.join('\n') ?? '',
    /label k8s\.ovn\.org\/dpu-host\n.*OVNKUBE_NODE_MODE=dpu/,
  );
});

test('one DPU that two hosts name belongs to neither', (t) => {
  const pair = {
    host: 'dpu-host',
    hostAddress: '192.168.42.201',
    dpu: 'dpu',
    dpuAddress: '192.168.41.127',
    subnet: '10.233.65',
    pods: [],
  };
  const second = { ...pair, host: 'other-host', hostAddress: '192.168.42.202', dpu: 'other-dpu' };
  // Both hosts are told the address of the first DPU.
  const objects = changed(
    bluefieldCluster({ pairs: [pair, { ...second, dpuAddress: '192.168.41.128' }] }),
    'Node',
    'other-host',
    ({ metadata }) => {
      const config = metadata.annotations?.['k8s.ovn.org/l3-gateway-config'] ?? '';
      metadata.annotations = {
        'k8s.ovn.org/l3-gateway-config': config.replaceAll('192.168.41.128', '192.168.41.127'),
      };
    },
  );
  const { members, contradictions } = findMembers([viewOf('a', objects)]);
  t.deepEqual(
    members.flatMap(({ dpu }) => (dpu === undefined ? [] : [dpu.node])),
    [],
  );
  t.like(contradictions[0], { kind: 'two-hosts' });
  t.deepEqual(
    contradictions[0]?.about.map(({ node }) => node),
    ['dpu', 'dpu-host', 'other-host'],
  );
});

test('annotations of any content are no sign, and no exception', (t) => {
  const names = ['l3-gateway-config', 'node-encap-ips', 'primary-dpu-host-addr'];
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.json(), fc.string()), { minLength: 3, maxLength: 3 }), (values) => {
      const annotations = Object.fromEntries(
        names.map((name, i) => [`k8s.ovn.org/${name}`, values[i] ?? '']),
      );
      const objects = bluefieldCluster().map((object) =>
        object.kind === 'Node' ? { ...object, metadata: { ...object.metadata, annotations } } : object,
      );
      const { members } = findMembers([viewOf('a', objects)]);
      t.is(members.length, 3);
      t.true(members.every(({ dpu }) => dpu === undefined));
    }),
    { numRuns: 100 },
  );
});
