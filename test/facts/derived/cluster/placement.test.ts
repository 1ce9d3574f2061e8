import test from 'ava';
import fc from 'fast-check';
import type { ClusterNode } from '../../../../facts/cluster/nodes.ts';
import type { Toleration, Workload } from '../../../../facts/cluster/workloads.ts';
import { asksFor, fits, keptOffBy } from '../../../../facts/derived/cluster/placement.ts';
import { kindVethCluster } from '../../../../lab/kubernetes/clusters/kind-veth.ts';
import { clusterFactsOf } from '../../../helpers/cluster-facts.ts';

const { nodes, workloads } = clusterFactsOf(kindVethCluster());

/** A workload with another placement. */
const placed = (changes: Partial<Workload>): Workload => ({
  ...(workloads[0] as Workload),
  nodeSelector: new Map(),
  affinity: {},
  tolerations: [],
  ...changes,
});

const required = (...terms: readonly unknown[]) => ({
  nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms } },
});

const named = (workload: Workload): readonly string[] =>
  nodes.filter((node) => fits(workload, node)).map(({ name }) => name);

test('the DaemonSets of the veth topology fit the nodes that they are on', (t) => {
  const of = (name: string) => named(workloads.find((one) => one.name === name) as Workload);
  t.deepEqual(of('ovnkube-node-dpu'), ['dpu-worker2', 'dpu-worker4']);
  t.deepEqual(of('ovnkube-node-dpu-host'), ['dpu-worker', 'dpu-worker3']);
  t.deepEqual(of('ovs-node'), ['dpu-control-plane', 'dpu-worker2', 'dpu-worker4']);
});

test('affinity: terms are alternatives, expressions must all hold, and an empty term fits nothing', (t) => {
  const dpu = { key: 'k8s.ovn.org/dpu', operator: 'Exists' };
  const host = { key: 'k8s.ovn.org/dpu-host', operator: 'Exists' };
  const first = { key: 'metadata.name', operator: 'In', values: ['dpu-worker'] };
  t.is(
    named(placed({ affinity: required({ matchExpressions: [dpu] }, { matchExpressions: [host] }) })).length,
    4,
  );
  t.deepEqual(named(placed({ affinity: required({ matchExpressions: [dpu, host] }) })), []);
  t.deepEqual(named(placed({ affinity: required({ matchFields: [first] }) })), ['dpu-worker']);
  t.deepEqual(named(placed({ affinity: required({}) })), []);
  t.deepEqual(named(placed({ affinity: required() })), []);
  t.is(named(placed({ affinity: {} })).length, 5);
  const other = { key: 'kubernetes.io/hostname', operator: 'NotIn', values: ['dpu-worker'] };
  t.is(named(placed({ affinity: required({ matchExpressions: [other] }) })).length, 4);
});

test('a label is asked for where each alternative asks for it', (t) => {
  const label = 'k8s.ovn.org/dpu';
  const there = { matchExpressions: [{ key: label, operator: 'Exists' }] };
  t.true(asksFor(placed({ nodeSelector: new Map([[label, '']]) }), label));
  t.true(asksFor(placed({ affinity: required(there) }), label));
  t.false(asksFor(placed({ affinity: required(there, { matchExpressions: [] }) }), label));
  const absent = { matchExpressions: [{ key: label, operator: 'DoesNotExist' }] };
  t.false(asksFor(placed({ affinity: required(absent) }), label));
  t.false(asksFor(placed({}), label));
});

test('taints keep pods off that tolerate them neither by themselves nor by the DaemonSet controller', (t) => {
  const node = {
    ...(nodes[0] as ClusterNode),
    taints: ['dpu=provisioning:NoSchedule', 'soft:PreferNoSchedule'],
  };
  const tolerating = (toleration: Partial<Toleration>) =>
    placed({ tolerations: [{ key: '', operator: 'Equal', value: '', effect: '', ...toleration }] });
  t.deepEqual(keptOffBy(placed({}), node), ['dpu=provisioning:NoSchedule']);
  t.deepEqual(keptOffBy(tolerating({ operator: 'Exists' }), node), []);
  t.deepEqual(keptOffBy(tolerating({ key: 'dpu', value: 'provisioning', effect: 'NoSchedule' }), node), []);
  t.deepEqual(keptOffBy(tolerating({ key: 'dpu', value: 'other' }), node), ['dpu=provisioning:NoSchedule']);
  t.deepEqual(keptOffBy(tolerating({ key: 'dpu', operator: 'Exists', effect: 'NoExecute' }), node).length, 1);
  const away = { ...node, taints: ['node.kubernetes.io/unreachable:NoSchedule'] };
  t.deepEqual(keptOffBy(placed({ kind: 'DaemonSet' }), away), []);
  t.is(keptOffBy(placed({ kind: 'Deployment' }), away).length, 1);
});

test('placement of any shape is read without an exception', (t) => {
  fc.assert(
    fc.property(fc.object(), fc.array(fc.string()), (affinity, taints) => {
      const node = { ...(nodes[0] as ClusterNode), taints };
      for (const one of [affinity, required(affinity), { nodeAffinity: affinity }]) {
        const workload = placed({ affinity: one });
        fits(workload, node);
        asksFor(workload, 'k8s.ovn.org/dpu');
        keptOffBy(workload, node);
      }
    }),
  );
  t.pass();
});
