import { apiEvidence } from '../../facts/cluster/fact.ts';
import { type ClusterNode, nodes as nodesFact } from '../../facts/cluster/nodes.ts';
import { type Judgement, type Subject, undetermined } from '../define.ts';

/** What is said of a node that was there when the run was planned, and is gone. */
export const noSuchNode = (subject: Subject, nodes: readonly ClusterNode[]): Judgement =>
  undetermined(`the cluster has no node ${subject.nodeName ?? subject.name} any more`, 'Run it again.', [
    apiEvidence(nodesFact.lists.nodes, `${nodes.length} nodes`),
  ]);
