import test from 'ava';
import { bluefieldCluster } from '../../../lab/kubernetes/clusters/bluefield.ts';
import type { KubernetesObject } from '../../../lab/kubernetes/objects.ts';
import { changed, codesOf, judgeCluster } from '../../helpers/judge-cluster.ts';

interface Template {
  containers: { env: { name: string; value?: string }[] }[];
  nodeSelector: object;
}

/** ovnkube on DPU hosts is told this network device; its node's annotation names VF 0 all the while. */
const told = (netdev: string): readonly KubernetesObject[] =>
  changed(bluefieldCluster(), 'DaemonSet', /^ovnkube-node-dpu-host$/, ({ spec }) => {
    for (const { env } of (spec as { template: { spec: Template } }).template.spec.containers)
      for (const one of env) if (one.name === 'OVNKUBE_NODE_MGMT_PORT_NETDEV') one.value = netdev;
  });

const judge = (objects: readonly KubernetesObject[]) =>
  codesOf(judgeCluster('resources/management-vf', objects, 'dpu-host'));

test('a management port that ovnkube is told is kept out of the pools, too', (t) => {
  t.deepEqual(judge(told('enp2s0f0v0')), ['pass']);
  t.deepEqual(judge(told('enp2s0f0v1')), ['TOLD_IN_POOL']);
  for (const other of ['enp2s0f0v7', 'enp2s0f1v1', 'ovn-k8s-mp0'])
    t.deepEqual(judge(told(other)), ['pass'], other);
});

test('what hosts of another DaemonSet are told says nothing of this one', (t) => {
  const [of] = told('enp2s0f0v1').filter(({ metadata }) => metadata.name === 'ovnkube-node-dpu-host');
  const other = structuredClone(of) as KubernetesObject;
  other.metadata.name = 'ovnkube-node-dpu-host-other';
  (other.spec as { template: { spec: Template } }).template.spec.nodeSelector = { vendor: 'other' };
  t.deepEqual(judge([other, ...bluefieldCluster()]), ['pass']);
});

/** A pool beside that of the guide, without a PF. */
const beside = (selectors: object): readonly KubernetesObject[] =>
  changed(bluefieldCluster(), 'ConfigMap', /^sriovdp-config$/, (map) => {
    const data = map['data'] as Record<string, string>;
    const config = JSON.parse(data['config.json'] ?? '') as { resourceList: object[] };
    config.resourceList.push({ resourceName: 'other', resourcePrefix: 'example.com', selectors });
    data['config.json'] = JSON.stringify(config);
  });

test("a pool of other devices than the management port's PF has does not take its VF, and nobody misses them", (t) => {
  for (const selectors of [
    { vendors: ['8086'], devices: ['154c'], drivers: ['iavf'] },
    { vendors: ['15b3'], devices: ['1018'] },
    { drivers: ['vfio-pci'] },
  ]) {
    t.deepEqual(judge(beside(selectors)), ['pass'], JSON.stringify(selectors));
    const offered = judgeCluster('resources/pool-devices', beside(selectors), 'dpu-host');
    t.is(offered.kind, 'pass', JSON.stringify(selectors));
  }
  t.deepEqual(judge(beside({ vendors: ['15b3'] })), ['IN_POOL']);
  const asking = changed(beside({ vendors: ['8086'] }), 'Pod', /^ovs-offload-pod1$/, ({ spec }) =>
    (spec as { containers: object[] }).containers.push({
      name: 'other',
      resources: { requests: { 'example.com/other': '1' } },
    }),
  );
  t.deepEqual(codesOf(judgeCluster('resources/pool-devices', asking, 'dpu-host')), ['NONE']);
});
