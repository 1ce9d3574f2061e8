import test from 'ava';
import type { KubernetesObject } from '../../../lab/kubernetes/objects.ts';
import { codesOf, judgeCluster } from '../../helpers/judge-cluster.ts';

const dpu = (name: string, status: object): KubernetesObject => ({
  apiVersion: 'provisioning.dpu.nvidia.com/v1alpha1',
  kind: 'DPU',
  metadata: { name, namespace: 'dpf-operator-system' },
  spec: { nodeName: 'worker1' },
  status,
});
const READY = { phase: 'Ready', conditions: [{ type: 'Ready', status: 'True' }] };

const judge = (...statuses: readonly object[]) =>
  judgeCluster(
    'cluster/dpf-dpus',
    statuses.map((status, index) => dpu(`dpu${index}`, status)),
  );

test('a DPU is well in the phase Ready, failed in Error, and on its way in any other', (t) => {
  t.deepEqual(codesOf(judge()), ['not-applicable']);
  t.deepEqual(codesOf(judge(READY, { phase: 'Ready' })), ['pass']);
  t.deepEqual(codesOf(judge(READY, { phase: 'OS Installing' }, {}, { phase: 'Perform ARM Force Restart' })), [
    'NOT_READY',
    'NOT_READY',
    'NOT_READY',
  ]);
  const conditions = [
    { type: 'OSInstalled', status: 'False', reason: 'InstallationFailed', message: 'no rshim' },
  ];
  const judgement = judge(READY, { phase: 'Error', conditions });
  const [finding] = judgement.kind === 'findings' ? judgement.findings : [];
  t.like(finding, { code: 'ERROR', level: 'fail', subject: 'dpf-operator-system/dpu1' });
  t.regex(finding?.message ?? '', /of host worker1 .* OSInstalled, InstallationFailed, no rshim$/);
});

test('a DPU that is Ready by its phase and not by its condition is told of', (t) => {
  const conditions = [{ type: 'Ready', status: 'False', reason: 'Pending', message: '' }];
  t.deepEqual(codesOf(judge({ phase: 'Ready', conditions })), ['NOT_READY']);
});
