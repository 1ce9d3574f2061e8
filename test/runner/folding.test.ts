import { join } from 'node:path';
import test from 'ava';
import { CHAIN_CHECKS } from '../../checks/chain/index.ts';
import { nodesReady } from '../../checks/cluster/nodes-ready.ts';
import type { InventoryNode } from '../../inventory/node.ts';
import { bluefieldCluster } from '../../lab/kubernetes/clusters/bluefield.ts';
import type { KubernetesObject } from '../../lab/kubernetes/objects.ts';
import { renderHuman } from '../../reporters/human.ts';
import { renderJunit } from '../../reporters/junit.ts';
import { runProblems } from '../../runner/complete-report.ts';
import { run } from '../../runner/run.ts';
import { kubeconfigFile, startApiServer } from '../helpers/api-server.ts';
import { listed } from '../helpers/cluster-facts.ts';
import { temporaryDirectory } from '../helpers/temporary.ts';

const dead = (object: KubernetesObject): KubernetesObject =>
  object.kind === 'Node' && object.metadata.name === 'dpu'
    ? {
        ...object,
        status: {
          ...(object['status'] as object),
          conditions: [{ type: 'Ready', status: 'Unknown', reason: 'NodeStatusUnknown' }],
        },
      }
    : object;

test('a DPU that is dead for its cluster and for us is one failure, and all else of it is blocked', async (t) => {
  const objects = bluefieldCluster().map(dead);
  const server = await startApiServer(t, ({ pathname }) => ({ body: { items: listed(pathname, objects) } }));
  const gone: InventoryNode = {
    name: 'dpu',
    access: { kind: 'recorded', file: join(temporaryDirectory(t), 'nothing.json') },
  };
  const report = await run({
    tool: { name: 'dpu-doctor', version: 'test' },
    suiteName: 'test',
    nodes: [gone, { ...gone, name: 'dpu-host' }],
    clusters: [{ name: 'a', kubeconfig: kubeconfigFile(t, server.url) }],
    checks: [nodesReady, ...CHAIN_CHECKS],
    set: { from: '--set', values: {} },
    suite: { from: 'suite test', values: {} },
    timeout: 20_000,
    sourceTimeout: 5000,
    wait: 0,
    concurrency: 4,
    ssh: {},
    signal: new AbortController().signal,
    listen: () => undefined,
  });
  const of = (target: string) =>
    report.results
      .filter((result) => result.target === target)
      .map(({ checkId, verdict, blockedBy }) => [checkId, verdict, blockedBy?.join(' ')]);
  t.deepEqual(of('dpu'), [
    ['target/reachable', 'blocked', 'cluster/nodes-ready'],
    ['cluster/nodes-ready', 'fail', undefined],
  ]);
  t.deepEqual(of('dpu-host').slice(0, 2), [
    ['target/reachable', 'error', undefined],
    ['cluster/nodes-ready', 'pass', undefined],
  ]);
  t.is(report.summary.fail, 1);
  t.is(report.summary.error, 1, 'of the host, which its cluster takes for alive');
  t.is(report.summary.blocked, 1 + CHAIN_CHECKS.length);
  t.deepEqual(runProblems(report), []);
  const terminal = { width: 100, colour: 0, unicode: true } as const;
  const human = await renderHuman(report, { terminal, detail: 'normal' });
  t.regex(human, /7 checks blocked by cluster\/nodes-ready: target\/reachable, chain\//);
  const junit = await renderJunit(report);
  t.is(junit.match(/<failure/g)?.length, 1);
});
