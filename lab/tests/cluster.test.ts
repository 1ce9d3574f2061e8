import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import type { Report } from '../../runner/report.ts';
import { examine, startDpuDoctor } from '../../test/helpers/cli.ts';
import {
  bluefieldCluster,
  type KubernetesObject,
  kindVethCluster,
  type PolicyRule,
  type Staged,
} from '../kubernetes/index.ts';
import { apiServer, find, lines } from './api-server.ts';

const server = apiServer('cluster');
const { target: TARGET, staged } = server;

/** The checks that this file is about; the others have tests of their own. */
const OWN = ['dpu-labels', 'dpu-pairs', 'kube-proxy-absent', 'nodes-ready'];

const look = (t: ExecutionContext, ...args: readonly string[]): Promise<Report> =>
  examine(t, [...args, ...OWN.flatMap((check) => ['-s', `cluster/${check}`])]);

const run = (t: ExecutionContext, ...args: readonly string[]): Promise<Report> =>
  look(t, '--kubeconfig', server.lab.kubeconfig, ...args);

/** `check target verdict` of everything that did not pass. */
const notPassed = (report: Report): readonly string[] =>
  lines(report, 'fail', 'warn', 'error', 'skip', 'blocked');

test.serial(
  'the cluster of the guide for BlueField-2 is healthy, and its nodes are what they are',
  async (t) => {
    await staged(t, bluefieldCluster());
    // One that would have to be asked of the nodes themselves, to be told that none was.
    const report = await run(t, '-s', 'system/swap');
    t.deepEqual(notPassed(report), []);
    t.is(report.exitCode, 0);
    t.deepEqual(
      report.targets.map(({ kind, name: called, role, pair }) => [kind, called, role, pair]),
      [
        ['cluster', TARGET, undefined, undefined],
        [undefined, 'control-plane', 'control-plane', undefined],
        [undefined, 'dpu', 'dpu', 'dpu-host'],
        [undefined, 'dpu-host', 'dpu-host', 'dpu'],
      ],
    );
    t.is(report.targets[0]?.uri, server.lab.server);
    t.regex(report.notPlanned?.[0]?.reason ?? '', /were not logged in to: --node-access ssh/);
  },
);

test.serial(
  'the veth topology is healthy: that its hosts are cut off is how it is meant to be',
  async (t) => {
    await staged(t, kindVethCluster());
    const report = await run(t);
    t.deepEqual(notPassed(report), [
      'cluster/nodes-ready dpu-worker skip',
      'cluster/nodes-ready dpu-worker3 skip',
    ]);
    t.true(report.results.every(({ verdict, expectedGap }) => verdict !== 'skip' || expectedGap));
    t.is(report.exitCode, 0);
  },
);

const TWO_PAIRS = ['1', '2'].map((number) => ({
  host: `host-${number}`,
  hostAddress: `192.168.42.20${number}`,
  dpu: `dpu-${number}`,
  dpuAddress: `192.168.41.12${number}`,
  subnet: `10.233.6${number}`,
  pods: [],
}));

