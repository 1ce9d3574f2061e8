import test, { type ExecutionContext } from 'ava';
import type { Report } from '../../runner/report.ts';
import { dpuDoctor, examine, resultOf, startDpuDoctor } from '../../test/helpers/cli.ts';
import { bluefieldCluster, type KubernetesObject, kindVethCluster } from '../kubernetes/index.ts';
import { apiServer, find } from './api-server.ts';

const CHECK = 'cluster/known-messages';
const server = apiServer('messages');
const { target: TARGET, staged } = server;

const run = (t: ExecutionContext, ...args: readonly string[]): Promise<Report> =>
  examine(t, ['cluster', '--kubeconfig', server.lab.kubeconfig, '-s', 'cluster', ...args]);

const POD = 'ovs-offload-pod1';

/** The pod waits for its network, as kubelet reports it while the CNI fails. */
const waiting = (
  pod: KubernetesObject,
  state: object,
  restarts = 0,
  lastState: object = {},
): Promise<unknown> =>
  server.lab.api.patch(
    pod,
    {
      status: {
        phase: 'Pending',
        containerStatuses: [
          {
            name: 'appcntr1',
            image: 'alpine',
            imageID: '',
            ready: false,
            restartCount: restarts,
            state: { waiting: state },
            lastState,
          },
        ],
      },
    },
    'status',
  );

/** As kubelet wraps what the CNI says. */
const WRAPPED =
  'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "abc": plugin type="multus-shim" name="multus-cni-network" failed (add): CmdAdd (shim): CNI request failed with status 400: \'ContainerNetworkError: failed to get VF representor: vf representor for pfID: 0, vfIndex: 1 not found\'';

async function event(t: ExecutionContext, about: KubernetesObject, message: string): Promise<void> {
  const { namespace = 'default', name: called } = about.metadata;
  const object = {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `${called}.1`, namespace },
    involvedObject: { kind: about.kind, namespace, name: called, uid: about.metadata['uid'] },
    type: 'Warning',
    reason: 'FailedCreatePodSandBox',
    message,
    count: 7,
    lastTimestamp: new Date().toISOString(),
  } as unknown as KubernetesObject;
  await server.lab.api.create(object);
  t.teardown(() => server.lab.api.remove(object));
}

for (const [what, cluster] of [
  ['of the guide for BlueField-2', bluefieldCluster],
  ['of the veth topology', kindVethCluster],
] as const)
  test.serial(`no failing pod is in the cluster ${what}`, async (t) => {
    await staged(t, cluster());
    const result = resultOf(await run(t), TARGET, CHECK);
    t.is(result.verdict, 'pass');
    t.regex(result.evidence[0]?.said ?? '', /^\d+ pods, [02] failing/);
  });

