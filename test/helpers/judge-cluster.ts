import type { AnyClusterCheck, AnyNodeCheck, Judgement } from '../../checks/define.ts';
import { CHECKS } from '../../checks/index.ts';
import { findMembers } from '../../facts/derived/cluster/members.ts';
import type { KubernetesObject } from '../../lab/kubernetes/objects.ts';
import { clusterFactsOf } from './cluster-facts.ts';

/** The judgement of one check on a cluster that holds these objects, about the cluster or about one of its nodes. */
export function judgeCluster(id: string, objects: readonly KubernetesObject[], node?: string): Judgement {
  const facts = clusterFactsOf(objects);
  const check = CHECKS.find((one) => one.id === id);
  if (check === undefined) throw new Error(`there is no check ${id}`);
  const { members } = findMembers([{ name: 'test', ...facts }]);
  if (check.scope === 'cluster')
    return (check as AnyClusterCheck).judge({
      facts,
      expected: {},
      subject: { name: 'test', nodes: members, contradictions: [] },
    });
  const member = members.find((one) => one.node === node);
  if (member === undefined) throw new Error(`there is no node ${node}`);
  return (check as AnyNodeCheck).judge({
    facts: {},
    cluster: facts,
    expected: {},
    subject: {
      name: member.node,
      nodeName: member.node,
      role: member.role ?? 'worker',
      simulation: member.simulation,
    },
  });
}

/** The codes of its findings, or what it is in their place. */
export const codesOf = (judgement: Judgement): readonly string[] =>
  judgement.kind === 'findings' ? judgement.findings.map(({ code }) => code) : [judgement.kind];

/** Copies of the objects, of which those of this kind and name are changed. */
export const changed = <Object extends KubernetesObject>(
  objects: readonly Object[],
  kind: string,
  called: RegExp,
  change: (object: Object) => unknown,
): readonly Object[] =>
  structuredClone(objects).map((object) => {
    if (object.kind === kind && called.test(object.metadata.name)) change(object);
    return object;
  });
