import test from 'ava';
import { findMembers } from '../../facts/derived/cluster/members.ts';
import { discover } from '../../inventory/discover.ts';
import type { InventoryNode } from '../../inventory/node.ts';
import { bluefieldCluster } from '../../lab/kubernetes/clusters/bluefield.ts';
import { clusterFactsOf } from '../helpers/cluster-facts.ts';

const membersOf = (...names: string[]) =>
  findMembers(names.map((name) => ({ name, ...clusterFactsOf(bluefieldCluster()) }))).members;

const ssh = (name: string, address = name, more: Partial<InventoryNode> = {}): InventoryNode => ({
  name,
  access: { kind: 'ssh', ssh: { address } },
  ...more,
});

test('the nodes of a cluster: role and DPU with their grounds; nobody logs in unasked', (t) => {
  const { nodes } = discover(membersOf('a'), [], 'none');
  t.deepEqual(
    nodes.map(({ name, role, dpu, access }) => [name, role, dpu, access.kind]),
    [
      ['control-plane', 'control-plane', undefined, 'none'],
      ['dpu-host', 'dpu-host', 'dpu', 'none'],
      ['dpu', 'dpu', undefined, 'none'],
    ],
  );
  t.regex(nodes[1]?.roleGround ?? '', /label k8s\.ovn\.org\/dpu-host/);
  t.regex(nodes[1]?.dpuGround ?? '', /l3-gateway-config/);
  t.deepEqual(nodes[1]?.kubernetes, { cluster: 'a', node: 'dpu-host' });
});

test('--role counts for nodes that a cluster tells no role of, and for no others', (t) => {
  const members = membersOf('a').map((member) =>
    member.node === 'dpu' ? { ...member, role: 'worker' as const, roleGround: 'nothing tells' } : member,
  );
  const { nodes, byCluster } = discover(members, [], 'none', undefined, 'dpu');
  t.deepEqual(
    nodes.map(({ role, roleGround }) => [role, roleGround === 'as given by --role']),
    [
      ['control-plane', false],
      ['dpu-host', false],
      ['dpu', true],
    ],
  );
  t.is(byCluster.get('a')?.[2]?.role, 'dpu');
});

test('of a node that is to be reached through a pod, the pod is the one that is there now', (t) => {
  const given: InventoryNode = {
    name: 'dpu',
    access: { kind: 'pod', cluster: {}, node: 'dpu', why: 'no cluster that was asked has this node' },
  };
  const pod = { namespace: 'n', name: 'ovnkube-node-x', container: 'c' };
  const { nodes } = discover(membersOf('a'), [given], 'none', ({ node }) => ({
    kind: 'pod',
    cluster: {},
    node,
    pod,
  }));
  t.deepEqual(nodes[0]?.access, { kind: 'pod', cluster: {}, node: 'dpu', pod });
});

test('with ssh, by InternalIP; what is no address is never one', (t) => {
  const members = membersOf('a');
  const [first] = discover(members, [], 'ssh').nodes;
  t.deepEqual(first?.access, { kind: 'ssh', ssh: { address: '192.168.40.111' } });
  const lying = members.map((member) => ({
    ...member,
    object: { ...member.object, internalAddresses: ['-oProxyCommand=reboot'] },
  }));
  t.deepEqual(discover(lying, [], 'ssh').nodes[0]?.access, {
    kind: 'ssh',
    ssh: { address: 'control-plane' },
  });
});

test('what the inventory says counts, and the rest is found', (t) => {
  const given = [ssh('dpu', '10.0.0.1', { role: 'worker', expect: { 'num-vfs': 3 } })];
  const { nodes, byCluster } = discover(membersOf('a'), given, 'none');
  t.deepEqual(
    nodes.map(({ name }) => name),
    ['dpu', 'control-plane', 'dpu-host'],
  );
  t.like(nodes[0], { role: 'worker', access: { kind: 'ssh' }, expect: { 'num-vfs': 3 } });
  t.is(nodes[0]?.roleGround, undefined, 'nobody found out what was given');
  t.is(nodes[2]?.dpu, undefined, 'a worker is no DPU');
  t.is(byCluster.get('a')?.find(({ node }) => node === 'dpu')?.role, 'worker');
});

test('a node is known by the address that leads to it, and keeps the name that it was given', (t) => {
  const { nodes } = discover(membersOf('a'), [ssh('root@192.168.41.127', '192.168.41.127')], 'none');
  t.like(nodes[0], { name: 'root@192.168.41.127', role: 'dpu', kubernetes: { cluster: 'a', node: 'dpu' } });
  t.is(nodes.find(({ name }) => name === 'dpu-host')?.dpu, 'root@192.168.41.127');
  t.is(nodes.length, 3);
});

test('a DPU that the inventory gives to another host is not given away twice', (t) => {
  const given = [
    ssh('elsewhere', '10.0.0.2', { role: 'dpu-host', dpu: 'dpu' }),
    ssh('dpu', 'dpu', { role: 'dpu' }),
  ];
  const { nodes } = discover(membersOf('a'), given, 'none');
  t.deepEqual(
    nodes.filter(({ dpu }) => dpu === 'dpu').map(({ name }) => name),
    ['elsewhere'],
  );
});

test('nodes of one name in two clusters are told apart, and a name alone says not which is meant', (t) => {
  const { nodes } = discover(membersOf('a', 'b'), [ssh('dpu')], 'none');
  t.deepEqual(nodes.map(({ name }) => name).sort(), [
    'control-plane@a',
    'control-plane@b',
    'dpu',
    'dpu-host@a',
    'dpu-host@b',
    'dpu@a',
    'dpu@b',
  ]);
  t.is(nodes.find(({ name }) => name === 'dpu')?.kubernetes, undefined);
  t.is(nodes.find(({ name }) => name === 'dpu-host@a')?.dpu, 'dpu@a', 'though both have the same address');
});