/** Each fault, and the one check that fails for it. */
const FAULTS: readonly {
  readonly what: string;
  readonly cluster?: () => KubernetesObject[];
  inject(cluster: Staged): Promise<unknown>;
  readonly check: string;
  readonly target: string;
  readonly says: RegExp;
}[] = [
  {
    what: 'a node whose kubelet is not heard',
    inject: (cluster) =>
      server.lab.api.patch(
        find(cluster, 'Node', 'dpu'),
        { status: { conditions: [{ type: 'Ready', status: 'Unknown', reason: 'NodeStatusUnknown' }] } },
        'status',
      ),
    check: 'cluster/nodes-ready',
    target: 'dpu',
    says: /dpu is not Ready: Ready is Unknown, NodeStatusUnknown/,
  },
  {
    what: 'a DPU of the veth topology that is not Ready',
    cluster: kindVethCluster,
    inject: (cluster) =>
      server.lab.api.patch(
        find(cluster, 'Node', 'dpu-worker2'),
        { status: { conditions: [{ type: 'Ready', status: 'False', reason: 'KubeletNotReady' }] } },
        'status',
      ),
    check: 'cluster/nodes-ready',
    target: 'dpu-worker2',
    says: /KubeletNotReady/,
  },
  {
    what: 'a DPU with the labels of both sides',
    inject: (cluster) => label(cluster, 'dpu', { 'k8s.ovn.org/dpu-host': '' }),
    check: 'cluster/dpu-labels',
    target: TARGET,
    says: /node dpu is labelled both k8s\.ovn\.org\/dpu-host and k8s\.ovn\.org\/dpu/,
  },
  {
    what: 'a DPU that is labelled as a host',
    inject: (cluster) => label(cluster, 'dpu', { 'k8s.ovn.org/dpu-host': '', 'k8s.ovn.org/dpu': null }),
    check: 'cluster/dpu-labels',
    target: TARGET,
    says: /labelled k8s\.ovn\.org\/dpu-host, and ovnkube runs there as the other side/,
  },
  {
    what: 'a host that has lost its label',
    inject: (cluster) => label(cluster, 'dpu-host', { 'k8s.ovn.org/dpu-host': null }),
    check: 'cluster/dpu-labels',
    target: TARGET,
    says: /node dpu-host is a DPU host without the label k8s\.ovn\.org\/dpu-host/,
  },
  {
    what: 'a label whose value no nodeSelector has',
    inject: (cluster) => label(cluster, 'dpu', { 'k8s.ovn.org/dpu': 'true' }),
    check: 'cluster/dpu-labels',
    target: TARGET,
    says: /k8s\.ovn\.org\/dpu=true, and DaemonSet ovn-kubernetes\/ovnkube-node-dpu is placed only/,
  },
  {
    what: 'a host that is told the address of another DPU',
    cluster: () => bluefieldCluster({ pairs: TWO_PAIRS }),
    inject: (cluster) => {
      const [host, other] = ['host-1', 'host-2'].map((called) => find(cluster, 'Node', called));
      const annotation = 'k8s.ovn.org/l3-gateway-config';
      const config = host?.metadata.annotations?.[annotation] ?? '';
      return server.lab.api.patch(other as KubernetesObject, {
        metadata: { annotations: { [annotation]: config } },
      });
    },
    check: 'cluster/dpu-pairs',
    target: TARGET,
    says: /DPU dpu-1 is claimed by host-1 host-2/,
  },
  {
    what: 'kube-proxy',
    inject: () => server.lab.api.create(kubeProxy()),
    check: 'cluster/kube-proxy-absent',
    target: TARGET,
    says: /kube-proxy is in the cluster: DaemonSet kube-system\/kube-proxy/,
  },
];

const label = (cluster: Staged, node: string, labels: Record<string, string | null>) =>
  server.lab.api.patch(find(cluster, 'Node', node), { metadata: { labels } });

/** As kubeadm makes it, in short. */
const kubeProxy = (): KubernetesObject => ({
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  metadata: { name: 'kube-proxy', namespace: 'kube-system' },
  spec: {
    selector: { matchLabels: { 'k8s-app': 'kube-proxy' } },
    template: {
      metadata: { labels: { 'k8s-app': 'kube-proxy' } },
      spec: { containers: [{ name: 'kube-proxy', image: 'registry.k8s.io/kube-proxy:v1.25.16' }] },
    },
  },
});

for (const { what, cluster = bluefieldCluster, inject, check, target, says } of FAULTS) {
  test.serial(`${what} makes ${check} fail, and nothing else`, async (t) => {
    t.teardown(() => server.lab.api.remove(kubeProxy()));
    await inject(await staged(t, cluster()));
    const report = await run(t);
    t.deepEqual(
      notPassed(report).filter((line) => !line.endsWith('skip')),
      [`${check} ${target} fail`],
    );
    const [finding] = report.results.flatMap(({ findings }) => findings);
    t.regex(finding?.message ?? '', says);
    t.is(report.exitCode, 1);
  });
}

const LISTS: readonly PolicyRule[] = [
  { apiGroups: [''], resources: ['nodes', 'pods'], verbs: ['list'] },
  { apiGroups: ['apps'], resources: ['daemonsets', 'deployments'], verbs: ['list'] },
  { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['list'] },
];

/** The kubeconfig of someone who may list all that is asked for but these. */
const without = (account: string, ...resources: readonly string[]): Promise<string> =>
  server.lab.serviceAccount(
    account,
    LISTS.map((rule) => ({
      ...rule,
      resources: (rule.resources ?? []).filter((resource) => !resources.includes(resource)),
    })).filter((rule) => rule.resources.length > 0),
  );

test.serial('lists are all that is asked for', async (t) => {
  await staged(t, bluefieldCluster());
  const report = await look(t, '--kubeconfig', await without('lister'));
  t.deepEqual(notPassed(report), []);
  t.is(report.exitCode, 0);
});

