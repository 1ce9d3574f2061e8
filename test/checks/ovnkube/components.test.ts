import test from 'ava';
import { bluefieldCluster } from '../../../lab/kubernetes/clusters/bluefield.ts';
import { kindVethCluster } from '../../../lab/kubernetes/clusters/kind-veth.ts';
import type { KubernetesObject } from '../../../lab/kubernetes/objects.ts';
import { changed, codesOf, judgeCluster } from '../../helpers/judge-cluster.ts';

const judge = (objects: readonly KubernetesObject[]) => judgeCluster('ovnkube/components', objects);

/** Without these DaemonSets and Deployments, and what they made. */
const without = (objects: readonly KubernetesObject[], ...names: readonly string[]) =>
  objects.filter(
    ({ metadata: { name, ownerReferences: [owner] = [] } }) =>
      !names.includes(name) && !names.includes(owner?.name.replace(/-[^-]{10}$/, '') ?? ''),
  );

const messages = (objects: readonly KubernetesObject[]): string => {
  const judgement = judge(objects);
  return judgement.kind === 'findings' ? judgement.findings.map(({ message }) => message).join('\n') : '';
};

test('both guides have every part', (t) => {
  t.is(judge(bluefieldCluster()).kind, 'pass');
  t.is(judge(kindVethCluster()).kind, 'pass');
});

test('a part that nobody runs is told of by its name', (t) => {
  const noDatabases = without(bluefieldCluster(), 'ovnkube-db');
  t.deepEqual(codesOf(judge(noDatabases)), ['NO_PART', 'NO_PART']);
  t.regex(messages(noDatabases), /northbound database.*\n.*southbound database/);
  t.regex(messages(without(bluefieldCluster(), 'ovnkube-master')), /control plane.*\n.*ovn-northd/);
  t.deepEqual(codesOf(judge(without(kindVethCluster(), 'ovnkube-control-plane'))), ['NO_PART']);
});

test('databases may be in a StatefulSet, which is known by its pods', (t) => {
  const raft = bluefieldCluster()
    .filter(({ kind, metadata }) => kind === 'Pod' || metadata.name !== 'ovnkube-db')
    .map((object) =>
      object.kind === 'Pod' && object.metadata.name.startsWith('ovnkube-db')
        ? {
            ...object,
            metadata: {
              ...object.metadata,
              ownerReferences: [
                {
                  apiVersion: 'apps/v1',
                  kind: 'StatefulSet',
                  name: 'ovnkube-db',
                  uid: '1',
                  controller: true,
                },
              ],
            },
          }
        : object,
    );
  t.is(judge(raft as readonly KubernetesObject[]).kind, 'pass');
});

test('a control plane without ovnkube is told of, and another node as a warning', (t) => {
  const bare = without(bluefieldCluster(), 'ovnkube-node');
  t.deepEqual(codesOf(judge(bare)), ['NOT_THERE']);
  const worker = changed(bare, 'Node', /^control-plane$/, ({ metadata }) => {
    metadata.labels = {};
  });
  const judgement = judge(worker);
  t.deepEqual(codesOf(judgement), ['NOT_ON_WORKER']);
  t.is(judgement.kind === 'findings' ? judgement.findings[0]?.level : undefined, 'warn');
  const windows = changed(worker, 'Node', /^control-plane$/, ({ metadata }) => {
    metadata.labels = { 'kubernetes.io/os': 'windows' };
  });
  t.is(judge(windows).kind, 'pass');
});

test('a DPU without ovn-controller is told of', (t) => {
  const objects = changed(bluefieldCluster(), 'DaemonSet', /^ovnkube-node-dpu$/, ({ spec }) => {
    const template = (spec as { template: { spec: { containers: { name: string }[] } } }).template.spec;
    template.containers = template.containers.filter(({ name }) => name !== 'ovn-controller');
  });
  t.deepEqual(codesOf(judge(objects)), ['NO_CONTROLLER']);
});

test('DPUs in a cluster of their own, and hosted control planes, have their parts elsewhere', (t) => {
  const dpus = without(
    bluefieldCluster(),
    'ovnkube-db',
    'ovnkube-master',
    'ovnkube-node',
    'ovnkube-node-dpu-host',
    'ovs-node',
  ).filter(({ kind, metadata: { name } }) => kind !== 'Node' || name === 'dpu');
  t.is(judge(dpus).kind, 'pass');
  const hosted = JSON.parse(
    JSON.stringify(without(bluefieldCluster(), 'ovnkube-db', 'ovnkube-master')).replaceAll(
      '"namespace":"ovn-kubernetes"',
      '"namespace":"openshift-ovn-kubernetes"',
    ),
  );
  t.is(judge(hosted).kind, 'pass');
});