test.serial('an event of a pod that waits is recognised, and told with cause and remedy', async (t) => {
  const cluster = await staged(t, bluefieldCluster());
  const pod = find(cluster, 'Pod', POD);
  await waiting(pod, { reason: 'ContainerCreating' });
  await event(t, pod, WRAPPED);
  const report = await run(t);
  const result = resultOf(report, TARGET, CHECK);
  t.is(result.verdict, 'warn');
  const [finding] = result.findings;
  t.regex(
    finding?.message ?? '',
    /^pod ovn-kubernetes\/ovs-offload-pod1: .*vf representor for pfID: 0, vfIndex: 1 not found/,
  );
  t.true((finding?.cause.length ?? 0) > 20 && (finding?.remedy.length ?? 0) > 20);
  t.regex(finding?.evidence[0]?.source ?? '', /events.*FailedCreatePodSandBox/);
  const wrong = report.results.filter(({ verdict }) => verdict !== 'pass' && verdict !== 'skip');
  t.deepEqual(
    wrong.map(({ checkId }) => checkId).filter((id) => /^(?:cluster|chain)\//.test(id)),
    [CHECK],
  );
});

test.serial('of a pod that is well, and of an earlier one of its name, nothing is told', async (t) => {
  const cluster = await staged(t, bluefieldCluster());
  const pod = find(cluster, 'Pod', POD);
  await event(t, pod, WRAPPED);
  t.is(resultOf(await run(t), TARGET, CHECK).verdict, 'pass', 'the pod runs');
  const other = find(cluster, 'Pod', 'ovs-offload-pod2');
  await waiting(other, { reason: 'ContainerCreating' });
  const earlier = { ...other, metadata: { ...other.metadata, uid: '00000000-0000-0000-0000-000000000000' } };
  await event(t, earlier, WRAPPED);
  const result = resultOf(await run(t), TARGET, CHECK);
  t.is(result.verdict, 'pass');
  t.regex(result.note ?? '', /nothing known is said of ovn-kubernetes\/ovs-offload-pod2/);
});

test.serial('what a pod says of the DPU explains the check of the DPU that fails for it', async (t) => {
  const cluster = await staged(t, bluefieldCluster());
  await server.lab.api.patch(
    find(cluster, 'Node', 'dpu'),
    { status: { conditions: [{ type: 'Ready', status: 'Unknown', reason: 'NodeStatusUnknown' }] } },
    'status',
  );
  const pod = find(cluster, 'Pod', POD);
  await waiting(pod, { reason: 'ContainerCreating' });
  await event(
    t,
    pod,
    WRAPPED.replace(/failed to get VF.*(?='$)/, 'DPU Not Ready: DPU node lease expired at 2026-01-01'),
  );
  const report = await run(t);
  const result = resultOf(report, 'dpu', 'cluster/nodes-ready');
  t.is(result.verdict, 'fail');
  const [explanation] = result.explanations ?? [];
  t.is(explanation?.about, 'pod ovn-kubernetes/ovs-offload-pod1');
  t.regex(explanation?.line ?? '', /DPU node lease expired/);
  t.true((explanation?.remedy.length ?? 0) > 10);
  t.is(resultOf(report, 'control-plane', 'cluster/nodes-ready').explanations, undefined);
  const options = ['run', 'cluster', '--kubeconfig', server.lab.kubeconfig, '-s', 'cluster'];
  const human = await dpuDoctor([...options]);
  t.regex(human.stdout, /said +of pod ovn-kubernetes\/ovs-offload-pod1: /);
  const junit = await dpuDoctor([...options, '-r', 'junit']);
  t.regex(junit.stdout, /said: of pod ovn-kubernetes\/ovs-offload-pod1: /);
});

/** What never comes up by itself, as kubelet and the scheduler report it. */
const HOPELESS: readonly (readonly [string, (pod: KubernetesObject) => Promise<unknown>, RegExp])[] = [
  [
    'an image that does not exist',
    (pod) =>
      waiting(pod, {
        reason: 'ErrImagePull',
        message:
          'rpc error: code = NotFound desc = failed to pull and unpack image "docker.io/library/alpine": not found',
      }),
    /there is no image alpine/,
  ],
  [
    'an image that is never pulled',
    (pod) =>
      waiting(pod, { reason: 'ErrImageNeverPull', message: 'Container image "alpine" is not present' }),
    /ErrImageNeverPull/,
  ],
  [
    'a container that ends again and again',
    (pod) =>
      waiting(pod, { reason: 'CrashLoopBackOff', message: 'back-off 1m20s restarting failed container' }, 4),
    /CrashLoopBackOff after 4 restarts/,
  ],
  [
    'a pod that no node fits',
    (pod) =>
      server.lab.api.patch(
        pod,
        {
          status: {
            phase: 'Pending',
            containerStatuses: null,
            conditions: [
              {
                type: 'PodScheduled',
                status: 'False',
                reason: 'Unschedulable',
                message:
                  "0/3 nodes are available: 3 node(s) didn't match Pod's node affinity/selector. preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.",
              },
            ],
          },
        },
        'status',
      ),
    /no node fits: 0\/3 nodes/,
  ],
];

for (const [what, inject, says] of HOPELESS)
  test.serial(`--wait does not wait for ${what}`, async (t) => {
    const cluster = await staged(t, bluefieldCluster());
    await inject(find(cluster, 'Pod', POD));
    await server.lab.api.patch(
      find(cluster, 'Node', 'dpu-host'),
      { status: { conditions: [{ type: 'Ready', status: 'False', reason: 'KubeletNotReady' }] } },
      'status',
    );
    // Longer than a test may take: it ends because waiting does.
    const report = await run(t, '--wait', '1h');
    t.is(report.exitCode, 1);
    t.regex(report.waitEnded?.join('\n') ?? '', says);
    t.regex(report.waitEnded?.[0] ?? '', /pod ovn-kubernetes\/ovs-offload-pod1 will not come up by itself/);
  });

test.serial('--wait waits for what may come up, says for what, and ends when it is well', async (t) => {
  const cluster = await staged(t, bluefieldCluster());
  const node = find(cluster, 'Node', 'dpu-host');
  const ready = (status: string) =>
    server.lab.api.patch(node, { status: { conditions: [{ type: 'Ready', status }] } }, 'status');
  await ready('False');
  await waiting(find(cluster, 'Pod', POD), {
    reason: 'ImagePullBackOff',
    message: 'Back-off pulling image "alpine": dial tcp: i/o timeout',
  });
  const started = startDpuDoctor([
    'run',
    'cluster',
    '--json',
    '--kubeconfig',
    server.lab.kubeconfig,
    '-s',
    'cluster/nodes-ready',
    '--wait',
    '100s',
  ]);
  let said = '';
  await new Promise<void>((resolve) => {
    started.child.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (/waiting .* at most for/.test(said)) resolve();
    });
    started.child.on('close', () => resolve());
  });
  t.regex(said, /waiting [\d.]+ (?:s|min .*) at most for cluster\/nodes-ready on dpu-host/);
  await ready('True');
  t.is((await started.ended).code, 0);
});
