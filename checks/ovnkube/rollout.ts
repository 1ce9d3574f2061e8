import { apiEvidence } from '../../facts/cluster/fact.ts';
import { type Pod, pods as podsFact } from '../../facts/cluster/pods.ts';
import { type Workload, workloadName } from '../../facts/cluster/workloads.ts';
import { owns } from '../../facts/derived/cluster/placement.ts';
import { defineClusterCheck, verdictOf } from '../define.ts';
import { noneFound, ovnWorkloads, workloadEvidence } from './common.ts';

export const ovnkubeRollout = defineClusterCheck({
  id: 'ovnkube/rollout',
  title: "the workloads' controllers have seen their specifications, and pods run by them",
  description:
    'Where the observed generation is behind, all that the status counts is of an older specification: a Ready that is older than the specification is not ready. Pods that were not replaced since still run by the old one.',
  severity: 'error',
  scope: 'cluster',
  tags: ['cluster', 'ovn-kubernetes'],
  covers: ['A51', 'A54', 'K49', 'K51', 'K52', 'K53'],
  after: ['ovnkube/placement', 'ovnkube/taints'],
  requires: ['workloads', 'pods'],
  messages: {
    NOT_OBSERVED: {
      text: '{workload} is at generation {generation}, and its controller has seen {observed}',
      cause: 'kube-controller-manager does not run, or has not come to it yet.',
      remedy:
        'kubectl -n {namespace} rollout status {kind} {name}; kubectl -n kube-system get pods -l component=kube-controller-manager',
    },
    NOT_UPDATED: {
      text: '{updated} of {desired} pods of {workload} run by its present specification',
      cause:
        'The update goes on, stands still because too many pods are unavailable, or waits for someone to delete pods (updateStrategy OnDelete).',
      remedy:
        'kubectl -n {namespace} rollout status {kind} {name}; kubectl -n {namespace} describe {kind} {name}',
    },
    NO_NODE: {
      text: 'pod {pod} of {workload} has found no node: {why}',
      cause:
        'No node has left what it asks for, or takes it: as the scheduler says. Where it says nothing, kube-scheduler does not run.',
      remedy:
        'kubectl -n {namespace} describe pod {podName}; kubectl -n kube-system get pods -l component=kube-scheduler',
    },
    NO_PODS: {
      text: '{workload} is to have no pods',
      cause: 'It was scaled to 0.',
      remedy: 'kubectl -n {namespace} scale {kind} {name} --replicas=1',
    },
  },
  docs: ['seed K L375-402', 'seed A L275-280'],
  judge({ facts: { workloads, pods }, report }) {
    const own = ovnWorkloads(workloads);
    if (own.length === 0) return noneFound(workloads);
    const findings = own.flatMap((workload) => {
      const { kind, namespace, name, generation, observedGeneration: observed, updated, desired } = workload;
      const args = { workload: workloadName(workload), kind: kind.toLowerCase(), namespace, name };
      const about = { subject: args.workload, evidence: [workloadEvidence(workload, saidOf(workload))] };
      if (observed < generation)
        return report('NOT_OBSERVED', {
          ...about,
          args: { ...args, generation, observed },
          observed: `observedGeneration ${observed}`,
          expected: `observedGeneration ${generation}`,
        });
      if (updated < desired)
        return report('NOT_UPDATED', {
          ...about,
          args: { ...args, updated, desired },
          observed: `${updated} updated`,
          expected: `${desired} updated`,
        });
      // A DaemonSet's pod is meant for a node, and told of there.
      const lost = kind === 'Deployment' ? pods.filter((pod) => owns(workload, pod) && isLost(pod)) : [];
      if (lost.length > 0)
        return lost.map((pod) => {
          const [podName, why] = [pod.name, whyOf(pod)];
          const full = `${namespace}/${podName}`;
          return report('NO_NODE', {
            ...about,
            args: { ...args, pod: full, podName, why },
            observed: why,
            expected: 'a node',
            evidence: [...about.evidence, apiEvidence(podsFact.lists.pods, `${full}: ${why}`)],
          });
        });
      return kind === 'Deployment' && desired === 0
        ? report('NO_PODS', { ...about, args, observed: '0 replicas', expected: 'at least one' })
        : [];
    });
    return verdictOf(
      findings,
      own.map((workload) => workloadEvidence(workload, saidOf(workload))),
    );
  },
});

const isLost = ({ node, phase, deleting }: Pod): boolean => node === '' && phase === 'Pending' && !deleting;

const whyOf = ({ conditions }: Pod): string => {
  const { reason = '', message = '' } = conditions.find(({ type }) => type === 'PodScheduled') ?? {};
  return (
    [reason, message].filter(Boolean).join(': ') || 'kube-scheduler has said nothing of it, and may not run'
  );
};

const saidOf = ({ generation, observedGeneration, desired, updated, ready }: Workload): string =>
  `generation ${generation}, observed ${observedGeneration}; ${desired} desired, ${updated} updated, ${ready} ready`;
