import test from 'ava';
import { bluefieldCluster } from '../../../lab/kubernetes/clusters/bluefield.ts';
import type { KubernetesObject } from '../../../lab/kubernetes/objects.ts';
import { changed, codesOf, judgeCluster } from '../../helpers/judge-cluster.ts';

/** The device plugin with these volumes; where the manifest has none, as in the testbed. */
const mounting = (...volumes: readonly object[]): readonly KubernetesObject[] =>
  changed(bluefieldCluster(), 'DaemonSet', /^kube-sriov-device-plugin$/, ({ spec }) =>
    Object.assign((spec as { template: { spec: object } }).template.spec, { volumes }),
  );

const without = (objects: readonly KubernetesObject[]): readonly KubernetesObject[] =>
  objects.filter(({ kind, metadata }) => kind !== 'ConfigMap' || metadata.name !== 'sriovdp-config');

const judge = (objects: readonly KubernetesObject[]) =>
  codesOf(judgeCluster('resources/device-plugin-config', objects));

const CONFIG = { name: 'config-volume', configMap: { name: 'sriovdp-config' } };
const SOCKETS = { name: 'devicesock', hostPath: { path: '/var/lib/kubelet/device-plugins' } };

test('a device plugin has the ConfigMap that it mounts', (t) => {
  t.deepEqual(judge(mounting()), ['pass']);
  t.deepEqual(judge(mounting(SOCKETS, CONFIG)), ['pass']);
  t.deepEqual(judge(without(mounting())), ['NO_MAP']);
  t.deepEqual(judge(without(mounting(SOCKETS, CONFIG))), ['NO_MAP']);
});

test('a ConfigMap without its key is no configuration', (t) => {
  const empty = changed(mounting(SOCKETS, CONFIG), 'ConfigMap', /^sriovdp-config$/, (map) =>
    Object.assign(map, { data: {} }),
  );
  t.deepEqual(judge(empty), ['NO_MAP']);
});

test('a configuration may be a file of the node, or in a ConfigMap that need not be there', (t) => {
  const file = { name: 'config', hostPath: { path: '/etc/pcidp' } };
  t.deepEqual(judge(without(mounting(SOCKETS, file))), ['not-applicable']);
  const optional = { name: 'config', configMap: { name: 'sriovdp-config', optional: true } };
  t.deepEqual(judge(without(mounting(SOCKETS, optional))), ['not-applicable']);
});
