import { apiEvidence } from '../../facts/cluster/fact.ts';
import { type Workload, workloads as workloadsFact } from '../../facts/cluster/workloads.ts';
import { isOvnKubernetes } from '../../facts/derived/cluster/ovnkube.ts';
import type { Evidence } from '../../facts/fact.ts';
import { type ClusterSubject, type Judgement, notApplicable } from '../define.ts';

/** What a workload says, and the list that it stands in. */
export const workloadEvidence = ({ kind, namespace, name }: Workload, said: string): Evidence => ({
  source: `kubectl -n ${namespace} get ${kind.toLowerCase()} ${name} -o yaml`,
  said,
});

/** Where nothing of OVN-Kubernetes is among the workloads, as in a cluster that another plugin serves. */
export const noneFound = (workloads: readonly Workload[]): Judgement =>
  notApplicable('OVN-Kubernetes is not among the DaemonSets and Deployments of the cluster', [
    apiEvidence(workloadsFact.lists.daemonSets, `${workloads.length} DaemonSets and Deployments`),
  ]);

export const ovnWorkloads = (workloads: readonly Workload[]): readonly Workload[] =>
  workloads.filter(isOvnKubernetes);

/** `kubectl -n NAMESPACE get …` says more than the list, whatever the kind. */
export const kindWord = ({ kind }: Workload): string => kind.toLowerCase();

/** The nodes that a DaemonSet in this mode is for, where that is one side of pairs; else it may be all of them. */
export const nodesOf = (
  { nodes }: ClusterSubject,
  mode: string | undefined,
): { nodes?: readonly string[] } =>
  mode === 'dpu' || mode === 'dpu-host'
    ? { nodes: nodes.filter(({ role }) => role === mode).map(({ node }) => node) }
    : {};
