import test from 'ava';
import { type BluefieldPair, bluefieldCluster } from '../../../lab/kubernetes/clusters/bluefield.ts';
import { kindVethCluster } from '../../../lab/kubernetes/clusters/kind-veth.ts';
import type { KubernetesObject } from '../../../lab/kubernetes/objects.ts';
import { changed, codesOf, judgeCluster } from '../../helpers/judge-cluster.ts';

const SUBNETS = 'k8s.ovn.org/node-subnets';
const GATEWAY = 'k8s.ovn.org/l3-gateway-config';
const CHASSIS = 'k8s.ovn.org/node-chassis-id';
const MANAGEMENT_PORT = 'k8s.ovn.org/node-mgmt-port';

const pair = (number: number): BluefieldPair => ({
  host: `host${number}`,
  hostAddress: `192.168.42.20${number}`,
  dpu: `dpu${number}`,
  dpuAddress: `192.168.41.12${number}`,
  subnet: `10.233.6${4 + number}`,
  pods: [],
});
const cluster = bluefieldCluster({ pairs: [pair(1), pair(2)] });

/** With this annotation of the second host; without a value it has none. */
const annotated = (annotation: string, value?: string): readonly KubernetesObject[] =>
  changed(cluster, 'Node', /^host2$/, ({ metadata }) => {
    const { [annotation]: _, ...others } = metadata.annotations ?? {};
    metadata.annotations = value === undefined ? others : { ...others, [annotation]: value };
  });

const judged = (objects: readonly KubernetesObject[], node = 'host2') =>
  codesOf(judgeCluster('ovnkube/node-annotations', objects, node));

const ofHost1 = (annotation: string): string =>
  cluster.find(({ kind, metadata }) => kind === 'Node' && metadata.name === 'host1')?.metadata.annotations?.[
    annotation
  ] ?? '';

test('hosts and control planes have all of them; what is not ready, and a DPU, is not asked', (t) => {
  for (const node of ['control-plane', 'host1', 'host2']) t.deepEqual(judged(cluster, node), ['pass'], node);
  t.deepEqual(judged(kindVethCluster(), 'dpu-control-plane'), ['pass']);
  t.deepEqual(judged(kindVethCluster(), 'dpu-worker'), ['not-applicable']);
  t.deepEqual(judged(cluster, 'dpu1'), ['not-applicable']);
});

test('one that is missing is told once, with who writes it', (t) => {
  t.deepEqual(judged(annotated(SUBNETS)), ['NO_SUBNET']);
  t.deepEqual(judged(annotated(GATEWAY)), ['NO_GATEWAY']);
  t.deepEqual(judged(annotated(CHASSIS)), ['NO_GATEWAY']);
  t.deepEqual(judged(annotated(MANAGEMENT_PORT)), ['NO_MANAGEMENT_PORT']);
});

test('forms of several releases, and what is none', (t) => {
  t.deepEqual(judged(annotated(SUBNETS, '{"default":"10.233.66.0/24"}')), ['pass']);
  t.deepEqual(judged(annotated(GATEWAY, '{"default":{"mode":""}}')), ['pass']);
  t.deepEqual(
    judged(annotated(MANAGEMENT_PORT, '{"default":{"DeviceId":"0000:02:00.3","PfId":0,"FuncId":0}}')),
    ['pass'],
  );
  for (const [annotation, value] of [
    [SUBNETS, '{"default":[]}'],
    [SUBNETS, '{"default":["10.233.66.0"]}'],
    [GATEWAY, '{'],
    [CHASSIS, ''],
    [MANAGEMENT_PORT, '{"PfId":0'],
  ] as const)
    t.deepEqual(judged(annotated(annotation, value)), ['UNREADABLE'], `${annotation} ${value}`);
});

test('what two nodes have is told on the later one', (t) => {
  for (const annotation of [SUBNETS, CHASSIS]) {
    const twice = annotated(annotation, ofHost1(annotation));
    t.deepEqual(judged(twice), ['TWICE'], annotation);
    t.deepEqual(judged(twice, 'host1'), ['pass'], annotation);
  }
});

test('a subnet that is no part of the pod network', (t) => {
  t.deepEqual(judged(annotated(SUBNETS, '{"default":["10.250.0.0/24"]}')), ['OUTSIDE']);
  t.deepEqual(judged(annotated(SUBNETS, '{"default":["10.233.66.0/24","fd01::/64"]}')), ['pass']);
});
