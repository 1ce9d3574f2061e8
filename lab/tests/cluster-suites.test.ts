import process from 'node:process';
import test, { type ExecutionContext } from 'ava';
import type { Report } from '../../runner/report.ts';
import { examine } from '../../test/helpers/cli.ts';
import {
  bluefieldCluster,
  downKubernetesLab,
  type KubernetesLab,
  type KubernetesObject,
  kindVethCluster,
  type Staged,
  stageCluster,
  upKubernetesLab,
} from '../kubernetes/index.ts';

/* The suites of the two guides on the clusters that they lead to, and what only those guides say of a cluster. */

const name = `test-suites-${process.pid}`;
let lab: KubernetesLab;

test.before(async () => {
  lab = await upKubernetesLab({ name });
});

test.after.always(() => downKubernetesLab({ name }));

async function staged(t: ExecutionContext, objects: readonly KubernetesObject[]): Promise<Staged> {
  const cluster = await stageCluster(lab, objects);
  t.teardown(() => cluster.remove());
  return cluster;
}

const run = (t: ExecutionContext, suite: string, ...more: readonly string[]): Promise<Report> =>
  examine(t, [suite, '--kubeconfig', lab.kubeconfig, ...more]);

const unwell = ({ results }: Report): readonly string[] =>
  results
    .filter(({ verdict }) => ['fail', 'warn', 'error'].includes(verdict))
    .map(({ checkId, verdict }) => `${checkId} ${verdict}`);

const passed = ({ results }: Report): ReadonlySet<string> =>
  new Set(results.flatMap(({ checkId, verdict }) => (verdict === 'pass' ? [checkId] : [])));

test.serial("the veth guide's cluster passes its suite, and its hosts fail as is expected", async (t) => {
  await staged(t, kindVethCluster());
  const report = await run(t, 'kind-veth');
  t.deepEqual(unwell(report), []);
  t.is(report.exitCode, 0);
  const own = ['resources/veth-nodes', 'ovnkube/expected-settings', 'ovnkube/cluster-networks'];
  for (const id of [...own, 'ovnkube/other-plugins-absent']) t.true(passed(report).has(id), id);
  const gaps = report.results.filter(({ expectedGap }) => expectedGap);
  t.true(gaps.length >= 2);
  for (const { reason } of gaps) t.regex(reason ?? '', /cut off|isolated/);
});

test.serial("the BlueField guide's cluster passes its suite", async (t) => {
  await staged(t, bluefieldCluster());
  const report = await run(t, 'bluefield');
  t.deepEqual(unwell(report), []);
  t.is(report.exitCode, 0);
  for (const id of ['resources/node-roles', 'ovnkube/cluster-networks']) t.true(passed(report).has(id), id);
});

interface Fault {
  readonly what: string;
  readonly suite: 'kind-veth' | 'bluefield';
  readonly objects: () => readonly KubernetesObject[];
  readonly more?: readonly string[];
  readonly check: string;
  readonly verdict?: 'warn';
  readonly says: RegExp;
}

/** The objects with this text in the place of that one. */
const rewritten = (
  objects: readonly KubernetesObject[],
  kind: string,
  called: string,
  from: string,
  to: string,
): readonly KubernetesObject[] =>
  objects.map((object) => {
    if (object.kind !== kind || object.metadata.name !== called) return object;
    const text = JSON.stringify(object);
    if (!text.includes(from)) throw new Error(`${kind} ${called} has no ${from}`);
    return JSON.parse(text.replaceAll(from, to)) as KubernetesObject;
  });

const networks = (from: string, to: string) => () =>
  rewritten(kindVethCluster(), 'ConfigMap', 'kubeadm-config', from, to);

const kindnet: KubernetesObject = {
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  metadata: { name: 'kindnet', namespace: 'kube-system' },
  spec: {
    selector: { matchLabels: { app: 'kindnet' } },
    template: {
      metadata: { labels: { app: 'kindnet' } },
      spec: { containers: [{ name: 'kindnet-cni', image: 'docker.io/kindest/kindnetd:v20250512' }] },
    },
  },
};

const FAULTS: readonly Fault[] = [
  {
    what: 'a service network that is not the one kind was told',
    suite: 'kind-veth',
    objects: networks('10.96.0.0/16', '10.97.0.0/16'),
    check: 'ovnkube/cluster-networks',
    says: /svc_cidr is 10\.96\.0\.0\/16, and the cluster was made with the service network 10\.97\.0\.0\/16/,
  },
  {
    what: 'a pod network that is not the one kind was told',
    suite: 'kind-veth',
    objects: networks('10.244.0.0/16', '10.245.0.0/16'),
    check: 'ovnkube/cluster-networks',
    verdict: 'warn',
    says: /net_cidr is 10\.244\.0\.0\/16, and the cluster was made with the pod network 10\.245\.0\.0\/16/,
  },
  {
    what: "kind's own network plugin",
    suite: 'kind-veth',
    objects: () => [...kindVethCluster(), kindnet],
    check: 'ovnkube/other-plugins-absent',
    says: /DaemonSet kube-system\/kindnet is a network plugin of its own/,
  },
  {
    what: 'a kind cluster of another name',
    suite: 'kind-veth',
    objects: () => kindVethCluster(),
    more: ['--set', 'kind-cluster=other'],
    check: 'resources/veth-nodes',
    says: /the node dpu-control-plane is none of the kind cluster other/,
  },
  {
    what: 'one setting of step 8 that is another',
    suite: 'kind-veth',
    objects: () =>
      rewritten(
        kindVethCluster(),
        'Deployment',
        'ovnkube-control-plane',
        '"OVN_ENABLE_PERSISTENT_IPS","value":"true"',
        '"OVN_ENABLE_PERSISTENT_IPS","value":"false"',
      ),
    check: 'ovnkube/expected-settings',
    says: /OVN_ENABLE_PERSISTENT_IPS is false in Deployment ovn-kubernetes\/ovnkube-control-plane, and true is expected/,
  },
  {
    what: 'a cluster without a DPU',
    suite: 'bluefield',
    objects: () =>
      bluefieldCluster().filter(
        ({ kind, metadata, spec }) =>
          !(kind === 'Node' && metadata.name === 'dpu') &&
          !(kind === 'Pod' && (spec as { nodeName?: string } | undefined)?.nodeName === 'dpu'),
      ),
    more: ['-s', 'resources/node-roles'],
    check: 'resources/node-roles',
    says: /the cluster has no node of the role dpu: 2 nodes/,
  },
];

for (const { what, suite, objects, more = [], check, verdict = 'fail', says } of FAULTS) {
  test.serial(`${what}: ${check} and nothing else`, async (t) => {
    await staged(t, objects());
    const report = await run(t, suite, ...more);
    t.deepEqual(unwell(report), [`${check} ${verdict}`]);
    t.regex(report.results.flatMap(({ findings }) => findings)[0]?.message ?? '', says);
    t.is(report.exitCode, verdict === 'warn' ? 0 : 1);
  });
}
