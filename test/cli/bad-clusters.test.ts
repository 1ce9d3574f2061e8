import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { bluefieldCluster } from '../../lab/kubernetes/clusters/bluefield.ts';
import type { KubernetesObject } from '../../lab/kubernetes/objects.ts';
import type { Report } from '../../runner/report.ts';
import { kubeconfigFile, type Reply, startApiServer } from '../helpers/api-server.ts';
import { examine } from '../helpers/cli.ts';
import { listed } from '../helpers/cluster-facts.ts';
import { temporaryDirectory } from '../helpers/temporary.ts';

/* A cluster that is as bad as can be, beside one that is well: what the first says, and that the second is examined. */

type Answer = (url: URL, count: number) => Reply | undefined | 'nothing';

/** A server that has these objects, unless it answers something else. */
async function serve(
  t: ExecutionContext,
  answer: Answer = () => undefined,
  objects: readonly KubernetesObject[] = bluefieldCluster(),
) {
  const server = await startApiServer(t, (url, count) => {
    const own = answer(url, count);
    if (own === 'nothing') return undefined;
    return own ?? { body: { items: listed(url.pathname, objects), gitVersion: 'v1.20.2' } };
  });
  return kubeconfigFile(t, server.url);
}

const CHECKS = ['cluster/nodes-ready', 'resources/kubelet-version', 'resources/device-plugin-config'];

/** Examines the bad cluster together with one whose nodes are called otherwise. */
async function beside(t: ExecutionContext, kubeconfig: string, ...more: readonly string[]): Promise<Report> {
  const folder = temporaryDirectory(t);
  const file = join(folder, 'clusters.yaml');
  const clusters = [
    { name: 'bad', kubeconfig },
    { name: 'good', kubeconfig: await serve(t) },
  ];
  writeFileSync(file, JSON.stringify({ version: 1, clusters }));
  const report = await examine(t, ['-i', file, ...CHECKS.flatMap((id) => ['-s', id]), ...more]);
  const good = report.results.filter(({ cluster, target }) => [cluster, target].includes('cluster:good'));
  t.true(good.length >= 4, 'the other cluster is examined');
  t.deepEqual([...new Set(good.map(({ verdict }) => verdict))], ['pass']);
  return report;
}

const text = (t: ExecutionContext, content: string): string => {
  const file = join(temporaryDirectory(t), 'kubeconfig');
  writeFileSync(file, content);
  return file;
};

const refusal = (status: number, message: string, headers = {}): Reply => ({
  status,
  headers,
  body: { kind: 'Status', status: 'Failure', message },
});

const UNREACHABLE: readonly (readonly [string, (t: ExecutionContext) => string | Promise<string>, RegExp])[] =
  [
    ['a kubeconfig that is missing', () => '/nowhere/kubeconfig', /\/nowhere\/kubeconfig/],
    ['a kubeconfig that is a folder', (t) => temporaryDirectory(t), /folder|directory|EISDIR/i],
    ['a kubeconfig that is no YAML', (t) => text(t, '{{{'), /kubeconfig/],
    [
      'a kubeconfig without a current context',
      (t) => kubeconfigFile(t, 'http://127.0.0.1:1', { top: { 'current-context': '' } }),
      /has no current context/,
    ],
    [
      'a server that is down',
      (t) => kubeconfigFile(t, 'http://127.0.0.1:1'),
      /127\.0\.0\.1:1 does not answer/,
    ],
    ['a token that has expired', (t) => serve(t, () => refusal(401, 'Unauthorized')), /401: Unauthorized/],
    [
      'a server that asks for more patience than there is',
      (t) => serve(t, () => refusal(503, 'etcd leader changed', { 'retry-after': '3600' })),
      /503: etcd leader changed/,
    ],
  ];

for (const [what, kubeconfig, says] of UNREACHABLE)
  test(`${what} is one error with its reason, and the other cluster is examined`, async (t) => {
    const report = await beside(t, await kubeconfig(t));
    const bad = report.results.filter(({ target }) => target === 'cluster:bad');
    const [error, ...rest] = bad.filter(({ verdict }) => verdict !== 'blocked');
    t.is(error?.checkId, 'target/reachable');
    t.is(error?.verdict, 'error');
    t.regex(error?.reason ?? '', says);
    t.true((error?.remedy ?? '').length > 10, 'what to do');
    t.deepEqual(rest, []);
    t.is(report.exitCode, 2);
  });

