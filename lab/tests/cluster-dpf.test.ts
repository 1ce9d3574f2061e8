import process from 'node:process';
import test, { type ExecutionContext } from 'ava';
import type { Report } from '../../runner/report.ts';
import { examine } from '../../test/helpers/cli.ts';
import { node } from '../kubernetes/clusters/nodes.ts';
import {
  downKubernetesLab,
  type KubernetesLab,
  type KubernetesObject,
  type Staged,
  stageCluster,
  upKubernetesLab,
} from '../kubernetes/index.ts';

/* Two clusters as DPF has them: the hosts' with the DPU objects, and the DPUs' with the nodes that the DPUs are. */

const HOSTS = `test-dpf-hosts-${process.pid}`;
const DPUS = `test-dpf-dpus-${process.pid}`;
let hosts: KubernetesLab;
let dpus: KubernetesLab;

test.before(async () => {
  [hosts, dpus] = await Promise.all([upKubernetesLab({ name: HOSTS }), upKubernetesLab({ name: DPUS })]);
});

test.after.always(() => Promise.all([HOSTS, DPUS].map((name) => downKubernetesLab({ name }))));

const nodeOf = (name: string, labels: Record<string, string> = {}): KubernetesObject[] =>
  node(
    { name, labels, kubelet: 'v1.20.2', kernel: '5.15.0', osImage: 'Ubuntu', runtime: 'containerd://1.7' },
    new Date(),
  );

const WORKER = { 'k8s.ovn.org/dpu-host': '' };

const dpu = (name: string, dpuNodeName: string, phase: string): KubernetesObject => ({
  apiVersion: 'provisioning.dpu.nvidia.com/v1alpha1',
  kind: 'DPU',
  metadata: { name, namespace: 'dpf-operator-system' },
  spec: { dpuNodeName },
  status: { phase },
});

/** Two hosts with their DPUs, of which DPF is not done with the second. */
async function staged(t: ExecutionContext): Promise<{ readonly ofHosts: Staged; readonly ofDpus: Staged }> {
  const ofHosts = await stageCluster(hosts, [
    ...nodeOf('control-plane', { 'node-role.kubernetes.io/control-plane': '' }),
    ...nodeOf('worker1', WORKER),
    ...nodeOf('worker2', WORKER),
    dpu('worker1-mt25', 'worker1', 'Ready'),
    dpu('worker2-mt26', 'worker2', 'Host Network Configuration'),
  ]);
  t.teardown(() => ofHosts.remove());
  const ofDpus = await stageCluster(dpus, [...nodeOf('worker1-mt25'), ...nodeOf('worker2-mt26')]);
  t.teardown(() => ofDpus.remove());
  return { ofHosts, ofDpus };
}

const OWN = ['dpu-labels', 'dpu-pairs', 'kube-proxy-absent', 'nodes-ready'];

const run = (t: ExecutionContext): Promise<Report> =>
  examine(t, [
    ...[hosts, dpus].flatMap(({ kubeconfig }) => ['--kubeconfig', kubeconfig]),
    ...OWN.flatMap((check) => ['-s', `cluster/${check}`]),
  ]);

const failures = ({ results }: Report): readonly string[] =>
  results
    .filter(({ verdict }) => verdict !== 'pass' && verdict !== 'skip')
    .map(({ checkId, target, verdict }) => `${checkId} ${target} ${verdict}`);

const pairs = ({ targets }: Report) =>
  targets.filter(({ kind }) => kind !== 'cluster').map(({ name, role, pair }) => [name, role, pair]);

function find({ objects }: Staged, kind: string, called: string): KubernetesObject {
  const found = objects.find((object) => object.kind === kind && object.metadata.name === called);
  if (found === undefined) throw new Error(`${kind} ${called} is not staged`);
  return found;
}

