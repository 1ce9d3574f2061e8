import test from 'ava';
import { networkAttachments } from '../../facts/cluster/network-attachments.ts';
import { nodes } from '../../facts/cluster/nodes.ts';
import { pods } from '../../facts/cluster/pods.ts';
import type { WantedPod } from '../../traffic/objects/index.ts';
import { planPods } from '../../traffic/objects/plan.ts';
import { vfNetworkOn } from '../../traffic/objects/vf-network.ts';

const RESOURCE = 'mellanox.com/mlnx_sriov_cx6';

const attachment = (name: string, config: object, resourceName?: string) => ({
  metadata: {
    namespace: 'kube-system',
    name,
    annotations: resourceName === undefined ? {} : { 'k8s.v1.cni.cncf.io/resourceName': resourceName },
  },
  spec: { config: JSON.stringify(config) },
});

const OVN = { name: 'ovn-kubernetes', type: 'ovn-k8s-cni-overlay' };
const DEFAULT = attachment('default', OVN, RESOURCE);

const podWith = (name: string, phase: string, more: object = {}) => ({
  metadata: { namespace: 'default', name, ...more },
  spec: { nodeName: 'host', containers: [{ name: 'app', resources: { requests: { [RESOURCE]: '1' } } }] },
  status: { phase },
});

interface Given {
  readonly attachments?: readonly object[] | undefined;
  readonly allocatable?: Record<string, string>;
  readonly running?: readonly object[];
}

function facts(given: Given) {
  const { allocatable = { [RESOURCE]: '4' }, running = [] } = given;
  const attachments = 'attachments' in given ? given.attachments : [DEFAULT];
  const host = { metadata: { name: 'host' }, status: { allocatable } };
  return new Map(
    Object.entries({
      networkAttachments: networkAttachments.parse({ attachments }, {}),
      nodes: nodes.parse({ nodes: [host] }, {}),
      pods: pods.parse({ pods: running }, {}),
    }).map(([name, value]) => [name, { ok: true as const, value }]),
  ) as never;
}

test('a VF comes by the attachment of the default network that names a resource of the node', (t) => {
  const running = [podWith('a', 'Running'), podWith('b', 'Succeeded'), podWith('c', 'Pending')];
  t.deepEqual(vfNetworkOn(facts({ running }), 'host'), {
    kind: 'vf',
    network: { attachment: 'kube-system/default', resource: RESOURCE, free: 2 },
  });
});

test('a pod on its way out holds its VF until it is gone', (t) => {
  const leaving = podWith('a', 'Running', { deletionTimestamp: '2026-01-01T00:00:00Z' });
  t.like(vfNetworkOn(facts({ running: [leaving] }), 'host'), { network: { free: 3 } });
});

test('of several attachments that counts of which the node has most left', (t) => {
  const attachments = [DEFAULT, attachment('second', OVN, 'nvidia.com/bf2')];
  const allocatable = { [RESOURCE]: '1', 'nvidia.com/bf2': '8' };
  t.like(vfNetworkOn(facts({ attachments, allocatable }), 'host'), {
    network: { attachment: 'kube-system/second', free: 8 },
  });
});

for (const [what, given, why] of [
  ['no Multus', { attachments: undefined }, /Multus is not installed/],
  [
    'no attachment of the default network',
    { attachments: [attachment('x', { ...OVN, topology: 'layer2' }, RESOURCE)] },
    /names a resource/,
  ],
  ['no resource', { attachments: [attachment('default', OVN)] }, /names a resource/],
  ['nothing to allocate', { allocatable: { [RESOURCE]: '0' } }, /host offers no mellanox\.com/],
] as const)
  test(`${what} is told as the reason why there is no VF`, (t) => {
    const outcome = vfNetworkOn(facts(given), 'host');
    t.is(outcome.kind, 'none');
    t.regex(outcome.kind === 'none' ? outcome.why : '', why);
  });

const wanted = (name: string, more: Partial<WantedPod> = {}): WantedPod => ({
  ...{ name, node: 'host', kubernetesNode: 'host', dpu: 'dpu', hostNetwork: false, service: false },
  ...more,
});

test('on a host with a DPU there is no pod without a VF, elsewhere there is', (t) => {
  const none = facts({ allocatable: {} });
  const onHost = planPods({ facts: none }, [wanted('a'), wanted('b')]);
  t.deepEqual(onHost.planned, []);
  t.is(onHost.problems.length, 1, 'told once for a node');
  t.like(onHost.problems[0], { code: 'no-vf', target: 'host' });
  const elsewhere = planPods({ facts: none }, [wanted('a', { dpu: undefined })]);
  t.is(elsewhere.planned[0]?.vf, undefined);
  t.is(elsewhere.planned.length, 1);
});

test('a pod that shares the network of its node needs no VF', (t) => {
  const { planned, problems } = planPods({ facts: facts({ allocatable: {} }) }, [
    wanted('a', { hostNetwork: true }),
  ]);
  t.is(planned.length, 1);
  t.deepEqual(problems, []);
});

test('no more pods are planned than VFs are left', (t) => {
  const plan = planPods({ facts: facts({ allocatable: { [RESOURCE]: '1' } }) }, [wanted('a'), wanted('b')]);
  t.deepEqual(
    plan.planned.map(({ wanted: { name } }) => name),
    ['a'],
  );
  t.like(plan.problems[0], { code: 'no-vf-left', target: 'host' });
});

test('where the networks can not be read, that is the problem, and no pod passes for one with a VF', (t) => {
  const failure = { code: 'permission', message: 'may not list network-attachment-definitions' };
  const unread = new Map([['networkAttachments', { ok: false, failure }]]) as never;
  const { planned, problems } = planPods({ facts: unread }, [wanted('a'), wanted('b', { dpu: undefined })]);
  t.deepEqual(planned, []);
  t.like(problems[0], { code: 'permission' });
});