test('a server that is silent costs its own time limit', async (t) => {
  const report = await beside(t, await serve(t, () => 'nothing'), '--timeout', '20s');
  const error = report.results.find(({ target, verdict }) => target === 'cluster:bad' && verdict === 'error');
  t.regex(error?.reason ?? '', /did not answer in time/);
});

test('something else than an API server is one error, and no health', async (t) => {
  for (const answer of [{ body: '<html>' }, refusal(404, '404 page not found')]) {
    const report = await beside(t, await serve(t, () => answer));
    const [error, ...more] = report.results.filter(({ target }) => target === 'cluster:bad');
    t.like(error, { checkId: 'target/reachable', verdict: 'error' });
    t.regex(error?.reason ?? '', /127\.0\.0\.1:\d+ is no API server: .*(?:not JSON|404)/);
    t.true(more.every(({ verdict }) => verdict === 'blocked'));
    t.is(report.exitCode, 2);
  }
});

test('a server that asks for patience is given it, and one that forgot the list is asked anew', async (t) => {
  const seen = new Map<string, number>();
  const busy = await serve(t, ({ pathname, searchParams }) => {
    const before = seen.get(pathname) ?? 0;
    seen.set(pathname, before + 1);
    if (pathname === '/api/v1/nodes' && before === 0)
      return refusal(429, 'too many requests', { 'retry-after': '0' });
    if (pathname !== '/api/v1/pods' || !searchParams.has('limit')) return undefined;
    return searchParams.has('continue')
      ? refusal(410, 'The provided continue parameter is too old')
      : { body: { items: [], metadata: { continue: 'token' } } };
  });
  const report = await beside(t, busy);
  t.is(report.exitCode, 0);
  t.is(seen.get('/api/v1/nodes'), 2);
  t.is(seen.get('/api/v1/pods'), 3);
});

test('a list that is forbidden and a kind that is not known are told apart, and nothing else suffers', async (t) => {
  const forbidden = await serve(t, ({ pathname }) =>
    pathname === '/api/v1/configmaps'
      ? refusal(403, 'configmaps is forbidden')
      : pathname.startsWith('/apis/provisioning.dpu.nvidia.com') ||
          pathname.startsWith('/apis/k8s.cni.cncf.io')
        ? refusal(404, 'the server could not find the requested resource')
        : undefined,
  );
  const report = await beside(t, forbidden);
  const errors = report.results.filter(({ verdict }) => verdict !== 'pass');
  t.deepEqual(
    errors.map(({ checkId, target, reasonCode }) => [checkId, target, reasonCode]),
    [['resources/device-plugin-config', 'cluster:bad', 'permission']],
  );
  t.regex(errors[0]?.reason ?? '', /needs the verb list on configmaps/);
});

const HOSTILE = '\u001b[2J\u202e$(touch /tmp/pwned); `id`\n- name: x';

/** Every text in the place of names, labels and annotations that only a hostile server would send. */
const hostile = (objects: readonly KubernetesObject[]): readonly KubernetesObject[] =>
  objects.map((object) => {
    const { kind, metadata } = object;
    if (kind === 'ConfigMap' && metadata.name === 'sriovdp-config')
      return { ...object, data: { 'config.json': HOSTILE } };
    if (kind === 'Pod') return { ...object, metadata: { ...metadata, name: `${metadata.name}${HOSTILE}` } };
    if (kind !== 'Node' || metadata.name !== 'dpu') return object;
    const annotations = {
      ...metadata.annotations,
      'k8s.ovn.org/l3-gateway-config': `{"a":"${'x'.repeat(3_000_000)}`,
    };
    return { ...object, metadata: { ...metadata, name: `dpu${HOSTILE}`, annotations } };
  });

test('names made to inject, annotations of megabytes and a configuration that is no JSON', async (t) => {
  const report = await beside(t, await serve(t, undefined, hostile(bluefieldCluster())));
  const config = report.results.find(
    ({ checkId, target }) => checkId === 'resources/device-plugin-config' && target === 'cluster:bad',
  );
  t.is(config?.verdict, 'fail');
  t.regex(config?.findings[0]?.message ?? '', /error unmarshalling/);
  t.true(JSON.stringify(report).length < 1_000_000, 'megabytes are not repeated');
  for (const { remedy } of report.results.flatMap(({ findings }) => findings))
    t.notRegex(remedy, /[^'"]\$\(touch/, 'nothing that a shell would run');
});
