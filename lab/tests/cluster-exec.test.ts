import { writeFile } from 'node:fs/promises';
import test, { type ExecutionContext } from 'ava';
import { parse } from 'yaml';
import { command, shell } from '../../facts/sources.ts';
import type { Report } from '../../runner/report.ts';
import { said, unhurried } from '../../test/helpers/asking.ts';
import { dpuDoctor, examine } from '../../test/helpers/cli.ts';
import { overShell } from '../../transports/connect.ts';
import { podTransport } from '../../transports/pod.ts';
import { TransportError } from '../../transports/transport.ts';
import type { KubernetesObject } from '../kubernetes/index.ts';
import { waitFor } from '../netns/wait.ts';
import { apiServer } from './api-server.ts';

/* Nodes through pods on them. The kubelet, its exec and the pod are real; the pod only sleeps. */

const NODE = 'node1';
const server = apiServer('cluster-exec', { nodes: 1 });

/** A pod named as OVN-Kubernetes' are, with this right to the node. */
const pod = (called: string, hostPID: boolean, privileged: boolean): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: called, namespace: 'default' },
  spec: {
    hostNetwork: true,
    hostPID,
    containers: [
      {
        name: 'ovnkube-node',
        image: 'localhost/lab/busybox:1',
        imagePullPolicy: 'IfNotPresent',
        command: ['sleep', '36000'],
        securityContext: { privileged },
      },
    ],
  },
});

async function started(object: KubernetesObject): Promise<void> {
  const { name: called } = object.metadata;
  await server.lab.api.create(object);
  await waitFor(`pod ${called} to run`, async () => {
    const { status } = (await server.lab.api.get(
      `/api/v1/namespaces/default/pods/${called}`,
    )) as KubernetesObject;
    return (status as { phase?: string }).phase === 'Running';
  });
}

test.serial.before(async () => {
  await started(pod('ovnkube-node-a', true, true));
  await started(pod('confined', false, true));
});

const through = (called: string, kubeconfig = server.lab.kubeconfig) =>
  podTransport({
    kind: 'pod',
    cluster: { kubeconfig },
    node: NODE,
    pod: { namespace: 'default', name: called, container: 'ovnkube-node' },
  });

async function run(script: string, signal = new AbortController().signal) {
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  const transport = through('ovnkube-node-a');
  const result = await transport.run(script, {
    signal,
    onStdout: (chunk) => out.push(chunk),
    onStderr: (chunk) => err.push(chunk),
  });
  return { ...result, stdout: Buffer.concat(out), stderr: Buffer.concat(err).toString() };
}

const failure = async (t: ExecutionContext, transport: ReturnType<typeof through>) => {
  const ignore = () => undefined;
  const streams = { signal: AbortSignal.timeout(30_000), onStdout: ignore, onStderr: ignore };
  return t.throwsAsync(transport.run('echo', streams), { instanceOf: TransportError });
};

test.serial('the contract of transports: streams, exit code, bytes, length', async (t) => {
  const result = await run('echo out; echo err >&2; exit 3');
  t.deepEqual([result.stdout.toString(), result.stderr, result.exitCode], ['out\n', 'err\n', 3]);
  t.deepEqual(
    [...(await run(`printf '\\000\\377\\012\\033[31m'`)).stdout],
    [0, 255, 10, 27, 91, 51, 49, 109],
  );
  const long = await run(`: '${'x'.repeat(300_000)}'\nhead -c 5000000 /dev/zero; echo end`);
  t.is(long.stdout.length, 5_000_004);
  t.is((await run('kill -TERM $$')).exitCode, 143);
});

test.serial('an abort ends a run that hangs, and what hangs costs nothing else', async (t) => {
  const aborted = await run('echo before; sleep 600', AbortSignal.timeout(2000));
  t.is(aborted.exitCode, undefined);
  t.is(aborted.stdout.toString(), 'before\n');
  const [one, hanging, two] = [
    command(['echo', 'one']),
    shell('hang', 'sleep 600', ['sleep']),
    command(['echo', 'two']),
  ];
  const node = overShell(through('ovnkube-node-a'));
  const outcomes = await node.ask([one, hanging, two], unhurried({ sourceTimeout: 1000 }));
  t.deepEqual(
    [one, hanging, two].map((source) => said(outcomes, source)),
    ['one\n', 'timeout', 'two\n'],
  );
  t.is(node.uri, 'pod://default/ovnkube-node-a/ovnkube-node');
});

test.serial('the node is seen, and not the container', async (t) => {
  const { stdout } = await run('hostname; cat /etc/os-release; ls -d /var/lib/kubelet');
  t.regex(stdout.toString(), /^node1\n/);
  t.regex(stdout.toString(), /Debian|Ubuntu/, 'the container has no such file');
  t.regex(stdout.toString(), /\/var\/lib\/kubelet/);
});

test.serial('a container that does not see the node is refused, and is no node', async (t) => {
  const error = await failure(t, through('confined'));
  t.is(error?.code, 'no-shell');
  t.regex(error?.hint ?? '', /hostPID/);
  t.is((await failure(t, through('nobody')))?.code, 'no-such-container');
});

const ofNode = ({ targets }: Report) => targets.find((target) => target.name === NODE);

test.serial('--node-access exec examines nodes without SSH, with just the printed rights', async (t) => {
  const { stdout } = await dpuDoctor(['permissions', '--rbac', '--node-access', 'exec']);
  const { rules } = parse(stdout);
  const kubeconfig = await server.lab.serviceAccount('exec', rules);
  const report = await examine(t, ['--kubeconfig', kubeconfig, '--node-access', 'exec', '--role', 'worker']);
  const node = ofNode(report);
  t.is(node?.uri, 'pod://default/ovnkube-node-a/ovnkube-node');
  t.is(node?.failure, undefined);
  t.true(report.results.some(({ target, verdict }) => target === NODE && verdict === 'pass'));
  const withoutExec = await server.lab.serviceAccount(
    'no-exec',
    rules.filter(({ resources = [] }: { resources?: string[] }) => !resources.includes('pods/exec')),
  );
  const refused = await examine(t, ['--kubeconfig', withoutExec, '--node-access', 'exec']);
  t.is(ofNode(refused)?.failure?.code, 'auth-failed');
  t.regex(ofNode(refused)?.failure?.hint ?? '', /pods\/exec/);
});

test.serial(
  'what inventory --node-access exec prints, a run examines through the pod that is there then',
  async (t) => {
    const printed = await dpuDoctor([
      'inventory',
      '--kubeconfig',
      server.lab.kubeconfig,
      '--node-access',
      'exec',
    ]);
    t.is(printed.code, 0, printed.stderr);
    t.regex(printed.stdout, /access: exec/);
    const file = `${server.lab.directory}/exec.yaml`;
    await writeFile(file, printed.stdout);
    const report = await examine(t, ['-i', file]);
    t.is(ofNode(report)?.uri, 'pod://default/ovnkube-node-a/ovnkube-node');
    t.is(ofNode(report)?.failure, undefined);
  },
);

test.serial('a node without such a pod is an error, and no pass', async (t) => {
  await server.lab.api.remove(pod('ovnkube-node-a', true, true));
  const report = await examine(t, ['--kubeconfig', server.lab.kubeconfig, '--node-access', 'exec']);
  t.is(ofNode(report)?.failure?.code, 'no-such-container');
  t.is(report.exitCode, 2);
});
