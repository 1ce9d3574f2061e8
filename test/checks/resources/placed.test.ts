import test from 'ava';
import { bluefieldCluster } from '../../../lab/kubernetes/clusters/bluefield.ts';
import type { KubernetesObject } from '../../../lab/kubernetes/objects.ts';
import { changed, codesOf, judgeCluster } from '../../helpers/judge-cluster.ts';

const isPodOf = (set: string, node: string, { kind, metadata, spec }: KubernetesObject): boolean =>
  kind === 'Pod' &&
  metadata.ownerReferences?.[0]?.name === set &&
  (spec as { nodeName?: string }).nodeName === node;

const MULTUS = 'kube-multus-ds';

const crashing = (node: string): readonly KubernetesObject[] =>
  changed(bluefieldCluster(), 'Pod', /^kube-multus/, (pod) => {
    if (!isPodOf(MULTUS, node, pod)) return;
    const { conditions = [] } = pod.status as { conditions?: { type: string }[] };
    const ready = { type: 'Ready', status: 'False', reason: 'ContainersNotReady', message: 'not ready' };
    Object.assign(pod.status as object, {
      conditions: [...conditions.filter(({ type }) => type !== 'Ready'), ready],
    });
  });

test('Multus has to run where it is placed, on DPUs and control planes too', (t) => {
  for (const node of ['dpu-host', 'dpu', 'control-plane']) {
    t.is(judgeCluster('resources/multus', bluefieldCluster(), node).kind, 'pass', node);
    t.deepEqual(codesOf(judgeCluster('resources/multus', crashing(node), node)), ['NOT_READY'], node);
  }
});

test('where Multus is not placed, a DPU host alone lacks it', (t) => {
  const elsewhere = changed(bluefieldCluster(), 'DaemonSet', /^kube-multus/, ({ spec }) =>
    Object.assign((spec as { template: { spec: object } }).template.spec, { nodeSelector: { other: '' } }),
  ).filter((object) => !['dpu-host', 'dpu'].some((node) => isPodOf(MULTUS, node, object)));
  t.deepEqual(codesOf(judgeCluster('resources/multus', elsewhere, 'dpu-host')), ['NOT_PLACED']);
  t.is(judgeCluster('resources/multus', elsewhere, 'dpu').kind, 'not-applicable');
});

test('a pod that is missing where its DaemonSet fits is no matter of labels', (t) => {
  const plugin = 'kube-sriov-device-plugin';
  const gone = bluefieldCluster().filter((object) => !isPodOf(plugin, 'dpu-host', object));
  t.deepEqual(codesOf(judgeCluster('resources/device-plugin', gone, 'dpu-host')), ['MISSING']);
});

test('a pod that the scheduler keeps off its node is told of in its words', (t) => {
  const message = '0/3 nodes are available: 1 Insufficient memory, 2 node(s) did not match';
  const kept = changed(bluefieldCluster(), 'Pod', /^kube-multus/, (pod) => {
    if (!isPodOf(MULTUS, 'dpu', pod)) return;
    const matchFields = [{ key: 'metadata.name', operator: 'In', values: ['dpu'] }];
    const required = { nodeSelectorTerms: [{ matchFields }] };
    Object.assign(pod.spec as object, {
      nodeName: undefined,
      affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: required } },
    });
    Object.assign(pod, {
      status: {
        phase: 'Pending',
        conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }],
      },
    });
  });
  const judgement = judgeCluster('resources/multus', kept, 'dpu');
  t.deepEqual(codesOf(judgement), ['NOT_READY']);
  t.regex(
    judgement.kind === 'findings' ? (judgement.findings[0]?.message ?? '') : '',
    /1 Insufficient memory/,
  );
});

test('an annotation that lacks the prefix is what is wrong, and not the pool', (t) => {
  const bare = changed(bluefieldCluster(), 'NetworkAttachmentDefinition', /./, ({ metadata }) => {
    metadata.annotations = { 'k8s.v1.cni.cncf.io/resourceName': 'mlnx_sriov_cx6' };
  });
  const judgement = judgeCluster('resources/network-attachment', bare);
  t.deepEqual(codesOf(judgement), ['NO_PREFIX']);
  t.regex(
    judgement.kind === 'findings' ? (judgement.findings[0]?.remedy ?? '') : '',
    /resourceName=mellanox\.com\/mlnx_sriov_cx6$/,
  );
});
