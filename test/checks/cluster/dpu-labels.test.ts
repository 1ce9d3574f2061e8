import test from 'ava';
import { dpuLabels } from '../../../checks/cluster/dpu-labels.ts';
import type { Judgement } from '../../../checks/define.ts';
import { findMembers } from '../../../facts/derived/cluster/members.ts';
import type { ClusterNodeSubject } from '../../../facts/derived/cluster/view.ts';
import { bluefieldCluster } from '../../../lab/kubernetes/clusters/bluefield.ts';
import type { KubernetesObject } from '../../../lab/kubernetes/objects.ts';
import { clusterFactsOf } from '../../helpers/cluster-facts.ts';

const GIVEN = 'as given by the inventory or --role';

/** Judges the labels; roles that an inventory gives are given by node. */
function judge(
  objects: readonly KubernetesObject[],
  given: Readonly<Record<string, ClusterNodeSubject['role']>> = {},
): Judgement {
  const facts = clusterFactsOf(objects);
  const nodes = findMembers([{ name: 'a', ...facts }]).members.map((member) => {
    const role = given[member.node];
    return role === undefined ? member : { ...member, role, roleGround: GIVEN };
  });
  return dpuLabels.judge({ facts, expected: {}, subject: { name: 'a', nodes, contradictions: [] } });
}

const found = (judgement: Judgement) =>
  judgement.kind === 'findings'
    ? judgement.findings.map(({ code, message, nodes }) => ({ code, message, nodes }))
    : [judgement.kind];

/** A DPU with these labels, on which nothing runs, and of which no kernel tells. */
const idle = (labels: Record<string, string>, hostAnnotations?: Record<string, string>): KubernetesObject[] =>
  bluefieldCluster().flatMap((object): KubernetesObject[] => {
    const { kind, metadata } = object;
    if (kind === 'Pod') return [];
    if (kind === 'Node' && metadata.name === 'dpu-host' && hostAnnotations !== undefined)
      return [{ ...object, metadata: { ...metadata, annotations: hostAnnotations } }];
    if (kind !== 'Node' || metadata.name !== 'dpu') return [object];
    return [{ ...object, metadata: { ...metadata, labels }, status: {} }];
  });

const UNLABELLED = 'node dpu is a DPU without the label k8s.ovn.org/dpu';

test('the inventory tells of a DPU that has lost its label, and of which nothing else tells', (t) => {
  const objects = idle({}, {});
  t.deepEqual(found(judge(objects)), ['pass'], 'nobody could know');
  t.deepEqual(found(judge(objects, { dpu: 'dpu' })), [
    { code: 'UNLABELLED', message: `${UNLABELLED}: ${GIVEN}`, nodes: ['dpu'] },
  ]);
});

test('so do the tunnels of its host, where it has a node address that they end at', (t) => {
  const objects = idle({ 'k8s.ovn.org/dpu-hots': '' }).map((object) =>
    object.metadata.name === 'dpu'
      ? { ...object, status: { addresses: [{ type: 'InternalIP', address: '192.168.41.127' }] } }
      : object,
  );
  const judgement = judge(objects);
  const [finding] = judgement.kind === 'findings' ? judgement.findings : [];
  t.is(
    finding?.message,
    `${UNLABELLED}: the annotation k8s.ovn.org/l3-gateway-config of node dpu-host holds 192.168.41.127, an address of this node`,
  );
  t.is(finding?.observed, 'k8s.ovn.org/dpu-hots=', 'what was put in its place');
});

test('a label against the role that the inventory gives is a failure, whatever runs there', (t) => {
  const objects = idle({ 'k8s.ovn.org/dpu-host': '' });
  t.deepEqual(found(judge(objects)), ['pass']);
  t.deepEqual(found(judge(objects, { dpu: 'dpu' })), [
    {
      code: 'LABEL_AGAINST_ROLE',
      message: `node dpu is labelled k8s.ovn.org/dpu-host, and it is a DPU: ${GIVEN}`,
      nodes: ['dpu'],
    },
  ]);
});
