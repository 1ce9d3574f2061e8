import test from 'ava';
import { bluefieldCluster } from '../../../lab/kubernetes/clusters/bluefield.ts';
import type { KubernetesObject } from '../../../lab/kubernetes/objects.ts';
import { changed, codesOf, judgeCluster } from '../../helpers/judge-cluster.ts';

/** DaemonSet ovnkube-node, which keeps away from DPUs and their hosts, told this mode. */
const told = (mode: string): readonly KubernetesObject[] =>
  changed(bluefieldCluster(), 'DaemonSet', /^ovnkube-node$/, ({ spec }) => {
    const { containers } = (spec as { template: { spec: { containers: { name: string; env: object[] }[] } } })
      .template.spec;
    for (const { name, env } of containers)
      if (name === 'ovnkube-node') env.push({ name: 'OVNKUBE_NODE_MODE', value: mode });
  });

test("a DaemonSet that keeps away from a side must not have that side's mode, and makes no node of that side", (t) => {
  for (const mode of ['dpu', 'dpu-host']) {
    t.deepEqual(codesOf(judgeCluster('ovnkube/node-mode', told(mode))), ['OTHER_SIDE'], mode);
    t.is(judgeCluster('cluster/dpu-labels', told(mode)).kind, 'pass', mode);
  }
  t.is(judgeCluster('ovnkube/node-mode', told('full')).kind, 'pass');
});
