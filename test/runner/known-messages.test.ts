import test, { type ExecutionContext } from 'ava';
import { knownMessages } from '../../checks/cluster/known-messages.ts';
import { bluefieldCluster } from '../../lab/kubernetes/clusters/bluefield.ts';
import type { KubernetesObject } from '../../lab/kubernetes/objects.ts';
import { run } from '../../runner/run.ts';
import { kubeconfigFile, type Reply, startApiServer } from '../helpers/api-server.ts';
import { listed } from '../helpers/cluster-facts.ts';
import { closed, compileSchema, publishedSchema } from '../helpers/report-schema.ts';

/* Logs come from kubelets, which an API-only testbed has none of: this server is hand-written. */

const isValid = compileSchema(closed(publishedSchema()));

/** ovnkube on the DPU has ended and is about to be started again. */
function crashed(object: KubernetesObject): KubernetesObject {
  if (object.kind !== 'Pod' || !object.metadata.name.startsWith('ovnkube-node-dpu-')) return object;
  const ended = { terminated: { exitCode: 1, reason: 'Error' } };
  const [name, image] = ['ovnkube-node', 'ghcr.io/ovn-org/ovn-kubernetes/ovn-kube-ubuntu:release-1.0'];
  const container = {
    name,
    image,
    ready: false,
    restartCount: 1,
    state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 10s restarting failed container' } },
    lastState: ended,
  };
  return { ...object, status: { phase: 'Running', containerStatuses: [container] } };
}

async function examined(t: ExecutionContext, log: Reply) {
  const objects = bluefieldCluster().map(crashed);
  const server = await startApiServer(t, ({ pathname }) =>
    pathname.endsWith('/log') ? log : { body: { items: listed(pathname, objects) } },
  );
  const report = await run({
    tool: { name: 'dpu-doctor', version: 'test' },
    suiteName: 'test',
    nodes: [],
    clusters: [{ name: 'a', kubeconfig: kubeconfigFile(t, server.url) }],
    checks: [knownMessages],
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
  t.true(isValid(JSON.parse(JSON.stringify(report))), JSON.stringify(isValid.errors));
  return { result: report.results[0], logs: server.asked.filter((path) => path.includes('/log?')) };
}

test('the end of the log of a container that failed tells why, by one read for each', async (t) => {
  const line =
    'F1121 ovnkube.go:123] unexpected ovnkube-node-mode: dpuhost. supported modes: [full dpu dpu-host]';
  const { result, logs } = await examined(t, { body: `I1121 starting\n${line}\n` });
  t.is(logs.length, 2, 'of the container on the host and of the one on the DPU');
  t.true(logs.every((path) => path.includes('previous=true') && path.includes('tailLines=200')));
  t.is(result?.verdict, 'warn');
  t.is(result?.findings[0]?.code, 'UNKNOWN_NODE_MODE');
  t.regex(result?.findings[0]?.evidence[0]?.source ?? '', /^kubectl -n ovn-kubernetes logs .* --previous/);
});

test('a log that may not be read leaves it open, and names the verb', async (t) => {
  const { result } = await examined(t, { status: 403, body: { message: 'no' } });
  t.is(result?.verdict, 'error');
  t.regex(result?.reason ?? '', /needs the verb get on pods\/log/);
});

test('a kubelet that does not answer is asked once, and costs nothing but its log', async (t) => {
  const { result, logs } = await examined(t, { status: 502, body: 'dial tcp: no route to host' });
  t.is(logs.length, 2);
  t.is(result?.verdict, 'pass');
  t.regex(result?.note ?? '', /could not be read/);
});