test.serial('a read that is forbidden names the verb, and nothing else suffers', async (t) => {
  await staged(t, bluefieldCluster());
  const report = await look(t, '--kubeconfig', await without('podless', 'pods'));
  const target = report.targets[0]?.name ?? '';
  t.deepEqual(notPassed(report), [
    `cluster/dpu-labels ${target} error`,
    `cluster/kube-proxy-absent ${target} error`,
  ]);
  for (const result of report.results.filter(({ verdict }) => verdict === 'error')) {
    t.is(result.reasonCode, 'permission');
    t.is(result.reason, 'may not list pods: the user of the kubeconfig needs the verb list on pods');
  }
  t.is(report.targets.length, 4, 'the nodes are found all the same');
  t.is(report.exitCode, 2);
});

test.serial('who may not list nodes is told so, and nothing passes for it', async (t) => {
  await staged(t, bluefieldCluster());
  const report = await look(t, '--kubeconfig', await without('nodeless', 'nodes'));
  const target = report.targets[0]?.name ?? '';
  t.deepEqual(notPassed(report), [
    `cluster/dpu-labels ${target} error`,
    `cluster/dpu-pairs ${target} error`,
    `target/nodes ${target} error`,
  ]);
  t.regex(report.results[0]?.reason ?? '', /needs the verb list on nodes/);
  t.is(report.targets.length, 1);
  t.is(report.exitCode, 2);
});

test.serial('a token that is not known is one error, and blocks what was planned', async (t) => {
  const report = await look(t, '--kubeconfig', await server.lab.withToken('wrong', 'nobody'));
  const target = `${TARGET}-wrong`;
  t.deepEqual(notPassed(report), [
    `cluster/dpu-labels ${target} blocked`,
    `cluster/dpu-pairs ${target} blocked`,
    `cluster/kube-proxy-absent ${target} blocked`,
    `target/reachable ${target} error`,
  ]);
  t.like(report.targets, [{ kind: 'cluster', failure: { code: 'unauthorized' } }]);
  t.false(JSON.stringify(report).includes('nobody'), 'the token is not in the report');
  t.is(report.exitCode, 2);
});

test.serial('several clusters in one run: one that does not answer costs the other nothing', async (t) => {
  await staged(t, bluefieldCluster());
  const config = JSON.parse(await readFile(server.lab.kubeconfig, 'utf8'));
  config.clusters[0].cluster.server = 'https://127.213.0.0:1';
  const file = path.join(server.lab.directory, 'down.kubeconfig');
  await writeFile(file, JSON.stringify(config));
  const report = await run(t, '--kubeconfig', file);
  t.deepEqual(
    notPassed(report).filter((line) => !line.endsWith('blocked')),
    [`target/reachable ${TARGET} (2) error`],
  );
  t.is(report.results.filter(({ verdict }) => verdict === 'pass').length, 6);
  t.is(report.exitCode, 2);
});

test.serial('an inventory names clusters too, and its word on a node counts', async (t) => {
  await staged(t, kindVethCluster({ step: 14 }));
  const file = path.join(server.lab.directory, 'inventory.yaml');
  const host = (called: string, dpu: string) =>
    `  - { name: ${called}, role: dpu-host, dpu: ${dpu}, simulation: veth }\n  - { name: ${dpu}, simulation: veth }\n`;
  const nodes = `${host('dpu-worker', 'dpu-worker2')}${host('dpu-worker3', 'dpu-worker4')}`;
  const clusters = `  - { name: kind, kubeconfig: ${path.basename(server.lab.kubeconfig)} }\n`;
  await writeFile(file, `version: 1\nclusters:\n${clusters}nodes:\n${nodes}`);
  const report = await examine(t, ['-i', file, '-s', 'cluster/nodes-ready', '--timeout', '20s']);
  t.deepEqual(
    notPassed(report).filter((line) => line.startsWith('cluster/')),
    ['cluster/nodes-ready dpu-worker skip', 'cluster/nodes-ready dpu-worker3 skip'],
  );
  t.is(report.targets[0]?.name, 'cluster:kind');
});

test.serial('--wait asks a cluster again until it is well', async (t) => {
  const cluster = await staged(t, bluefieldCluster());
  const node = find(cluster, 'Node', 'dpu');
  const ready = (status: string) =>
    server.lab.api.patch(node, { status: { conditions: [{ type: 'Ready', status }] } }, 'status');
  await ready('False');
  const started = startDpuDoctor(['run', '--json', '--kubeconfig', server.lab.kubeconfig, '--wait', '60s']);
  // It answered once with the node as it was, then the node recovers.
  await new Promise<void>((resolve) => {
    let said = '';
    started.child.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (/answered in/.test(said)) resolve();
    });
    started.child.on('close', () => resolve());
  });
  await ready('True');
  const ended = await started.ended;
  t.is(ended.code, 0, ended.stderr);
  t.true(ended.stderr.split('answered in').length >= 3, 'it was asked more than once');
});