test.serial(
  "DPF's DPU objects join the hosts' cluster with the DPUs', in whatever phase they are",
  async (t) => {
    await staged(t);
    const report = await run(t);
    t.deepEqual(failures(report), []);
    t.is(report.exitCode, 0);
    t.deepEqual(pairs(report), [
      ['control-plane', 'control-plane', undefined],
      ['worker1', 'dpu-host', 'worker1-mt25'],
      ['worker2', 'dpu-host', 'worker2-mt26'],
      ['worker1-mt25', 'dpu', 'worker1'],
      ['worker2-mt26', 'dpu', 'worker2'],
    ]);
    const second = report.targets.find(({ name }) => name === 'worker2');
    t.is(
      second?.pairGround,
      `DPU dpf-operator-system/worker2-mt26 of DPF in cluster ${HOSTS} names worker2 as its host (spec.dpuNodeName)`,
    );
    t.regex(
      report.targets.find(({ name }) => name === 'worker2-mt26')?.roleGround ?? '',
      /^DPU dpf-operator/,
    );
  },
);

test.serial(
  'two DPU objects of one host make cluster/dpu-pairs fail where both sides are, and nothing else',
  async (t) => {
    const { ofHosts } = await staged(t);
    await hosts.api.patch(find(ofHosts, 'DPU', 'worker2-mt26'), { spec: { dpuNodeName: 'worker1' } });
    const report = await run(t);
    t.deepEqual(failures(report), [
      `cluster/dpu-pairs cluster:${HOSTS} fail`,
      `cluster/dpu-pairs cluster:${DPUS} fail`,
    ]);
    const [finding] = report.results.flatMap(({ findings }) => findings);
    t.is(finding?.message, 'host worker1 is served by worker1-mt25 worker2-mt26');
    t.regex(finding?.evidence[0]?.source ?? '', /provisioning\.dpu\.nvidia\.com\/v1alpha1\/dpus$/);
    t.is(report.exitCode, 1);
  },
);

test.serial(
  'two DPUs of one host that are two devices are no contradiction, and no pair is made of either',
  async (t) => {
    const { ofHosts } = await staged(t);
    const second = find(ofHosts, 'DPU', 'worker2-mt26');
    await hosts.api.patch(find(ofHosts, 'DPU', 'worker1-mt25'), { spec: { dpuDeviceName: 'mt25' } });
    await hosts.api.patch(second, { spec: { dpuNodeName: 'worker1', dpuDeviceName: 'mt26' } });
    const report = await run(t);
    t.deepEqual(failures(report), []);
    t.deepEqual(pairs(report).slice(1), [
      ['worker1', 'dpu-host', undefined],
      ['worker2', 'dpu-host', undefined],
      ['worker1-mt25', 'dpu', undefined],
      ['worker2-mt26', 'dpu', undefined],
    ]);
    const told =
      /worker1 has 2 DPUs by DPF's objects \(worker1-mt25, worker2-mt26\): each is examined by itself/;
    t.regex(report.results.find(({ checkId }) => checkId === 'cluster/dpu-pairs')?.note ?? '', told);
    t.regex(report.targets.find(({ name }) => name === 'worker1')?.pairGround ?? '', told);
    // Two objects of one device are one DPU too many.
    await hosts.api.patch(second, { spec: { dpuDeviceName: 'mt25' } });
    t.true(failures(await run(t)).includes(`cluster/dpu-pairs cluster:${HOSTS} fail`));
  },
);

test.serial(
  'a DPU whose node is labelled with another host than its object names is a finding',
  async (t) => {
    const { ofDpus } = await staged(t);
    await dpus.api.patch(find(ofDpus, 'Node', 'worker1-mt25'), {
      metadata: { labels: { 'provisioning.dpu.nvidia.com/dpunode-name': 'worker2' } },
    });
    const report = await run(t);
    t.true(failures(report).every((line) => line.startsWith('cluster/dpu-pairs')));
    const messages = report.results.flatMap(({ findings }) => findings.map(({ message }) => message));
    t.true(messages.includes('DPU worker1-mt25 is claimed by worker2 worker1'), messages.join('; '));
  },
);
